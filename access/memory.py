"""Who was found behind a secret, kept for a few seconds, so that a request costs no look-up in the store."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from domain.account import Viewer
from domain.errors import StoreError

# Revocation by another process is seen this late at most.
RECALLED = timedelta(seconds=5)
MOST = 10_000
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Found:
    """What the store said at `asked`: a viewer, or nobody. Good for `RECALLED`, and not beyond `until`."""

    viewer: Viewer | None
    asked: datetime
    until: datetime


class Memory:
    """By digest of the secret; safe to call from several threads. The oldest make room."""

    def __init__(self, most: int = MOST) -> None:
        self._found: OrderedDict[str, Found] = OrderedDict()
        self._most = most
        self._turn = Lock()
        self._age = 0

    @property
    def age(self) -> int:
        """How often everything was forgotten: what was asked before that is not to be kept after it."""
        return self._age

    def get(self, key: str, now: datetime) -> Found | None:
        """What is known and not too old."""
        with self._turn:
            found = self._found.get(key)
        # A clock that was set back must not keep a revoked session alive.
        return found if found is not None and timedelta() <= now - found.asked < RECALLED else None

    def put(self, key: str, found: Found, age: int) -> None:
        """Keep what was found, asked at `age`."""
        with self._turn:
            if age != self._age:
                return
            self._found[key] = found
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)

    def forget(self) -> None:
        """Ask the store again for everybody: this process has changed something."""
        with self._turn:
            self._found.clear()
            self._age += 1


class Uses:
    """When sessions or tokens were used, told to the store once a minute by whoever uses one then."""

    def __init__(self, tell: Callable[[Mapping[str, datetime]], None]) -> None:
        self._tell = tell
        self._used: dict[str, datetime] = {}
        self._told: datetime | None = None
        self._turn = Lock()

    def note(self, key: str, now: datetime) -> None:
        """One is used. A store that is down loses nothing but this minute."""
        with self._turn:
            self._used[key] = now
            if self._told is not None and timedelta() <= now - self._told < NOTED_EVERY:
                return
            self._told, used, self._used = now, self._used, {}
        with suppress(StoreError):
            self._tell(used)
