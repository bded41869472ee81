"""Failed sign-ins and the lock-out that follows, for logins (known or not) and for addresses."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from store.driver import storable, upsert
from store.moment import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from store.people_tables import attempt


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures lock a subject: at `failures` for `first`, each further one twice as long, at most `longest`.

    A subject without a failure for `forget` starts anew.
    """

    failures: int
    first: timedelta
    longest: timedelta
    forget: timedelta

    def lock(self, failures: int) -> timedelta | None:
        """For how long this many failures lock."""
        if failures < self.failures:
            return None
        doubled: timedelta = self.first * 2 ** min(failures - self.failures, 30)
        return min(doubled, self.longest)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What stands against a subject."""

    failures: int = 0
    last: datetime | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether a password may be tried now. until: when it may be again; of a granted claim, in case it fails."""

    granted: bool
    until: datetime | None = None


def login_subject(login: str) -> str:
    """A login as a subject. Digested: people type their password into the wrong field."""
    return f"login:{hashlib.sha256(login.encode('utf-8', 'replace')).hexdigest()[:32]}"


def address_subject(address: str) -> str:
    """A client's address as a subject."""
    return f"address:{storable(address)}"


def claim(connection: Connection, subjects: Mapping[str, Patience], now: datetime) -> Claim:
    """Count one attempt against each subject before the password is looked at, so that attempts side by side all count.

    Nothing is counted when a subject is locked.
    """
    if (until := locked(connection, subjects, now)) is not None:
        return Claim(False, until)
    stood = read_attempts(connection, subjects)
    counted = {
        subject: _one_more(stood.get(subject, Attempt()), patience, now) for subject, patience in subjects.items()
    }
    _write(connection, counted)
    locks = [one.locked_until for one in counted.values() if one.locked_until is not None]
    return Claim(True, max(locks, default=None))


def locked(connection: Connection, subjects: Collection[str], now: datetime) -> datetime | None:
    """Until when the subjects are locked, None when none is."""
    until = [one.locked_until for one in read_attempts(connection, subjects).values() if one.locked_until is not None]
    return max((moment for moment in until if moment > now), default=None)


def clear(connection: Connection, subject: str) -> None:
    """Forget what stands against a subject."""
    connection.execute(attempt.delete().where(attempt.c.subject == subject))


def take_back(connection: Connection, subject: str, patience: Patience) -> None:
    """Take back one counted attempt that was no failure."""
    stood = read_attempts(connection, [subject]).get(subject)
    if stood is None:
        return
    fewer = max(stood.failures - 1, 0)
    kept = stood.locked_until if patience.lock(fewer) is not None else None
    _write(connection, {subject: Attempt(fewer, stood.last, kept)})


def read_attempts(connection: Connection, subjects: Collection[str]) -> dict[str, Attempt]:
    """What stands against subjects; those against whom nothing stands are left out."""
    statement = select(attempt).where(attempt.c.subject.in_(list(subjects)))
    return {
        row["subject"]: Attempt(row["failures"], from_ms(row["last"]), from_ms_or_none(row["locked_until"]))
        for row in connection.execute(statement).mappings()
    }


def forget_attempts(connection: Connection, before: datetime) -> None:
    """Delete what is older: names that were guessed must not fill the store."""
    connection.execute(attempt.delete().where(attempt.c.last < to_ms(before)))


def _one_more(stood: Attempt, patience: Patience, now: datetime) -> Attempt:
    forgotten = stood.last is not None and now - stood.last > patience.forget
    failures = 1 if forgotten else stood.failures + 1
    span = patience.lock(failures)
    return Attempt(failures, now, None if span is None else now + span)


def _write(connection: Connection, attempts: Mapping[str, Attempt]) -> None:
    rows = [
        {
            "subject": subject,
            "failures": one.failures,
            "last": to_ms(one.last) if one.last else 0,
            "locked_until": to_ms_or_none(one.locked_until),
        }
        for subject, one in attempts.items()
    ]
    upsert(connection, attempt, rows, update=["failures", "last", "locked_until"])
