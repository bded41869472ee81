"""Everything a snapshot is made from, as of one moment: frozen, shared by all questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from domain.alert import Alert
from domain.case import Case
from domain.city import City
from domain.forecast import Outlook
from domain.health import Freshness, SourceHealth
from domain.incident import Incident
from domain.incident_file import IncidentFile
from domain.instruction import Instruction
from domain.metric import Metric
from domain.place import Site
from domain.stage import StageOrder
from snapshot.course import EMPTY, Course
from snapshot.rows import Rows
from snapshot.times import to_ms

Unit = Literal["raw", "hour", "day"]
HEALTH, ALERTS, INCIDENTS = "~health", "~alerts", "~incidents"  # what an answer may rest on beside metrics


class Past(Protocol):
    """History older than the hot window."""

    def rows(self, unit: Unit, course: Course, start: int, end: int) -> Rows:
        """Single values or roll-ups with start <= at < end (ms), of the course's series in its order."""
        ...

    def outlook(self, metric: str, site: str) -> Outlook | None:
        """The newest forecast of a series."""
        ...


@dataclass(frozen=True)
class Moment:
    """The city's data at `at`. Courses hold only what was measured up to then."""

    city: City
    at: datetime
    courses: Mapping[str, Course]
    past: Past | None = None
    sources: Mapping[str, SourceHealth] = field(default_factory=dict)
    alerts: tuple[Alert, ...] = ()
    incidents: tuple[Incident, ...] = ()
    cases: Mapping[str, Case] = field(default_factory=dict)
    stage: StageOrder | None = None  # the operating stage that somebody has ordered; none for a replayed moment
    files: tuple[
        IncidentFile, ...
    ] = ()  # incidents that the desk works on, drills left out; none for a replayed moment
    instructions: tuple[Instruction, ...] = ()  # of leaders, not carried out yet; none for a replayed moment
    papers: int = 0  # how many steps the desk's papers have taken; none for a replayed moment

    @cached_property
    def now(self) -> int:
        """The moment in ms."""
        return to_ms(self.at)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The city's zone."""
        return self.city.zone

    @cached_property
    def fed_by(self) -> Mapping[str, str]:
        """Metric to the source that declares it; the first in declared order."""
        out: dict[str, str] = {}
        for key, source in self.city.sources.items():
            for metric in source.metrics:
                out.setdefault(metric, key)
        return out

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[Site, ...]]:
        """The sites of each kind, in declared order."""
        out: dict[str, list[Site]] = {}
        for site in self.city.sites.values():
            out.setdefault(site.kind, []).append(site)
        return {kind: tuple(sites) for kind, sites in out.items()}

    def metric(self, key: str) -> Metric:
        """The declaration; KeyError for an undeclared metric, which config rules out for screens and rules."""
        return self.city.metrics[key]

    def course(self, key: str) -> Course:
        """What is known of a metric; an empty course when nothing ever came."""
        return self.courses.get(key, EMPTY)

    def is_down(self, source: str) -> bool:
        """Whether a source is known to be down."""
        health = self.sources.get(source)
        return health is not None and health.state is Freshness.DOWN
