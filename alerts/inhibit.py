"""Inhibition: one finding holds back the notices of others, and says so. Declared in noise.yaml. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.silences import holding
from domain.alert import AlertLevel, Condition
from domain.case import Case
from domain.health import source_at
from domain.incident import Incident
from domain.noise import Inhibition, Pick, Window
from domain.silence import Silence

_IN_FORCE = frozenset({Condition.FIRING, Condition.RECOVERING})
_EVERYWHERE = ""
_SPAN_DAYS = 2
_DEEP = 8  # what hides what hides …: beyond this a case is rather told than held back


@dataclass(frozen=True, slots=True)
class Around:
    """What cases are judged against. feeds: metric -> the sources it comes from. incidents: those not closed."""

    now: datetime
    zone: ZoneInfo
    inhibit: Mapping[str, Inhibition]
    silences: Sequence[Silence] = ()
    incidents: Sequence[Incident] = ()
    feeds: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hidden:
    """By what a case is held back. kind: silence or inhibition; name: number or name; by: fingerprint of the hiding case."""

    kind: str
    name: str
    by: str = ""

    @classmethod
    def read(cls, text: str) -> "Hidden | None":
        """`Case.hidden` in its parts; None when the case is not held back."""
        kind, _, rest = text.partition(":")
        name, _, by = rest.partition(":")
        return cls(kind, name, by) if kind else None


def hidden_counts(cases: Iterable[Case]) -> dict[str, int]:
    """How many open cases each hiding thing holds back: `silence:7`, `inhibition:source_down`, and a hiding case's fingerprint."""
    counts: dict[str, int] = {}
    for case in cases:
        one = Hidden.read(case.hidden)
        if one is not None and not case.over:
            for name in filter(None, (f"{one.kind}:{one.name}", one.by)):
                counts[name] = counts.get(name, 0) + 1
    return counts


def held_back(cases: Sequence[Case], around: Around) -> dict[str, str]:
    """What each open case is held back by, by fingerprint; "" for those that are not."""
    judge = _Judge([case for case in cases if not case.over], around)
    return {case.fingerprint: judge.of(case) for case in judge.cases}


class _Judge:
    """Finds hiding cases by what they share with the hidden one, so that ten thousand are as quick as ten."""

    def __init__(self, cases: Sequence[Case], around: Around) -> None:
        self.cases = sorted(cases, key=lambda case: (case.level, case.opened, case.fingerprint))
        self._around = around
        self._quiet = {name: tuple(self._incidental(one)) for name, one in around.inhibit.items()}
        self._by: dict[tuple[str, str], list[Case]] = {}
        self._found: dict[str, str] = {}
        self._asked: set[str] = set()
        for name, one in around.inhibit.items():
            self._index(name, one)

    def _index(self, name: str, one: Inhibition) -> None:
        if one.cases is None:
            return
        for case in self.cases:
            if case.condition in _IN_FORCE and picks(one.cases, case):
                self._by.setdefault((name, _HIDING[one.same](case)), []).append(case)

    def _incidental(self, one: Inhibition) -> Iterator[str]:
        """Places where an incident, or the whole city where a window, hides cases."""
        if one.window is not None and open_now(one.window, self._around.now, self._around.zone):
            yield _EVERYWHERE
        if one.incidents is None:
            return
        for incident in self._around.incidents:
            kinds, grades = one.incidents.kinds, one.incidents.grades
            if incident.status != "closed" and incident.kind in kinds and (not grades or incident.grade in grades):
                yield _place(one, incident)

    def of(self, case: Case) -> str:
        """By what a case is held back. What is held back itself holds nothing back, so nothing is hidden by nobody."""
        mark = case.fingerprint
        if mark in self._found:
            return self._found[mark]
        if case.level is AlertLevel.P1:
            self._found[mark] = ""
            return ""
        self._asked.add(mark)
        silence = holding(self._around.silences, case, self._around.now, self._around.zone)
        self._found[mark] = self._inhibited(case) or (f"silence:{silence.id}" if silence else "")
        self._asked.discard(mark)
        return self._found[mark]

    def _inhibited(self, case: Case) -> str:
        for name, one in self._around.inhibit.items():
            if not picks(one.hides, case):
                continue
            if one.cases is None:
                if self._quietened(name, one, case):
                    return f"inhibition:{name}"
                continue
            hiding = self._hiding(name, one, case)
            if hiding is not None:
                return f"inhibition:{name}:{hiding.fingerprint}"
        return ""

    def _quietened(self, name: str, one: Inhibition, case: Case) -> bool:
        places = self._quiet[name]
        return bool(places) and (_EVERYWHERE in places or _HIDING[one.same](case) in places)

    def _hiding(self, name: str, one: Inhibition, case: Case) -> Case | None:
        for key in self._keys(one, case):
            for other in self._by.get((name, key), ()):
                if other.fingerprint != case.fingerprint and self._outranks(one, other, case) and self._speaks(other):
                    return other
        return None

    def _keys(self, one: Inhibition, case: Case) -> Iterable[str]:
        return self._around.feeds.get(case.metric, ()) if one.same == "source" else (_HIDING[one.same](case),)

    def _outranks(self, one: Inhibition, other: Case, case: Case) -> bool:
        return one.same != "family" or other.level < case.level

    def _speaks(self, other: Case) -> bool:
        """Whether a hiding case is told of itself. A silenced one counts as told: people know of it."""
        if other.fingerprint in self._asked or len(self._asked) > _DEEP:
            return False
        return not self.of(other).startswith("inhibition:")


def picks(pick: Pick, case: Case) -> bool:
    """Whether a case is meant."""
    given: tuple[tuple[Sequence[str], str], ...] = (
        (pick.rules, case.rule),
        (pick.metrics, case.metric),
        (pick.topics, case.topic),
        (pick.levels, case.level.name),
        (pick.districts, case.district),
        (pick.sites, case.site),
    )
    return all(not names or name in names for names, name in given)


def open_now(window: Window, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a window is open; it may run over midnight."""
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    begin = window.begin.hour * 60 + window.begin.minute
    return any(
        (local.isoweekday() - ago - 1) % 7 + 1 in window.weekdays and 0 <= minute + 1440 * ago - begin < window.minutes
        for ago in range(_SPAN_DAYS)
    )


def _place(one: Inhibition, incident: Incident) -> str:
    """Where an incident hides cases: its site, its district, or everywhere."""
    if one.same == "site":
        return incident.site or "nowhere"
    return incident.district if one.same == "district" else _EVERYWHERE


_HIDING: Mapping[str, Callable[[Case], str]] = {
    "source": lambda case: source_at(case.site),
    "family": lambda case: f"{case.metric}|{case.site}",
    "site": lambda case: case.site,
    "district": lambda case: case.district,
    "city": lambda case: "",  # noqa: ARG005
}
