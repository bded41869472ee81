"""How long each kind waits between attempts, and when it gives up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tenacity import AsyncRetrying, RetryCallState, wait_chain, wait_exponential, wait_fixed, wait_random
from tenacity.wait import wait_base

from alerts.notify.sender import Later
from domain.errors import NotifyError
from domain.notice import Notice


@dataclass(frozen=True, slots=True)
class Retry:
    """wait: how long before the next attempt. most: after so long since it was planned nobody needs it any more."""

    wait: wait_base
    most: timedelta


_JITTER = wait_random(0, 1)  # so that receivers of one gateway that was down do not all come back in one moment
RETRIES: Mapping[str, Retry] = {
    # A program on the intranet is back in seconds after a restart.
    "webhook": Retry(wait_exponential(multiplier=1, max=300) + _JITTER, timedelta(days=1)),
    # Mail servers put strangers off for minutes (greylisting), and a quick second attempt prolongs it.
    "email": Retry(wait_chain(wait_fixed(60), wait_exponential(multiplier=60, max=1800)) + _JITTER, timedelta(days=2)),
    # Gateways of chats count what is sent, refused ones too.
    "apprise": Retry(wait_exponential(multiplier=5, max=600) + _JITTER, timedelta(days=1)),
}
_NO_CALL = AsyncRetrying()


def next_try(kind: str, notice: Notice, error: NotifyError, now: datetime) -> datetime | None:
    """When a notice that could not be delivered is tried again; None when never."""
    retry = RETRIES[kind]
    if error.permanent or now - notice.made >= retry.most:
        return None
    state = RetryCallState(_NO_CALL, None, (), {})
    state.attempt_number = max(1, notice.attempts)
    seconds = retry.wait(state)
    if isinstance(error, Later):
        seconds = max(seconds, error.seconds)
    return now + timedelta(seconds=seconds)
