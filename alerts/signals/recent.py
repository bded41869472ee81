"""The values of one metric within a span, by site; what came before this process is loaded once, at the first question."""

from bisect import bisect_right, insort
from datetime import datetime, timedelta
from typing import NamedTuple

from alerts.history import History


class Value(NamedTuple):
    """A value and its time."""

    at: datetime
    value: float


class Recent:
    """Values come in any order; one of the same time replaces the one before."""

    def __init__(self, metric: str, span: timedelta, history: History) -> None:
        self._metric, self._span, self._history = metric, span, history
        self._values: dict[str, list[Value]] = {}
        self._loaded = False

    def load(self, now: datetime) -> None:
        """Read what the store holds, once."""
        if self._loaded:
            return
        for site, at, value in self._history.recent(self._metric, now - self._span):
            self.add(site, at, value)
        self._loaded = True

    def add(self, site: str, at: datetime, value: float) -> None:
        """Remember a value and forget what is older than the span before the newest."""
        kept = self._values.setdefault(site, [])
        place = bisect_right(kept, at, key=lambda one: one.at)
        if place and kept[place - 1].at == at:
            kept[place - 1] = Value(at, value)
        else:
            insort(kept, Value(at, value), key=lambda one: one.at)
        while kept[0].at < kept[-1].at - self._span:
            del kept[0]

    def newest(self, site: str) -> Value | None:
        """The newest value of a site."""
        kept = self._values.get(site)
        return kept[-1] if kept else None

    def before(self, site: str, at: datetime) -> Value | None:
        """The newest value that is not later than `at`."""
        kept = self._values.get(site, [])
        place = bisect_right(kept, at, key=lambda one: one.at)
        return kept[place - 1] if place else None

    def after(self, site: str, at: datetime) -> list[Value]:
        """The values later than `at`."""
        kept = self._values.get(site, [])
        return kept[bisect_right(kept, at, key=lambda one: one.at) :]

    def sites(self) -> list[str]:
        """Every site that has a value."""
        return list(self._values)
