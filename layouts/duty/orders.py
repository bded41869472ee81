"""The page of orders: a unit's own for its clerk, all of them for the desk; and what may be done with the one that is open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dash import html

from domain.account import Right
from domain.dossier import DossierEvent
from domain.order import Attachment, Order, Share
from duty import supervise
from duty.order_notices import owed
from duty.order_table import STATES, sees
from layouts.accounts import frame
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import order_forms, papers
from layouts.tags import Child, Node, h

PATH = "/orders"
IDS = papers.Ids("orders")
VIEWS: Mapping[str, frozenset[str]] = {
    "": frozenset(STATES) - Order.OVER,
    "new": frozenset({"dispatched"}),
    "work": frozenset({"accepted", "working", "reported"}),
    "check": frozenset({"checking"}),
    "back": frozenset({"returned", "ruling", "shelved"}),
    "over": Order.OVER,
}
NAMES: Mapping[str, str] = {
    "": "未办结", "new": "待签收", "work": "处置中", "check": "待核查", "back": "退回与挂账", "over": "已办结",
}  # fmt: skip
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: the order that is open, which are listed, and what a new one is about."""

    id: str = ""
    show: str = ""
    about: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. about: what a new order is about, told: as its case says it or as its metric is called.

    value: the metric's value as it was seen. unit: the department that answers for it.
    """

    found: Sequence[Order]
    open: Order | None = None
    events: Sequence[DossierEvent] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    units: Sequence[str] = ()
    about: str = ""
    told: str = ""
    seen: int = 0
    value: str = ""
    unit: str = ""


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    asked = Asked(**words(search, ("id", "show", "about", "shown"), 120))
    return asked if asked.show in VIEWS else replace(asked, show="")


def visible(desk: Desk, one: Order) -> bool:
    """Whether a person may read an order."""
    return sees(one, desk.viewer)


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "工单", IDS)


def body(desk: Desk, asked: Asked, shown: Shown) -> list[Child]:
    """The orders, those whose time runs out first at the top."""
    counts = {key: sum(one.state in states for one in shown.found) for key, states in VIEWS.items()}
    chips = [_chip(desk, asked, key, counts[key]) for key in VIEWS]
    bar = h("Div", chips, "chip-row", role="group", aria={"label": desk.t("筛选")})
    listed = sorted((one for one in shown.found if one.state in VIEWS[asked.show]), key=_urgent)
    if not listed:
        return [bar, frame.none(desk.t("没有这样的工单"), desk.t("新的工单派发后会出现在这里。"))]
    return [bar, h("Ul", [_row(desk, asked, one) for one in listed], "things is-papers is-orders")]


def _urgent(one: Order) -> tuple[bool, datetime, int]:
    return one.over, owed(one)[1], one.level


def left(desk: Desk, at: datetime) -> str:
    """Time left until a moment, or over it, in the two coarsest units that tell."""
    span = abs(at - desk.now)
    days, hours, minutes = span.days, span.seconds // 3600, span.seconds % 3600 // 60
    told = (
        desk.t("{d} 天 {h} 小时", d=days, h=hours)
        if days
        else desk.t("{h} 小时 {m} 分", h=hours, m=minutes)
        if hours
        else desk.t("{m} 分钟", m=minutes)
    )
    return desk.t("剩 {span}", span=told) if at >= desk.now else desk.t("超 {span}", span=told)


def _chip(desk: Desk, asked: Asked, key: str, count: int) -> Node:
    words = [desk.t(NAMES[key]), h("Span", str(count), "chip-count") if count else None]
    go = json.dumps({"show": key, "id": "", "about": ""})
    pressed = "true" if key == asked.show else "false"
    return h("Button", words, "chip", data={"go": go}, aria={"pressed": pressed}, type="button")


def tags(desk: Desk, one: Order) -> list[Child]:
    """Level, state, what its time has marked it with, and how far the viewer's own part is when his unit assists."""
    part = one.share(desk.viewer.department) if desk.viewer.department in one.helpers else None
    mark = supervise.name(one)
    worst = "is-p2" if one.supervision == "red" else "is-p3"
    return [
        h("Span", f"P{one.level}", f"tag is-p{one.level}"),
        h("Span", desk.t(STATES[one.state]), f"tag {'is-over' if one.over else 'is-on'}"),
        h("Span", desk.t(mark), f"tag {worst}") if mark and not one.over else None,
        h("Span", desk.t(share_state(part)), "tag is-on") if part else None,
        h("Span", desk.t("延期待批"), "tag is-p3") if one.asked else None,
        h("Span", desk.t("演练"), "tag is-on") if one.exercise else None,
    ]


def _row(desk: Desk, asked: Asked, one: Order) -> Node:
    what, until = owed(one)
    waits = None if one.over or one.state in ("checking", "shelved") else f"{desk.t(what)} {left(desk, until)}"
    late = "is-late" if waits and until < desk.now else ""
    facts = [h("Span", fact) for fact in (one.id, desk.said(one.unit), desk.moment(one.sent)) if fact]
    words = [
        h("Div", [*tags(desk, one), h("B", said(desk, one.title))], "thing-name"),
        h("Div", [h("Span", waits, f"order-left {late}".strip()) if waits else None, *facts], "thing-facts"),
    ]
    here = "is-open" if one.id == asked.id else ""
    go = h("Button", desk.t("查看"), "press", data={"go": json.dumps({"id": one.id, "about": ""})}, type="button")
    return h("Li", [h("Div", words, "thing-words"), go], f"thing {here}".strip())


def pane(desk: Desk, shown: Shown) -> list[Child]:
    """The order that is open, or the form for a new one."""
    if shown.open is None:
        return [order_forms.fresh(desk, IDS.page, shown)] if desk.may(Right.ACT) else []
    one = shown.open
    course = papers.course(desk, shown.names, shown.events, order_forms.VERBS)
    back = h("Button", desk.t("返回列表"), "press order-back", data={"go": json.dumps({"id": ""})}, type="button")
    return [back, _told(desk, shown, one), *order_forms.acts(desk, IDS.page, one, shown.units), course]


def _told(desk: Desk, shown: Shown, one: Order) -> Node:
    rows: Sequence[tuple[str, Child]] = [
        ("承办单位", desk.said(one.unit)),
        (
            "协办单位",
            h("Ul", [_share(desk, one.share(unit)) for unit in one.helpers], "order-kept") if one.helpers else "",
        ),
        ("派单人", papers.name(shown.names, one.dispatcher)),
        ("派发时间", desk.moment(one.sent)),
        ("签收时限", _met(desk, one.sign_by, one.signed)),
        ("首次反馈时限", _met(desk, one.report_by, one.first_report)),
        ("办结时限", _met(desk, one.finish_by, one.handed)),
        ("申请延期至", desk.moment(one.asked) if one.asked else ""),
        ("关联", papers.about(desk, one.about)),
        ("当时所见", said(desk, one.shown)),
        ("最近进展", said(desk, one.progress)),
        ("处置结果", said(desk, one.result)),
        ("佐证", said(desk, one.evidence)),
        ("附件", h("Ul", [_file(desk, one, file) for file in one.files], "order-kept") if one.files else ""),
        ("核查意见", said(desk, one.verdict)),
    ]
    facts = [h("Div", [h("Dt", desk.t(word)), h("Dd", value)], "fact") for word, value in rows if value]
    head = [h("Div", tags(desk, one), "order-tags"), h("P", said(desk, one.content), "case-say")]
    return papers.section(one.id, *head, h("Dl", facts, "facts"))


def _share(desk: Desk, one: Share) -> Node:
    """A unit that assists: what it was asked, how far it is, what it answered."""
    late = one.signed is None and one.sign_by < desk.now
    when = desk.moment(one.answered or one.signed) if one.signed else left(desk, one.sign_by)
    state = h("Span", f"{desk.t(share_state(one))} · {when}", "is-loud" if late else "")
    head: list[Child] = [h("B", desk.said(one.unit)), " ", state]
    told: list[Child] = [
        h("Div", said(desk, part), "field-hint") for part in (one.task, one.words, one.evidence) if part
    ]
    return h("Li", [*head, *told])


def share_state(one: Share) -> str:
    """How far a part is, in words."""
    return "协办已反馈" if one.answered else "协办已签收" if one.signed else "协办待签收"


def _file(desk: Desk, one: Order, file: Attachment) -> Node:
    """A file to save, its size and the beginning of its hash, by which it can be known."""
    link = h("A", said(desk, file.name), href=f"/orders/file?order={one.id}&sha256={file.sha256}")
    size = f"{file.size / 1024:.0f} KB" if file.size >= 1024 else f"{file.size} B"
    return h("Li", [link, " ", h("Span", f"{size} · SHA-256 {file.sha256[:16]}…", "field-hint", title=file.sha256)])


def _met(desk: Desk, by: datetime, at: datetime | None) -> str:
    if at is None:
        return f"{desk.moment(by)} · {left(desk, by)}"
    word = desk.t("按时") if at <= by else desk.t("逾期")
    return f"{desk.moment(by)} · {desk.moment(at)[11:]} {word}"
