"""A report of an incident to the superior (信息报送): by telephone, 首报, 续报 one after the other, 终报."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from domain.dossier import Dossier

ReportKind = Literal["phone", "first", "follow", "final"]
# What each written report tells, in its order; 续报 does not repeat the start.
PARTS: Mapping[ReportKind, Mapping[str, str]] = {
    "phone": {"words": "通话内容"},
    "first": {
        "source": "信息来源",
        "told": "接报时间",
        "happened": "事发时间",
        "place": "事发地点",
        "kind": "事件类别",
        "scope": "影响范围",
        "harm": "初步损失与伤亡",
        "trend": "发展趋势",
        "scene": "现场领导",
        "measures": "已采取措施",
        "request": "请求事项",
    },
    "follow": {
        "development": "事态发展",
        "harm": "损失与伤亡",
        "progress": "处置进展",
        "next": "下一步",
        "request": "请求事项",
    },
    "final": {"situation": "基本情况", "harm": "损失与伤亡", "handling": "处置情况", "next": "善后与评估"},
}
UNVERIFIED = "待核"


class Report(Dossier):
    """states: draft, sent (immutable from now on), received (the receiver has confirmed), replaced (a correction was sent), dropped.

    about: the incident. n: which 续报. edition: rises with each correction; of: the report that this one corrects.
    parts: its text by PARTS; what is not filled in is sent as 待核. to: who is told. due: until when, while it is a draft.
    deadline: the same, kept. signer, sent: who signed it and when. receipt: who confirmed it, and when. moved_by: who moved it last.
    """

    PREFIX: ClassVar[str] = "XB"
    OVER: ClassVar[frozenset[str]] = frozenset({"received", "replaced", "dropped"})

    kind: ReportKind
    n: int = 0
    edition: int = 1
    of: str = ""
    parts: Mapping[str, str] = Field(default_factory=dict)
    to: str = ""
    deadline: AwareDatetime | None = None
    late: bool = False
    signer: str = ""
    sent: AwareDatetime | None = None
    receipt: str = ""
    received: AwareDatetime | None = None
    moved_by: str = ""

    @property
    def fixed(self) -> bool:
        """Whether its text may not change any more."""
        return self.state != "draft"
