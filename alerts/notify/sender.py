"""What every kind of receiver shares: the means it is given, what it makes of a message, and how it fails."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from alerts.delivery import Message
from datasources.guard import Guard
from domain.errors import NotifyError

RECEIPT_LONGEST = 300  # characters of the other side's answer that are kept
SECONDS = 20.0  # of one attempt; well inside the lease, so that nobody sends it a second time meanwhile


@dataclass(frozen=True, slots=True)
class Means:
    """guard: which addresses may be called. env: where secrets are read from, each by the name that the receiver gives."""

    guard: Guard
    env: Mapping[str, str] = field(default_factory=dict, repr=False)

    def secret(self, name: str) -> str:
        """The secret of that name; NotifyError when it is not set. "" for no name."""
        value = self.env.get(name, "") if name else ""
        if name and not value:
            raise NotifyError(f"the environment variable {name} is not set")
        return value


class Threads:
    """Threads of one sender, for libraries that wait: those of the process must not all hang on a mail server."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(4, "notices")

    async def run(self, call: Callable[[], str]) -> str:
        """The call's answer."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """End them; one that waits ends by its own timeout."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Sender(Protocol):
    """One receiver's way out. Used by several notices at a time."""

    async def send(self, message: Message) -> str:
        """Deliver it and give the receipt, in words without secrets; NotifyError says whether trying again is useless."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...


class Later(NotifyError):
    """The other side asks to wait so many seconds."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds
