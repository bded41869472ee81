"""The fourth view of the rules page: who is told of what, how their last notices went, and a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.account import Right
from domain.notice import Notice, NoticeState
from domain.receiver import Receiver
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import quiet, rules, words
from layouts.tags import Child, Node, h

POSTS: Mapping[str, str] = {
    "officer": "值班员",
    "shift_leader": "值班长",
    "leader": "带班领导",
    "deputy": "分管领导",
    "head": "主要领导",
}
SHOWN = 5  # receipts of a receiver


@dataclass(frozen=True, slots=True)
class Went:
    """How a receiver's notices went. newest: newest first. hour: how many it got within the hour. waiting, failed: of the day."""

    newest: Sequence[Notice] = ()
    hour: int = 0
    waiting: int = 0
    failed: int = 0


NOTHING = Went()


def body(desk: Desk, asked: rules.Asked, went: Mapping[str, Went]) -> list[Child]:
    """Every receiver with its last receipts."""
    found = desk.city.receivers
    if not found:
        none = frame.none(desk.t("没有接收方"), desk.t("在 receivers.yaml 里声明后重新启动采集。"))
        return [rules.filters(desk, asked), none]
    parts = [h("Li", _receiver(desk, one, went.get(key, NOTHING)), "thing") for key, one in found.items()]
    return [rules.filters(desk, asked), h("Div", h("Ul", parts, "things"), "quiet-list")]


def _receiver(desk: Desk, one: Receiver, went: Went) -> list[Child]:
    state = h("Span", desk.t("失败 {n}", n=went.failed), "tag is-p1") if went.failed else None
    facts = [one.key, one.kind, _gets(desk, one), _rate(desk, one, went), desk.t("待发送 {n}", n=went.waiting)]
    told = [
        h("Div", [h("B", one.name or one.key), state], "thing-name"),
        h("Div", [h("Span", fact) for fact in facts if fact], "thing-facts"),
        h("Ul", [_receipt(desk, notice) for notice in went.newest[:SHOWN]], "receipts")
        if went.newest
        else h("P", desk.t("24 小时内没有通知。"), "field-hint"),
    ]
    test = frame.press(desk.t("发送测试"), f"{rules.PAGE}:trial", one.key) if desk.may(Right.ACT) else None
    return [h("Div", told, "thing-words"), test]


def _gets(desk: Desk, one: Receiver) -> str:
    """What it is told of, in words."""
    parts = [
        " ".join(one.levels) or desk.t("全部级别") if one.news else "",
        desk.listed([desk.topic(topic) for topic in one.topics]),
        desk.listed([desk.district(code) for code in one.districts]),
        desk.t("上报到{posts}", posts=desk.listed([desk.t(POSTS[post]) for post in one.posts])) if one.posts else "",
        desk.t("{units}的工单", units=desk.listed([desk.said(unit) for unit in one.departments]))
        if one.departments
        else "",
        desk.t("仅在岗时") if one.on_shift else "",
    ]
    return " · ".join(part for part in parts if part)


def _rate(desk: Desk, one: Receiver, went: Went) -> str:
    if not one.per_hour:
        return desk.t("一小时内 {n} 条", n=went.hour)
    return desk.t("一小时内 {n} 条，上限 {most}", n=went.hour, most=one.per_hour)


def _receipt(desk: Desk, notice: Notice) -> Node:
    bad = notice.state is NoticeState.FAILED or (notice.error and notice.state is NoticeState.WAITING)
    parts = [
        desk.moment(notice.sent or notice.made),
        desk.t(words.NOTICES[notice.kind]),
        notice.level.name,
        desk.t(words.SENDING[notice.state]),
        desk.t("第 {n} 次", n=notice.attempts) if notice.attempts > 1 else "",
        quiet.masked(desk, notice.error or notice.receipt) if desk.may(Right.ACT) else "",
    ]
    return h("Li", " · ".join(part for part in parts if part), "is-bad" if bad else "")
