"""One answer for everybody: made again by whoever asks first once it is too old."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT_FOR = timedelta(minutes=5)


class Shared(Generic[T]):
    """Safe to use from several threads. make: the answer at a moment; what it raises goes to whoever asked."""

    def __init__(self, make: Callable[[datetime], T], kept_for: timedelta = KEPT_FOR) -> None:
        self._make, self._kept_for = make, kept_for
        self._lock = Lock()
        self._newest: tuple[datetime, T] | None = None

    def at(self, now: datetime) -> T:
        """The answer; others who ask while it is made get the one before, if there is any."""
        held = self._newest
        if held is not None and self._good(held[0], now):
            return held[1]
        if not self._lock.acquire(blocking=held is None):
            return held[1] if held is not None else self.at(now)
        try:
            held = self._newest
            if held is None or not self._good(held[0], now):
                self._newest = held = (now, self._make(now))
            return held[1]
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Have it made again: something was done that it tells of."""
        self._newest = None

    def _good(self, made: datetime, now: datetime) -> bool:
        return timedelta(0) <= now - made < self._kept_for
