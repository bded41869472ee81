"""Cases as rows: numbered, moved by compare-and-set, with every step they took."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, func, select

from domain.alert import AlertLevel, Condition
from domain.case import OVER, Case, CaseEvent, CaseStep, Handling
from store.desk_tables import alert_case, case_step
from store.driver import chunks, storable
from store.moment import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from store.plain import plain_json

_TEXTS = ("fingerprint", "rule", "metric", "site", "district", "topic", "say", "owner", "cause", "note", "hidden")
_NUMBERS = ("recurrence", "value", "peak", "flapping", "rung")
_MOMENTS = ("recovered", "closed", "acknowledged", "due", "escalates")


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """What to look for; empty = anything. opened: since <= opened < until. text: a piece of the sentence or the number."""

    levels: frozenset[AlertLevel] = frozenset()
    handling: frozenset[Handling] = frozenset()
    topics: frozenset[str] | None = None
    districts: frozenset[str] | None = None
    rules: frozenset[str] = frozenset()
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    over: bool | None = None


def read_newest(connection: Connection, fingerprints: Collection[str]) -> dict[str, Case]:
    """The newest case of each fingerprint that has one."""
    found: dict[str, Case] = {}
    for part in chunks(fingerprints):
        statement = (
            select(alert_case)
            .where(alert_case.c.fingerprint.in_(part))
            .order_by(alert_case.c.opened, alert_case.c.day, alert_case.c.number)
        )
        found |= {row["fingerprint"]: case_of(row) for row in connection.execute(statement).mappings()}
    return found


def read_cases(connection: Connection, query: CaseQuery, limit: int, before: str | None) -> list[Case]:
    """Cases that match, newest first; `before` continues below a number."""
    statement = select(alert_case).where(*_conditions(query))
    if before is not None:
        day, _, number = before.removeprefix("GJ-").partition("-")
        edge = (alert_case.c.day, alert_case.c.number)
        older = (edge[0] < day) | ((edge[0] == day) & (edge[1] < int(number or 0)))
        statement = statement.where(older)
    return _cases(connection, statement.order_by(alert_case.c.day.desc(), alert_case.c.number.desc()).limit(limit))


def read_open(connection: Connection) -> list[Case]:
    """Every case in which something is owed, oldest first."""
    owed = alert_case.c.handling.not_in([one.value for one in OVER])
    return _cases(connection, select(alert_case).where(owed).order_by(alert_case.c.opened, alert_case.c.id))


def read_due(connection: Connection, now: datetime, limit: int) -> list[Case]:
    """Cases that time moves now, those due longest first."""
    ready = alert_case.c.due <= to_ms(now)
    return _cases(connection, select(alert_case).where(ready).order_by(alert_case.c.due).limit(limit))


def read_escalating(connection: Connection, now: datetime, limit: int) -> list[Case]:
    """Cases that nobody has signed for in time, those due longest first."""
    ready = alert_case.c.escalates <= to_ms(now)
    return _cases(connection, select(alert_case).where(ready).order_by(alert_case.c.escalates).limit(limit))


def next_due(connection: Connection) -> datetime | None:
    """When time next moves a case."""
    column = alert_case.c
    first = [connection.execute(select(func.min(one))).scalar() for one in (column.due, column.escalates)]
    return from_ms_or_none(min((at for at in first if at is not None), default=None))


def read_case(connection: Connection, key: str) -> Case | None:
    """One case by its number."""
    row = connection.execute(select(alert_case).where(alert_case.c.id == storable(key))).mappings().first()
    return None if row is None else case_of(row)


def read_these(connection: Connection, keys: Collection[str]) -> list[Case]:
    """Some cases by their numbers, those that are there, oldest number first."""
    found = []
    for part in chunks(sorted(keys)):
        found += _cases(connection, select(alert_case).where(alert_case.c.id.in_(part)).order_by(alert_case.c.id))
    return found


def read_events(connection: Connection, key: str) -> list[CaseEvent]:
    """Every step of a case, oldest first."""
    statement = select(case_step).where(case_step.c.case_id == storable(key)).order_by(case_step.c.id)
    return [event_of(row) for row in connection.execute(statement).mappings()]


def put(connection: Connection, steps: Sequence[CaseStep], day: Callable[[datetime], str]) -> list[Case] | None:
    """Write steps, one for each case; the cases as they now stand, None when somebody else has moved one since it was read.

    The caller is the only writer, so what is compared here cannot move before it is written. A case without a number gets
    the next one of its local day ("20261125").
    """
    held = _held(connection, [step.case.id for step in steps if step.case.id])
    numbers: dict[str, int] = {}
    cases: list[Case] = []
    for step in steps:
        if not step.case.id:
            cases.append(_signed(_numbered(connection, step.case, day(step.at), numbers)))
        elif held.get(step.case.id, ("", -1))[1] != step.case.version:
            return None
        else:
            cases.append(_signed(replace(step.case, version=step.case.version + 1)))
    _write(connection, steps, cases)
    notes = [_note(case, step, held) for case, step in zip(cases, steps, strict=True)]
    if notes:
        connection.execute(case_step.insert(), notes)
    return cases


def _signed(case: Case) -> Case:
    """Nobody higher is called in for a case that somebody has signed for, whoever writes it."""
    return case if case.handling is Handling.NEW or case.escalates is None else replace(case, escalates=None)


def _held(connection: Connection, keys: Collection[str]) -> dict[str, tuple[str, int]]:
    """Handling and version of cases as they stand."""
    column = alert_case.c
    found: dict[str, tuple[str, int]] = {}
    for part in chunks(keys):
        rows = connection.execute(select(column.id, column.handling, column.version).where(column.id.in_(part)))
        found |= {key: (handling, version) for key, handling, version in rows}
    return found


def _numbered(connection: Connection, case: Case, day: str, numbers: dict[str, int]) -> Case:
    if day not in numbers:
        last = connection.execute(select(func.max(alert_case.c.number)).where(alert_case.c.day == day)).scalar()
        numbers[day] = last or 0
    numbers[day] += 1
    return replace(case, id=f"GJ-{day}-{numbers[day]:04d}", version=1)


def _write(connection: Connection, steps: Sequence[CaseStep], cases: Sequence[Case]) -> None:
    fresh = [_row(case) | _place(case.id) for case, step in zip(cases, steps, strict=True) if not step.case.id]
    moved = [{"of": case.id, **_row(case)} for case, step in zip(cases, steps, strict=True) if step.case.id]
    if fresh:
        connection.execute(alert_case.insert(), fresh)
    if moved:
        connection.execute(alert_case.update().where(alert_case.c.id == bindparam("of")), moved)


def _place(key: str) -> dict[str, object]:
    _, day, number = key.split("-")
    return {"day": day, "number": int(number)}


def _note(case: Case, step: CaseStep, held: Mapping[str, tuple[str, int]]) -> dict[str, object]:
    return {
        "case_id": case.id,
        "at": to_ms(step.at),
        "actor": storable(step.actor),
        "verb": step.verb,
        "old": held[case.id][0] if case.id in held else None,
        "new": case.handling.value,
        "told": plain_json({"level": case.level.name, "condition": case.condition, **step.told}),
    }


def still_new(connection: Connection, keys: Collection[str]) -> frozenset[str]:
    """Of these cases those that nobody has signed for and whose alert is in force."""
    column = alert_case.c
    owed = (column.handling == Handling.NEW.value, column.condition != Condition.CLEARED.value)
    parts = (select(column.id).where(column.id.in_(part), *owed) for part in chunks(keys))
    return frozenset(key for part in parts for key in connection.execute(part).scalars())


def count_opened(connection: Connection, since: datetime) -> int:
    """How many cases were opened, or opened again, since then."""
    begun = (case_step.c.at >= to_ms(since), case_step.c.verb.in_(("open", "reopen")))
    return int(connection.execute(select(func.count()).select_from(case_step).where(*begun)).scalar_one())


def _row(case: Case) -> dict[str, object]:
    return {
        "id": case.id,
        **{name: storable(getattr(case, name)) for name in _TEXTS},
        **{name: getattr(case, name) for name in _NUMBERS},
        **{name: to_ms_or_none(getattr(case, name)) for name in _MOMENTS},
        **{name: to_ms(getattr(case, name)) for name in ("opened", "updated")},
        "level": int(case.level),
        "condition": case.condition.value,
        "handling": case.handling.value,
        "group_key": storable(case.group),
        "version": case.version,
    }


def case_of(row: RowMapping | Mapping[str, Any]) -> Case:
    """A row as a case."""
    known: dict[str, Any] = {name: row[name] for name in (*_TEXTS, *_NUMBERS, "version")}
    known |= {name: from_ms_or_none(row[name]) for name in (*_MOMENTS, "opened", "updated")}
    return Case(
        id=row["id"],
        **known,
        level=AlertLevel(row["level"]),
        condition=Condition(row["condition"]),
        handling=Handling(row["handling"]),
        group=row["group_key"],
    )


def event_of(row: RowMapping) -> CaseEvent:
    """A row as a step."""
    return CaseEvent(
        case=row["case_id"],
        at=from_ms(row["at"]),
        actor=row["actor"],
        verb=row["verb"],
        old=None if row["old"] is None else Handling(row["old"]),
        new=Handling(row["new"]),
        told=json.loads(row["told"]),
    )


def _cases(connection: Connection, statement: Select[Any]) -> list[Case]:
    return [case_of(row) for row in connection.execute(statement).mappings()]


def _conditions(query: CaseQuery) -> Iterable[ColumnElement[bool]]:
    column = alert_case.c
    chosen: Sequence[tuple[ColumnElement[Any], Collection[Any] | None]] = (
        (column.level, [int(level) for level in query.levels] or None),
        (column.handling, [one.value for one in query.handling] or None),
        (column.topic, query.topics),
        (column.district, query.districts),
        (column.rule, query.rules or None),
    )
    yield from (name.in_(sorted(values)) for name, values in chosen if values is not None)
    if query.over is not None:
        over = column.handling.in_([one.value for one in OVER])
        yield over if query.over else ~over
    if query.text:
        yield column.say.contains(query.text, autoescape=True) | column.id.contains(query.text, autoescape=True)
    if query.since is not None:
        yield column.opened >= to_ms(query.since)
    if query.until is not None:
        yield column.opened < to_ms(query.until)


def count_steps(connection: Connection) -> int:
    """How many steps were ever kept: none is taken back."""
    return connection.execute(select(func.max(case_step.c.id))).scalar_one() or 0
