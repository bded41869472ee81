"""Webhooks against a real server on loopback."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from alerts.notify.sender import Later, Means
from alerts.notify.webhook import Webhook, WebhookReceiver, payload
from datasources.guard import Guard
from domain.errors import NotifyError
from tests.notify.here import NOW, OPEN, Server, message, told


def to(server: Server, means: Means = OPEN, **given: object) -> Webhook:
    where = {} if "url_env" in given else {"url": server.url}
    return Webhook(WebhookReceiver.model_validate({"key": "duty", **where, **given}), means)


async def sent(hook: Webhook) -> str:
    try:
        return await hook.send(message())
    finally:
        await hook.close()


async def refusal(hook: Webhook) -> NotifyError:
    with pytest.raises(NotifyError) as told_:
        await sent(hook)
    return told_.value


async def test_what_arrives_is_what_alertmanager_would_send(server: Server) -> None:
    receipt = await sent(to(server))
    ((path, headers, body),) = server.got
    said = json.loads(body)
    assert (path, headers["content-type"]) == ("/hook", "application/json; charset=utf-8")
    assert {key: said[key] for key in ("version", "status", "receiver", "groupKey", "truncatedAlerts")} == {
        "version": "4", "status": "firing", "receiver": "duty", "groupKey": "water|flood|441802", "truncatedAlerts": 0,
    }  # fmt: skip
    (alert,) = said["alerts"]
    assert alert["startsAt"] == "2026-11-25T04:00:00.000Z"
    assert alert["endsAt"] == "0001-01-01T00:00:00Z"
    assert alert["labels"] == {"alertname": "flood", "severity": "P1"}
    assert said["cockpit"]["cases"] == ["GJ-20261125-0001"]
    assert receipt.startswith("200 ")


def test_what_all_alerts_share_is_said_once() -> None:
    said = payload(message(told("a", district="441802"), told("b", district="441803")))
    assert said["commonLabels"] == {"alertname": "flood", "severity": "P1"}
    assert said["commonAnnotations"] == {"summary": "河口闸 超保证水位"}


def test_it_is_resolved_when_every_case_is_over() -> None:
    over = NOW + timedelta(minutes=5)
    assert payload(message(told("a", over), told("b")))["status"] == "firing"
    whole = payload(message(told("a", over), told("b", over)))
    assert whole["status"] == "resolved"
    alerts = whole["alerts"]
    assert isinstance(alerts, list)
    assert [one["endsAt"] for one in alerts] == ["2026-11-25T04:05:00.000Z"] * 2


async def test_the_notices_id_is_the_idempotency_key(server: Server) -> None:
    await sent(to(server))
    ((_, headers, body),) = server.got
    assert headers["idempotency-key"] == json.loads(body)["cockpit"]["id"] == "fired-1"


async def test_token_and_signature_come_from_the_environment(server: Server) -> None:
    env = {"T": "a-token", "K": "a-key", "U": server.url + "?key=hidden"}
    await sent(to(server, Means(OPEN.guard, env), url_env="U", token_env="T", secret_env="K"))
    ((path, headers, body),) = server.got
    assert path == "/hook?key=hidden"
    assert headers["authorization"] == "Bearer a-token"
    assert headers["x-cockpit-signature"] == "sha256=" + hmac.new(b"a-key", body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (401, True), (404, True), (408, False), (429, False), (500, False), (502, False), (503, False)],
)
async def test_what_may_pass_is_tried_again_and_what_may_not_is_not(
    server: Server, status: int, permanent: bool
) -> None:
    server.statuses = [status]
    assert (await refusal(to(server))).permanent is permanent


async def test_a_server_that_asks_to_wait_is_given_its_time(server: Server) -> None:
    server.statuses, server.headers = [429], {"Retry-After": "90"}
    error = await refusal(to(server))
    assert isinstance(error, Later)
    assert error.seconds == 90


async def test_an_answer_leads_nowhere_else(server: Server) -> None:
    server.statuses, server.headers = [307], {"Location": "http://169.254.169.254/latest/meta-data"}
    error = await refusal(to(server))
    assert error.permanent
    assert len(server.got) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://169.254.169.254/latest", "http://10.1.2.3/x", "http://[::1]/x"]
)
async def test_this_machine_the_intranet_and_the_cloud_are_not_called(server: Server, url: str) -> None:
    error = await refusal(to(server, Means(Guard()), url=url))
    assert error.permanent
    assert "allow_hosts" in str(error) or "link-local" in str(error)


async def test_a_declared_host_of_the_intranet_is_called(server: Server) -> None:
    await sent(to(server, Means(Guard(hosts=("127.0.0.0/8",)))))
    assert len(server.got) == 1


@pytest.mark.parametrize(
    ("env", "status"), [({"U": "{url}?key=tell-nobody"}, 403), ({"U": "http://127.0.0.1:1/tell-nobody"}, 0)]
)
async def test_no_error_names_the_secret_address(server: Server, env: Mapping[str, str], status: int) -> None:
    server.statuses = [status or 200]
    error = await refusal(to(server, Means(OPEN.guard, {"U": env["U"].format(url=server.url)}), url_env="U"))
    assert "tell-nobody" not in str(error)
    assert error.__suppress_context__ or error.__context__ is None


async def test_a_server_that_repeats_our_token_does_not_bring_it_into_the_receipt(server: Server) -> None:
    server.answer = b"you said Bearer tell-nobody"
    receipt = await sent(to(server, Means(OPEN.guard, {"T": "tell-nobody"}), token_env="T"))
    assert receipt == "200 you said Bearer ***"


async def test_a_secret_that_is_not_set_is_named_and_waited_for(server: Server) -> None:
    error = await refusal(to(server, url_env="DUTY_HOOK"))
    assert "DUTY_HOOK" in str(error)
    assert not error.permanent


async def test_an_endless_answer_is_not_read_to_its_end(server: Server) -> None:
    server.answer = b"x" * 5_000_000
    assert len(await sent(to(server))) <= 300
