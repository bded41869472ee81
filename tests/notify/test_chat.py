"""Chat gateways through Apprise, against a real server on loopback."""

import importlib
import inspect
import json
import re
import socket
from collections.abc import Callable
from typing import Any

import pytest
from apprise.plugins.wecombot import NotifyWeComBot

from alerts.notify.chat import GATEWAYS, Chat, ChatReceiver
from alerts.notify.judged_calls import JUDGED
from alerts.notify.sender import Means
from datasources.guard import Guard
from domain.errors import NotifyError
from tests.notify.here import OPEN, Server, message


def to(address: str, guard: Guard = OPEN.guard) -> Chat:
    return Chat(ChatReceiver(key="group", url_env="GROUP"), Means(guard, {"GROUP": address}))


def local(server: Server, scheme: str = "json") -> str:
    return server.url.replace("http:", f"{scheme}:")


async def refusal(chat: Chat) -> NotifyError:
    with pytest.raises(NotifyError) as told:
        await chat.send(message())
    await chat.close()
    return told.value


async def test_a_gateway_gets_title_and_text(server: Server) -> None:
    chat = to(local(server))
    assert await chat.send(message()) == "accepted by json"
    await chat.close()
    ((_, _, body),) = server.got
    said = json.loads(body)
    assert (said["title"], said["message"]) == ("【P1 特急 · 告警】河口闸 超保证水位", "第二行")


async def test_a_group_of_wecom_gets_its_message(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyWeComBot, "notify_url", server.url + "?key={key}")
    chat = to("wecombot://the-bots-key")
    await chat.send(message())
    await chat.close()
    ((path, _, body),) = server.got
    assert path == "/hook?key=the-bots-key"
    assert "河口闸" in body.decode("unicode_escape", "ignore") + body.decode()


@pytest.mark.parametrize(("status", "permanent"), [(404, True), (403, True), (429, False), (500, False)])
async def test_a_refusal_says_its_status_and_no_secret(server: Server, status: int, permanent: bool) -> None:
    server.statuses = [status]
    error = await refusal(to(local(server) + "/tell-nobody"))
    assert str(status) in str(error)
    assert "tell-nobody" not in str(error)
    assert error.permanent is permanent


@pytest.mark.parametrize(
    "address", ["syslog://", "dbus://", "file:///etc/passwd", "mailto://a:b@c.example", "nothing", "exec://x"]
)
async def test_what_is_no_gateway_is_not_used(address: str) -> None:
    assert (await refusal(to(address))).permanent


async def test_this_machine_is_not_called_unless_it_is_declared(server: Server) -> None:
    assert (await refusal(to(local(server), Guard()))).permanent
    assert server.got == []


async def test_an_answer_leads_nowhere_else(server: Server) -> None:
    server.statuses, server.headers = [302], {"Location": server.url + "/inside"}
    assert (await refusal(to(local(server)))).permanent
    assert [path.rstrip("/") for path, _, _ in server.got] == ["/hook"]


async def test_a_gateway_that_is_away_is_tried_again() -> None:
    assert not (await refusal(to("json://127.0.0.1:1/x"))).permanent


async def test_a_variable_that_is_not_set_is_named() -> None:
    chat = Chat(ChatReceiver(key="group", url_env="GROUP"), OPEN)
    assert "GROUP" in str(await refusal(chat))


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """A name server that knows gateway.example by one address after another; the names that it was asked for."""
    asked: list[str] = []
    real: Callable[..., Any] = socket.getaddrinfo

    def lookup(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        if host != "gateway.example":
            return real(host, port, *args, **more)
        asked.append(host)
        return real(addresses[min(len(asked), len(addresses)) - 1], port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def named(server: Server, scheme: str = "json") -> str:
    return local(server, scheme).replace("127.0.0.1", "gateway.example")


async def test_a_name_that_leads_inward_when_it_is_called_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, "93.184.216.34", "127.0.0.1")
    error = await refusal(to(named(server), Guard()))
    assert "this machine itself" in str(error)
    assert error.permanent
    assert len(asked) == 2
    assert server.got == []


async def test_what_is_called_is_what_was_judged(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, "127.0.0.1", "127.0.0.1", "10.0.0.1")
    chat = to(named(server))
    await chat.send(message())
    await chat.close()
    assert len(asked) == 2  # a third look would be nobody's
    ((_, headers, _),) = server.got
    assert headers["host"].startswith("gateway.example")


async def test_a_proxy_of_the_machine_is_not_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    answering(monkeypatch, "127.0.0.2")
    chat = to(named(server))
    with pytest.raises(NotifyError):  # nobody listens at 127.0.0.2; the proxy would have taken it
        await chat.send(message())
    await chat.close()
    assert server.got == []


async def test_a_name_that_is_forgotten_meanwhile_is_tried_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "93.184.216.34", "no.such.name.invalid")
    assert not (await refusal(to(named(server), Guard()))).permanent


@pytest.mark.parametrize("module", sorted({module for module, _ in GATEWAYS.values()}))
def test_a_gateway_has_no_other_way_out(module: str) -> None:
    source = inspect.getsource(importlib.import_module(f"apprise.plugins.{module}"))
    assert "import requests" in source
    assert not re.search(r"^\s*(?:from|import) (?:socket|http|urllib|httpx|smtplib|asyncio)\b", source, re.MULTILINE)
    used = set(re.findall(r"\brequests\.(\w+)", source))
    assert all(hasattr(JUDGED, name) for name in used)
