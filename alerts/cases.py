"""What becomes of a case: by the machine when its alert moves or time passes, by people when they act. Pure.

Machine: an alert that fires opens a case, or opens the one again that closed less than half an hour ago; what the alert does
afterwards is noted on it. A case that nobody has signed for closes by itself some time after its alert is over, but only when
it is P3 or P4; P1 and P2 wait for a person, always.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.case_steps import STEPS, Fill, closed
from alerts.case_words import CAUSES, HAPPENED, SPOKEN
from alerts.engine import Change
from domain.account import Right, Role, Viewer
from domain.alert import Alert, AlertLevel, Condition, Reason
from domain.case import OVER, Case, CaseStep, Handling
from domain.errors import TransitionRefused

__all__ = ["CAUSES", "HAPPENED", "SPOKEN", "VERBS", "Fill", "Where", "act", "allowed", "follow", "fresh", "timed"]

REOPEN = timedelta(minutes=30)  # the same finding within this span of its closing is the same case
CLOSES_ITSELF = {AlertLevel.P4: timedelta(minutes=30), AlertLevel.P3: timedelta(hours=2)}
LONGEST_SHELF = {
    AlertLevel.P1: timedelta(0),
    AlertLevel.P2: timedelta(hours=2),
    AlertLevel.P3: timedelta(hours=24),
    AlertLevel.P4: timedelta(days=30),
}
_OPENING = frozenset({Condition.NORMAL, Condition.PENDING, Condition.CLEARED})


@dataclass(frozen=True, slots=True)
class Where:
    """What a case needs to know of its alert's place and rule. group: what its notices are told together with."""

    district: str
    topic: str
    group: str


# -- the machine


def follow(change: Change, newest: Case | None, where: Where) -> CaseStep | None:
    """The step that an alert's move makes necessary, given the newest case of its fingerprint; None when none is."""
    alert, moved = change.alert, change.transition
    if moved.new is Condition.FIRING and moved.old in _OPENING:
        return _opened(alert, newest, where, moved.at)
    if newest is None or newest.over:
        return None
    verb = _VERBS.get(moved.reason)
    if verb is None:
        return None
    noted = _noted(newest, alert, moved.at)
    if verb not in ("rise", "fall"):  # a level that a person has set stays until the alert itself changes its own
        noted = _timed_anew(replace(noted, level=newest.level), moved.at)
    return CaseStep(noted, verb, moved.at)


_VERBS: Mapping[Reason, str] = {
    Reason.ROSE: "rise",
    Reason.FELL: "fall",
    Reason.RECEDED: "recede",
    Reason.RELAPSED: "relapse",
    Reason.CLEARED: "recover",
    Reason.WITHDRAWN: "recover",
    Reason.WENT_STALE: "lose",
    Reason.CAME_BACK: "regain",
}


def _opened(alert: Alert, newest: Case | None, where: Where, at: datetime) -> CaseStep:
    if newest is not None and not newest.over:
        return CaseStep(_noted(newest, alert, at), "relapse", at)
    if newest is not None and newest.closed is not None and at - newest.closed <= REOPEN:
        again = _noted(newest, alert, at)
        back = replace(again, handling=Handling.NEW, closed=None, owner="", cause="", acknowledged=None, due=None)
        return CaseStep(replace(back, recurrence=newest.recurrence + 1), "reopen", at)
    return CaseStep(fresh(alert, where, at), "open", at)


def fresh(alert: Alert, where: Where, at: datetime) -> Case:
    """A case of an alert, opened at a moment, still without a number."""
    return Case(
        id="",
        fingerprint=alert.fingerprint,
        rule=alert.rule,
        metric=alert.metric,
        site=alert.site,
        district=where.district,
        topic=where.topic,
        level=alert.level,
        say=alert.say,
        condition=alert.condition,
        opened=at,
        updated=at,
        value=alert.value,
        peak=alert.peak,
        group=where.group,
    )


def _noted(case: Case, alert: Alert, at: datetime) -> Case:
    """The case with what its alert now says; an alert that is over starts the clock of a case nobody has signed for."""
    over = alert.condition is Condition.CLEARED
    noted = replace(
        case,
        level=alert.level,
        say=alert.say,
        condition=alert.condition,
        value=alert.value,
        peak=alert.peak,
        updated=at,
        recovered=(case.recovered or at) if over else None,
    )
    return _timed_anew(noted, at)


def _timed_anew(case: Case, at: datetime) -> Case:
    return replace(case, due=closes_at(case, at)) if case.handling is Handling.NEW else case


def closes_at(case: Case, at: datetime) -> datetime | None:
    """When a case nobody signs for closes by itself, counted from `at`; None when it does not."""
    closes = CLOSES_ITSELF.get(case.level) if case.condition is Condition.CLEARED else None
    return at + closes if closes else None


def timed(case: Case, now: datetime) -> CaseStep | None:
    """What time alone does to a case that is due: it closes by itself, or comes back from the shelf."""
    if case.due is None or case.due > now:
        return None
    if case.handling is Handling.SHELVED:
        return CaseStep(replace(case, handling=Handling.ACKNOWLEDGED, due=None, updated=now), "wake", now)
    if case.handling is Handling.NEW and case.condition is Condition.CLEARED:
        return CaseStep(closed(case, Handling.SELF_CLOSED, now), "close_itself", now)
    if case.handling in OVER:
        return CaseStep(replace(case, handling=Handling.ARCHIVED, due=None, updated=now), "archive", now)
    return CaseStep(replace(case, due=None), "remind" if case.handling in _MOVING else "note", now)


# -- people


_OPEN = frozenset(Handling) - OVER
_MOVING = frozenset({Handling.ACKNOWLEDGED, Handling.WORKING, Handling.REPORTED, Handling.CHECKING})
VERBS: Mapping[str, tuple[frozenset[Handling], str]] = {
    "acknowledge": (frozenset({Handling.NEW}), "签收"),
    "handle": (frozenset({Handling.ACKNOWLEDGED}), "自行处置"),
    "report": (frozenset({Handling.WORKING, Handling.REPORTED}), "反馈进展"),
    "submit": (frozenset({Handling.WORKING, Handling.REPORTED}), "提请核查"),
    "pass": (frozenset({Handling.CHECKING}), "核查通过"),
    "fail": (frozenset({Handling.CHECKING}), "核查不通过"),
    "shelve": (frozenset({Handling.ACKNOWLEDGED, Handling.WORKING, Handling.REPORTED}), "挂起"),
    "false_alarm": (frozenset({Handling.ACKNOWLEDGED}), "误报关闭"),
    "finish": (frozenset({Handling.ACKNOWLEDGED}), "办结"),
    "merge": (_OPEN, "合并"),
    "level": (_OPEN, "调整级别"),
    "next": (_MOVING, "约定下次行动"),
    "note": (_OPEN, "备注"),
    "reopen": (frozenset(OVER) - {Handling.ARCHIVED}, "重新打开"),
}


def allowed(case: Case) -> list[str]:
    """What people may do with a case as it stands."""
    return [verb for verb, (states, _) in VERBS.items() if case.handling in states]


def act(case: Case, verb: str, viewer: Viewer, fill: Fill, now: datetime) -> Case:
    """The case after a person's step; TransitionRefused with a sentence that says why and what is possible."""
    if verb not in VERBS:
        raise TransitionRefused(f"没有“{verb}”这一操作", permanent=True)
    if not viewer.may(Right.ACT):
        raise TransitionRefused("当前角色不能处置告警，请由值班员或值班长操作", permanent=True)
    if not viewer.reach.covers(case.topic, case.district):
        raise TransitionRefused("这条告警不在您的地域或专题范围内", permanent=True)
    states, _ = VERBS[verb]
    if case.handling not in states:
        raise TransitionRefused(_not_now(case, verb))
    return _DOES[verb](replace(case, updated=now), viewer, fill, now)


def _not_now(case: Case, verb: str) -> str:
    who = f"，{case.owner} 经手" if case.owner else ""
    possible = "、".join(VERBS[name][1] for name in allowed(case)) or "查看"
    return f"{case.id} 现为“{SPOKEN[case.handling]}”{who}，不能{VERBS[verb][1]}；可以：{possible}"


def _acknowledge(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    return replace(case, handling=Handling.ACKNOWLEDGED, owner=viewer.login, acknowledged=now, due=None)


def _shelve(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:
    longest = LONGEST_SHELF[case.level]
    if not longest:
        raise TransitionRefused("P1 告警不能挂起", permanent=True)
    if case.level is AlertLevel.P2 and viewer.role is not Role.SHIFT:
        raise TransitionRefused("P2 告警须由值班长挂起", permanent=True)
    if not fill.reason.strip():
        raise TransitionRefused("挂起须写明原因", permanent=True)
    if fill.until is None or not now < fill.until <= now + longest:
        hours = longest // timedelta(hours=1)
        raise TransitionRefused(f"{case.level.name} 告警须给出 {hours} 小时之内的唤醒时间", permanent=True)
    return replace(case, handling=Handling.SHELVED, note=fill.reason, due=fill.until)


def _false_alarm(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:
    if case.level <= AlertLevel.P2 and viewer.role is not Role.SHIFT:
        raise TransitionRefused("P1、P2 告警的误报关闭须由值班长操作", permanent=True)
    if fill.cause not in CAUSES:
        raise TransitionRefused("误报关闭须选择原因：" + "、".join(CAUSES.values()), permanent=True)
    return closed(case, Handling.FALSE_ALARM, now, cause=fill.cause, note=fill.reason)


def _finish(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    if case.condition is not Condition.CLEARED and not fill.reason.strip():
        raise TransitionRefused("告警仍在触发；办结须写明持续存在的原因", permanent=True)
    return closed(case, Handling.DONE, now, note=fill.reason)


def _pass(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:
    if viewer.login == case.owner:
        raise TransitionRefused("核查须由经办人以外的人操作", permanent=True)
    return _finish(case, viewer, fill, now)


def _reopen(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    if not fill.reason.strip():
        raise TransitionRefused("重新打开须写明原因", permanent=True)
    return replace(
        case,
        handling=Handling.ACKNOWLEDGED,
        owner=viewer.login,
        closed=None,
        due=None,
        recurrence=case.recurrence + 1,
        note=fill.reason,
    )


_DOES = {
    **STEPS,
    "acknowledge": _acknowledge,
    "shelve": _shelve,
    "false_alarm": _false_alarm,
    "finish": _finish,
    "pass": _pass,
    "reopen": _reopen,
}
