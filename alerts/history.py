"""What conditions ask of the past: answered by the store in the collector, by nothing in a timeline test."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.incident import Incident


class Held(NamedTuple):
    """A roll-up of one hour: how many values, and their sum."""

    n: int
    total: float


class Point(NamedTuple):
    """One step of a forecast: the expected value and the ends of its 80 % interval."""

    at: datetime
    low: float
    middle: float
    high: float


class History(Protocol):
    """Answers may come from a store: ask seldom. All times aware UTC; StoreError may be raised."""

    def recent(self, metric: str, since: datetime) -> Iterable[tuple[str, datetime, float]]:
        """(site, at, value) of a metric's usable values since then, in order of time."""
        ...

    def hour(self, metric: str, hour: datetime) -> Mapping[str, Held]:
        """The roll-up of one closed hour by site."""
        ...

    def incidents(self) -> Sequence[Incident]:
        """Incidents that are not closed, and those of the last days."""
        ...

    def forecasts(self, metric: str) -> Mapping[str, Sequence[Point]]:
        """The newest forecast by site, oldest step first; nothing where no forecast is good enough to be used."""
        ...


class NoHistory:
    """Nothing happened before."""

    def recent(self, metric: str, since: datetime) -> Iterable[tuple[str, datetime, float]]:  # noqa: ARG002
        """Nothing."""
        return ()

    def hour(self, metric: str, hour: datetime) -> Mapping[str, Held]:  # noqa: ARG002
        """Nothing."""
        return {}

    def incidents(self) -> Sequence[Incident]:
        """None."""
        return ()

    def forecasts(self, metric: str) -> Mapping[str, Sequence[Point]]:  # noqa: ARG002
        """None."""
        return {}
