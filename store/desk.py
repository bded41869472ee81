"""What the duty desk keeps: cases, notices and silences, each change with everything that belongs to it in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.alert import Alert, AlertLevel, Condition, Transition
from domain.case import Case, CaseEvent, CaseStep
from domain.deed import Deed
from domain.errors import TransitionRefused
from domain.notice import CALLING, Notice, NoticeKind, NoticeState
from domain.rule_health import RuleHealth
from domain.silence import Silence
from store import cases, notices, rule_health, silences
from store import changes as feed
from store.alerts import write_alerts
from store.audit import write_deed
from store.buckets import Calendar
from store.cases import CaseQuery
from store.driver import Driver, storable
from store.moment import to_ms
from store.notices import Meant
from store.work import Work

EVERY_CASE = CaseQuery()
LEASE = timedelta(seconds=60)
ANYBODY = Meant()


class _Lost(Exception):
    """Somebody else has moved one of the cases: nothing of this transaction is kept."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What follows from alert changes: steps, one a case, and notices. about: notices with the positions of their steps.

    The store fills in their `cases`. What waits to be sent of cases that a step closes, holds back or (P3, P4) notes as
    recovered is released.
    """

    steps: Sequence[CaseStep] = ()
    notices: Sequence[Notice] = ()
    about: Sequence[tuple[Sequence[int], Notice]] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """alerts: fingerprints whose change was kept. lost: another process moved a case; read again and plan again."""

    alerts: frozenset[str] = frozenset()
    cases: Sequence[Case] = ()
    lost: bool = False


class Desk:
    """`store.desk`."""

    def __init__(self, work: Work, driver: Driver, calendar: Calendar) -> None:
        self._work, self._driver, self._calendar = work, driver, calendar

    # -- the machine's side

    def save(self, changes: Sequence[Alert], moved: Sequence[Transition], planned: Planned, now: datetime) -> Saved:
        """Alert changes (compare-and-set on their condition) with the case steps and notices that follow, or nothing at all.

        Steps and notices of a fingerprint whose alert somebody else has moved are left out with it.
        """
        try:
            with self._work.writing() as connection:
                return self._save(connection, changes, moved, planned, now)
        except _Lost:
            return Saved(lost=True)

    def _save(
        self,
        connection: Connection,
        changes: Sequence[Alert],
        moved: Sequence[Transition],
        planned: Planned,
        now: datetime,
    ) -> Saved:
        kept = write_alerts(connection, changes, moved) if changes else frozenset()
        refused = {one.fingerprint for one in changes} - kept
        chosen = [(i, step) for i, step in enumerate(planned.steps) if step.case.fingerprint not in refused]
        cases_now = cases.put(connection, [step for _, step in chosen], self._day)
        if cases_now is None:
            raise _Lost
        written = {i: case for (i, _), case in zip(chosen, cases_now, strict=True)}
        told = [notices.named(one, [written[i] for i in steps if i in written]) for steps, one in planned.about]
        count = notices.gather(connection, (*(one for one in told if one.cases), *planned.notices))
        _release(connection, cases_now)
        if kept or written or count:
            feed.record_change(connection, self._driver, to_ms(now), [feed.ALERTS])
        return Saved(kept, tuple(cases_now))

    def newest(self, fingerprints: Collection[str]) -> dict[str, Case]:
        """The newest case of each fingerprint."""
        with self._work.reading() as connection:
            return cases.read_newest(connection, fingerprints)

    def due(self, now: datetime, limit: int = 200) -> list[Case]:
        """Cases that time moves now."""
        with self._work.reading() as connection:
            return cases.read_due(connection, now, limit)

    def escalating(self, now: datetime, limit: int = 200) -> list[Case]:
        """Cases that nobody has signed for in time."""
        with self._work.reading() as connection:
            return cases.read_escalating(connection, now, limit)

    def next_due(self) -> datetime | None:
        """When time next moves a case."""
        with self._work.reading() as connection:
            return cases.next_due(connection)

    # -- the people's side

    def act(self, key: str, verb: str, change: Callable[[Case], Case], deed: Deed) -> Case:
        """A person's step: `change` gives what the case becomes, or raises TransitionRefused with a sentence.

        Calls that wait for it are cancelled in the same transaction. Two at once: the second sees what the first made of it.
        """
        with self._work.writing() as connection:
            held = cases.read_case(connection, key)
            if held is None:
                raise TransitionRefused(f"There is no case {key}.", permanent=True)
            step = CaseStep(change(held), verb, deed.at, deed.actor, {"reason": deed.reason, **deed.after})
            written = cases.put(connection, [step], self._day)
            if not written:  # one writer at a time: nobody can come between the reading and this
                raise TransitionRefused(f"{key} has moved; look at it again.")
            (case,) = written
            notices.release(connection, [key], CALLING)
            write_deed(connection, replace(deed, thing=f"case:{key}", before={"handling": held.handling}))
            feed.record_change(connection, self._driver, to_ms(deed.at), [feed.ALERTS])
            return case

    def case(self, key: str) -> Case | None:
        """One case."""
        with self._work.reading() as connection:
            return cases.read_case(connection, key)

    def these(self, keys: Collection[str]) -> list[Case]:
        """Some cases by their numbers."""
        with self._work.reading() as connection:
            return cases.read_these(connection, keys)

    def open_cases(self) -> list[Case]:
        """Every case in which something is owed, oldest first."""
        with self._work.reading() as connection:
            return cases.read_open(connection)

    def cases(self, query: CaseQuery = EVERY_CASE, limit: int = 200, before: str | None = None) -> list[Case]:
        """Cases that match, newest first; `before` continues below a number."""
        with self._work.reading() as connection:
            return cases.read_cases(connection, query, limit, before)

    def history(self, key: str) -> tuple[list[CaseEvent], list[Notice]]:
        """Every step of a case, and every notice about it."""
        with self._work.reading() as connection:
            return cases.read_events(connection, key), notices.read_of_cases(connection, [key])

    # -- silences

    def add_silence(self, new: Silence, deed: Deed) -> int:
        """Keep a silence; its number."""
        with self._work.writing() as connection:
            number = silences.add(connection, new, deed)
            feed.record_change(connection, self._driver, to_ms(deed.at), [feed.ALERTS])
            return number

    def end_silence(self, number: int, deed: Deed) -> bool:
        """End a silence early; False when it is not there or over."""
        with self._work.writing() as connection:
            ended = silences.end(connection, number, deed)
            if ended:
                feed.record_change(connection, self._driver, to_ms(deed.at), [feed.ALERTS])
            return ended

    def silences(self, since: datetime) -> list[Silence]:
        """Silences that were not over by then."""
        with self._work.reading() as connection:
            return silences.read(connection, since)

    # -- the outbox

    def put_notice(self, one: Notice, deed: Deed | None = None) -> bool:
        """Plan a notice that follows from no case (a test); False when it is there already. deed: who asked for it."""
        with self._work.writing() as connection:
            count = notices.gather(connection, [one])
            if deed is not None:
                write_deed(connection, deed)
            feed.record_change(connection, self._driver, to_ms(one.made), [feed.ALERTS])
            return count == 1

    def claim(
        self, worker: str, now: datetime, limit: int = 50, lease: timedelta = LEASE, meant: Meant = ANYBODY
    ) -> list[Notice]:
        """Take notices that are due; nobody else gets them until the lease has run out."""
        with self._work.writing() as connection:
            return notices.claim(connection, worker, now, lease, limit, meant)

    def sent(self, key: str, worker: str, now: datetime, receipt: str = "", then: Notice | None = None) -> bool:
        """The other side has it; False when this worker no longer held it.

        then: when it is told again (alerts.group.repeat), about those of its cases that nobody has signed for meanwhile.
        """
        state = {"state": NoticeState.SENT.value, "sent": to_ms(now), "receipt": storable(receipt), "error": ""}
        with self._work.writing() as connection:
            held = notices.settle(connection, key, worker, state)
            left = cases.still_new(connection, then.cases) if held and then else frozenset()
            if then and left:
                notices.gather(connection, [replace(then, cases=tuple(sorted(left)))])
            return held

    def needless(self, key: str, worker: str) -> bool:
        """Nothing of it is left to tell; False when this worker no longer held it."""
        with self._work.writing() as connection:
            return notices.settle(connection, key, worker, {"state": NoticeState.CANCELLED.value})

    def put_off(self, key: str, worker: str, until: datetime, error: str) -> bool:
        """Not now: it waits until then."""
        state = {"state": NoticeState.WAITING.value, "due": to_ms(until), "error": storable(error)}
        with self._work.writing() as connection:
            return notices.settle(connection, key, worker, state)

    def failed(self, key: str, worker: str, error: str) -> bool:
        """Never: trying again is useless."""
        with self._work.writing() as connection:
            return notices.settle(
                connection, key, worker, {"state": NoticeState.FAILED.value, "error": storable(error)}
            )

    def next_notices(self) -> dict[str, datetime]:
        """When each receiver is next worth looking at."""
        with self._work.reading() as connection:
            return notices.next_of_receivers(connection)

    def notice(self, key: str) -> Notice | None:
        """One notice by its id."""
        with self._work.reading() as connection:
            return notices.read_one(connection, key)

    def next_notice(self) -> datetime | None:
        """When the outbox is next worth looking at."""
        with self._work.reading() as connection:
            return notices.next_due(connection)

    def notices(self, since: datetime, receiver: str | None = None, limit: int = 200) -> list[Notice]:
        """The newest notices."""
        with self._work.reading() as connection:
            return notices.read_recent(connection, receiver, since, limit)

    def told(self, since: datetime) -> dict[tuple[str, str], datetime]:
        """When each (receiver, group) was last told, of those that were told since then."""
        with self._work.reading() as connection:
            return notices.read_told(connection, since)

    def count_opened(self, since: datetime) -> int:
        """How many cases were opened, or opened again, since then: what makes a storm."""
        with self._work.reading() as connection:
            return cases.count_opened(connection, since)

    def count_sent(self, receiver: str, since: datetime) -> int:
        """How many notices a receiver got since then."""
        with self._work.reading() as connection:
            return notices.count_sent(connection, receiver, since)

    def keep_rule_health(self, found: Sequence[RuleHealth]) -> None:
        """Write how rules are doing."""
        with self._work.writing() as connection:
            rule_health.keep(connection, found)

    def rule_health(self) -> dict[str, RuleHealth]:
        """How the rules are doing, as the collector last told."""
        with self._work.reading() as connection:
            return rule_health.read(connection)

    def _day(self, at: datetime) -> str:
        return f"{at.astimezone(self._calendar.zone):%Y%m%d}"


def _release(connection: Connection, written: Sequence[Case]) -> None:
    """What waits to be told of cases that need nobody any more, or are held back."""
    gone = [case.id for case in written if case.over or case.hidden or _passed(case)]
    notices.release(connection, gone, CALLING)
    calm = [case.id for case in written if case.condition is Condition.CLEARED]
    notices.release(connection, calm, {NoticeKind.REPEAT})


def _passed(case: Case) -> bool:
    """A lesser alert that is over before anybody was told; P1 and P2 need a person even then."""
    return case.condition is Condition.CLEARED and case.level > AlertLevel.P2


__all__ = ["CaseQuery", "Desk", "Meant", "NoticeKind", "Planned", "Saved"]
