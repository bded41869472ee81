"""A case: one occurrence of an alert under a number, and what people have made of it (DUTY: handling, apart from condition)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.alert import AlertLevel, Condition


class Handling(StrEnum):
    """The people's axis. Stored and spoken by these names."""

    NEW = "new"  # 待签收
    ACKNOWLEDGED = "acknowledged"  # 已签收
    WORKING = "working"  # 处置中
    REPORTED = "reported"  # 已反馈
    CHECKING = "checking"  # 待核查
    SHELVED = "shelved"  # 挂起
    FALSE_ALARM = "false_alarm"  # 误报关闭
    MERGED = "merged"  # 合并
    DONE = "done"  # 已办结
    SELF_CLOSED = "self_closed"  # 自动恢复·未人工处理
    ARCHIVED = "archived"  # 已归档


OVER = frozenset(
    {Handling.FALSE_ALARM, Handling.MERGED, Handling.DONE, Handling.SELF_CLOSED, Handling.ARCHIVED}
)  # nothing is owed any more


@dataclass(frozen=True, slots=True)
class Case:
    """One occurrence. `id` is its number ("GJ-20261125-0001", "" before the store gives one). Times are aware UTC.

    version: rises with every step; who writes must have read the newest (compare-and-set). condition, level, value, peak, say:
    the alert's as last told. recurrence: how often it came back under this number. recovered: since when the condition is
    cleared. due: when time alone moves it next (closing by itself, waking). hidden: by what its notices are held back
    ("silence:7", "inhibition:source_down"), "" when they are not. flapping: percent of its last evaluations that changed.
    escalates: when somebody higher is called in, None when nobody is; rung: how many times that happened since it was opened.
    """

    id: str
    fingerprint: str
    rule: str
    metric: str
    site: str
    district: str
    topic: str
    level: AlertLevel
    say: str
    condition: Condition
    opened: datetime
    updated: datetime
    handling: Handling = Handling.NEW
    version: int = 0
    value: float | None = None
    peak: float | None = None
    recurrence: int = 0
    recovered: datetime | None = None
    closed: datetime | None = None
    acknowledged: datetime | None = None
    owner: str = ""
    due: datetime | None = None
    cause: str = ""
    note: str = ""
    group: str = ""
    hidden: str = ""
    flapping: float = 0.0
    escalates: datetime | None = None
    rung: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing is owed any more."""
        return self.handling in OVER


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One thing that happened to a case: `case` is what it became. verb: a word of alerts.cases (open, reopen, acknowledge).

    actor is a login, "system" for the program. told: what else belongs to it (reason, cause, wake time).
    """

    case: Case
    verb: str
    at: datetime
    actor: str = "system"
    told: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """A step as it is kept: never changed, never deleted before its case."""

    case: str
    at: datetime
    actor: str
    verb: str
    old: Handling | None
    new: Handling
    told: Mapping[str, object] = field(default_factory=dict)
