"""What a notice says: its words and figures, made of the cases as they are when it is sent. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.alert import AlertLevel, Condition
from domain.case import Case, Handling
from domain.city import City
from domain.notice import Notice, NoticeKind

MOST: Final = 100  # cases of one message; the others are counted
LEVELS: Final[Mapping[AlertLevel, str]] = {
    AlertLevel.P1: "特急",
    AlertLevel.P2: "紧急",
    AlertLevel.P3: "关注",
    AlertLevel.P4: "提示",
}
KINDS: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.FIRED: "告警",
    NoticeKind.ROSE: "升级",
    NoticeKind.REPEAT: "仍未签收",
    NoticeKind.CLEARED: "恢复",
    NoticeKind.ESCALATED: "逾期升级",
    NoticeKind.SILENCE_ENDED: "静默结束，仍在告警",
    NoticeKind.FLAPPING: "抖动",
    NoticeKind.STORM: "告警风暴",
    NoticeKind.TEST: "测试",
    NoticeKind.ORDERED: "新工单",
    NoticeKind.ASSISTING: "协办工单",
    NoticeKind.URGED: "催办",
    NoticeKind.SUPERVISED: "督办",
    NoticeKind.OVERDUE: "逾期督办",
    NoticeKind.HANDOVER_LATE: "交接逾时",
}
HANDLINGS: Final[Mapping[Handling, str]] = {
    Handling.NEW: "待签收",
    Handling.ACKNOWLEDGED: "已签收",
    Handling.WORKING: "处置中",
    Handling.REPORTED: "已反馈",
    Handling.CHECKING: "待核查",
    Handling.SHELVED: "挂起",
    Handling.FALSE_ALARM: "误报关闭",
    Handling.MERGED: "合并",
    Handling.DONE: "已办结",
    Handling.SELF_CLOSED: "自动恢复",
    Handling.ARCHIVED: "已归档",
}
_TEST: Final = "这是一条测试通知，不对应任何告警；收到即说明通知渠道可用。"


@dataclass(frozen=True, slots=True)
class Told:
    """One case of a message. labels say which it is, annotations what people read; ended: None while it is in force."""

    number: str
    fingerprint: str
    began: datetime
    ended: datetime | None
    line: str
    link: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """What one receiver is told. `id` is the notice's: the same message sent twice has it twice.

    text: the whole of it in lines. link: where the cockpit shows it, "" when its address is not known. more: cases beyond
    those that are written out. order: what it is about when that is an order, `cases` then has it in the same form.
    """

    id: str
    receiver: str
    kind: NoticeKind
    level: AlertLevel
    group: str
    at: datetime
    title: str
    text: str
    cases: Sequence[Told] = ()
    link: str = ""
    more: int = 0
    order: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Writer:
    """Writes messages of a city. address: of the cockpit, without a slash at its end. plain: hides personal details in a text."""

    city: City
    address: str = ""
    plain: Callable[[str], str] = field(default=lambda text: text)

    def message(self, notice: Notice, cases: Sequence[Case], now: datetime) -> Message:
        """The message of a notice about cases, most urgent first. A test has none."""
        told = [self._told(case) for case in cases[:MOST]]
        level = min((case.level for case in cases), default=notice.level)
        title = self._title(notice, cases, level)
        more = len(cases) - len(told)
        link = self._link(told[0].number if len(told) == 1 else "")
        lines = [title, *([] if told else [_TEST])]
        lines += [f"{one.line}（{one.number}）" for one in told]
        lines += [f"另有 {more} 条，见告警列表。"] if more else []
        lines += [
            f"{now.astimezone(self.city.zone):%Y-%m-%d %H:%M:%S} · {self.city.spec.title}",
            *([link] if link else []),
        ]
        return Message(
            notice.id, notice.receiver, notice.kind, level, notice.group, now, title, "\n".join(lines), told, link, more
        )

    def _title(self, notice: Notice, cases: Sequence[Case], level: AlertLevel) -> str:
        kind = KINDS[notice.kind]
        demo = "【演示】" if self.city.spec.demo else ""
        head = (
            f"{demo}【{kind}】"
            if notice.kind is NoticeKind.TEST
            else f"{demo}【{level.name} {LEVELS[level]} · {kind}】"
        )
        if not cases:
            return f"{head}{self.city.spec.title}"
        if len(cases) == 1:
            return head + self.plain(cases[0].say)
        places = list(dict.fromkeys(self.city.place_name(case.district) if case.district else "全市" for case in cases))
        where = "、".join(places[:3]) + (f"等 {len(places)} 地" if len(places) > 3 else "")
        return f"{head}{len(cases)} 条：{where}"

    def _told(self, case: Case) -> Told:
        line = self.plain(case.say)
        place, district = self.city.place_name(case.site), self.city.place_name(case.district)
        labels = {
            "alertname": case.rule,
            "severity": case.level.name,
            "metric": case.metric,
            "site": case.site,
            "district": case.district,
            "topic": case.topic,
            "case": case.id,
        }
        notes = {
            "summary": line,
            "place": place,
            "district": district,
            "handling": HANDLINGS[case.handling],
            "value": "" if case.value is None else f"{case.value:g}",
        }
        since = f"{case.opened.astimezone(self.city.zone):%m-%d %H:%M} 起"
        ended = (case.recovered or case.updated) if case.condition is Condition.CLEARED else None
        until = "" if ended is None else f"，{ended.astimezone(self.city.zone):%m-%d %H:%M} 恢复"
        return Told(
            number=case.id,
            fingerprint=case.fingerprint,
            began=case.opened,
            ended=ended,
            line=f"{case.level.name} {line}，{since}{until}",
            link=self._link(case.id),
            labels={name: value for name, value in labels.items() if value},
            annotations={name: value for name, value in notes.items() if value},
        )

    def _link(self, number: str) -> str:
        if not self.address:
            return ""
        return f"{self.address}/alerts?case={number}" if number else f"{self.address}/alerts"
