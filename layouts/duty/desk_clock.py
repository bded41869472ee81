"""The clock a case runs against now: which one, since when, until when (DUTY §5, T1 and T2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.alert import AlertLevel
from domain.case import Case, Handling

MINUTE = timedelta(minutes=1)
SIGN: Mapping[AlertLevel, timedelta] = {
    AlertLevel.P1: 2 * MINUTE,
    AlertLevel.P2: 5 * MINUTE,
    AlertLevel.P3: 15 * MINUTE,
    AlertLevel.P4: 60 * MINUTE,
}
JUDGE: Mapping[AlertLevel, timedelta] = {
    AlertLevel.P1: 5 * MINUTE,
    AlertLevel.P2: 15 * MINUTE,
    AlertLevel.P3: 60 * MINUTE,
}


@dataclass(frozen=True, slots=True)
class Clock:
    """name: what is due ("签收"), "" when nothing is. begin <= t < due; due None = until nothing in particular."""

    name: str = ""
    begin: datetime | None = None
    due: datetime | None = None


def of_case(case: Case, shift_end: datetime | None) -> Clock:
    """What is due next of a case. shift_end: until then a P4 has to be judged."""
    if case.handling is Handling.NEW:
        begin = case.opened if not case.recurrence else max(case.opened, case.updated)
        return Clock("签收", begin, begin + SIGN[case.level])
    if case.handling is Handling.SHELVED:
        return Clock("唤醒", case.updated, case.due)
    if case.handling is Handling.ACKNOWLEDGED and case.acknowledged is not None:
        span = JUDGE.get(case.level)
        return Clock("研判", case.acknowledged, case.acknowledged + span if span else shift_end)
    return Clock()
