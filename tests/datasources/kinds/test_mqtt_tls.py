"""MQTT over TLS with a real broker: whom a source trusts is declared, and every refusal is in words."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds.mqtt import MqttSource, MqttSpec
from domain.errors import SourceError
from domain.source import Ask, SourceSpec
from tests.authority import Authority
from tests.mosquitto import Mosquitto

Make = Callable[..., SourceSpec]
Feed = Callable[..., MqttSource]
HOST = "127.0.0.1"


@pytest.fixture
def today() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a certificate is judged by the machine's clock


@pytest.fixture
def ours(tmp_path: Path, today: datetime) -> Authority:
    return Authority(tmp_path, "ours", today - timedelta(minutes=5))


@contextmanager
def serving(folder: Path, pair: tuple[Path, Path]) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder, pair=pair)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


@pytest.fixture
def feed(spec: Make, context: SourceContext) -> Feed:
    def make(port: int, **keys: Any) -> MqttSource:
        made = spec(kind="mqtt", url=f"mqtts://{HOST}:{port}", topics=["air/+/pm"], **keys)
        assert isinstance(made, MqttSpec)
        return MqttSource(made, replace(context, guard=Guard(loopback=True)))

    return make


async def told(source: MqttSource, now: datetime) -> list[object]:
    said: list[object] = []
    async for page in source.fetch(Ask(now)):
        await source.acknowledge(page)
        said += [record.fields["value"] for record in page.records]
    return said


async def refusal(source: MqttSource, now: datetime) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await told(source, now)
    await source.close()
    return caught.value


@pytest.mark.parametrize("version", ["5", "3.1.1"])
async def test_a_broker_of_ones_own_authority_is_trusted_where_the_source_names_it(
    tmp_path: Path, ours: Authority, feed: Feed, now: datetime, version: str
) -> None:
    with serving(tmp_path, ours.pair(HOST)) as broker:
        source = feed(broker.secure, ca=ours.file.name, version=version)
        assert await told(source, now) == []  # the session begins
        broker.publish("air/A1/pm", "12.5")
        assert await told(source, now) == [12.5]
        await source.close()


async def test_an_authority_that_the_source_does_not_name_is_refused_in_words(
    tmp_path: Path, ours: Authority, feed: Feed, now: datetime, today: datetime
) -> None:
    other = Authority(tmp_path, "theirs", today - timedelta(minutes=5))
    with serving(tmp_path, ours.pair(HOST)) as broker:
        for keys in ({"ca": other.file.name}, {}):
            said = await refusal(feed(broker.secure, **keys), now)
            assert str(said) == (
                f"the certificate of {HOST} is signed by an authority that is not trusted; ca: names the file of one's own"
            )
            assert not said.permanent  # a broker may get its right certificate back


async def test_a_certificate_for_another_name_is_refused_in_words(
    tmp_path: Path, ours: Authority, feed: Feed, now: datetime
) -> None:
    with serving(tmp_path, ours.pair("broker.dept.example")) as broker:
        said = await refusal(feed(broker.secure, ca=ours.file.name), now)
        assert str(said) == f"the certificate of {HOST} is made out to another name"


async def test_a_certificate_past_its_end_is_refused_in_words(
    tmp_path: Path, ours: Authority, feed: Feed, now: datetime, today: datetime
) -> None:
    with serving(tmp_path, ours.pair(HOST, until=today - timedelta(hours=1))) as broker:
        said = await refusal(feed(broker.secure, ca=ours.file.name), now)
        assert str(said) == f"the certificate of {HOST} has expired"


async def test_a_port_that_speaks_no_tls_is_told(ours: Authority, feed: Feed, now: datetime) -> None:
    with socket.create_server((HOST, 0)) as plain:

        def answer() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"\x20\x02\x00\x00")  # CONNACK, as of a broker without TLS

        waiter = threading.Thread(target=answer)
        waiter.start()
        said = await refusal(feed(plain.getsockname()[1], ca=ours.file.name), now)
        waiter.join()
    assert f"{HOST} does not speak TLS at this port" in str(said)


@pytest.mark.parametrize(
    ("content", "words"), [(None, "the file of ca: is not there"), ("not PEM", "cannot be read as PEM certificates")]
)
async def test_a_file_of_authorities_that_is_none_stops_the_source_in_words(
    tmp_path: Path, feed: Feed, now: datetime, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / "own.pem").write_text(content)
    said = await refusal(feed(1, ca="own.pem"), now)
    assert words in str(said)
    assert said.permanent
