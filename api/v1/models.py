"""The shapes of answers, as the API's description tells them. Answers are made from rows; tests hold the two equal."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.incident import IncidentGrade, IncidentStatus
from domain.metric import Aggregate, Topic, Window

QualityWord = Literal["good", "suspect", "missing", "invalid"]


class Shape(BaseModel):
    """Nothing is left out of a description."""

    model_config = ConfigDict(extra="forbid")


class Problem(Shape):
    """Why a request was refused: `code` for programs, `message` for people."""

    model_config = ConfigDict(extra="allow")
    code: str
    message: str


class Refusal(Shape):
    """The one shape of every failure."""

    error: Problem


class MetricRow(Shape):
    """What a number means; durations in seconds."""

    key: str
    name: str
    name_en: str
    unit: str
    topic: Topic
    definition: str
    department: str
    aggregate: Aggregate
    across: Literal["mean", "sum", "max", "min", "weighted", "ratio", "none"]
    weight: str
    window: Window
    better: Literal["higher", "lower", "band", "none"]
    band: tuple[float, float] | None
    valid: tuple[float | None, float | None]
    digits: int
    every_s: float
    stale_after_s: float | None
    target: float | None
    target_source: str
    standard: str
    version: str
    since: str
    ratio: tuple[str, str] | None
    derive: str
    composite: dict[str, float]
    site_kind: str


class SiteRow(Shape):
    """A place measured; WGS-84 degrees. `line`: the path of a road segment."""

    id: str
    name: str
    name_en: str
    kind: str
    district: str
    lon: float | None
    lat: float | None
    illustrative: bool
    facts: dict[str, object]
    line: list[tuple[float, float]]


class SeriesRow(Shape):
    """One series. `district` is empty for figures of the whole city."""

    series: int
    metric: str
    site: str
    source: str
    standard: str
    district: str
    unit: str


class LatestRow(SeriesRow):
    """The newest value of a series. `at`: the phenomenon's time, `received`: its arrival."""

    at: datetime
    value: float | None
    quality: QualityWord
    received: datetime


class RawRow(Shape):
    """One value as it came."""

    at: datetime
    value: float | None
    quality: QualityWord
    received: datetime


class BucketRow(Shape):
    """An hour or a local day: `at` is its beginning, `n` how many good or suspect values it folds."""

    at: datetime
    seconds: int
    n: int
    mean: float
    sum: float
    min: float
    max: float
    first: float
    last: float


class IncidentRow(Shape):
    """An incident as its source last told it; texts are masked for those who may not read personal data."""

    id: str
    source: str
    kind: str
    title: str
    at: datetime
    updated: datetime
    received: datetime
    status: IncidentStatus
    grade: IncidentGrade | None
    department: str
    district: str
    site: str
    lon: float | None
    lat: float | None
    detail: dict[str, str]


class ShareRow(Shape):
    """The part of a unit that assists."""

    unit: str
    asked: datetime
    sign_by: datetime
    signed: datetime | None
    answered: datetime | None
    task: str
    words: str
    evidence: str


class FileRow(Shape):
    """A file that belongs to an order; size in bytes."""

    sha256: str
    name: str
    size: int
    media: str
    at: datetime


class OrderRow(Shape):
    """An order: `sent` starts its clocks, `sign_by`, `report_by` and `finish_by` end them, `handed` is when the result came.

    `supervision` is "", urge, yellow or red. Texts are masked for those who may not read personal data.
    """

    id: str
    state: str
    over: bool
    title: str
    content: str
    level: int
    unit: str
    helpers: list[str]
    district: str
    topic: str
    about: str
    shown: str
    opened: datetime
    updated: datetime
    sent: datetime
    sign_by: datetime
    report_by: datetime
    finish_by: datetime
    signed: datetime | None
    first_report: datetime | None
    handed: datetime | None
    closed: datetime | None
    asked: datetime | None
    until: datetime | None
    supervision: str
    late: bool
    returns: int
    rejected: int
    exercise: bool
    progress: str
    result: str
    evidence: str
    reason: str
    verdict: str
    shares: list[ShareRow]
    files: list[FileRow]


class StepRow(Shape):
    """A step of an order: what was done, the state before ("" at first) and after."""

    at: datetime
    verb: str
    old: str
    new: str


class LayerRow(Shape):
    """A map layer; `href` is where its GeoJSON is."""

    name: str
    href: str
    size: int
    attribution: str
    licence: str
    illustrative: bool


class Page(Shape):
    """A page of a list; `next` is the cursor of the page after it, null after the last."""

    next: str | None = Field(description="Cursor of the next page.")


class MetricPage(Page):
    """Metrics by key."""

    data: list[MetricRow]


class SitePage(Page):
    """Sites by id."""

    data: list[SiteRow]


class SeriesPage(Page):
    """Series by number."""

    data: list[SeriesRow]


class LatestPage(Page):
    """Newest values by number of their series."""

    data: list[LatestRow]


class ValuesPage(Page):
    """Values of one series in order of time."""

    series: SeriesRow
    step: Literal["raw", "hour", "day"]
    data: list[RawRow] | list[BucketRow]


class IncidentPage(Page):
    """Incidents, those that began last first."""

    data: list[IncidentRow]


class OrderPage(Page):
    """Orders, those sent last first."""

    data: list[OrderRow]


class StepsPage(Page):
    """An order, and its steps in order of time."""

    order: OrderRow
    data: list[StepRow]


class LayerPage(Page):
    """Layers by name."""

    data: list[LayerRow]
