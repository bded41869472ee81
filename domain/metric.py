"""What a number means: the declared metrics of a city (metrics.yaml)."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.duration import parse_duration

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Topic = Literal[
    "service", "hotline", "environment", "water", "traffic", "emergency", "governance", "digital", "economy", "system"
]
Aggregate = Literal["mean", "sum", "max", "min", "last"]
Window = Literal["latest", "hour", "today", "month", "d30", "year"]


class Forecasting(BaseModel):
    """A metric whose next hours are forecast, series by series; what beats "the same as a season ago" is used in rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    horizon: Duration = Field(timedelta(hours=24), description="How far ahead; whole hours, at most one season.")
    season: Duration = Field(
        timedelta(hours=24), description="After how long its course repeats; whole hours, at most 7d."
    )

    @model_validator(mode="after")
    def _whole(self) -> "Forecasting":
        hour = timedelta(hours=1)
        if self.horizon % hour or self.season % hour:
            raise ValueError("forecast: horizon and season are whole hours")
        if not hour <= self.horizon <= self.season <= timedelta(days=7):
            raise ValueError("forecast: 1h <= horizon <= season <= 7d")
        return self


class Agreement(BaseModel):
    """Two figures that must tell the same (多源校核). The metric that declares it is their difference, `one` less `other`.

    A figure is a metric, or metric@source where two sources feed one metric.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    one: str = Field(description="Metric, or metric@source.")
    other: str = Field(description="The figure it is held against.")
    by: Literal["site", "district", "city"] = Field(
        "district", description="What is compared: each site, each district's mean, or the city's."
    )
    as_percent: bool = Field(False, description="The difference in percent of `other`; else in the figures' unit.")

    @model_validator(mode="after")
    def _two(self) -> "Agreement":
        if self.one == self.other:
            raise ValueError("agree: one and other are the same figure; name two")
        return self

    @property
    def figures(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Both as (metric, source); the source is "" for whichever feeds it."""
        left, right = (name.partition("@") for name in (self.one, self.other))
        return (left[0], left[2]), (right[0], right[2])


class Metric(BaseModel):
    """One indicator's declaration; `key` is its name in metrics.yaml ("air.pm25").

    aggregate: how values of one series combine in time (roll-ups). across: how places combine into a district or the
    city ("ratio" = sum of numerators / sum of denominators; "weighted" = by the site fact named in `weight`).
    window: the span a screen shows by default ("today" = since local midnight). ratio: [numerator, denominator] metrics of
    a rate in percent. census: its denominator is all there is, so that few of them are no small sample. derive: the computed indicator that produces it ("aqi", "water_class", "tpi", ...). composite:
    metric -> published weight. valid: inclusive range, outside goes to quarantine. every: the expected interval.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
    name: str = Field(description="Name on screens.")
    name_en: str = Field("", description="English name.")
    unit: str = Field(description="Unit its values are stored and shown in.")
    topic: Topic = Field(description="Field of city life it belongs to.")
    definition: str = Field(
        min_length=4,
        description="口径: what is counted, over which span, what is left out. Shown when a number is clicked.",
    )
    definition_en: str = Field(
        "", description="The same in English; without it an English screen shows the Chinese text."
    )
    department: str = Field(description="Department that answers for the number.")
    aggregate: Aggregate = Field("mean", description="How values of one series combine in time (hours, days).")
    across: Literal["mean", "sum", "max", "min", "weighted", "ratio", "none"] = Field(
        "mean",
        description="How places combine into a district or the city; ratio = sums of both, then divided; weighted = by weight.",
    )
    weight: str = Field("", description="Site fact to weigh by (length_km), with across: weighted.")
    window: Window = Field("latest", description="Span that screens show by default; today = since local midnight.")
    better: Literal["higher", "lower", "band", "none"] = Field(
        "none", description="Which direction is good: colours, comparisons and scores follow it."
    )
    band: tuple[float, float] | None = Field(None, description="Good range [low, high], with better: band.")
    valid: tuple[float | None, float | None] = Field(
        (None, None), description="[lowest, highest] believable value, bounds included; others go to quarantine."
    )
    digits: int = Field(0, ge=0, le=4, description="Decimals shown.")
    every: Duration = Field(description="Interval at which a new value is expected.")
    stale_after: Duration | None = Field(
        None, description="Age from which a value counts as stale; else three intervals."
    )
    target: float | None = Field(None, description="Target in the metric's unit.")
    target_source: str = Field("", description="Document that sets the target.")
    to_date: bool = Field(
        False,
        description="Its value grows from January to December (累计), so that its target is judged against the time gone.",
    )
    standard: str = Field("", description="Standard and clause the number follows.")
    version: str = Field("1", description="Version of this definition; raise it when the definition changes.")
    since: str = Field("", description="Date from which this version holds.")
    ratio: tuple[str, str] | None = Field(
        None, description="[numerator, denominator]: two metrics whose quotient this rate is, in percent."
    )
    census: bool = Field(
        False,
        description="A rate over everything there is (普查), not over a sample: a denominator below 30 is no reason to doubt it.",
    )
    derive: str = Field("", description="Computed indicator that produces it (aqi, water_class, tpi, ...).")
    composite: dict[str, float] = Field(
        default_factory=dict, description="Metrics with their published weights, of an index 0..100."
    )
    agree: Agreement | None = Field(
        None,
        description="It is the difference of two figures that must tell the same (多源校核), computed by the cockpit.",
    )
    site_kind: str = Field(
        "", description="Kind of site that measures it; empty for figures of a district or the city."
    )
    forecast: Forecasting | None = Field(
        None, description="Its next hours are forecast (forecasts.md); needs 11 days of history."
    )
    retention: Duration | None = Field(None, description="How long raw values are kept; else the store's own span.")

    @model_validator(mode="after")
    def _consistent(self) -> "Metric":
        if (self.across == "ratio") != (self.ratio is not None):
            raise ValueError("across: ratio and ratio: [numerator, denominator] belong together")
        if self.across == "weighted" and not self.weight:
            raise ValueError("across: weighted needs weight: the site fact to weigh by")
        if self.census and self.ratio is None and self.unit != "%":
            raise ValueError("census is for rates: give ratio: [numerator, denominator] or unit: %")
        if self.better == "band" and self.band is None:
            raise ValueError("better: band needs band: [low, high]")
        lo, hi = self.valid
        if lo is not None and hi is not None and lo >= hi:
            raise ValueError("valid: the lower bound must be below the upper")
        return self

    def in_range(self, value: float) -> bool:
        """Whether a value lies in the valid range, bounds included."""
        lo, hi = self.valid
        return (lo is None or value >= lo) and (hi is None or value <= hi)
