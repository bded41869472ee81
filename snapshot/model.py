"""What panels read: small frozen answers, each carrying what a person asks of a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from domain.account import Reach
from domain.alert import Alert
from domain.case import Case
from domain.city import City
from domain.forecast import Outlook
from domain.health import Freshness, SourceHealth
from domain.incident import Incident
from domain.instruction import Instruction
from domain.metric import Window
from domain.observation import Quality

Basis = Literal["yesterday", "week", "month", "year", "target", "progress"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One number with its provenance. `place` is a site id, a district's or the city's adcode.

    coverage: share of the expected places (and hours) that went into it, 0..1. n: the denominator of a rate.
    note: what qualifies the number in words ("O₃" as primary pollutant, "Ⅲ类"). value None: see `freshness` and `note`.
    """

    metric: str
    place: str
    value: float | None = None
    at: datetime | None = None
    received: datetime | None = None
    freshness: Freshness = Freshness.NONE
    quality: Quality = Quality.GOOD
    coverage: float = 1.0
    n: float | None = None
    source: str = ""
    standard: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """Values at regular steps, oldest first; None where nothing was measured. `at[i]` is the step's start (aware UTC)."""

    metric: str
    place: str
    step: timedelta
    at: tuple[datetime, ...] = ()
    values: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference, or the reason why there is none. unit: "%" for amounts, "pt" for rates, "" for plain differences.

    better: whether the change is for the better, None where the metric has no direction. refused: a sentence, then
    delta is None (COCKPIT.md §2). note: what was done so that the two compare (a base recomputed by the standard of now).
    """

    basis: Basis
    base: float | None = None
    delta: float | None = None
    unit: Literal["%", "pt", ""] = ""
    better: bool | None = None
    refused: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rank:
    """One row of a ranking; ties share a rank, `before` is last period's, None where not comparable. n: the volume."""

    place: str
    rank: int | None
    value: float | None
    n: float | None = None
    before: int | None = None
    refused: str = ""


class Snapshot(Protocol):
    """The city at one moment. Same question, same answer: nothing here changes after it is built.

    All methods are pure and cheap to repeat (each answer is kept); they never raise for a known metric or place.
    """

    @property
    def at(self) -> datetime:
        """The moment shown. A panel that reads it is drawn again each minute, one that does not only when an answer changed."""
        ...

    @property
    def version(self) -> int:
        """The snapshot's number, rising with time."""
        ...

    @property
    def live(self) -> bool:
        """False for a replayed moment."""
        ...

    @property
    def city(self) -> City:
        """What the city folder declares."""
        ...

    @property
    def reach(self) -> Reach:
        """How far it may be read; outside, readings and comparisons are refused and lists are shorter."""
        ...

    @property
    def alerts(self) -> Sequence[Alert]:
        """Open alerts and those cleared in the last 24 hours, most urgent and newest first."""
        ...

    @property
    def cases(self) -> Mapping[str, Case]:
        """The newest case of each alert's fingerprint; none for a replayed moment."""
        ...

    @property
    def instructions(self) -> Sequence[Instruction]:
        """Instructions of leaders that are not carried out yet, oldest first; none for a replayed moment."""
        ...

    @property
    def papers(self) -> int:
        """How many steps the desk's papers have taken: it rises with each; 0 for a replayed moment."""
        ...

    @property
    def incidents(self) -> Sequence[Incident]:
        """Open incidents and those that closed in the last 24 hours, newest first, as known at this moment."""
        ...

    @property
    def sources(self) -> Mapping[str, SourceHealth]:
        """How every declared source is doing, by key."""
        ...

    def reading(self, metric: str, place: str = "", window: Window | None = None) -> Reading:
        """The number for a place ("" = the whole city) over the metric's own window or the given one."""
        ...

    def readings(self, metric: str, district: str = "") -> Sequence[Reading]:
        """One reading for each site (or district) that measures the metric, inside a district or the whole city."""
        ...

    def by_district(self, metric: str, window: Window | None = None) -> Sequence[Reading]:
        """One reading for each district, in the declared order."""
        ...

    def trend(
        self,
        metric: str,
        place: str = "",
        hours: int = 24,
        step: timedelta = timedelta(hours=1),
        end: datetime | None = None,
    ) -> Trend:
        """The course of a metric over the hours before `end` (default: this snapshot's moment)."""
        ...

    def outlook(self, metric: str, place: str = "") -> Outlook | None:
        """What is expected of a site's or district's own series; None where nothing is forecast, or at a replayed moment."""
        ...

    def today(self, metric: str, place: str = "", days_ago: int = 0, step: timedelta = timedelta(hours=1)) -> Trend:
        """The course over one local day, midnight to midnight; for today it ends at this moment."""
        ...

    def compare(
        self, metric: str, place: str = "", basis: Basis = "yesterday", window: Window | None = None
    ) -> Comparison:
        """The reading against its base, printed or refused."""
        ...

    def ranking(self, metric: str, window: Window | None = None) -> Sequence[Rank]:
        """Districts ordered by the metric's direction, best first; unrankable ones last with the reason."""
        ...

    def source_of(self, metric: str) -> str:
        """The key of the source that feeds a metric, "" for computed ones without one."""
        ...

    def events_per(self, minutes: int = 30, hours: int = 24) -> Trend:
        """How many alerts fired and incidents began in each interval of the last hours (the 24-hour bar)."""
        ...
