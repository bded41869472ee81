"""What is told, to whom, together with what, and when: grouping, spacing and repeats of notices. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.alert import AlertLevel, Condition
from domain.case import Case, Handling
from domain.noise import Noise
from domain.notice import Notice, NoticeKind
from domain.receiver import OnDuty, Receiver

STORM_GROUP = "storm"
AGAIN = frozenset({NoticeKind.FIRED, NoticeKind.ROSE, NoticeKind.REPEAT, NoticeKind.SILENCE_ENDED, NoticeKind.STORM})
_IN_FORCE = frozenset({Condition.FIRING, Condition.RECOVERING})
_LATER = frozenset({AlertLevel.P3, AlertLevel.P4})  # what a storm gathers
_SOFT = frozenset({NoticeKind.FIRED, NoticeKind.CLEARED, NoticeKind.SILENCE_ENDED, NoticeKind.STORM})  # may wait

Told = Mapping[tuple[str, str], datetime]  # receiver, group -> when it was last told


@dataclass(frozen=True, slots=True)
class Telling:
    """What decides how news is told. told: when groups were last told. storm: whether there is one.

    duty: who is on duty, None when that is not known.
    """

    now: datetime
    zone: ZoneInfo
    noise: Noise
    receivers: Sequence[Receiver] = ()
    told: Told = field(default_factory=dict)
    storm: bool = False
    duty: OnDuty | None = None


@dataclass(frozen=True, slots=True)
class News:
    """One case's turn that people are told of. index: its step's place in the plan. to: posts that are called in."""

    index: int
    case: Case
    kind: NoticeKind
    to: frozenset[str] = frozenset()


def kind_of(old: Case | None, new: Case) -> NoticeKind | None:
    """What people must be told of a case's turn; None when nothing is. A case held back or settling says nothing."""
    if old is None or old.over:
        known = NoticeKind.FLAPPING if new.flapping else NoticeKind.FIRED
        return None if new.over or new.hidden else known
    if new.flapping and not old.flapping and not new.over and not new.hidden:
        return NoticeKind.FLAPPING
    if new.condition is Condition.CLEARED:
        return NoticeKind.CLEARED if _went(old) and not new.flapping and not new.over else None
    return None if new.over or new.hidden else _turn(old, new)


def _went(old: Case) -> bool:
    """Whether a case that is cleared now was in force, or came and went, until now."""
    return old.condition is not Condition.CLEARED or bool(old.flapping)


def _turn(old: Case, new: Case) -> NoticeKind | None:
    """The same of a case that was open, is in force and not held back."""
    if new.level < old.level:
        return NoticeKind.ROSE
    if new.flapping or new.handling is Handling.SHELVED:
        return None
    if old.hidden:
        return _shown(old, new)
    woke = old.handling is Handling.SHELVED
    settled = bool(old.flapping) and new.handling is Handling.NEW
    return NoticeKind.FIRED if woke or settled or old.condition is Condition.CLEARED else None


def _shown(old: Case, new: Case) -> NoticeKind | None:
    """A case that is no longer held back: told afresh while nobody has signed for it."""
    if new.handling is not Handling.NEW:
        return None
    return NoticeKind.SILENCE_ENDED if old.hidden.startswith("silence:") else NoticeKind.FIRED


def notices(news: Iterable[News], telling: Telling) -> list[tuple[tuple[int, ...], Notice]]:
    """One notice for each receiver, group and kind, with the steps whose cases it is about. The store gives it its id."""
    found: dict[tuple[str, str, NoticeKind], list[News]] = {}
    for one in news:
        kind, group = _told_as(one, telling)
        for receiver in telling.receivers:
            if _concerns(receiver, one, telling):
                found.setdefault((receiver.key, group, kind), []).append(one)
    return [(tuple(one.index for one in about), _notice(key, about, telling)) for key, about in found.items()]


def _told_as(one: News, telling: Telling) -> tuple[NoticeKind, str]:
    if telling.storm and one.case.level in _LATER and one.kind in (NoticeKind.FIRED, NoticeKind.SILENCE_ENDED):
        return NoticeKind.STORM, STORM_GROUP
    return one.kind, one.case.group


def _concerns(receiver: Receiver, one: News, telling: Telling) -> bool:
    if one.kind is NoticeKind.ESCALATED:
        return not one.to.isdisjoint(receiver.posts) and receiver.covers(one.case.topic, one.case.district)
    if not receiver.news or not receiver.present(telling.duty):
        return False
    if one.kind is NoticeKind.CLEARED:
        return receiver.clears  # whether it was told of the firing is for the store to know
    return receiver.concerns(one.case.level, one.case.topic, one.case.district, telling.now.astimezone(telling.zone))


def _notice(key: tuple[str, str, NoticeKind], about: Sequence[News], telling: Telling) -> Notice:
    receiver, group, kind = key
    level = min(one.case.level for one in about)
    return Notice(
        id="",
        kind=kind,
        receiver=receiver,
        level=level,
        group=group,
        cases=(),
        made=telling.now,
        due=_due(key, level, telling),
    )


def _due(key: tuple[str, str, NoticeKind], level: AlertLevel, telling: Telling) -> datetime:
    """P1 and what is overdue at once; others wait for company; a group that was told lately waits longer, but not for a rise."""
    receiver, group, kind = key
    if level is AlertLevel.P1 or kind is NoticeKind.ESCALATED:
        return telling.now
    due = telling.now + telling.noise.grouping.wait
    last = telling.told.get((receiver, group))
    return due if last is None or kind not in _SOFT else max(due, last + telling.noise.grouping.changes)


def spacing_since(noise: Noise, now: datetime) -> datetime:
    """How far back it matters when groups were told."""
    return now - noise.grouping.changes - timedelta(seconds=1)


def standing(notice: Notice, cases: Iterable[Case]) -> list[Case]:
    """Of the cases of a notice those it still has to tell of, at the moment it is sent, most urgent first.

    Signed for or closed meanwhile: not told. A rise of a case that was signed for before is told.
    """
    kept = [case for case in cases if _STANDS.get(notice.kind, _calls)(notice, case)]
    return sorted(kept, key=lambda case: (case.level, case.opened, case.id))


def _calls(notice: Notice, case: Case) -> bool:
    signed = case.acknowledged is not None and case.acknowledged <= notice.made
    return not case.over and not case.hidden and (case.handling is Handling.NEW or signed)


def _repeats(notice: Notice, case: Case) -> bool:  # noqa: ARG001
    return case.handling is Handling.NEW and not case.hidden and not case.flapping and case.condition in _IN_FORCE


def _unsigned(notice: Notice, case: Case) -> bool:  # noqa: ARG001
    return case.handling is Handling.NEW and not case.hidden


def _over(notice: Notice, case: Case) -> bool:  # noqa: ARG001
    return case.condition is Condition.CLEARED


def _open(notice: Notice, case: Case) -> bool:  # noqa: ARG001
    return not case.over


_STANDS: Mapping[NoticeKind, Callable[[Notice, Case], bool]] = {
    NoticeKind.REPEAT: _repeats,
    NoticeKind.ESCALATED: _unsigned,
    NoticeKind.CLEARED: _over,
    NoticeKind.FLAPPING: _open,
}


def repeat(notice: Notice, cases: Iterable[Case], now: datetime, noise: Noise) -> Notice | None:
    """The next telling of what a notice told, planned when it was sent; None when nothing is told again."""
    left = [case for case in cases if _repeats(notice, case)] if notice.kind in AGAIN else []
    spans = {case.level: span for case in left if (span := noise.repeat(case.level)) is not None}
    if not spans:
        return None
    name, _, number = notice.id.partition("~")
    again = [case for case in left if case.level in spans]
    return Notice(
        id=f"{name}~{int(number or 0) + 1}",
        kind=NoticeKind.REPEAT,
        receiver=notice.receiver,
        level=min(spans),
        group=notice.group,
        cases=tuple(case.id for case in again),
        made=now,
        due=now + min(spans.values()),
    )
