"""A handover sheet (交接单): what one shift tells the next in eleven parts, and who signed for it."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.dossier import Dossier

Side = Literal["out", "in"]
# The parts in their order; the first three are the short sheet (简易交接).
PARTS: Mapping[str, str] = {
    "urgent": "未结 P1、P2 告警",
    "routine": "未结 P3、P4 告警",
    "incidents": "处置中的事件与下一班应报",
    "orders": "工单与督办",
    "in_force": "生效中的预警与应急响应",
    "quiet": "生效中的静默与检修",
    "sources": "数据源、设备与大屏",
    "instructions": "领导批示与落实",
    "passed": "本班办结、自动关闭与被抑制的告警",
    "notes": "其他交代事项",
    "checks": "应急电话与物品",
}
BRIEF = ("urgent", "routine", "incidents")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Part):
    """One line of a part. about: number of what it is about, "" when it has none. say: what it is.

    next: what is to be done; at: until when. late: that moment had passed, or it needs to be looked at for another reason.
    """

    about: str = ""
    say: str
    next: str = ""
    at: AwareDatetime | None = None
    level: int = 0
    late: bool = False


class Part(_Part):
    """One part: what it counts, and its lines (the first of them when there are more)."""

    key: str
    counts: Mapping[str, int] = Field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    more: int = 0


class Signature(_Part):
    """A signature, given with the password. forced: by the shift leader for somebody who did not come."""

    login: str
    name: str
    at: AwareDatetime
    forced: bool = False


class Handover(Dossier):
    """states: draft (nobody has signed), half (one side has), brief (handed over by the short sheet, the rest is owed), done.

    outgoing, incoming: numbers of the shifts; both remain responsible until it is signed. change: when it should have been.
    parts: as they stood when the sheet was last signed. ticks: numbers of P1 and P2 that the incoming side has looked at.
    unlocked: why a leader let it be signed although something stands against it. late: unsigned too long.
    """

    PREFIX: ClassVar[str] = "JB"
    OVER: ClassVar[frozenset[str]] = frozenset({"done"})

    outgoing: str
    incoming: str
    change: AwareDatetime
    short: bool = False
    parts: tuple[Part, ...] = ()
    ticks: tuple[str, ...] = ()
    notes: str = ""
    checks: Mapping[str, bool] = Field(default_factory=dict)
    signed: Mapping[Side, Signature] = Field(default_factory=dict)
    unlocked: str = ""
    unlocked_by: str = ""
    late: bool = False
    handed: AwareDatetime | None = None
