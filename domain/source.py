"""What a source is: its declaration, and the protocol that every kind fulfils."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.filing import Period
from domain.metric import Duration
from domain.operation import Window
from domain.place import Crs

Scalar = str | int | float


class AtSpec(BaseModel):
    """Where a record's time is and how to read it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str = Field(description="JMESPath of the time. A date and a time in two fields: join(' ', [date, time]).")
    format: str | tuple[str, ...] = Field(
        "iso", description='strptime pattern, "iso", "epoch_s" or "epoch_ms"; or a list of these, tried in order.'
    )
    zone: str = Field("Asia/Shanghai", description="Zone of times without an offset.")
    year: int | None = Field(
        None,
        description="Year of times written without one; else the year that puts them nearest before their arrival.",
    )
    shift: Duration = Field(
        timedelta(0), description="Added to the time (a provider that stamps the start of the hour)."
    )


class ClockSpec(BaseModel):
    """How far a record's time may lie from its arrival; what lies farther is put into quarantine with both times."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ahead: Duration = Field(
        timedelta(minutes=10),
        ge=timedelta(0),
        le=timedelta(days=1),
        description="How much a device's clock may run ahead: a time farther in the future would hide every later value.",
    )
    late: Duration | None = Field(
        None,
        ge=timedelta(minutes=1),
        description="How late a value may come, e.g. 7d; an older one is taken for a clock that jumped. Empty: any age. "
        "An incident may be as old as it is.",
    )


class LearnSpec(BaseModel):
    """How a site nobody declared is made from the record that first names it.

    Coordinates come from the site's lon/lat paths; the district from its `district` path, else from the coordinates.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str = Field(description="Kind of the site, e.g. air.")
    name: str = Field("", description="JMESPath of its name; else its id.")
    facts: dict[str, str] = Field(default_factory=dict, description="Site facts: name -> JMESPath.")


class SiteSpec(BaseModel):
    """Where a record's place is: a site, or the adcode of the district or city that a figure describes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str = Field("", description="JMESPath of the place's code.")
    fixed: str = Field("", description="The site id or adcode when the feed is of one place.")
    prefix: str = Field("", description="Put before a code that `id` does not name.")
    id: dict[str, str] = Field(default_factory=dict, description="The department's codes -> site ids or adcodes.")
    lon: str = Field("", description="JMESPath of the longitude (or easting). Gives incidents a place and a district.")
    lat: str = Field("", description="JMESPath of the latitude (or northing).")
    crs: Crs = Field("wgs84", description="wgs84, gcj02, bd09, cgcs2000 or epsg:4527 and the like.")
    district: str = Field("", description="JMESPath of the district's code; wins over the coordinates.")
    districts: dict[str, str] = Field(
        default_factory=dict, description="The department's district codes -> adcodes; '*' stands for all others."
    )
    learn: LearnSpec | None = Field(None, description="Make unknown sites from records instead of refusing them.")


class ValueSpec(BaseModel):
    """One metric's place in a record: (number x `scale` + `offset`) in `unit`, converted exactly to the metric's unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str = Field(description="JMESPath of the value.")
    unit: str = Field("", description="Unit of the feed; empty: the metric's.")
    unit_path: str = Field("", description="JMESPath of the unit where each record names its own; wins over `unit`.")
    molar_mass: float | None = Field(None, gt=0, description="g/mol; lets ppm and ppb become a mass concentration.")
    scale: float = Field(1.0, description="Factor that undoes the feed's scaling.")
    offset: float = Field(0.0, description="Added after `scale`.")
    quality: str = Field("", description="JMESPath of the value's flag.")
    flags: dict[str, Literal["good", "suspect", "missing", "invalid"]] = Field(
        default_factory=dict, description="Flag -> quality; a flag not listed makes the value suspect."
    )
    when: str = Field("", description="JMESPath condition: only records for which it holds speak of this metric.")


class IncidentSpec(BaseModel):
    """Paths of an incident's fields in a record, and the translation of the department's words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(description="JMESPath of the source's own id; a later record with the same id is an update.")
    title: str = Field(description="JMESPath of the title; else the kind's word.")
    kind: str = Field("", description="JMESPath of the kind.")
    kinds: dict[str, str] = Field(
        default_factory=dict, description="The department's kinds -> ours; others stay as they are."
    )
    status: str = Field("", description="JMESPath of the status.")
    statuses: dict[str, Literal["open", "handling", "closed"]] = Field(
        default_factory=dict, description="The department's statuses -> ours."
    )
    grade: str = Field("", description="JMESPath of the incident grade (1 特别重大 ... 4 一般).")
    grades: dict[str, Literal[1, 2, 3, 4]] = Field(default_factory=dict, description="The department's grades -> 1..4.")
    updated: str = Field("", description="JMESPath of the last change's time, read like `at`.")
    department: str = Field("", description="JMESPath of the handling department; else the source's.")
    detail: dict[str, str] = Field(default_factory=dict, description="More to show: label -> JMESPath.")


class ReplaySpec(BaseModel):
    """Play a recording as if live: `start` (in the recording's own time) is shifted to the collector's first start."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    start: datetime = Field(description="Moment of the recording that is played first; what is older comes at once.")
    speed: float = Field(1.0, gt=0, description="1: as recorded; 60: an hour in a minute.")
    loop: bool = Field(False, description="Begin again at the end.")


class SourceSpec(BaseModel):
    """What every kind of source declares; a kind subclasses this with its own keys (`datasources/kinds/<kind>.py`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    schemes: ClassVar[tuple[str, ...]] = ("http", "https")  # of the addresses it calls
    polled: ClassVar[bool] = True  # False for a kind whose data come by themselves
    listens: ClassVar[bool] = False  # True for one that the collector listens to: its source is a Listener
    owed: ClassVar[bool] = (
        False  # True for one that people owe by a date: what is `awaited` judges it, not its interval
    )
    key: str = Field(description="The source's name, its key in sources.yaml.")
    kind: str = Field(description="Protocol: one of the kinds below.")
    department: str = Field(description="Who answers for the data.")
    name: str = Field("", description="Name for people.")
    every: Duration | None = Field(None, description="Interval of the polls; either this or `cron`.")
    cron: str = Field("", description="Time table in the city's zone, five fields.")
    because: str = Field("", description="Why this interval, where the provider sets one.")
    jitter: Duration = Field(
        timedelta(0), description="Random delay of each poll, so that feeds do not start together."
    )
    timeout: Duration = Field(timedelta(seconds=30), description="Longest run; what was durable by then stays.")
    retries: int = Field(3, ge=0, le=10, description="Attempts after the first within one run.")
    rows: str = Field("@", description="JMESPath from a fetched document to its records.")
    at: AtSpec = Field(description="The record's time.")
    clock: ClockSpec = Field(ClockSpec(), description="How far a record's time may be from its arrival.")
    site: SiteSpec = Field(SiteSpec(), description="The record's place.")
    metrics: dict[str, ValueSpec | str] = Field(
        default_factory=dict, description="Metric -> where its value is; a text is short for {path: text}."
    )
    incident: IncidentSpec | None = Field(None, description="The records are incidents.")
    missing: tuple[Scalar, ...] = Field(
        ("", "-", "--", "*", "NA", "null", "-9999"), description="Texts and numbers that mean: no value."
    )
    where: str = Field("", description="JMESPath condition: other records are not this source's and are not counted.")
    replay: ReplaySpec | None = Field(None, description="Play a recording as if live.")
    emergency: bool = Field(False, description="Polled also while the cockpit sheds load.")
    beside: tuple[str, ...] = Field(
        (), description="Sources that feed the same metrics at the same sites on purpose; else a number has one source."
    )

    @model_validator(mode="after")
    def _scheduled(self) -> "SourceSpec":
        if (self.every is None) == (not self.cron):
            raise ValueError("give either every: 5m or cron: '5 * * * *'")
        if not self.metrics and self.incident is None:
            raise ValueError("give metrics: or incident: (what a record of this source says)")
        if self.metrics and not (self.site.path or self.site.fixed):
            raise ValueError("give site: {path: ...} or site: {fixed: ...}: where the metrics are measured")
        return self

    def calls(self) -> dict[tuple[str, ...], str]:
        """The addresses this source calls, by the keys that hold them; kinds that call some name them."""
        return {}

    def awaited(self, _now: datetime) -> Sequence[Period]:
        """The periods for which people owe something, newest first; none for the kinds that come by machine."""
        return ()

    def value_specs(self) -> dict[str, ValueSpec]:
        """The metrics with their short form ("air.pm25: pm25") written out."""
        return {k: ValueSpec(path=v) if isinstance(v, str) else v for k, v in self.metrics.items()}


@dataclass(frozen=True, slots=True)
class Ask:
    """What a poll may know: the moment it runs for and the cursor the last durable page left.

    window: a person wants this stretch read again, so "nothing new" is no answer; what lies outside is left out afterwards.
    """

    now: datetime
    cursor: str | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One raw record and where a person finds it ("air.csv:12")."""

    fields: Mapping[str, Any]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of raw records. `bad` are pieces that could not even be split into records: (where, raw, reason).

    `done` names what to acknowledge after the page is durable (a file to move), None when nothing is owed.
    """

    records: tuple[Record, ...]
    cursor: str | None = None
    bad: tuple[tuple[str, str, str], ...] = ()
    done: str | None = None
    info: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    """One configured feed. `fetch` yields pages, oldest first, and raises only SourceError."""

    spec: SourceSpec

    def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """Read what is new since the cursor; an empty iteration means nothing new."""
        ...

    async def acknowledge(self, page: Page) -> None:
        """Called once the page is durable: move the file, confirm the message. Idempotent."""
        ...

    async def close(self) -> None:
        """Release connections; called once at stop."""
        ...


@runtime_checkable
class Rereader(Source, Protocol):
    """A source that can go back: one without this is asked from its beginning, which is right where it has no progress."""

    def cursor_at(self, moment: datetime) -> str | None:
        """The cursor from which a fetch brings everything since a moment; None: from the beginning."""
        ...


@runtime_checkable
class Listener(Source, Protocol):
    """A source whose data come by themselves: over connections that devices open, or from a broker it has subscribed to.

    `acknowledge` is what answers the senders: it comes after the commit. `fetch` has no pages.
    """

    def listen(self, clock: Callable[[], datetime]) -> AsyncGenerator[Page, None]:
        """Open up and yield what comes, for ever. While a page waits to be committed the source must bound what it holds.

        `clock` gives the present moment, for records that have no time of their own (who is connected).

        SourceError when it cannot listen (a port in use, a broker lost): it is called again later. Closing the generator
        lets go of every connection and of what was not acknowledged, so that senders send it again.
        """
        ...

    def trouble(self) -> str:
        """Why nothing can come in just now, "" when all is well: asked once each `every`, told as the run's error."""
        ...
