"""An alert rule as declared in rules.yaml: what it watches, its levels, how long, and the sentence it says."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.metric import Duration, Topic

Level = Literal["P1", "P2", "P3", "P4"]
Kind = Literal[
    "threshold", "outside", "change", "baseline", "share", "silent", "versus", "records", "deadline", "forecast",
    "combined",
]  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Change(_Part):
    """Rate of change: the newest value minus the one `over` ago, in the metric's unit."""

    over: Duration = Field(description="Span the change is measured over; the older value is the nearest before it.")


class Baseline(_Part):
    """The metric over a span against the median of the same hours on earlier days."""

    days: int = Field(14, ge=3, le=60, description="How many earlier days the median is of; three must be there.")
    over: Duration = Field(timedelta(hours=1), description="Span the present figure covers: a sum or a mean of it.")
    compared: Literal["ratio", "difference"] = Field(
        "ratio", alias="as", description="ratio: times the median. difference: minus the median, in the metric's unit."
    )
    least: float = Field(
        0.0, description="The present figure must be at least this; less is no finding, whatever the ratio."
    )


class Share(_Part):
    """k of n: how many sites of an area lie beyond a value at the same time."""

    above: float | None = Field(None, description="A site counts when its value is at least this.")
    below: float | None = Field(None, description="A site counts when its value is at most this.")
    of: Literal["district", "city"] = Field("district", description="Area whose sites are counted.")
    percent: bool = Field(False, description="Levels are percent of the sites that report, instead of how many.")

    @model_validator(mode="after")
    def _one_side(self) -> "Share":
        if (self.above is None) == (self.below is None):
            raise ValueError("share: give exactly one of above: and below:")
        return self


class Versus(_Part):
    """Two metrics at the same place: the first against the second."""

    metric: str = Field(description="The metric that the first is compared with.")
    compared: Literal["ratio", "difference"] = Field("difference", alias="as", description="ratio or difference.")


class Records(_Part):
    """Incidents counted by district. `within` counts those that began in the last span, else all that match now."""

    kinds: tuple[str, ...] = Field((), description="Kinds of incident; empty = every kind.")
    status: tuple[Literal["open", "handling", "closed"], ...] = Field(("open", "handling"), description="States.")
    of: Literal["district", "city"] = Field("district", description="Area they are counted in.")
    within: Duration | None = Field(None, description="Only those that began in the last span.")


class Deadline(_Part):
    """Time left of an incident, in percent of what it is allowed: 100 at its beginning, 0 when it is due, then negative."""

    kinds: tuple[str, ...] = Field((), description="Kinds of incident; empty = every kind.")
    allow: Duration = Field(description="Time it is allowed from its beginning to its end.")


class Forecast(_Part):
    """The highest (or lowest) value that the forecast holds within a span."""

    within: Duration = Field(description="How far ahead is looked.")
    sure: Literal["middle", "interval"] = Field(
        "middle",
        description="middle: the expected value crosses. interval: even the near edge of the 80 % interval does.",
    )


class Scope(_Part):
    """Where and when a rule holds; what is empty does not limit. Outside its hours a rule finds nothing new and lets go."""

    topics: tuple[Topic, ...] = Field((), description="Topics of the metric.")
    districts: tuple[str, ...] = Field((), description="Adcodes.")
    kinds: tuple[str, ...] = Field((), description="Kinds of site.")
    facts: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="Site facts that must have this value."
    )
    hours: tuple[tuple[int, int], ...] = Field((), description="[from, to) in local hours; [22, 6] runs over midnight.")
    weekdays: tuple[int, ...] = Field((), description="1 = Monday … 7 = Sunday.")
    months: tuple[int, ...] = Field((), description="1 … 12.")


class When(_Part):
    """The condition. Without one of the special parts a metric meets its thresholds as it arrives.

    above, below: level -> threshold, a number or the name of a site fact; reached when equal. clear: the gap back to normal,
    in the same unit or as "5%" of the threshold. The special parts turn what arrives into the figure that meets them.
    """

    metric: str = Field("", description="Metric that is watched, at every site that measures it.")
    above: dict[Level, float | str] = Field(
        default_factory=dict,
        description="Level -> threshold, a number or the name of a site fact. A value equal to it has reached it.",
    )
    below: dict[Level, float | str] = Field(default_factory=dict, description="The same for values that must not fall.")
    outside: dict[Level, tuple[float, float]] = Field(
        default_factory=dict, description="Level -> [low, high]: reached below low and above high."
    )
    clear: float | str = Field(
        0.0,
        description="How far back from the threshold counts as gone, in the figure's unit or as a share of it (5%).",
    )
    change: Change | None = Field(None, description="Watch the change over a span instead of the value.")
    baseline: Baseline | None = Field(None, description="Watch the figure against the same hours of earlier days.")
    share: Share | None = Field(None, description="Watch how many sites of an area lie beyond a value.")
    silent: bool = Field(False, description="Watch the age of the newest value, in minutes.")
    versus: Versus | None = Field(None, description="Watch a metric against another at the same place.")
    records: Records | None = Field(None, description="Watch how many incidents there are.")
    deadline: Deadline | None = Field(None, description="Watch the time left of incidents, in percent.")
    forecast: Forecast | None = Field(None, description="Watch what the forecast holds.")
    all: "tuple[When, ...]" = Field(
        (), description="Every one of these at the same place; the least urgent level counts."
    )
    any: "tuple[When, ...]" = Field((), description="One of these at a place; the most urgent level counts.")

    @property
    def kind(self) -> Kind:
        """Which arithmetic the condition needs."""
        if self.all or self.any:
            return "combined"
        if self.outside:
            return "outside"
        if self.silent:
            return "silent"
        for name in SPECIAL:
            if getattr(self, name) is not None:
                return name
        return "threshold"

    @property
    def metrics(self) -> frozenset[str]:
        """Every metric the condition listens to."""
        own = {self.metric} if self.metric else set()
        other = {self.versus.metric} if self.versus else set()
        return frozenset(own | other).union(*(part.metrics for part in (*self.all, *self.any)))

    @model_validator(mode="after")
    def _consistent(self) -> "When":
        named: list[str] = [name for name in SPECIAL if getattr(self, name) is not None]
        named += [name for name in ("silent", "outside", "all", "any") if getattr(self, name)]
        if len(named) > 1:
            raise ValueError(f"{' and '.join(named)} are different conditions; join them with all: or any:")
        if fault := _levels_fault(self):
            raise ValueError(fault)
        if (self.kind in WITHOUT_METRIC) == bool(self.metric):
            given = "takes no metric:" if self.metric else "needs metric:"
            raise ValueError(f"{named[0] if named else 'a threshold'} {given}")
        return self


SPECIAL: tuple[Literal["change", "baseline", "share", "versus", "records", "deadline", "forecast"], ...] = (
    "change", "baseline", "share", "versus", "records", "deadline", "forecast",
)  # fmt: skip
WITHOUT_METRIC = frozenset({"records", "deadline", "combined"})


def _levels_fault(when: When) -> str:
    """A condition has one set of levels; a combined one takes those of its parts."""
    sides = [side for side in ("above", "below", "outside") if getattr(when, side)]
    if when.all or when.any:
        return "the levels belong to the parts of all: or any:" if sides else ""
    return "" if len(sides) == 1 else "give exactly one of above:, below: and outside:"


class Moment(_Part):
    """One step of a rule's own timeline test: at this offset this figure, and what must then hold."""

    at: Duration = Field(description="Time since the start of the test.")
    value: float | None = Field(
        description="The figure that meets the levels then (after change:, baseline: and so on); null = missing."
    )
    expect: str = Field(
        description="normal, pending, firing, recovering or cleared; with the level where it matters (firing P2)."
    )


class Rule(_Part):
    """One rule; `hold` (YAML: for) is how long the condition must last, `keep` how long it must be gone."""

    key: str
    when: When = Field(description="The condition.")
    scope: Scope = Field(Scope(), description="Where and when the rule holds.")
    hold: Duration = Field(
        timedelta(0), alias="for", description="How long the condition must last before the alert fires."
    )
    keep: Duration = Field(timedelta(0), description="How long it must be gone before the alert is cleared.")
    say: str = Field(
        description="The sentence people read; may use {site} {value} {unit} {threshold} {district} and what its kind tells: {base} {count} {times} {then} {other} {left} {expected}."
    )
    topic: Topic | Literal[""] = Field("", description="Topic of a rule without a metric; else the metric's.")
    department: str = Field("", description="Who must act; else the metric's department.")
    plan: str = Field("", description="Response plan it suggests.")
    because: str = Field("", description="Where the thresholds come from.")
    facts: dict[str, float] = Field(
        default_factory=dict, description="Numbers for thresholds that are site facts, for the tests only."
    )
    tests: tuple[Moment, ...] = Field(min_length=1, description="The rule's own timeline; app.py check runs it.")
