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


class Metric(BaseModel):
    """One indicator's declaration; `key` is its name in metrics.yaml ("air.pm25").

    aggregate: how values of one series combine in time (roll-ups). across: how places combine into a district or the
    city ("ratio" = sum of numerators / sum of denominators; "weighted" = by the site fact named in `weight`).
    window: the span a screen shows by default ("today" = since local midnight). ratio: [numerator, denominator] metrics of
    a rate in percent. derive: the computed indicator that produces it ("aqi", "water_class", "tpi", ...). composite:
    metric -> published weight. valid: inclusive range, outside goes to quarantine. every: the expected interval.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
    name: str
    name_en: str = ""
    unit: str
    topic: Topic
    definition: str = Field(min_length=4)
    department: str
    aggregate: Aggregate = "mean"
    across: Literal["mean", "sum", "max", "min", "weighted", "ratio", "none"] = "mean"
    weight: str = ""
    window: Window = "latest"
    better: Literal["higher", "lower", "band", "none"] = "none"
    band: tuple[float, float] | None = None
    valid: tuple[float | None, float | None] = (None, None)
    digits: int = Field(0, ge=0, le=4)
    every: Duration
    stale_after: Duration | None = None
    target: float | None = None
    target_source: str = ""
    standard: str = ""
    version: str = "1"
    since: str = ""
    ratio: tuple[str, str] | None = None
    derive: str = ""
    composite: dict[str, float] = Field(default_factory=dict)
    site_kind: str = ""
    retention: Duration | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Metric":
        if (self.across == "ratio") != (self.ratio is not None):
            raise ValueError("across: ratio and ratio: [numerator, denominator] belong together")
        if self.across == "weighted" and not self.weight:
            raise ValueError("across: weighted needs weight: the site fact to weigh by")
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
