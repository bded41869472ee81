"""A snapshot seen through a reach: what lies outside is refused with a sentence, never summed up in part."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from access.reach import REFUSED, Sight, narrowed, sees, sees_alert, sees_incident, sight_of
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

HOUR = timedelta(hours=1)


class Lens:
    """Turns snapshots into what one reach sees of them. A whole reach sees the snapshot itself: no wrapper, no cost.

    Safe to use from several threads: a race restricts twice, alike.
    """

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._city: tuple[City, City] | None = None
        self._seen: tuple[Snapshot, Snapshot] | None = None

    def __call__(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot as far as the reach goes; the same object for the same snapshot."""
        if self.reach.whole:
            return snapshot
        seen = self._seen
        if seen is None or seen[0] is not snapshot:
            seen = self._seen = (snapshot, Restricted(snapshot, self.reach, self._narrowed(snapshot.city)))
        return seen[1]

    def _narrowed(self, city: City) -> City:
        known = self._city
        if known is None or known[0] is not city:
            known = self._city = (city, narrowed(city, self.reach))
        return known[1]


class Restricted:
    """Implements `snapshot.model.Snapshot` over another one. Safe to ask from several threads."""

    def __init__(self, snapshot: Snapshot, reach: Reach, city: City | None = None) -> None:
        self._snapshot = snapshot
        self._reach = reach
        self._whole_city = snapshot.city
        self._city = city if city is not None else narrowed(snapshot.city, reach)

    @property
    def at(self) -> datetime:
        """The moment shown."""
        return self._snapshot.at

    @property
    def version(self) -> int:
        """The snapshot's number."""
        return self._snapshot.version

    @property
    def live(self) -> bool:
        """False for a replayed moment."""
        return self._snapshot.live

    @property
    def city(self) -> City:
        """The city with only the districts, sites and sources inside the reach."""
        return self._city

    @property
    def reach(self) -> Reach:
        """How far this snapshot may be read."""
        return self._reach

    @cached_property
    def alerts(self) -> Sequence[Alert]:
        """The alerts inside the reach."""
        return tuple(a for a in self._snapshot.alerts if sees_alert(self._reach, self._whole_city, a))

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """The cases inside the reach, by what decides over their alerts."""
        found = self._snapshot.cases.items()
        return {mark: case for mark, case in found if sees_alert(self._reach, self._whole_city, case)}

    @property
    def instructions(self) -> Sequence[Instruction]:
        """Instructions about what lies inside the reach."""
        return [one for one in self._snapshot.instructions if self._reach.covers(one.topic, one.district)]

    @property
    def papers(self) -> int:
        """How many steps the desk's papers have taken: a number tells nothing of what is in them."""
        return self._snapshot.papers

    @cached_property
    def incidents(self) -> Sequence[Incident]:
        """The incidents inside the reach."""
        return tuple(i for i in self._snapshot.incidents if sees_incident(self._reach, i))

    @cached_property
    def sources(self) -> Mapping[str, SourceHealth]:
        """The sources that feed something inside the reach; of one that feeds other things too only its state."""
        sights = {key: sight_of(self._reach, self._whole_city, key) for key in self._snapshot.sources}
        return {
            key: health if sights[key] is Sight.WHOLE else replace(health, rows=0, rejected=0, latency=None, error="")
            for key, health in self._snapshot.sources.items()
            if sights[key] is not Sight.NONE
        }

    def reading(self, metric: str, place: str = "", window: Window | None = None) -> Reading:
        """See `Snapshot.reading`; refused outside the reach."""
        if not self._sees(metric, place):
            return self._refused(metric, place)
        return self._bare(self._snapshot.reading(metric, place, window))

    def readings(self, metric: str, district: str = "") -> Sequence[Reading]:
        """See `Snapshot.readings`; places outside the reach are left out."""
        return self._inside(self._snapshot.readings(metric, district))

    def by_district(self, metric: str, window: Window | None = None) -> Sequence[Reading]:
        """See `Snapshot.by_district`; districts outside the reach are left out."""
        return self._inside(self._snapshot.by_district(metric, window))

    def trend(
        self, metric: str, place: str = "", hours: int = 24, step: timedelta = HOUR, end: datetime | None = None
    ) -> Trend:
        """See `Snapshot.trend`; empty outside the reach."""
        return self._course(metric, place, step, lambda: self._snapshot.trend(metric, place, hours, step, end))

    def outlook(self, metric: str, place: str = "") -> Outlook | None:
        """See `Snapshot.outlook`; none outside the reach."""
        return self._snapshot.outlook(metric, place) if self._sees(metric, place) else None

    def today(self, metric: str, place: str = "", days_ago: int = 0, step: timedelta = HOUR) -> Trend:
        """See `Snapshot.today`; empty outside the reach."""
        return self._course(metric, place, step, lambda: self._snapshot.today(metric, place, days_ago, step))

    def compare(
        self, metric: str, place: str = "", basis: Basis = "yesterday", window: Window | None = None
    ) -> Comparison:
        """See `Snapshot.compare`; refused outside the reach."""
        if not self._sees(metric, place):
            return Comparison(basis, refused=REFUSED)
        return self._snapshot.compare(metric, place, basis, window)

    def ranking(self, metric: str, window: Window | None = None) -> Sequence[Rank]:
        """See `Snapshot.ranking`; a place among districts that may not be read is itself a figure of the whole city."""
        inside = [r for r in self._snapshot.ranking(metric, window) if self._sees(metric, r.place)]
        if self._reach.districts is None:
            return tuple(inside)
        return tuple(replace(r, rank=None, before=None, refused=REFUSED) for r in inside)

    def source_of(self, metric: str) -> str:
        """See `Snapshot.source_of`."""
        return self._snapshot.source_of(metric)

    def events_per(self, minutes: int = 30, hours: int = 24) -> Trend:
        """See `Snapshot.events_per`; counts what this reach lists."""
        course = self._snapshot.events_per(minutes, hours)
        begun = [a.fired for a in self.alerts if a.fired is not None] + [i.at for i in self.incidents]
        counts = tuple(float(sum(at <= b < at + course.step for b in begun)) for at in course.at)
        return replace(course, values=counts)

    def _sees(self, metric: str, place: str) -> bool:
        return sees(self._reach, self._whole_city, metric, place)

    def _refused(self, metric: str, place: str) -> Reading:
        return Reading(metric, place or self._whole_city.adcode, coverage=0.0, note=REFUSED)

    def _inside(self, found: Sequence[Reading]) -> tuple[Reading, ...]:
        return tuple(self._bare(r) for r in found if self._sees(r.metric, r.place))

    def _bare(self, reading: Reading) -> Reading:
        """Without the reasons of a status: they name alerts of other topics."""
        if (
            reading.note
            and self._reach.topics is not None
            and self._whole_city.metrics[reading.metric].topic == "system"
        ):
            return replace(reading, note="")
        return reading

    def _course(self, metric: str, place: str, step: timedelta, ask: Callable[[], Trend]) -> Trend:
        return ask() if self._sees(metric, place) else Trend(metric, place or self._whole_city.adcode, step)
