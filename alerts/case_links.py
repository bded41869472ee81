"""What a case becomes when something that belongs to it moves: an order goes out and comes back, an incident is opened. Pure.

These are no buttons of their own: whoever moves the order or the incident moves the case in the same decision.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.case_steps import closed
from alerts.case_words import HAPPENED, SPOKEN
from alerts.cases import VERBS
from domain.account import Right, Viewer
from domain.alert import Condition
from domain.case import OVER, Case, CaseStep, Handling
from domain.errors import TransitionRefused

_BUSY = frozenset({Handling.ACKNOWLEDGED, Handling.WORKING, Handling.REPORTED, Handling.SHELVED})
# verb -> from which states, and what the case becomes
LINKS: Mapping[str, tuple[frozenset[Handling], Handling]] = {
    "dispatch": (frozenset({Handling.ACKNOWLEDGED, Handling.WORKING, Handling.REPORTED}), Handling.WORKING),
    "incident": (frozenset({Handling.ACKNOWLEDGED, Handling.WORKING, Handling.REPORTED}), Handling.WORKING),
    "answer": (_BUSY, Handling.REPORTED),
    "hand_in": (_BUSY, Handling.CHECKING),
    "verify": (_BUSY | {Handling.CHECKING}, Handling.DONE),
    "reject": (_BUSY | {Handling.CHECKING}, Handling.WORKING),
}
TAKING = frozenset({"dispatch", "incident"})  # taken by a person of the desk, on the case itself


def linked(case: Case, verb: str, viewer: Viewer, now: datetime, **told: object) -> CaseStep:
    """The case's step for `dispatch` and `incident`. TransitionRefused with why, and what is possible instead."""
    states, to = LINKS[verb]
    if not viewer.may(Right.ACT):
        raise TransitionRefused("当前角色不能处置告警，请由值班员或值班长操作", permanent=True)
    if not viewer.reach.covers(case.topic, case.district):
        raise TransitionRefused("这条告警不在您的地域或专题范围内", permanent=True)
    if case.handling not in states:
        raise TransitionRefused(_not_now(case, verb))
    owner = case.owner or viewer.login
    return CaseStep(replace(case, handling=to, owner=owner, due=None, updated=now), verb, now, viewer.login, told)


def followed(case: Case, verb: str, actor: str, now: datetime, **told: object) -> CaseStep | None:
    """The case's step when its order moved; None when the case is beyond it (closed, merged, never signed for)."""
    states, to = LINKS[verb]
    if case.handling not in states:
        return None
    if to in OVER:
        return CaseStep(closed(case, to, now, note=str(told.get("reason") or "")), verb, now, actor, told)
    return CaseStep(replace(case, handling=to, due=None, updated=now), verb, now, actor, told)


def still_on(case: Case) -> bool:
    """Whether the alert has not recovered: closing then takes a reason."""
    return case.condition is not Condition.CLEARED


def _not_now(case: Case, verb: str) -> str:
    who = f"，{case.owner} 经手" if case.owner else ""
    can = [name for states, name in VERBS.values() if case.handling in states]
    words = "、".join(can + [HAPPENED[one] for one in TAKING if case.handling in LINKS[one][0]]) or "查看"
    return f"{case.id} 现为“{SPOKEN[case.handling]}”{who}，不能{HAPPENED[verb]}；可以：{words}"
