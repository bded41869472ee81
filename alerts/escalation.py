"""The chain that is climbed while nobody signs for a case: when the next rung is due, and what happens then. Pure.

Its time is kept with the case. Signing, closing and holding back end it in the same transaction; what is held back no longer
begins anew at the first rung. P3 and P4 whose alert is over are left to close by themselves; P1 and P2 need a person even then.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.alert import AlertLevel, Condition
from domain.case import Case, CaseStep, Handling
from domain.noise import Noise, Rung

VERB = "escalate"


def armed(old: Case | None, new: Case, noise: Noise, at: datetime) -> Case:
    """The case with its next rung. old: as it was before, None when there was none.

    It begins anew when the case is opened, comes back, gets graver or is let go; else it goes on where it was.
    """
    rungs = _rungs(new.level, noise)
    if not rungs or not _calls(new):
        return replace(new, escalates=None)
    if _anew(old, new):
        return replace(new, rung=0, escalates=at + rungs[0].after)
    if new.escalates is None and new.rung < _most(new.level, noise):
        return replace(new, escalates=at + rungs[0].after)
    return new


def escalated(case: Case, noise: Noise, now: datetime) -> CaseStep | None:
    """The step of a case whose rung is due: who is called in, and when the next one is. None when nobody is."""
    if case.escalates is None or case.escalates > now or not _calls(case):
        return None
    rungs, most = _rungs(case.level, noise), _most(case.level, noise)
    if case.rung >= most:  # its level fell meanwhile
        return CaseStep(replace(case, escalates=None), "note", now)
    place = case.rung % len(rungs)
    turn = case.rung + 1
    told = {"to": list(rungs[place].to), "round": case.rung // len(rungs) + 1}
    then = now + _pause(rungs, turn) if turn < most else None
    return CaseStep(replace(case, rung=turn, escalates=then, updated=now), VERB, now, told=told)


def _pause(rungs: Sequence[Rung], turn: int) -> timedelta:
    place = turn % len(rungs)
    return rungs[place].after - rungs[place - 1].after if place else rungs[0].after


def _rungs(level: AlertLevel, noise: Noise) -> Sequence[Rung]:
    return next((rungs for name, rungs in noise.escalation.chain.items() if name == level.name), ())


def _most(level: AlertLevel, noise: Noise) -> int:
    rounds = next((number for name, number in noise.escalation.rounds.items() if name == level.name), 1)
    return rounds * len(_rungs(level, noise))


def _calls(case: Case) -> bool:
    """Whether a case asks for somebody who has not come yet."""
    passed = case.condition is Condition.CLEARED and case.level > AlertLevel.P2
    return case.handling is Handling.NEW and not case.hidden and not passed


def _anew(old: Case | None, new: Case) -> bool:
    return old is None or old.handling is not Handling.NEW or bool(old.hidden) or new.level < old.level
