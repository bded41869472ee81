"""A source calls what the city declared and the internet, and nothing else, whatever names and answers lead it to."""

import asyncio
import gzip
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import brotli
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.context import SourceContext
from datasources.guard import Guard, host_fault, neighbourhood
from datasources.kinds.sql import SqlSource, SqlSpec
from datasources.transport import GuardedTransport
from datasources.web import Request, Web
from domain.errors import SourceError
from domain.source import Ask
from tests.cities import NOW, tiny_city

REFUSED = {
    "never": ["169.254.169.254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "224.0.0.1", "255.255.255.255",
              "fe80::1", "fd00:ec2::254", "::", "ff02::1", "64:ff9b::a9fe:a9fe", "::ffff:169.254.169.254"],
    "loopback": ["127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1", "2002:7f00:1::", "::127.0.0.1"],
    "intranet": ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fc00::1", "fec0::1", "198.18.0.1"],
    "public": ["8.8.8.8", "2001:4860:4860::8888"],
}  # fmt: skip
Resolve = Callable[[str, Sequence[str]], None]


@pytest.mark.parametrize(("near", "address"), [(near, a) for near, listed in REFUSED.items() for a in listed])
def test_an_address_is_as_near_as_what_it_leads_to(near: str, address: str) -> None:
    assert neighbourhood(address) == near
    assert bool(Guard().refusal("dept.test", address)) == (near != "public")


@given(st.ip_addresses(v=4))
def test_no_disguise_brings_an_address_nearer_or_farther(plain: ipaddress.IPv4Address) -> None:
    number = int(plain)
    disguises = [f"::ffff:{plain}", str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))]
    disguises += [str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | number))]
    assert {neighbourhood(shown) for shown in disguises} == {neighbourhood(str(plain))}


@given(st.ip_addresses())
def test_what_may_be_called_undeclared_is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not Guard().refusal("dept.test", str(address)):
        assert address.is_global


@pytest.mark.parametrize("hosts", [("10.1.0.0/16",), ("data.dept.test",), ("*.dept.test",), ("DATA.dept.test",)])
def test_a_declared_host_or_network_opens_the_intranet(hosts: tuple[str, ...]) -> None:
    guard = Guard(hosts)
    assert guard.refusal("data.dept.test", "10.1.2.3") == ""
    assert "allow_hosts" in guard.refusal("other.test", "10.2.0.1")


def test_a_declared_name_opens_neither_this_machine_nor_the_metadata_service() -> None:
    guard = Guard(("*.dept.test", "dept.test", "169.254.169.254", "100.64.0.0/10"))
    for address in ("127.0.0.1", "::1", "169.254.169.254", "100.100.100.200"):
        assert guard.refusal("a.dept.test", address)
    assert Guard(("localhost",)).refusal("localhost", "127.0.0.1") == ""
    assert Guard(("127.0.0.1",)).refusal("localhost", "127.0.0.1") == ""
    assert Guard(("notdept.test",)).refusal("dept.test", "10.0.0.1")
    assert Guard(("*.dept.test",)).refusal("evildept.test", "10.0.0.1")


@pytest.mark.parametrize(
    "entry", ["", "*.", "http://dept.test", "dept.test:80", "a b", "fe80::/10", "0.0.0.0/0", "::/0", ".x"]
)
def test_an_entry_that_says_too_much_or_nothing_is_refused(entry: str) -> None:
    assert host_fault(entry)


@pytest.mark.parametrize(
    "entry", ["dept.test", "*.dept.test", "10.0.0.0/8", "127.0.0.1", "::1", "fc00::/7", "localhost"]
)
def test_a_plain_entry_is_taken(entry: str) -> None:
    assert host_fault(entry) == ""


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_told(text: str) -> None:
    for url in (text, f"http://{text}", f"http://{text}/", f"https://x:{text}@{text}"):
        assert isinstance(Guard().url_fault(url), str)
    host_fault(text)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://x/", "ftp://x/", "//x/", "http:///x", "http://[::1"])
def test_other_schemes_are_no_addresses(url: str) -> None:
    assert Guard(loopback=True).url_fault(url)


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Make a name lead to the given addresses, one answer after the other (the last one stays)."""

    def install(host: str, addresses: Sequence[str]) -> None:
        answers = list(addresses)

        def answer(asked: str | bytes | None, port: object, *_: object, **__: object) -> list[tuple[object, ...]]:
            if asked != host:
                raise socket.gaierror(-2, "unknown")
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found.split()]

        monkeypatch.setattr(socket, "getaddrinfo", answer)

    return install


class Recorder(httpx.AsyncBaseTransport):
    """Stands where the connections would be made; `dead` addresses do not answer."""

    def __init__(self, *dead: str) -> None:
        self.asked: list[httpx.Request] = []
        self._dead = dead

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.host in self._dead:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, json={"data": []})


async def test_the_address_that_was_judged_is_the_one_that_is_called(resolve: Resolve) -> None:
    resolve("dept.test", ["8.8.8.8", "127.0.0.1"])  # the second answer is the attack
    inner = Recorder()
    async with httpx.AsyncClient(transport=GuardedTransport(Guard(), inner)) as client:
        await client.get("https://dept.test:8443/air")
        (sent,) = inner.asked
        assert (sent.url.host, sent.url.port, sent.headers["host"]) == ("8.8.8.8", 8443, "dept.test:8443")
        assert sent.extensions["sni_hostname"] == "dept.test"
        with pytest.raises(SourceError, match=r"dept\.test leads to 127\.0\.0\.1"):
            await client.get("https://dept.test:8443/air")
    assert len(inner.asked) == 1


async def test_one_refused_address_among_several_is_enough(resolve: Resolve) -> None:
    resolve("dept.test", ["8.8.8.8 169.254.169.254"])
    inner = Recorder()
    async with httpx.AsyncClient(transport=GuardedTransport(Guard(), inner)) as client:
        with pytest.raises(SourceError, match="link-local"):
            await client.get("http://dept.test/")
    assert inner.asked == []


async def test_the_next_address_is_tried_when_one_is_dead(resolve: Resolve) -> None:
    resolve("dept.test", ["8.8.8.8 8.8.4.4"])
    inner = Recorder("8.8.8.8")
    async with httpx.AsyncClient(transport=GuardedTransport(Guard(), inner)) as client:
        assert (await client.post("http://dept.test/", json={"a": 1})).status_code == 200
    assert [one.url.host for one in inner.asked] == ["8.8.8.8", "8.8.4.4"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::ffff:7f00:1]", "0"])
async def test_odd_spellings_of_this_machine_are_refused(host: str) -> None:
    async with httpx.AsyncClient(transport=GuardedTransport(Guard(), Recorder())) as client:
        with pytest.raises((SourceError, httpx.ConnectError)):
            await client.get(f"http://{host}/")


def context(guard: Guard, root: Path) -> SourceContext:
    return SourceContext({}, {}, None, {"SECRET": "hunter2"}, root, guard=guard)  # type: ignore[arg-type]  # no place is asked for


@asynccontextmanager
async def department(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on loopback that gives one answer to everybody and keeps what it was asked."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await server.wait_closed()


def answered(status: str, headers: str = "", body: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


async def ask(port: int, guard: Guard, limit: int = 1000) -> bytes:
    web = Web(context(guard, Path("/nowhere")), None, {}, timedelta(seconds=5))
    try:
        return (await web.ask(Request("GET", f"http://localhost:{port}/air"), limit)).body
    finally:
        await web.close()


async def test_a_department_on_this_machine_is_read_only_where_that_is_declared() -> None:
    async with department(answered("200 OK", body=b"[]")) as (port, heard):
        with pytest.raises(SourceError, match="this machine itself") as caught:
            await ask(port, Guard())
        assert caught.value.permanent
        assert heard == []
        assert await ask(port, Guard(loopback=True)) == b"[]"
        assert f"host: localhost:{port}".encode() in heard[0].lower()


async def test_a_redirect_is_told_and_not_followed() -> None:
    async with department(answered("302 Found", "Location: http://169.254.169.254/latest\r\n")) as (port, heard):
        with pytest.raises(SourceError, match="has moved"):
            await ask(port, Guard(loopback=True))
        assert len(heard) == 1


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("br", partial(brotli.compress, quality=1)),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
        ("zstd", bytes),
    ],
)
async def test_an_answer_packed_to_burst_is_not_unpacked(coding: str, pack: Callable[[bytes], bytes]) -> None:
    body = pack(bytes(50_000_000 if coding != "zstd" else 10))
    async with department(answered("200 OK", f"Content-Encoding: {coding}\r\n", body)) as (port, _):
        with pytest.raises(SourceError, match="which is not read"):
            await ask(port, Guard(loopback=True))


async def test_an_answer_that_unpacks_beyond_the_limit_is_stopped_on_the_way() -> None:
    body = gzip.compress(bytes(20_000_000))
    async with department(answered("200 OK", "Content-Encoding: gzip\r\n", body)) as (port, _):
        with pytest.raises(SourceError, match="more than 1,000 bytes"):
            await ask(port, Guard(loopback=True))


@pytest.mark.parametrize(
    "answer",
    [b"", b"\x00" * 200, b"HTTP/1.1 200 OK\r\n" + b"A" * 200_000, b"HTTP/1.1 999\r\n\r\n", b"HTTP/9 200\r\n\r\n",
     answered("200 OK", "Content-Encoding: gzip\r\n", b"no gzip"), b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
async def test_an_answer_that_is_no_http_is_a_source_error(answer: bytes) -> None:
    async with department(answer) as (port, _):
        with pytest.raises(SourceError):
            await ask(port, Guard(loopback=True))


async def read_sql(url: str, guard: Guard, root: Path) -> None:
    keys = {"key": "x", "kind": "sql", "department": "d", "every": "5m", "at": {"path": "t"}, "site": {"path": "s"}}
    spec = SqlSpec.model_validate({**keys, "url": url, "query": "select 1", "metrics": {"a.b": "v"}})
    source = SqlSource(spec, context(guard, root))
    try:
        async for _ in source.fetch(Ask(NOW)):
            raise AssertionError("nothing can be read here")
    finally:
        await source.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://r@127.0.0.1:1/x", "this machine itself"),
        ("postgresql://r@/x", "this machine itself"),
        ("postgresql://r@/x?host=/var/run/postgresql", "this machine itself"),
        ("postgresql://r@8.8.8.8/x?host=169.254.169.254", "link-local"),
        ("postgresql://r@8.8.8.8,10.0.0.1/x", "intranet"),
        ("postgresql://r@8.8.8.8/x?hostaddr=10.0.0.1", "hostaddr= does not belong"),
        ("postgresql://r@8.8.8.8/x?service=other", "service= does not belong"),
        ("sqlite:////etc/cockpit.sqlite", "outside the folders"),
        ("sqlite:///../other.sqlite", "outside the folders"),
        ("sqlite:///own/cockpit.sqlite", "keeps for itself"),
    ],
)
async def test_a_database_is_judged_before_it_is_opened(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=told):
        await read_sql(url.replace("postgresql:", "postgresql+psycopg:"), Guard(kept=(tmp_path / "own",)), tmp_path)


async def test_a_database_of_an_unknown_name_is_an_outage(resolve: Resolve, tmp_path: Path) -> None:
    resolve("other.test", ["8.8.8.8"])
    with pytest.raises(SourceError, match=r"db\.dept\.test, is not known") as caught:
        await read_sql("postgresql+psycopg://r@db.dept.test/x", Guard(), tmp_path)
    assert not caught.value.permanent


async def test_a_database_is_called_at_the_address_that_was_judged(
    resolve: Resolve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import psycopg

    called: list[dict[str, object]] = []

    def connect(*_: object, **parameters: object) -> None:
        called.append(parameters)
        raise psycopg.OperationalError("refused")

    monkeypatch.setattr(psycopg, "connect", connect)
    resolve("db.dept.test", ["127.0.0.2 127.0.0.3", "10.0.0.1"])
    guard = Guard(loopback=True)
    with pytest.raises(SourceError, match="refused"):
        await read_sql("postgresql+psycopg://r@db.dept.test/x", guard, tmp_path)
    assert (called[0]["host"], called[0]["hostaddr"]) == ("db.dept.test,db.dept.test", "127.0.0.2,127.0.0.3")
    with pytest.raises(SourceError, match="intranet"):
        await read_sql("postgresql+psycopg://r@db.dept.test/x", guard, tmp_path)
    assert len(called) == 1


def test_a_city_opens_this_machine_only_for_its_demonstration(tmp_path: Path) -> None:
    from jobs.collect import guard_of

    city = tiny_city()
    assert guard_of(city, tmp_path, {}).refusal("localhost", "127.0.0.1")
    demo = tiny_city(spec=city.spec.model_copy(update={"demo": True}))
    assert guard_of(demo, tmp_path, {}).refusal("localhost", "127.0.0.1") == ""
    assert guard_of(demo, tmp_path, {}).refusal("dept.test", "10.0.0.1")
