"""What a source is: its declaration, and the protocol that every kind fulfils."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.metric import Duration
from domain.place import Crs

Scalar = str | int | float


class AtSpec(BaseModel):
    """Where a record's time is and how to read it. format: strptime text, "iso", "epoch_s" or "epoch_ms".

    `year` fills times written without one (default: the year that puts the time nearest before its arrival). `shift` is added (a provider that stamps the start of the hour).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str
    format: str | tuple[str, ...] = "iso"
    zone: str = "Asia/Shanghai"
    year: int | None = None
    shift: Duration = timedelta(0)


class LearnSpec(BaseModel):
    """How a site nobody declared is made from the record that first names it. `name` and `facts` are paths in the record.

    Coordinates come from the site's lon/lat paths; the district from its `district` path, else from the coordinates.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str
    name: str = ""
    facts: dict[str, str] = Field(default_factory=dict)


class SiteSpec(BaseModel):
    """Where a record's place is. `id` maps the department's own codes to site ids; `fixed` when the feed is of one place.

    `prefix` is put before a code that `id` does not name. With lon/lat paths an incident gets coordinates (in `crs`) and
    the district that holds them; `district` is the path of an adcode (or of a department's code that `districts` maps to
    one) and wins over the coordinates. `learn` makes unknown sites from records instead of refusing them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str = ""
    fixed: str = ""
    prefix: str = ""
    id: dict[str, str] = Field(default_factory=dict)
    lon: str = ""
    lat: str = ""
    crs: Crs = "wgs84"
    district: str = ""
    districts: dict[str, str] = Field(default_factory=dict)
    learn: LearnSpec | None = None


class ValueSpec(BaseModel):
    """One metric's place in a record: value = (number x `scale` + `offset`) in `unit`, converted to the metric's unit.

    `unit_path` is where a record names its own unit (wins over `unit`). `molar_mass` (g/mol) lets ppm and ppb become a mass
    concentration. `quality` is the path of the record's flag, translated by `flags`; a flag not listed makes the value
    suspect. `when` is a JMESPath condition: the metric is read only from records for which it holds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str
    unit: str = ""
    unit_path: str = ""
    molar_mass: float | None = Field(None, gt=0)
    scale: float = 1.0
    offset: float = 0.0
    quality: str = ""
    flags: dict[str, Literal["good", "suspect", "missing", "invalid"]] = Field(default_factory=dict)
    when: str = ""


class IncidentSpec(BaseModel):
    """Paths of an incident's fields in a record; `status`/`grade`/`kinds` translate the department's words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    title: str
    kind: str = ""
    kinds: dict[str, str] = Field(default_factory=dict)
    status: str = ""
    statuses: dict[str, Literal["open", "handling", "closed"]] = Field(default_factory=dict)
    grade: str = ""
    grades: dict[str, Literal[1, 2, 3, 4]] = Field(default_factory=dict)
    updated: str = ""
    department: str = ""
    detail: dict[str, str] = Field(default_factory=dict)


class ReplaySpec(BaseModel):
    """Play a recording as if live: `start` (in the recording's own time) is shifted to the collector's first start."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    start: datetime
    speed: float = Field(1.0, gt=0)
    loop: bool = False


class SourceSpec(BaseModel):
    """What every kind of source declares; a kind subclasses this with its own keys (`datasources/kinds/<kind>.py`).

    rows: JMESPath from a fetched document to its records. missing: texts that mean "no value". Either `every` or `cron`.
    because: the reason for the interval where the provider sets one. beside: sources that may feed the same metrics at the
    same sites, on purpose; without it each number has one source (一数一源).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    kind: str
    department: str
    name: str = ""
    every: Duration | None = None
    cron: str = ""
    because: str = ""
    jitter: Duration = timedelta(0)
    timeout: Duration = timedelta(seconds=30)
    retries: int = Field(3, ge=0, le=10)
    rows: str = "@"
    at: AtSpec
    site: SiteSpec = SiteSpec()
    metrics: dict[str, ValueSpec | str] = Field(default_factory=dict)
    incident: IncidentSpec | None = None
    missing: tuple[Scalar, ...] = ("", "-", "--", "*", "NA", "null", "-9999")
    where: str = ""
    replay: ReplaySpec | None = None
    emergency: bool = False
    beside: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _scheduled(self) -> "SourceSpec":
        if (self.every is None) == (not self.cron):
            raise ValueError("give either every: 5m or cron: '5 * * * *'")
        if not self.metrics and self.incident is None:
            raise ValueError("give metrics: or incident: (what a record of this source says)")
        if self.metrics and not (self.site.path or self.site.fixed):
            raise ValueError("give site: {path: ...} or site: {fixed: ...}: where the metrics are measured")
        return self

    def value_specs(self) -> dict[str, ValueSpec]:
        """The metrics with their short form ("air.pm25: pm25") written out."""
        return {k: ValueSpec(path=v) if isinstance(v, str) else v for k, v in self.metrics.items()}


@dataclass(frozen=True, slots=True)
class Ask:
    """What a poll may know: the moment it runs for and the cursor the last durable page left."""

    now: datetime
    cursor: str | None = None


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
