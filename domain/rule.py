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
    metric: str
    above: dict[Level, float | str] = Field(default_factory=dict)
    below: dict[Level, float | str] = Field(default_factory=dict)
    clear: float | str = 0.0

    @model_validator(mode="after")
    def _one_side(self) -> "When":
        if bool(self.above) == bool(self.below):
            raise ValueError("give exactly one of above: and below:")
        return self


class Moment(BaseModel):
    """One step of a rule's own timeline test: at this offset this value, and what must then hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at: Duration
    value: float | None
    expect: str


class Rule(BaseModel):
    """One rule; `hold` (YAML: for) is how long the condition must last, `keep` how long it must be gone."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    key: str
    when: When
    hold: Duration = Field(timedelta(0), alias="for")
    keep: Duration = timedelta(0)
    say: str
    department: str = ""
    plan: str = ""
    because: str = ""
    facts: dict[str, float] = Field(default_factory=dict)
    tests: tuple[Moment, ...] = Field(min_length=1)
