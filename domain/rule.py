"""An alert rule as declared in rules.yaml: thresholds for now."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.metric import Duration

Level = Literal["P1", "P2", "P3", "P4"]


class When(BaseModel):
    """The condition: one metric above or below a threshold per level. A threshold is a number or a site fact's name.

    `clear` is the gap back to normal, in the metric's unit or as "5%" of the threshold.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    metric: str = Field(description="Metric that is watched, at every site that measures it.")
    above: dict[Level, float | str] = Field(
        default_factory=dict,
        description="Level -> threshold, a number or the name of a site fact. A value equal to it has reached it.",
    )
    below: dict[Level, float | str] = Field(default_factory=dict, description="The same for values that must not fall.")
    clear: float | str = Field(
        0.0,
        description="How far back from the threshold counts as gone, in the metric's unit or as a share of it (5%).",
    )

    @model_validator(mode="after")
    def _one_side(self) -> "When":
        if bool(self.above) == bool(self.below):
            raise ValueError("give exactly one of above: and below:")
        return self


class Moment(BaseModel):
    """One step of a rule's own timeline test: at this offset this value, and what must then hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at: Duration = Field(description="Time since the start of the test.")
    value: float | None = Field(description="The value measured then; null = missing.")
    expect: str = Field(
        description="normal, pending, firing, recovering or cleared; with the level where it matters (firing P2)."
    )


class Rule(BaseModel):
    """One rule; `hold` (YAML: for) is how long the condition must last, `keep` how long it must be gone."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    key: str
    when: When = Field(description="The condition.")
    hold: Duration = Field(
        timedelta(0), alias="for", description="How long the condition must last before the alert fires."
    )
    keep: Duration = Field(timedelta(0), description="How long it must be gone before the alert is cleared.")
    say: str = Field(description="The sentence people read; may use {site} {value} {unit} {threshold} {district}.")
    department: str = Field("", description="Who must act; else the metric's department.")
    plan: str = Field("", description="Response plan it suggests.")
    because: str = Field("", description="Where the thresholds come from.")
    facts: dict[str, float] = Field(
        default_factory=dict, description="Numbers for thresholds that are site facts, for the tests only."
    )
    tests: tuple[Moment, ...] = Field(min_length=1, description="The rule's own timeline; app.py check runs it.")
