"""Notices as rows: planned once, claimed by one worker at a time, cancelled with their case."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, or_, select

from domain.alert import AlertLevel
from domain.case import Case
from domain.notice import Notice, NoticeKind, NoticeState
from store.desk_tables import notice, notice_case
from store.driver import chunks, storable, upsert
from store.moment import from_ms, from_ms_or_none, to_ms
from store.plain import plain_json

NO_LIMIT = 1_000_000_000
HOUR_MS = 3_600_000


def gather(connection: Connection, notices: Iterable[Notice]) -> int:
    """Plan notices. One that waits for the same receiver, group and kind takes the cases in instead; how many brought news.

    That a case is over is told only to whom somebody has tried to tell that it began.
    """
    return sum(_gathered(connection, one) for one in notices)


def _gathered(connection: Connection, one: Notice) -> bool:
    if one.kind is NoticeKind.CLEARED:
        one = replace(one, cases=_told_of(connection, one))
        if not one.cases:
            return False
    if connection.execute(select(notice.c.id).where(notice.c.id == one.id)).first() is not None:
        return False
    waiting = _waiting(connection, one) if one.cases else None
    if waiting is None:
        connection.execute(notice.insert(), _row(one))
    else:
        sooner: dict[str, object] = {
            "level": min(int(one.level), waiting["level"]),
            "due": min(to_ms(one.due), waiting["due"]),
            **({"body": plain_json(one.body)} if one.body else {}),
        }
        same = notice.c.id == waiting["id"]
        connection.execute(notice.update().where(same).values(**sooner, made=to_ms(one.made)))
    key = one.id if waiting is None else waiting["id"]
    upsert(connection, notice_case, [{"notice_id": key, "case_id": case} for case in one.cases])
    return True


def _waiting(connection: Connection, one: Notice) -> RowMapping | None:
    """The notice that has not been tried yet and would tell the same receiver of the same group in the same words."""
    same = (
        notice.c.state == NoticeState.WAITING.value,
        notice.c.receiver == storable(one.receiver),
        notice.c.group_key == storable(one.group),
        notice.c.kind == one.kind.value,
        notice.c.attempts == 0,
    )
    return connection.execute(select(notice).where(*same).order_by(notice.c.due).limit(1)).mappings().first()


def _told_of(connection: Connection, one: Notice) -> tuple[str, ...]:
    """The cases of which this receiver knows, or may know, that they are in force."""
    last: dict[str, int] = {}
    over: dict[str, int] = {}
    joined = notice_case.join(notice, notice.c.id == notice_case.c.notice_id)
    for part in chunks(one.cases):
        tried = (
            notice_case.c.case_id.in_(part),
            notice.c.receiver == storable(one.receiver),
            notice.c.attempts > 0,
            notice.c.state != NoticeState.FAILED.value,
        )
        statement = select(notice_case.c.case_id, notice.c.kind, notice.c.made).select_from(joined).where(*tried)
        for case, kind, made in connection.execute(statement):
            seen = over if kind == NoticeKind.CLEARED.value else last
            seen[case] = max(made, seen.get(case, made))
    return tuple(case for case in one.cases if case in last and last[case] >= over.get(case, last[case]))


def named(one: Notice, cases: Sequence[Case]) -> Notice:
    """The notice about these cases as they now stand, its id made of what it tells: the same news is the same notice."""
    marks = sorted(f"{case.id}@{case.version}" for case in cases)
    told = "|".join((one.kind.value, one.receiver, one.group, *marks))
    key = f"{one.kind.value}-{hashlib.sha256(told.encode()).hexdigest()[:24]}"
    return replace(one, id=one.id or key, cases=tuple(case.id for case in cases))


def release(connection: Connection, cases: Collection[str], kinds: Collection[NoticeKind]) -> None:
    """Take cases out of what waits to be sent; a notice about nothing else is cancelled. What is being sent stays."""
    joined = notice_case.join(notice, notice.c.id == notice_case.c.notice_id)
    names = sorted(kind.value for kind in kinds)
    for part in chunks(cases):
        about = notice_case.c.case_id.in_(part)
        meant = (about, notice.c.state == NoticeState.WAITING.value, notice.c.kind.in_(names))
        keys = connection.execute(select(notice.c.id).select_from(joined).where(*meant).distinct()).scalars().all()
        for key in keys:
            of = notice_case.c.notice_id == key
            others = select(notice_case.c.case_id).where(of, notice_case.c.case_id.not_in(part)).limit(1)
            if connection.execute(others).first() is None:
                gone = notice.update().where(notice.c.id == key)
                connection.execute(gone.values(state=NoticeState.CANCELLED.value))
            else:
                connection.execute(delete(notice_case).where(of, about))


def read_told(connection: Connection, since: datetime) -> dict[tuple[str, str], datetime]:
    """When each group of each receiver was last told, of those that were told since then."""
    tried = notice.c.state.in_((NoticeState.SENDING.value, NoticeState.SENT.value))
    last = func.max(func.coalesce(notice.c.sent, notice.c.due))
    grouped = select(notice.c.receiver, notice.c.group_key, last).where(tried, notice.c.due >= to_ms(since))
    rows = connection.execute(grouped.group_by(notice.c.receiver, notice.c.group_key))
    return {(receiver, group): from_ms(at) for receiver, group, at in rows}


@dataclass(frozen=True, slots=True)
class Meant:
    """Whose notices are claimed, and of them at most so many an hour; P1 above that too. None, 0: no limit."""

    receiver: str | None = None
    per_hour: int = 0


def claim(
    connection: Connection, worker: str, now: datetime, lease: timedelta, limit: int, meant: Meant
) -> list[Notice]:
    """Take notices that are due, or whose worker's lease has run out; most urgent first. Nobody else gets them meanwhile."""
    moment = to_ms(now)
    free = or_(
        (notice.c.state == NoticeState.WAITING.value) & (notice.c.due <= moment),
        (notice.c.state == NoticeState.SENDING.value) & (notice.c.lease <= moment),
    )
    whose = [notice.c.receiver == storable(meant.receiver)] if meant.receiver is not None else []
    ready = select(notice.c.id, notice.c.level).where(free, *whose)
    found_due = connection.execute(ready.order_by(notice.c.level, notice.c.due, notice.c.id).limit(limit)).all()
    allowed = _allowed(connection, meant, moment) if found_due else 0
    keys = [key for place, (key, level) in enumerate(found_due) if level == AlertLevel.P1 or place < allowed]
    if not keys:
        return []
    held = {"state": NoticeState.SENDING.value, "worker": worker, "lease": to_ms(now + lease)}
    connection.execute(
        notice.update().where(notice.c.id.in_(keys), free).values(**held, attempts=notice.c.attempts + 1)
    )
    found = {one.id: one for one in _read(connection, notice.c.id.in_(keys))}
    return [found[key] for key in keys]


def _allowed(connection: Connection, meant: Meant, moment: int) -> int:
    """How many more a receiver may get now: what was sent within the hour and what is on its way is taken off."""
    if meant.receiver is None or not meant.per_hour:
        return NO_LIMIT
    on_its_way = (notice.c.state == NoticeState.SENDING.value) & (notice.c.lease > moment)
    counted = or_(notice.c.sent > moment - HOUR_MS, on_its_way)
    statement = select(func.count()).select_from(notice).where(notice.c.receiver == storable(meant.receiver), counted)
    return max(0, meant.per_hour - int(connection.execute(statement).scalar_one()))


def settle(connection: Connection, key: str, worker: str, changes: dict[str, object]) -> bool:
    """Write how sending went; False when the worker no longer holds the notice."""
    mine = (notice.c.id == key, notice.c.worker == worker, notice.c.state == NoticeState.SENDING.value)
    return connection.execute(notice.update().where(*mine).values(lease=None, **changes)).rowcount == 1


def next_due(connection: Connection) -> datetime | None:
    """When the next notice may be sent, or the next lease runs out."""
    waiting = select(notice.c.due).where(notice.c.state == NoticeState.WAITING.value).order_by(notice.c.due).limit(1)
    held = select(notice.c.lease).where(notice.c.state == NoticeState.SENDING.value).order_by(notice.c.lease).limit(1)
    found = [connection.execute(statement).scalar() for statement in (waiting, held)]
    return from_ms_or_none(min((at for at in found if at is not None), default=None))


def next_of_receivers(connection: Connection) -> dict[str, datetime]:
    """When each receiver's next notice may be sent, or the next lease of one runs out."""
    found: dict[str, int] = {}
    for state, moment in ((NoticeState.WAITING, notice.c.due), (NoticeState.SENDING, notice.c.lease)):
        first = select(notice.c.receiver, func.min(moment)).where(notice.c.state == state.value)
        for receiver, at in connection.execute(first.group_by(notice.c.receiver)):
            found[receiver] = min(at, found.get(receiver, at))
    return {receiver: from_ms(at) for receiver, at in found.items()}


def read_one(connection: Connection, key: str) -> Notice | None:
    """One notice by its id."""
    return next(iter(_read(connection, notice.c.id == storable(key))), None)


def read_of_cases(connection: Connection, cases: Collection[str]) -> list[Notice]:
    """Every notice about some cases, oldest first."""
    about = select(notice_case.c.notice_id).where(notice_case.c.case_id.in_(sorted(cases)))
    return _read(connection, notice.c.id.in_(about))


def read_recent(connection: Connection, receiver: str | None, since: datetime, limit: int) -> list[Notice]:
    """The newest notices (of one receiver), newest first."""
    meant = [notice.c.made >= to_ms(since), *([notice.c.receiver == receiver] if receiver else [])]
    statement = select(notice).where(*meant).order_by(notice.c.made.desc(), notice.c.id).limit(limit)
    return _filled(connection, list(connection.execute(statement).mappings()))


def count_sent(connection: Connection, receiver: str, since: datetime) -> int:
    """How many a receiver got since then; what a rate limit counts."""
    sent = select(notice.c.id).where(notice.c.receiver == receiver, notice.c.sent >= to_ms(since))
    return len(connection.execute(sent).all())


def forget(connection: Connection, before: datetime, limit: int) -> int:
    """Delete notices that were settled and made before; how many."""
    open_ = (NoticeState.WAITING.value, NoticeState.SENDING.value)
    old = select(notice.c.id).where(notice.c.made < to_ms(before), notice.c.state.not_in(open_)).limit(limit)
    keys = list(connection.execute(old).scalars())
    connection.execute(delete(notice_case).where(notice_case.c.notice_id.in_(keys)))
    return connection.execute(delete(notice).where(notice.c.id.in_(keys))).rowcount if keys else 0


def _read(connection: Connection, condition: Any) -> list[Notice]:
    statement = select(notice).where(condition).order_by(notice.c.made, notice.c.id)
    return _filled(connection, list(connection.execute(statement).mappings()))


def _filled(connection: Connection, rows: list[RowMapping]) -> list[Notice]:
    """Rows with the cases that each is about."""
    about: dict[str, list[str]] = {}
    keys = [row["id"] for row in rows]
    pairs = select(notice_case).where(notice_case.c.notice_id.in_(keys)).order_by(notice_case.c.case_id)
    for key, case in connection.execute(pairs):
        about.setdefault(key, []).append(case)
    return [_notice(row, tuple(about.get(row["id"], ()))) for row in rows]


def _row(one: Notice) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "receiver": storable(one.receiver),
        "group_key": storable(one.group),
        "state": one.state.value,
        "body": plain_json(one.body),
        "level": int(one.level),
        "attempts": one.attempts,
        "made": to_ms(one.made),
        "due": to_ms(one.due),
        "worker": "",
        "receipt": storable(one.receipt),
        "error": storable(one.error),
    }


def _notice(row: RowMapping, cases: tuple[str, ...]) -> Notice:
    return Notice(
        id=row["id"],
        kind=NoticeKind(row["kind"]),
        receiver=row["receiver"],
        level=AlertLevel(row["level"]),
        group=row["group_key"],
        cases=cases,
        made=from_ms(row["made"]),
        due=from_ms(row["due"]),
        body=json.loads(row["body"]),
        state=NoticeState(row["state"]),
        attempts=row["attempts"],
        lease=from_ms_or_none(row["lease"]),
        sent=from_ms_or_none(row["sent"]),
        receipt=row["receipt"],
        error=row["error"],
    )
