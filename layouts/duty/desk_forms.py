"""What an officer may do with a case at the desk: the buttons, their keys, and what each has to be told, as data for the browser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.cases import CAUSES, LONGEST_SHELF, allowed
from domain.account import Right, Role
from domain.alert import AlertLevel
from domain.case import Case
from layouts.accounts.desk import Desk
from layouts.alerts.words import SHELVES

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. kind: line, text (several lines), choice. options: of a choice, (value, word)."""

    name: str
    label: str
    kind: str = "line"
    needed: bool = False
    options: Callable[[Case], Options] | None = None
    most: int = 500  # characters


@dataclass(frozen=True, slots=True)
class Action:
    """A button: the verb of alerts.cases it stands for, its word and key, and what is filled in before it."""

    verb: str
    word: str
    key: str
    fields: tuple[Field, ...] = ()


def _shelves(case: Case) -> Options:
    longest = LONGEST_SHELF[case.level].total_seconds() / 60
    return [(key, word) for key, word in SHELVES.items() if int(key) <= longest]


def _causes(_case: Case) -> Options:
    return list(CAUSES.items())


ACTIONS: tuple[Action, ...] = (
    Action("acknowledge", "签收", "A"),
    Action(
        "shelve",
        "挂起",
        "H",
        (
            Field("minutes", "唤醒时间", "choice", needed=True, options=_shelves),
            Field("reason", "挂起原因", "text", needed=True),
        ),
    ),
    Action(
        "false_alarm",
        "误报",
        "X",
        (Field("cause", "误报原因", "choice", needed=True, options=_causes), Field("reason", "说明", "text")),
    ),
    Action("finish", "办结", "F", (Field("reason", "处置结果", "text"),)),
    Action("reopen", "重新打开", "R", (Field("reason", "原因", "text", needed=True),)),
)
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
            out[one.name] = "最多 {n} 个字符"
    return out


def spec(desk: Desk, case: Case) -> list[dict[str, Any]]:
    """The buttons under a case, those that are not possible now with the reason why."""
    if not desk.may(Right.ACT):
        return []
    can = set(allowed(case))
    return [_spec(desk, case, one, can) for one in ACTIONS if one.verb in can or one.verb not in ("reopen", "finish")]


def _spec(desk: Desk, case: Case, one: Action, can: set[str]) -> dict[str, Any]:
    why = _why_not(desk, case, one.verb) if one.verb in can else desk.t("现在不能{word}", word=desk.t(one.word))
    return {
        "verb": one.verb,
        "word": desk.t(one.word),
        "key": one.key,
        "why": why,
        "fields": [_field(desk, case, field) for field in one.fields],
    }


def _field(desk: Desk, case: Case, one: Field) -> dict[str, Any]:
    options = [[value, desk.t(word)] for value, word in one.options(case)] if one.options else None
    return {
        "name": one.name,
        "label": desk.t(one.label),
        "kind": one.kind,
        "needed": one.needed,
        "most": one.most,
        "options": options,
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
