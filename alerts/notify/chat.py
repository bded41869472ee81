"""Receivers of kind `apprise`: groups in WeCom, DingTalk, Feishu and others through the Apprise library."""

import asyncio
import importlib
import logging
import re
import socket
from functools import partial
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field

from alerts.delivery import Message
from alerts.notify.sender import SECONDS, Means, Threads
from domain.errors import NotifyError, SourceError
from domain.receiver import Receiver

if TYPE_CHECKING:
    from apprise import NotifyBase

# What may be declared, by the first part of the address: the module and the class. Everything else that Apprise knows
# (programs, desktops, files, relays) does not leave this machine by a way that was thought about, and is not even loaded.
_SERVICES: Final = {  # these always call their own service
    "wecombot": ("wecombot", "NotifyWeComBot"),
    "dingtalk": ("dingtalk", "NotifyDingTalk"),
    "feishu": ("feishu", "NotifyFeishu"),
    "lark": ("lark", "NotifyLark"),
}
_SERVERS: Final = {  # these call the host of the address; with an s at the end by TLS
    "bark": ("bark", "NotifyBark"),
    "form": ("custom_form", "NotifyForm"),
    "gotify": ("gotify", "NotifyGotify"),
    "json": ("custom_json", "NotifyJSON"),
    "mmost": ("mattermost", "NotifyMattermost"),
}
GATEWAYS: Final = _SERVICES | _SERVERS | {f"{name}s": entry for name, entry in _SERVERS.items()}
_STATUS: Final = re.compile(r"error=(\d{3})\b")
_PASSING: Final = frozenset({408, 425, 429})


class ChatReceiver(Receiver):
    """A group or gateway by its Apprise address. The address holds the key, so only its variable's name is declared."""

    kind: Literal["apprise"] = "apprise"
    url_env: str = Field(
        min_length=1, description="Environment variable that holds the Apprise address, wecombot://KEY for instance."
    )


class Chat:
    """Sends to one Apprise address. Apprise is loaded at the first message: nobody else needs its hundred services."""

    def __init__(self, receiver: ChatReceiver, means: Means) -> None:
        self._receiver, self._means = receiver, means
        self._threads = Threads()

    async def send(self, message: Message) -> str:
        """Hand it to the gateway; Apprise tells only that it was taken."""
        address = self._means.secret(self._receiver.url_env)
        try:
            async with asyncio.timeout(SECONDS * 2):
                return await self._threads.run(partial(self._hand_over, address, message))
        except TimeoutError:
            raise NotifyError("the gateway gave no answer in time") from None

    async def close(self) -> None:
        """End its threads."""
        self._threads.close()

    def _hand_over(self, address: str, message: Message) -> str:
        scheme = _scheme(address)
        gateway = self._gateway(scheme, address)
        self._judge(scheme, gateway)
        body = message.text.partition("\n")[2] or message.text
        from apprise import LogCapture

        from alerts.notify.judged_calls import judging

        try:
            # Apprise resolves the name again, and the name server may say another thing by now.
            with judging(self._means.guard), LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]
                taken = bool(gateway.notify(body=body, title=message.title))
                said = log.getvalue()
        except SourceError as error:  # the guard's
            raise NotifyError(str(error), permanent=True) from None
        if not taken:
            raise _refusal(scheme, said)
        return f"accepted by {scheme}"

    def _gateway(self, scheme: str, address: str) -> "NotifyBase":
        if scheme not in GATEWAYS:
            fault = f"{self._receiver.url_env}: {scheme or 'this'} is no gateway that may be used"
            raise NotifyError(fault, permanent=True)
        from apprise import AppriseAsset

        from alerts.notify.judged_calls import fit

        logging.getLogger("apprise").propagate = False  # its lines hold addresses
        module, name = GATEWAYS[scheme]
        plugin = importlib.import_module(f"apprise.plugins.{module}")
        fit(plugin)
        kind = getattr(plugin, name)
        # An answer may not lead elsewhere: Apprise follows redirects unless it is told not to.
        asset = AppriseAsset(http_redirects=False, async_mode=False, app_id="city-cockpit")
        fields = kind.parse_url(address)
        try:
            if fields:
                made: NotifyBase = kind(**fields, asset=asset)
                return made
        except TypeError:  # its way to refuse a key; the sentence holds the key
            pass
        fault = f"{self._receiver.url_env} holds no address that Apprise understands"
        raise NotifyError(fault, permanent=True)

    def _judge(self, scheme: str, gateway: "NotifyBase") -> None:
        """The address that is called must be one that a webhook may call too."""
        service = scheme in _SERVICES
        host = urlsplit(str(getattr(gateway, "notify_url", ""))).hostname if service else gateway.host
        if not host:
            raise NotifyError(f"{self._receiver.url_env}: whom it calls cannot be told", permanent=True)
        try:
            self._means.guard.resolve_here(str(host), int(getattr(gateway, "port", 0) or 443))
        except SourceError as error:
            raise NotifyError(str(error), permanent=True) from None
        except (socket.gaierror, UnicodeError):
            raise NotifyError("the gateway's name is not known") from None


def _scheme(address: str) -> str:
    """The first part of an address; "" when there is none."""
    head, mark, _ = address.partition("://")
    return head.strip().lower() if mark else ""


def _refusal(scheme: str, said: str) -> NotifyError:
    """Apprise's log says why, with the address in it: only the status is taken from it."""
    found = _STATUS.search(said)
    status = int(found[1]) if found else 0
    passing = not 300 <= status < 500 or status in _PASSING
    return NotifyError(f"{scheme} did not take it{f' (status {status})' if status else ''}", permanent=not passing)
