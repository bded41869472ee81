"""Plans (plans.yaml): kinds of incidents, how they are graded, what is done about them, by when who is told, and drills."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.metric import Duration, Topic
from domain.roster import Clock
from domain.supervision import Supervision

Grade = Annotated[int, Field(ge=1, le=4)]  # 1 Ⅰ 特别重大 … 4 Ⅳ 一般; responses are counted alike; never an alert level
StepRole = Literal["duty_officer", "shift_leader", "leader", "department"]
Harm = Literal["dead", "injured", "loss", "trapped", "evacuated", "affected"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grading(_Part):
    """From which harm on an incident is 较大, 重大 and 特别重大; "以上" holds the number itself."""

    name: str = Field(description="Which rule it follows.")
    name_en: str = Field("", description="English name.")
    limits: dict[Harm, tuple[float, float, float]] = Field(
        min_length=1,
        description="Harm (dead, injured, trapped, evacuated, affected in persons; loss in 万元) -> [Ⅲ, Ⅱ, Ⅰ] from this number on.",
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        odd = [harm for harm, limits in self.limits.items() if list(limits) != sorted(set(limits)) or limits[0] <= 0]
        if odd:
            raise ValueError(f"limits of {odd[0]}: write three rising numbers above 0, for Ⅲ, Ⅱ and Ⅰ")
        return self


class IncidentKind(_Part):
    """A kind of incident."""

    name: str = Field(description="What it is called.")
    name_en: str = Field("", description="English name.")
    topic: Topic = Field(description="Topic it belongs to; decides who may see it.")
    grading: str = Field(description="How it is graded: a name under `gradings`.")
    department: str = Field("", description="Department in the lead.")


class PlanStep(_Part):
    """One step of a plan, in its order."""

    text: str = Field(description="What is to be done.")
    text_en: str = Field("", description="English text.")
    role: StepRole = Field("duty_officer", description="Who does it: duty_officer, shift_leader, leader or department.")
    unit: str = Field("", description="Which department; only with role: department.")
    within: Duration = Field(description="Until when, counted from the start of the plan.")
    evidence: str = Field("", description="What shows that it was done.")
    evidence_en: str = Field("", description="English text.")
    resources: tuple[str, ...] = Field((), description="Kinds of resources it needs (team, store, hospital, ...).")
    on_fail: str = Field("", description="What is done when it cannot be.")
    on_fail_en: str = Field("", description="English text.")

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if bool(self.unit) != (self.role == "department"):
            raise ValueError("unit: names the department of a step with role: department, and only of such a step")
        return self


class Hours(_Part):
    """A part of the day; `until` before `since` reaches over midnight."""

    since: Clock = Field(description="Local time it begins, in quotes.")
    until: Clock = Field(description="Local time it ends, in quotes.")

    def hold(self, at: time) -> bool:
        """Whether a local time lies in it."""
        if self.since <= self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until


class Plan(_Part):
    """A plan (预案). It fits an incident when its kind, grade, place and time all fit; what is left out fits everything."""

    key: str
    name: str = Field(description="Name.")
    name_en: str = Field("", description="English name.")
    kinds: tuple[str, ...] = Field(min_length=1, description="Kinds of incidents it is for.")
    grades: tuple[Grade, ...] = Field((), description="Grades it is for: 1 (Ⅰ) to 4 (Ⅳ).")
    districts: tuple[str, ...] = Field((), description="Division codes of the districts it is for, in quotes.")
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field((), description="Months in which it holds.")
    hours: Hours | None = Field(None, description="Part of the day in which it holds.")
    automatic: bool = Field(False, description="Starts by itself when an incident is opened that it fits best.")
    basis: str = Field("", description="Document it follows; printed with a response.")
    measures: dict[Grade, str] = Field(
        default_factory=dict, description="Response level -> measures it brings; printed with the response."
    )
    measures_en: dict[Grade, str] = Field(default_factory=dict, description="The same in English.")
    steps: tuple[PlanStep, ...] = Field(min_length=1, description="Steps in their order.")


class Approver(_Part):
    """Who approves a response."""

    title: str = Field(description="带班领导, 分管领导, 主要领导.")
    title_en: str = Field("", description="English title.")
    logins: tuple[str, ...] = Field((), description="Accounts that may approve; none = every account of a leader.")


class ReportTerm(_Part):
    """Until when the superior is told of an incident, counted from the moment at which we were."""

    phone: Duration | None = Field(None, description="By telephone; none = not by telephone.")
    written: Duration = Field(description="In writing (首报).")


class ReportClock(_Part):
    """A report clock."""

    name: str = Field(description="Name.")
    name_en: str = Field("", description="English name.")
    terms: dict[Grade, ReportTerm] = Field(description="Grade -> terms; every grade from 1 to 4.")
    follow: tuple[Clock, ...] = Field((), description="Local times before which 续报 is due every day, in quotes.")
    follow_from: Grade = Field(3, description="The lowest grade that owes 续报.")

    @model_validator(mode="after")
    def _every(self) -> Self:
        if set(self.terms) != {1, 2, 3, 4}:
            raise ValueError("terms: write all four grades, 1 to 4")
        return self


def _term(written: int, phone: int = 0) -> ReportTerm:
    return ReportTerm(phone=timedelta(minutes=phone) if phone else None, written=timedelta(minutes=written))


CLOCKS: Mapping[str, ReportClock] = {
    "strict": ReportClock(
        name="严格", name_en="Strict", follow=(time(8), time(17)),
        terms={1: _term(35, 15), 2: _term(35, 15), 3: _term(60), 4: _term(360)},
    ),
    "twenty_forty": ReportClock(
        name="20/40 分钟", name_en="20/40 minutes", follow=(time(8), time(17)),
        terms={1: _term(40, 20), 2: _term(40, 20), 3: _term(40, 20), 4: _term(360)},
    ),
    "two_hours": ReportClock(
        name="2 小时", name_en="Two hours", follow=(time(17),),
        terms={1: _term(120), 2: _term(120), 3: _term(120), 4: _term(1440)},
    ),
}  # fmt: skip


class Inject(_Part):
    """Something that a drill tells after a while."""

    after: Duration = Field(description="How long after the beginning.")
    text: str = Field(description="What is told.")
    text_en: str = Field("", description="English text.")


class Scenario(_Part):
    """A drill (演练): an incident that did not happen."""

    name: str = Field(description="Name.")
    name_en: str = Field("", description="English name.")
    kind: str = Field(description="Kind of incident.")
    title: str = Field(description="What is told at the beginning.")
    place: str = Field(description="Where, in words.")
    district: str = Field("", description="Division code of the district, in quotes.")
    lon: float | None = Field(None, ge=-180, le=180, description="Longitude, WGS-84 degrees.")
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude, WGS-84 degrees.")
    cause: str = Field("", description="Cause as first told.")
    harm: dict[Harm, float] = Field(default_factory=dict, description="Harm as first told.")
    injects: tuple[Inject, ...] = Field((), description="What follows.")


class Plans(_Part):
    """plans.yaml. Without it incidents can be taken down, but nothing is suggested."""

    gradings: dict[str, Grading] = Field(default_factory=dict, description="Tables of harm by name.")
    kinds: dict[str, IncidentKind] = Field(default_factory=dict, description="Kinds of incidents by name.")
    approvers: dict[Grade, Approver] = Field(
        default_factory=dict, description="Response level -> who approves it; none = every leader."
    )
    report_clock: str = Field("strict", description="Which report clock holds.")
    report_clocks: dict[str, ReportClock] = Field(
        default_factory=dict, description="Clocks of the city's own, beside strict, twenty_forty and two_hours."
    )
    report_to: str = Field("上级总值班室", description="Who is told.")
    sensitive: tuple[str, ...] = Field(
        (), description="Circumstances that are reported like grade Ⅲ at least (敏感地点、时间、人群)."
    )
    supervision: Supervision = Field(Supervision(), description="When orders are urged and supervised (催办、督办).")
    plans: dict[str, Plan] = Field(default_factory=dict, description="Plans by name.")
    scenarios: dict[str, Scenario] = Field(default_factory=dict, description="Drills by name.")

    @model_validator(mode="before")
    @classmethod
    def _keyed(cls, given: object) -> object:
        """The name before the colon is a plan's key."""
        if not isinstance(given, dict) or not isinstance(given.get("plans"), dict):
            return given
        named = {k: {**v, "key": k} if isinstance(v, dict) else v for k, v in given["plans"].items()}
        return {**given, "plans": named}

    @property
    def clocks(self) -> Mapping[str, ReportClock]:
        """Every report clock by name."""
        return {**CLOCKS, **self.report_clocks}

    @property
    def clock(self) -> ReportClock:
        """The report clock that holds."""
        return self.clocks.get(self.report_clock, CLOCKS["strict"])
