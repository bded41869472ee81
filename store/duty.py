"""What people decide at the duty desk: cases, dossiers and notices that belong together, moved in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from domain.case import Case, CaseEvent, CaseStep
from domain.deed import Deed
from domain.dossier import Dossier, DossierEvent, DossierStep
from domain.errors import TransitionRefused
from domain.notice import CALLING, Notice
from store import cases, dossiers, notices
from store import changes as feed
from store.audit import write_deed
from store.buckets import Calendar
from store.case_steps import read_steps
from store.dossiers import DossierQuery
from store.driver import Driver
from store.moment import to_ms
from store.push import Delivery, Inbox
from store.work import Work

D = TypeVar("D", bound=Dossier)
Seen = TypeVar("Seen")
EVERY_DOSSIER = DossierQuery()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision makes: steps of cases and dossiers, in their order, and notices that follow from them.

    calm: numbers of cases and orders whose waiting calls are cancelled with it; every case that moves is one of them anyway.
    values: what the decision tells the store of the city, by the way of every push.
    """

    dossiers: Sequence[DossierStep] = ()
    cases: Sequence[CaseStep] = ()
    notices: Sequence[Notice] = ()
    calm: Collection[str] = ()
    values: Sequence[Delivery] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        """Both, this one first."""
        return Outcome(
            (*self.dossiers, *other.dossiers),
            (*self.cases, *other.cases),
            (*self.notices, *other.notices),
            (*self.calm, *other.calm),
            (*self.values, *other.values),
        )


class Desktop:
    """What a decision may look at while it is made: the store as it is at that moment, held still until it is kept."""

    def __init__(self, connection: Connection, day: Callable[[datetime], str]) -> None:
        self._connection, self._day = connection, day
        self._given: dict[tuple[str, str], int] = {}

    def number(self, kind: type[Dossier], at: datetime) -> str:
        """The number that a new dossier takes, so that others of the same decision can name it."""
        prefix, day, count = dossiers.next_id(self._connection, kind.PREFIX, self._day(at)).split("-")
        given = self._given.get((prefix, day), 0)
        self._given[prefix, day] = given + 1
        return f"{prefix}-{day}-{int(count) + given:04d}"

    def case(self, key: str) -> Case:
        """A case. TransitionRefused when there is none."""
        found = cases.read_case(self._connection, key)
        if found is None:
            raise TransitionRefused(f"没有告警 {key}", permanent=True)
        return found

    def open_cases(self) -> list[Case]:
        """Every case in which something is owed."""
        return cases.read_open(self._connection)

    def dossier(self, kind: type[D], key: str) -> D:
        """A dossier. TransitionRefused when there is none."""
        found = dossiers.read(self._connection, kind, key)
        if found is None:
            raise TransitionRefused(f"没有案卷 {key}", permanent=True)
        return found

    def dossiers(self, kind: type[D], query: DossierQuery = EVERY_DOSSIER, limit: int = 10_000) -> list[D]:
        """Dossiers of a kind, newest first."""
        return dossiers.read_many(self._connection, kind, query, limit)


class Duty:
    """`store.duty`."""

    def __init__(self, work: Work, driver: Driver, calendar: Calendar, inbox: Inbox) -> None:
        self._work, self._driver, self._calendar, self._inbox = work, driver, calendar, inbox

    def decide(self, decision: Callable[[Desktop], Outcome], deed: Deed | None, now: datetime) -> Outcome:
        """Make a decision and keep all that follows from it, or nothing; what was kept, with numbers and versions.

        `decision` is pure but for its reading and raises TransitionRefused with a sentence. Two at once: the second reads what
        the first has made of it. `deed` is the audit row (thing "" becomes the first moved number); None for the program.
        """
        with self._work.writing() as connection:
            made = decision(Desktop(connection, self._day))
            kept = dossiers.put(connection, made.dossiers, self._day)
            moved = cases.put(connection, made.cases, self._day)
            if kept is None or moved is None:  # a decision that hands in what it did not read here
                raise TransitionRefused("案卷刚被他人改动，请刷新后再试")
            for one in made.values:
                self._inbox.put(connection, one)
            self._follow(connection, made, moved, now)
            done = Outcome(
                [replace(step, dossier=one) for step, one in zip(made.dossiers, kept, strict=True)],
                [replace(step, case=one) for step, one in zip(made.cases, moved, strict=True)],
                made.notices,
                made.calm,
                made.values,
            )
            if deed is not None:
                write_deed(connection, replace(deed, thing=deed.thing or _first(done)))
            return done

    def _follow(self, connection: Connection, made: Outcome, moved: Sequence[Case], now: datetime) -> None:
        notices.release(connection, sorted({*made.calm, *(case.id for case in moved)}), CALLING)
        notices.gather(connection, made.notices)
        if made.dossiers or moved or made.notices:
            feed.record_change(connection, self._driver, to_ms(now), [feed.ALERTS])

    def steps(self) -> int:
        """How many steps dossiers have taken in all."""
        with self._work.reading() as connection:
            return dossiers.count_steps(connection)

    def moved(self) -> tuple[int, int]:
        """How many steps cases and dossiers have taken in all: the same two numbers again, and nothing has moved between."""
        with self._work.reading() as connection:
            return cases.count_steps(connection), dossiers.count_steps(connection)

    def look(self, what: Callable[[Desktop], Seen]) -> Seen:
        """Look at the desk as a decision would, all of it at one moment, without deciding anything."""
        with self._work.reading() as connection:
            return what(Desktop(connection, self._day))

    def dossier(self, kind: type[D], key: str) -> D | None:
        """One dossier by its number."""
        with self._work.reading() as connection:
            return dossiers.read(connection, kind, key)

    def dossiers(
        self, kind: type[D], query: DossierQuery = EVERY_DOSSIER, limit: int = 200, before: str | None = None
    ) -> list[D]:
        """Dossiers of a kind that match, newest first; `before` continues below a number."""
        with self._work.reading() as connection:
            return dossiers.read_many(connection, kind, query, limit, before)

    def history(self, keys: Collection[str]) -> list[DossierEvent]:
        """Every step of some dossiers, oldest first."""
        with self._work.reading() as connection:
            return dossiers.read_events(connection, keys)

    def due(self, now: datetime, limit: int = 200) -> list[tuple[str, str]]:
        """(prefix, number) of dossiers that time moves now."""
        with self._work.reading() as connection:
            return dossiers.read_due(connection, now, limit)

    def next_due(self) -> datetime | None:
        """When time next moves a dossier."""
        with self._work.reading() as connection:
            return dossiers.next_due(connection)

    def case_steps(self, since: datetime, until: datetime) -> list[CaseEvent]:
        """Every step of the cases opened since <= t < until, in the order they were written."""
        with self._work.reading() as connection:
            return list(read_steps(connection, since, until))

    def _day(self, at: datetime) -> str:
        return f"{at.astimezone(self._calendar.zone):%Y%m%d}"


def _first(done: Outcome) -> str:
    if done.dossiers:
        return f"dossier:{done.dossiers[0].dossier.id}"
    return f"case:{done.cases[0].case.id}" if done.cases else ""


__all__ = ["Desktop", "DossierQuery", "Duty", "Outcome"]
