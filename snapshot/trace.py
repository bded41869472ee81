"""Which questions a panel asked, so that it is drawn again only when an answer has changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from domain.account import Reach
from domain.alert import Alert
from domain.case import Case
from domain.city import City
from domain.forecast import Outlook
from domain.health import SourceHealth
from domain.incident import Incident
from domain.instruction import Instruction
from domain.metric import Window
from snapshot.model import Basis, Comparison, Rank, Reading, Snapshot, Trend

Answer = TypeVar("Answer")
Question = tuple[str, tuple[object, ...]]
HOUR = timedelta(hours=1)
HALF_MINUTE = timedelta(seconds=30)


class Traced:
    """A Snapshot that remembers every question and its answer. Of one thread; thrown away after the panel is drawn."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.asked: dict[Question, object] = {}
        self.city: City = snapshot.city
        self.live: bool = snapshot.live
        self.reach: Reach = snapshot.reach

    @property
    def at(self) -> datetime:
        """The moment shown: a panel that reads it (to say "3 minutes ago") is drawn again once a minute."""
        at = self._snapshot.at
        self.asked["at", ()] = _minute(at)
        return at

    @property
    def version(self) -> int:
        """The snapshot's number: a panel that reads it is drawn again at every tick."""
        return self._kept("version", (), self._snapshot.version)

    @property
    def alerts(self) -> Sequence[Alert]:
        """Open alerts and those cleared in the last day."""
        return self._kept("alerts", (), self._snapshot.alerts)

    @property
    def cases(self) -> Mapping[str, Case]:
        """The newest case of each alert."""
        return self._kept("cases", (), self._snapshot.cases)

    @property
    def instructions(self) -> Sequence[Instruction]:
        """Instructions of leaders that are not carried out yet, oldest first; none for a replayed moment."""
        return self._kept("instructions", (), self._snapshot.instructions)

    @property
    def papers(self) -> int:
        """How many steps the desk's papers have taken: it rises with each; 0 for a replayed moment."""
        return self._kept("papers", (), self._snapshot.papers)

    @property
    def incidents(self) -> Sequence[Incident]:
        """Open incidents and those closed in the last day."""
        return self._kept("incidents", (), self._snapshot.incidents)

    @property
    def sources(self) -> Mapping[str, SourceHealth]:
        """How every source is doing."""
        return self._kept("sources", (), self._snapshot.sources)

    def reading(self, metric: str, place: str = "", window: Window | None = None) -> Reading:
        """See `Snapshot.reading`."""
        return self._kept("reading", (metric, place, window), self._snapshot.reading(metric, place, window))

    def readings(self, metric: str, district: str = "") -> Sequence[Reading]:
        """See `Snapshot.readings`."""
        return self._kept("readings", (metric, district), self._snapshot.readings(metric, district))

    def by_district(self, metric: str, window: Window | None = None) -> Sequence[Reading]:
        """See `Snapshot.by_district`."""
        return self._kept("by_district", (metric, window), self._snapshot.by_district(metric, window))

    def trend(
        self, metric: str, place: str = "", hours: int = 24, step: timedelta = HOUR, end: datetime | None = None
    ) -> Trend:
        """See `Snapshot.trend`."""
        answer = self._snapshot.trend(metric, place, hours, step, end)
        return self._kept("trend", (metric, place, hours, step, end), answer)

    def outlook(self, metric: str, place: str = "") -> Outlook | None:
        """See `Snapshot.outlook`."""
        return self._kept("outlook", (metric, place), self._snapshot.outlook(metric, place))

    def today(self, metric: str, place: str = "", days_ago: int = 0, step: timedelta = HOUR) -> Trend:
        """See `Snapshot.today`."""
        answer = self._snapshot.today(metric, place, days_ago, step)
        return self._kept("today", (metric, place, days_ago, step), answer)

    def compare(
        self, metric: str, place: str = "", basis: Basis = "yesterday", window: Window | None = None
    ) -> Comparison:
        """See `Snapshot.compare`."""
        answer = self._snapshot.compare(metric, place, basis, window)
        return self._kept("compare", (metric, place, basis, window), answer)

    def ranking(self, metric: str, window: Window | None = None) -> Sequence[Rank]:
        """See `Snapshot.ranking`."""
        return self._kept("ranking", (metric, window), self._snapshot.ranking(metric, window))

    def source_of(self, metric: str) -> str:
        """See `Snapshot.source_of`."""
        return self._kept("source_of", (metric,), self._snapshot.source_of(metric))

    def events_per(self, minutes: int = 30, hours: int = 24) -> Trend:
        """See `Snapshot.events_per`."""
        return self._kept("events_per", (minutes, hours), self._snapshot.events_per(minutes, hours))

    def _kept(self, name: str, args: tuple[object, ...], answer: Answer) -> Answer:
        self.asked[name, args] = answer
        return answer


def holds(asked: Mapping[Question, object], snapshot: Snapshot) -> bool:
    """Whether another snapshot gives the same answers to all these questions."""
    for (name, args), before in asked.items():
        found = getattr(snapshot, name)
        answer = found(*args) if callable(found) else _minute(found) if name == "at" else found
        if answer is not before and answer != before:
            return False
    return True


def _minute(at: datetime) -> datetime:
    """The half-past-to-half-past minute a moment lies in: where an age in whole minutes changes its text."""
    return (at + HALF_MINUTE).replace(second=0, microsecond=0)
