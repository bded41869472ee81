"""Steps that people take with a case while it is under way, and what closes it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.account import Viewer
from domain.alert import AlertLevel
from domain.case import Case, Handling
from domain.errors import TransitionRefused

ARCHIVED_AFTER = timedelta(hours=72)  # a closed case is read-only from then on
LONGEST_NEXT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Fill:
    """What a person gave with a step. until: when a shelved case wakes, or what is done next falls due (aware UTC).

    level: what the level shall be. into: the number of the case that this one is part of.
    """

    reason: str = ""
    cause: str = ""
    until: datetime | None = None
    level: AlertLevel | None = None
    into: str = ""

    def words(self, what: str) -> str:
        """The reason. TransitionRefused when there is none; what: the step's name."""
        if not self.reason.strip():
            raise TransitionRefused(f"{what}须写明情况", permanent=True)
        return self.reason.strip()


Step = Callable[[Case, Viewer, Fill, datetime], Case]


def closed(case: Case, handling: Handling, now: datetime, note: str | None = None, cause: str | None = None) -> Case:
    """A case in which nothing is owed any more; time archives it later."""
    return replace(
        case,
        handling=handling,
        closed=now,
        due=now + ARCHIVED_AFTER,
        updated=now,
        note=case.note if note is None else note,
        cause=case.cause if cause is None else cause,
    )


def _handle(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    return replace(case, handling=Handling.WORKING, owner=viewer.login, note=fill.reason or case.note)


def _report(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    return replace(case, handling=Handling.REPORTED, note=fill.words("反馈进展"))


def _submit(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    return replace(case, handling=Handling.CHECKING, owner=viewer.login, note=fill.words("提请核查"), due=None)


def _fail(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    return replace(case, handling=Handling.WORKING, note=fill.words("核查不通过"), due=None)


def _note(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    fill.words("备注")  # kept with the step, not on the case
    return case


def _next(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    if fill.until is None or not now < fill.until <= now + LONGEST_NEXT:
        raise TransitionRefused("下次行动须给出 30 天之内的时间", permanent=True)
    return replace(case, due=fill.until)


def _level(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    if fill.level is None or fill.level is case.level:
        raise TransitionRefused("请选择与现在不同的级别", permanent=True)
    fill.words("调整级别")
    return replace(case, level=fill.level)


def _merge(case: Case, viewer: Viewer, fill: Fill, now: datetime) -> Case:  # noqa: ARG001
    if not fill.into or fill.into == case.id:
        raise TransitionRefused("合并须写明并入哪一件告警", permanent=True)
    return closed(case, Handling.MERGED, now, note=f"并入 {fill.into}")


STEPS: Mapping[str, Step] = {
    "handle": _handle,
    "report": _report,
    "submit": _submit,
    "fail": _fail,
    "merge": _merge,
    "level": _level,
    "next": _next,
    "note": _note,
}
