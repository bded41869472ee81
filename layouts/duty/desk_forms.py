"""What an officer may do with a case at the desk: the buttons, their keys, and what each has to be told, as data for the browser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.case_links import LINKS
from alerts.cases import CAUSES, LONGEST_SHELF, VERBS
from domain.account import Right, Role
from domain.alert import AlertLevel
from domain.case import Case, Handling
from domain.city import City
from domain.incident_file import GRADES
from layouts.accounts.desk import Desk
from layouts.alerts.page import MARKS
from layouts.alerts.words import SHELVES

Options = Sequence[tuple[str, str]]
SPANS: Mapping[str, str] = {"30": "30 分钟", "60": "1 小时", "240": "4 小时", "1440": "24 小时", "4320": "3 天"}
OWN = "level"  # the level's own span


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. kind: line, text (several lines), choice. options: of a choice, or proposals for a line."""

    name: str
    label: str
    kind: str = "line"
    needed: bool = False
    options: Callable[[City, Case], Options] | None = None
    value: Callable[[City, Case], str] | None = None
    most: int = 500  # characters


@dataclass(frozen=True, slots=True)
class Action:
    """A button: the verb it stands for, its word and key, what is filled in before it. main: always there, possible or not."""

    verb: str
    word: str
    key: str
    fields: tuple[Field, ...] = ()
    main: bool = True


def _shelves(_city: City, case: Case) -> Options:
    longest = LONGEST_SHELF[case.level].total_seconds() / 60
    return [(key, word) for key, word in SHELVES.items() if int(key) <= longest]


def _causes(_city: City, _case: Case) -> Options:
    return list(CAUSES.items())


def _levels(_city: City, case: Case) -> Options:
    return [(one.name, f"{MARKS[one]} {one.name}") for one in AlertLevel if one is not case.level]


def _units(city: City, _case: Case) -> Options:
    return [(name, name) for name in city.departments]


def _unit(city: City, case: Case) -> str:
    """Who answers for what the case is about."""
    rule, metric = city.rules.get(case.rule), city.metrics.get(case.metric)
    return (rule.department if rule else "") or (metric.department if metric else "")


def _ends(_city: City, _case: Case) -> Options:
    return [(OWN, "按级别时限"), *SPANS.items()]


def _spans(_city: City, _case: Case) -> Options:
    return list(SPANS.items())


def _own(_city: City, _case: Case) -> str:
    return OWN


def _kinds(city: City, _case: Case) -> Options:
    return [(key, kind.name) for key, kind in city.plans.kinds.items()]


def _kind(city: City, case: Case) -> str:
    """The only kind of the case's topic; several are for the officer to choose from."""
    found = [key for key, kind in city.plans.kinds.items() if kind.topic == case.topic]
    return found[0] if len(found) == 1 else ""


def _place(city: City, case: Case) -> str:
    named = [city.place_name(place) for place in (case.district, case.site) if place]
    return " ".join(dict.fromkeys(named))


def _grades(_city: City, _case: Case) -> Options:
    return [(str(grade), name) for grade, name in sorted(GRADES.items(), reverse=True)]


REASON = Field("reason", "情况说明", "text", needed=True)
ACTIONS: tuple[Action, ...] = (
    Action("acknowledge", "签收", "A"),
    Action(
        "dispatch",
        "派单",
        "D",
        (
            Field("unit", "承办单位", needed=True, options=_units, value=_unit, most=60),
            Field("reason", "任务内容", "text", needed=True),
            Field("minutes", "办结时限", "choice", needed=True, options=_ends, value=_own),
        ),
    ),
    Action(
        "incident",
        "转事件",
        "E",
        (
            Field("kind", "事件类别", "choice", needed=True, options=_kinds, value=_kind),
            Field("place", "事发地点", needed=True, value=_place, most=200),
            Field("grade", "拟定级别", "choice", needed=True, options=_grades),
            Field("reason", "初步情况", "text"),
        ),
    ),
    Action(
        "shelve",
        "挂起",
        "H",
        (Field("minutes", "唤醒时间", "choice", needed=True, options=_shelves), Field("reason", "挂起原因", "text", needed=True)),
    ),
    Action(
        "level",
        "升级",
        "U",
        (Field("level", "调整为", "choice", needed=True, options=_levels), Field("reason", "调整理由", "text", needed=True)),
    ),
    Action(
        "false_alarm",
        "误报",
        "X",
        (Field("cause", "误报原因", "choice", needed=True, options=_causes), Field("reason", "说明", "text")),
    ),
    Action("note", "备注", "N", (Field("reason", "备注内容", "text", needed=True),)),
    Action("handle", "自行处置", "W", (Field("reason", "打算怎么办", "text"),), main=False),
    Action("report", "反馈进展", "P", (REASON,), main=False),
    Action("submit", "提请核查", "S", (REASON,), main=False),
    Action("pass", "核查通过", "C", (Field("reason", "核查情况", "text", needed=True),), main=False),
    Action("fail", "核查不通过", "V", (REASON,), main=False),
    Action("finish", "办结", "F", (Field("reason", "处置结果", "text"),), main=False),
    Action("next", "约定下次行动", "T", (Field("minutes", "多久以后", "choice", needed=True, options=_spans), Field("reason", "要做什么", "text")), main=False),
    Action("merge", "合并", "Y", (Field("into", "并入的告警编号", needed=True, most=30), Field("reason", "说明", "text")), main=False),
    Action("reopen", "重新打开", "R", (Field("reason", "原因", "text", needed=True),), main=False),
)  # fmt: skip
BY_VERB: Mapping[str, Action] = {one.verb: one for one in ACTIONS}


def wrong(verb: str, fields: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a filled form, all of it at once: field -> sentence."""
    action = BY_VERB.get(verb)
    out: dict[str, str] = {}
    for one in action.fields if action else ():
        given = fields.get(one.name, "").strip()
        if one.needed and not given:
            out[one.name] = "请选择" if one.kind == "choice" else "请填写"
        elif len(given) > one.most:
            out[one.name] = "最多 {n} 个字符".format(n=one.most)  # noqa: UP032  the catalogue knows it by this text
    return out


def states(verb: str) -> frozenset[Handling]:
    """From which states of a case it is possible."""
    return VERBS[verb][0] if verb in VERBS else LINKS[verb][0]


def spec(desk: Desk, case: Case) -> list[dict[str, Any]]:
    """The buttons under a case, those that are not possible now with the reason why."""
    if not desk.may(Right.ACT):
        return []
    return [_spec(desk, case, one) for one in ACTIONS if one.main or case.handling in states(one.verb)]


def _spec(desk: Desk, case: Case, one: Action) -> dict[str, Any]:
    can = case.handling in states(one.verb)
    return {
        "verb": one.verb,
        "word": desk.t(one.word),
        "key": one.key,
        "more": not one.main,
        "why": _why_not(desk, case, one.verb) if can else desk.t("现在不能{word}", word=desk.t(one.word)),
        "fields": [_field(desk, case, field) for field in one.fields],
    }


def _field(desk: Desk, case: Case, one: Field) -> dict[str, Any]:
    offered = one.options(desk.city, case) if one.options else None
    return {
        "name": one.name,
        "label": desk.t(one.label),
        "kind": one.kind,
        "needed": one.needed,
        "most": one.most,
        "value": one.value(desk.city, case) if one.value else "",
        "options": None if offered is None else [[value, desk.t(word)] for value, word in offered],
    }


def _why_not(desk: Desk, case: Case, verb: str) -> str:
    """Why this person may not do it with a case of this level; "" when he may."""
    is_leader = desk.viewer.role is Role.SHIFT
    if verb == "shelve" and case.level is AlertLevel.P1:
        return desk.t("P1 告警不能挂起")
    if verb == "shelve" and case.level is AlertLevel.P2 and not is_leader:
        return desk.t("P2 告警须由值班长挂起")
    if verb == "false_alarm" and case.level <= AlertLevel.P2 and not is_leader:
        return desk.t("P1、P2 告警的误报关闭须由值班长操作")
    return ""
