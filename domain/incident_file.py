"""A file of an incident (事件): something that is happening in the city, from the first call to the review."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.dossier import Dossier
from domain.plan import Grade, Harm, StepRole

HARMS: Mapping[Harm, tuple[str, str]] = {
    "dead": ("死亡", "人"),
    "injured": ("重伤", "人"),
    "trapped": ("被困", "人"),
    "evacuated": ("转移", "人"),
    "affected": ("影响人数", "人"),
    "loss": ("直接经济损失", "万元"),
}
ROMAN: Mapping[int, str] = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
GRADES: Mapping[int, str] = {1: "特别重大（Ⅰ级）", 2: "重大（Ⅱ级）", 3: "较大（Ⅲ级）", 4: "一般（Ⅳ级）"}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Facts(_Part):
    """What is known, as the duty room records it; "" and no entry = not known yet.

    happened: when it began; told: when we heard of it, from which every report clock runs. lon, lat: WGS-84 degrees.
    harm: persons, loss in 万元. informed: who has been told already. scene: leaders on the scene. request: what is asked for.
    """

    kind: str
    title: str
    happened: AwareDatetime
    told: AwareDatetime
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    cause: str = ""
    process: str = ""
    measures: str = ""
    result: str = ""
    impact: str = ""
    trend: str = ""
    informed: str = ""
    scene: str = ""
    request: str = ""
    reporter_unit: str = ""
    reporter: str = ""
    reporter_post: str = ""
    reporter_phone: str = ""
    harm: Mapping[Harm, float] = Field(default_factory=dict)
    sensitive: tuple[str, ...] = ()


class Step(_Part):
    """A step of the plan that was started, as the plan had it then. state: open, done, failed, left (not needed here)."""

    text: str
    text_en: str = ""
    role: StepRole = "duty_officer"
    unit: str = ""
    due: AwareDatetime
    evidence: str = ""
    evidence_en: str = ""
    resources: tuple[str, ...] = ()
    on_fail: str = ""
    on_fail_en: str = ""
    state: Literal["open", "done", "failed", "left"] = "open"
    told: str = ""
    by: str = ""
    at: AwareDatetime | None = None
    late: bool = False


class Response(_Part):
    """A response (应急响应): suggested by the desk, approved by who may. state: asked, on, refused, over."""

    level: Grade
    state: Literal["asked", "on", "refused", "over"]
    basis: str
    area: str
    measures: str
    asked_by: str
    asked_at: AwareDatetime
    by: str = ""
    at: AwareDatetime | None = None
    told: str = ""


class Told(_Part):
    """Something that a drill tells at its moment."""

    at: AwareDatetime
    text: str
    text_en: str = ""


class Change(_Part):
    """What shall be different next time, and who sees to it."""

    what: str
    owner: str


class Review(_Part):
    """What was learnt. by, at: who wrote it last."""

    causes: str
    lessons: str = ""
    changes: tuple[Change, ...] = ()
    by: str
    at: AwareDatetime


class IncidentFile(Dossier):
    """states: intake (taken down, not verified), active, controlled (over, to be reviewed), closed, void (did not happen).

    grade: as confirmed, 0 before; proposed: as the desk proposes it. response: the level in force, 0 = none; asked: a response
    that waits for approval. cases: numbers of alerts it came from. scenario, injects: of a drill. moved_by: who moved it last.
    """

    PREFIX: ClassVar[str] = "SJ"
    OVER: ClassVar[frozenset[str]] = frozenset({"closed", "void"})

    facts: Facts
    grade: int = 0
    grade_by: str = ""
    proposed: int = 0
    proposed_by: str = ""
    response: int = 0
    asked: Response | None = None
    responses: tuple[Response, ...] = ()
    plan: str = ""
    plan_name: str = ""
    plan_name_en: str = ""
    steps: tuple[Step, ...] = ()
    cases: tuple[str, ...] = ()
    review: Review | None = None
    scenario: str = ""
    injects: tuple[Told, ...] = ()
    moved_by: str = ""

    @property
    def weight(self) -> int:
        """The grade that reports and plans go by: as confirmed, else as proposed, else 一般."""
        return self.grade or self.proposed or 4
