"""Receivers of kind `webhook`: Alertmanager's JSON, version 4, with what the cockpit knows beyond it under `cockpit`."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

import httpx
from pydantic import Field, model_validator

from alerts.delivery import Message, Told
from alerts.notify.sender import RECEIPT_LONGEST, SECONDS, Later, Means
from datasources.guard import SCHEMES
from datasources.transport import GuardedTransport
from domain.errors import NotifyError, SourceError
from domain.receiver import Receiver

_ANSWER_LONGEST = 64_000  # bytes of an answer that are read
_LONGEST_WAIT = 3600.0
_NEVER = "0001-01-01T00:00:00Z"  # what Alertmanager writes for an alert that has not ended
_PASSING = frozenset({408, 425, 429})


class WebhookReceiver(Receiver):
    """A program that takes notices by HTTP POST. An answer of 2xx means that it has the notice."""

    kind: Literal["webhook"] = "webhook"
    url: str = Field("", description="Address; for one without a secret in it.")
    url_env: str = Field(
        "", description="Environment variable that holds the address, when the address itself is a secret."
    )
    token_env: str = Field("", description="Environment variable with a token, sent as Authorization: Bearer.")
    secret_env: str = Field(
        "", description="Environment variable with a key; the body's HMAC-SHA256 goes into X-Cockpit-Signature."
    )

    @model_validator(mode="after")
    def _one_address(self) -> "WebhookReceiver":
        if bool(self.url) == bool(self.url_env):
            raise ValueError("give either url or url_env")
        if self.url and urlsplit(self.url).scheme not in SCHEMES:
            raise ValueError("url: give an http:// or https:// address")
        return self


class Webhook:
    """Sends to one webhook; keeps its connection."""

    def __init__(
        self, receiver: WebhookReceiver, means: Means, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._receiver, self._means = receiver, means
        # Neither proxies nor .netrc of the machine; an answer may not lead elsewhere.
        self._client = httpx.AsyncClient(
            timeout=SECONDS,
            transport=transport or GuardedTransport(means.guard),
            trust_env=False,
            follow_redirects=False,
        )

    async def send(self, message: Message) -> str:
        """POST it; the receipt is the status and the beginning of the answer."""
        body = json.dumps(payload(message), ensure_ascii=False).encode()
        url = self._receiver.url or self._means.secret(self._receiver.url_env)
        # `from None`: the cause holds the request, whose address and headers may hold a secret.
        try:
            async with self._client.stream("POST", url, content=body, headers=self._headers(message, body)) as answer:
                text = await _beginning(answer)
        except SourceError as error:  # the guard's
            raise NotifyError(str(error), permanent=True) from None
        except httpx.TimeoutException:
            raise NotifyError(f"{_host(url)} gave no answer within {SECONDS:.0f} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            raise NotifyError(f"{_host(url)} cannot be reached ({type(error).__name__})") from None
        if not answer.is_success:
            raise _refusal(answer, _host(url))
        return self._discreet(f"{answer.status_code} {text}".strip())[:RECEIPT_LONGEST]

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    def _discreet(self, text: str) -> str:
        """The text without our secrets: a server may answer with what it was sent."""
        for name in (self._receiver.url_env, self._receiver.token_env, self._receiver.secret_env):
            if secret := self._means.secret(name):
                text = text.replace(secret, "***")
        return text

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "city-cockpit",
            "Idempotency-Key": message.id,
        }
        if token := self._means.secret(self._receiver.token_env):
            headers["Authorization"] = f"Bearer {token}"
        if key := self._means.secret(self._receiver.secret_env):
            headers["X-Cockpit-Signature"] = f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"
        return headers


def payload(message: Message) -> dict[str, object]:
    """The body: what Alertmanager sends for a group of alerts, so that what understands that understands this."""
    alerts = [_alert(one, message) for one in message.cases]
    labels = [one.labels for one in message.cases]
    notes = [one.annotations for one in message.cases]
    return {
        "version": "4",
        "groupKey": message.group,
        "truncatedAlerts": message.more,
        "status": "firing" if any(one.ended is None for one in message.cases) or not alerts else "resolved",
        "receiver": message.receiver,
        "groupLabels": {"group": message.group},
        "commonLabels": _common(labels),
        "commonAnnotations": _common(notes),
        "externalURL": message.link,
        "alerts": alerts,
        "cockpit": {
            "id": message.id,
            "kind": message.kind.value,
            "level": message.level.name,
            "at": _moment(message.at),
            "title": message.title,
            "text": message.text,
            "cases": [] if message.order else [one.number for one in message.cases],
            **({"order": dict(message.order)} if message.order else {}),
        },
    }


def _alert(one: Told, message: Message) -> dict[str, object]:
    return {
        "status": "firing" if one.ended is None else "resolved",
        "labels": dict(one.labels),
        "annotations": dict(one.annotations),
        "startsAt": _moment(one.began),
        "endsAt": _NEVER if one.ended is None else _moment(one.ended),
        "generatorURL": one.link or message.link,
        "fingerprint": hashlib.sha256(one.fingerprint.encode()).hexdigest()[:16],
    }


def _common(pairs: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {
        name: value for name, value in (pairs[0] if pairs else {}).items() if all(p.get(name) == value for p in pairs)
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _host(url: str) -> str:
    """Of an address only what is no secret."""
    try:
        return urlsplit(url).hostname or "the address"
    except ValueError:
        return "the address"


async def _beginning(answer: httpx.Response) -> str:
    """The answer's first characters on one line; the connection can be used again when it ended within bounds."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_raw():
        parts.append(part)
        size += len(part)
        if size > _ANSWER_LONGEST:
            break
    if answer.headers.get("content-encoding", "identity") != "identity":
        return ""
    return " ".join(b"".join(parts)[: RECEIPT_LONGEST * 4].decode("utf-8", "replace").split())


def _refusal(answer: httpx.Response, host: str) -> NotifyError:
    status = answer.status_code
    sentence = f"{host} answered {status}"
    if answer.is_redirect:
        return NotifyError(f"{sentence}: the address has moved", permanent=True)
    wait = answer.headers.get("retry-after", "").strip()
    if (status == 429 or answer.is_server_error) and wait.isascii() and wait.isdigit():
        return Later(sentence, min(float(wait), _LONGEST_WAIT))
    return NotifyError(sentence, permanent=not (answer.is_server_error or status in _PASSING))
