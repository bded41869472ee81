"""How noise is kept down, as declared in noise.yaml; everything has a default, the file may be missing."""

from datetime import time, timedelta
from itertools import pairwise
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.alert import AlertLevel
from domain.metric import Duration, Topic
from domain.rule import Level

Same = Literal["source", "family", "site", "district", "city"]
Post = Literal["officer", "shift_leader", "leader", "deputy", "head"]  # 值班员, 值班长, 带班领导, 分管领导, 主要领导


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grouping(_Part):
    """Cases of one topic, rule and district are told together. P1 never waits."""

    wait: Duration = Field(timedelta(seconds=30), description="How long the first notice of P2 to P4 waits for others.")
    changes: Duration = Field(timedelta(minutes=5), description="Least time between two notices of one group.")
    repeat: dict[Level, Duration] = Field(
        {"P1": timedelta(minutes=10), "P2": timedelta(minutes=30), "P3": timedelta(hours=4)},
        description="After which time a level is told again while nobody has signed for it; a level left out is told once.",
    )


class Storm(_Part):
    """Many new cases at once: P3 and P4 then come as one notice a receiver. Nothing is dropped."""

    over: int = Field(10, ge=1, description="More new cases than this make a storm.")
    within: Duration = Field(timedelta(minutes=10), description="The span they are counted in.")


class Flapping(_Part):
    """An alert that comes and goes: one notice, then quiet until it has settled."""

    evaluations: int = Field(21, ge=3, le=100, description="How many of the newest evaluations are looked at.")
    enter: float = Field(30.0, gt=0, le=100, description="Percent of changes among them from which it flaps.")
    leave: float = Field(15.0, ge=0, lt=100, description="Percent below which it has settled.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.leave >= self.enter:
            raise ValueError("flapping: leave must be lower than enter")
        return self


class Rung(_Part):
    """One rung of the chain that is climbed while nobody signs for a case."""

    after: Duration = Field(description="How long after the case was opened.")
    to: tuple[Post, ...] = Field(
        min_length=1, description="Posts that are called in; receivers name theirs in `posts`."
    )


def _rungs(*steps: tuple[int, Post]) -> tuple[Rung, ...]:
    return tuple(Rung(after=timedelta(minutes=minutes), to=(post,)) for minutes, post in steps)


_CHAINS: dict[Level, tuple[Rung, ...]] = {
    "P1": _rungs((2, "leader"), (5, "deputy"), (10, "head")),
    "P2": _rungs((5, "shift_leader"), (10, "leader"), (30, "deputy")),
    "P3": _rungs((15, "shift_leader"), (60, "leader")),
    "P4": _rungs((60, "shift_leader")),
}


class Escalation(_Part):
    """Who is called in, one after the other, when nobody signs for a case in time. Signing ends it at once."""

    chain: dict[Level, tuple[Rung, ...]] = Field(
        default_factory=lambda: dict(_CHAINS), description="Rungs by level; a level left out is never escalated."
    )
    rounds: dict[Level, int] = Field({"P1": 5}, description="How often the whole chain is climbed; once when left out.")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for level, rungs in self.chain.items():
            spans = [timedelta(0), *(rung.after for rung in rungs)]
            if any(later <= sooner for sooner, later in pairwise(spans)):
                raise ValueError(f"escalation: the rungs of {level} must come one after the other")
        if not all(1 <= number <= 20 for number in self.rounds.values()):
            raise ValueError("escalation: rounds are 1 to 20")
        return self


class Pick(_Part):
    """Which cases are meant; every list that is given must hold one of the case's."""

    rules: tuple[str, ...] = Field((), description="Rules.")
    metrics: tuple[str, ...] = Field((), description="Metrics.")
    topics: tuple[Topic, ...] = Field((), description="Topics.")
    levels: tuple[Level, ...] = Field((), description="Levels.")
    districts: tuple[str, ...] = Field((), description="Adcodes.")
    sites: tuple[str, ...] = Field((), description="Sites.")


class PickIncidents(_Part):
    """Which incidents and official warnings are meant; only those that are not closed count."""

    kinds: tuple[str, ...] = Field(description="Kinds of incident.")
    grades: tuple[int, ...] = Field((), description="Grades, 1 the gravest; empty = any, also none.")


class Window(_Part):
    """A time that comes back: maintenance, a market day."""

    weekdays: tuple[int, ...] = Field((1, 2, 3, 4, 5, 6, 7), description="1 = Monday … 7 = Sunday.")
    begin: time = Field(description="Local time it begins, in quotes.")
    minutes: int = Field(ge=1, le=1440, description="How long it lasts.")

    @model_validator(mode="after")
    def _days(self) -> Self:
        if not all(1 <= day <= 7 for day in self.weekdays):
            raise ValueError("weekdays are 1 to 7")
        return self


class Inhibition(_Part):
    """One finding holds back the notices of others. Give one of `cases`, `incidents`, `window`. P1 is never held back."""

    say: str = Field(description="Why, as people read it.")
    cases: Pick | None = Field(None, description="Firing cases that hide others.")
    incidents: PickIncidents | None = Field(None, description="Incidents and warnings in force that hide cases.")
    window: Window | None = Field(None, description="A time in which cases are hidden.")
    same: Same = Field(
        "district",
        description="What both must share: source (the hidden one's metric comes from the source that the hiding case is about), "
        "family (metric and site, the hiding one more urgent), site, district, city (nothing).",
    )
    hides: Pick = Field(Pick(), description="Cases that are hidden; empty = any.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(part is not None for part in (self.cases, self.incidents, self.window)) != 1:
            raise ValueError("give exactly one of cases:, incidents: and window:")
        if self.cases is None and self.same in ("source", "family"):
            raise ValueError(f"same: {self.same} needs cases:")
        return self


_HIGHER = Inhibition(say="同一对象已有更高级别告警", cases=Pick(), same="family")


class Noise(_Part):
    """noise.yaml."""

    grouping: Grouping = Field(Grouping(), description="Grouping, spacing and repeats.")
    storm: Storm = Field(Storm(), description="Storm mode.")
    flapping: Flapping = Field(Flapping(), description="Flapping.")
    escalation: Escalation = Field(Escalation(), description="Who is called in when nobody signs.")
    inhibit: dict[str, Inhibition] = Field(
        default_factory=lambda: {"higher_level": _HIGHER}, description="Inhibitions by name."
    )

    def repeat(self, level: AlertLevel) -> timedelta | None:
        """After which time a level is told again, None when it is told once."""
        return next((span for name, span in self.grouping.repeat.items() if name == level.name), None)
