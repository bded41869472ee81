"""The page of instructions: what leaders want done, until it is carried out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dash import html

from domain.account import Role
from domain.dossier import DossierEvent
from domain.instruction import Instruction
from duty.instructions import MOVES, STATES, possible
from layouts.accounts import frame
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import papers
from layouts.tags import Child, Node, h

PATH = "/instructions"
IDS = papers.Ids("instructions")
SPANS: Mapping[str, str] = {"120": "2 小时", "480": "8 小时", "1440": "24 小时", "4320": "3 天"}
VIEWS: Mapping[str, str] = {"": "未落实", "all": "全部"}
VERBS: Mapping[str, str] = {
    "issue": "作出批示",
    "overdue": "超过落实时限",
    **{key: move.name for key, move in MOVES.items()},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks: the instruction that is open, what a new one is about, and whether old ones are listed."""

    id: str = ""
    about: str = ""
    show: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """What a new one is about: as the address names it, in words, and the number that the leader saw there."""

    about: str = ""
    told: str = ""
    shown: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows."""

    found: Sequence[Instruction]
    open: Instruction | None = None
    events: Sequence[DossierEvent] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    units: Sequence[str] = ()
    new: New = New()


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    return Asked(**words(search, ("id", "about", "show", "shown"), 120))


def visible(desk: Desk, one: Instruction) -> bool:
    """Whether a person may read an instruction: it lies in his reach, or with his department."""
    viewer = desk.viewer
    if viewer.role is Role.WALL:
        return False
    mine = bool(one.unit) and one.unit == viewer.department
    return mine or viewer.reach.whole or bool(one.topic and viewer.reach.covers(one.topic, one.district))


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "领导批示", IDS)


def body(desk: Desk, asked: Asked, shown: Shown) -> list[Child]:
    """The instructions, newest first."""
    chips = [
        h(
            "Button",
            desk.t(text),
            "chip",
            data={"go": json.dumps({"show": key, "id": ""})},
            aria={"pressed": "true" if key == asked.show else "false"},
            type="button",
        )
        for key, text in VIEWS.items()
    ]
    bar = h("Div", chips, "chip-row", role="group", aria={"label": desk.t("筛选")})
    if not shown.found:
        return [bar, frame.none(desk.t("没有待落实的批示"), desk.t("领导可在指标、案件或本页作出批示。"))]
    return [bar, h("Ul", [_row(desk, asked, shown, one) for one in shown.found], "things is-papers")]


def _row(desk: Desk, asked: Asked, shown: Shown, one: Instruction) -> Node:
    state = h("Span", desk.t(STATES[one.state]), f"tag {'is-over' if one.over else 'is-on'}")
    late = h("Span", desk.t("已超时限"), "tag is-p2") if one.late and not one.over else None
    facts = [
        one.id,
        papers.name(shown.names, one.owner),
        desk.moment(one.opened),
        desk.said(one.unit),
        papers.about(desk, one.about),
    ]
    if not one.over:
        facts.append(desk.t("时限 {at}", at=desk.moment(one.by)))
    words = [
        h("Div", [h("B", said(desk, one.title)), state, late], "thing-name"),
        h("Div", [h("Span", fact) for fact in facts if fact], "thing-facts"),
    ]
    here = "is-open" if one.id == asked.id else ""
    go = h("Button", desk.t("查看"), "press", data={"go": json.dumps({"id": one.id, "about": ""})}, type="button")
    return h("Li", [h("Div", words, "thing-words"), go], f"thing {here}".strip())


def pane(desk: Desk, shown: Shown) -> list[Child]:
    """The instruction that is open, or the form for a new one."""
    if shown.open is not None:
        return [*_opened(desk, shown, shown.open), papers.course(desk, shown.names, shown.events, VERBS)]
    return [_form(desk, shown)] if desk.viewer.role is Role.LEADER else []


def _opened(desk: Desk, shown: Shown, one: Instruction) -> list[Child]:
    told = [
        (desk.t("状态"), desk.t(STATES[one.state])),
        (desk.t("批示人"), papers.name(shown.names, one.owner)),
        (desk.t("对象"), papers.about(desk, one.about)),
        (desk.t("当时所见"), said(desk, one.shown)),
        (desk.t("落实单位"), desk.said(one.unit)),
        (desk.t("落实时限"), desk.moment(one.by)),
        (desk.t("督办工单"), one.order),
        (desk.t("接收人"), papers.name(shown.names, one.receiver)),
        (desk.t("落实情况"), said(desk, one.result)),
    ]
    facts = [h("Div", [h("Dt", word), h("Dd", value)], "fact") for word, value in told if value]
    verbs = possible(one, desk.viewer)
    presses = [
        frame.press(desk.t(MOVES[verb].name), f"{IDS.page}:{verb}", one.id, "is-main" if verb == "receive" else "")
        for verb in verbs
    ]
    act: Child = None
    if verbs:
        words = papers.area(desk.t("落实情况或撤回理由"), "words") if set(verbs) - {"receive"} else None
        act = papers.section(
            desk.t("处理"), h("Div", [words, h("Div", presses, "form-end")], "form", data={"form": ""})
        )
    head = h("P", said(desk, one.title), "case-say")
    return [papers.section(one.id, head, h("Dl", facts, "facts")), *([act] if act else [])]


def _form(desk: Desk, shown: Shown) -> Node:
    new = shown.new
    plain = h("P", desk.t("不针对具体指标或案件的批示。"), "field-hint")
    about = h("P", said(desk, new.told), "case-say") if new.told else plain
    units = [(one, desk.said(one)) for one in shown.units]
    parts = [
        about,
        frame.field(desk.t("当时所见"), frame.named("shown"), value=new.shown, maxLength=120) if new.told else None,
        papers.area(desk.t("批示内容"), "words", rows=4),
        frame.group(
            desk.t("落实单位"),
            frame.one_of(
                frame.named("unit"), units, new.unit if new.unit in shown.units else next(iter(shown.units), "")
            ),
        ),
        frame.group(
            desk.t("落实时限"), frame.one_of(frame.named("span"), [(k, desk.t(v)) for k, v in SPANS.items()], "480")
        ),
        h("Div", frame.press(desk.t("作出批示"), f"{IDS.page}:issue", new.about, "is-main"), "form-end"),
    ]
    return papers.section(desk.t("作出批示"), h("Div", parts, "form", data={"form": ""}))
