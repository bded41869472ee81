"""The page of incidents: the list, and what the address asks for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html

from domain.account import Right, Role
from domain.incident_file import GRADES, ROMAN, IncidentFile
from duty.incidents import STATES
from layouts.accounts import frame
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import papers
from layouts.tags import Child, Node, h

PATH = "/incidents"
IDS = papers.Ids("incidents")
VIEWS: Mapping[str, str] = {"": "未结", "drill": "演练", "all": "全部"}
_ASKED = ("id", "show", "form", "step", "report", "print", "case")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks. form: the form at the side (new, drill, update, ask:<suggested before>, review); step: a step of the plan, from 1.

    report: a report at the side; print: a report as a sheet of paper; case: the alert that a new incident comes from.
    """

    id: str = ""
    show: str = ""
    form: str = ""
    step: str = ""
    report: str = ""
    print: str = ""
    case: str = ""


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    return Asked(**words(search, _ASKED, 60))


def visible(desk: Desk, one: IncidentFile) -> bool:
    """Whether a person may read an incident: it lies in his reach, or with his department."""
    viewer = desk.viewer
    if viewer.role is Role.WALL:
        return False
    return viewer.reach.covers(one.topic, one.district) or (bool(one.unit) and one.unit == viewer.department)


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "事件处置", IDS)


def go(desk: Desk, text: str, cls: str = "press", **where: str) -> Node:
    """A button that moves within the page; what is not named is cleared."""
    return h(
        "Button", desk.t(text), cls, data={"go": json.dumps({**dict.fromkeys(_ASKED, ""), **where})}, type="button"
    )


def drill_mark(desk: Desk, exercise: bool) -> Node | None:
    """What stands on everything that belongs to a drill."""
    return h("Span", desk.t("演练"), "tag is-drill") if exercise else None


def listed(desk: Desk, asked: Asked, found: Sequence[IncidentFile], names: Mapping[str, str]) -> list[Child]:
    """The incidents, newest first."""
    chips = [
        h(
            "Button", desk.t(text), "chip", data={"go": json.dumps({"show": key, "id": ""})},
            aria={"pressed": "true" if key == asked.show else "false"}, type="button",
        )
        for key, text in VIEWS.items()
    ]  # fmt: skip
    acts = [
        go(desk, "接报登记", "press is-main", show=asked.show, form="new"),
        go(desk, "开始演练", show=asked.show, form="drill"),
    ]
    bar = h(
        "Div",
        [*chips, *(acts if desk.may(Right.ACT) else [])],
        "chip-row",
        role="group",
        aria={"label": desk.t("筛选")},
    )
    if not found:
        return [bar, frame.none(desk.t("没有事件"), desk.t("接到电话报告时由值班员登记，也可从告警转来。"))]
    return [bar, h("Ul", [_row(desk, one, names) for one in found], "things is-papers")]


def _row(desk: Desk, one: IncidentFile, names: Mapping[str, str]) -> Node:
    facts = [
        one.id,
        kind(desk, one),
        said(desk, one.facts.place),
        desk.t("接报 {at}", at=desk.moment(one.facts.told)),
        papers.name(names, one.owner),
    ]
    words = [
        h("Div", [h("B", said(desk, one.title)), *marks(desk, one)], "thing-name"),
        h("Div", [h("Span", fact) for fact in facts if fact], "thing-facts"),
    ]
    return h("Li", [h("Div", words, "thing-words"), go(desk, "查看", id=one.id)], "thing")


def marks(desk: Desk, one: IncidentFile) -> list[Child]:
    """State, grade and response of an incident, and whether it is a drill."""
    grade = desk.t(GRADES[one.grade]) if one.grade else ""
    proposed = desk.t("拟{grade}", grade=desk.t(GRADES[one.proposed])) if one.proposed and not one.grade else ""
    return [
        drill_mark(desk, one.exercise),
        h("Span", desk.t(STATES[one.state]), f"tag {'is-over' if one.over else 'is-on'}"),
        h("Span", grade or proposed, "tag") if grade or proposed else None,
        h("Span", desk.t("{level}级响应", level=ROMAN[one.response]), "tag is-response") if one.response else None,
        h("Span", desk.t("{level}级响应待批准", level=ROMAN[one.asked.level]), "tag is-p2") if one.asked else None,
    ]


def kind(desk: Desk, one: IncidentFile) -> str:
    """What an incident's kind is called; its key when the city no longer declares it."""
    found = desk.city.plans.kinds.get(one.facts.kind)
    return desk.either(found.name, found.name_en) if found else one.facts.kind
