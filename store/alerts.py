"""Alerts: the present state of each fingerprint, written by compare-and-set, and every state it was in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, func, insert, select

from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from store.driver import Values, chunks, storable, upsert
from store.moment import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from store.tables import alert, alert_version, transition

OVER = (Condition.NORMAL.value, Condition.CLEARED.value)

_SAME = ("fingerprint", "rule", "metric", "site", "say", "value", "peak")


def write_alerts(connection: Connection, changes: Sequence[Alert], moved: Sequence[Transition]) -> frozenset[str]:
    """Save alerts whose stored condition is still the one that their first transition starts from.

    The fingerprints that were saved; the others were moved by somebody else meanwhile, and nothing of them is kept.
    """
    first: dict[str, Transition] = {}
    for step in moved:
        first.setdefault(step.fingerprint, step)
    held = _conditions(connection, [one.fingerprint for one in changes])
    saved = {one.fingerprint for one in changes if _follows(one, first, held.get(one.fingerprint))}
    rows = [_row(one) for one in changes if one.fingerprint in saved]
    told = [name for name in rows[0] if name != "fingerprint"] if rows else ()
    upsert(connection, alert, rows, update=told)
    upsert(connection, alert_version, rows, update=told)
    taken = [_step(step) for step in moved if step.fingerprint in saved]
    if taken:
        connection.execute(insert(transition), taken)
    return frozenset(saved)


def _conditions(connection: Connection, fingerprints: Collection[str]) -> dict[str, str]:
    """The stored conditions. The caller is the only writer, so they hold until its transaction ends."""
    found: dict[str, str] = {}
    for part in chunks(fingerprints):
        statement = select(alert.c.fingerprint, alert.c.condition).where(alert.c.fingerprint.in_(part))
        found |= {row.fingerprint: row.condition for row in connection.execute(statement)}
    return found


def _follows(one: Alert, first: Mapping[str, Transition], held: str | None) -> bool:
    """Whether the stored condition is the one its first step starts from; what is over may begin anew."""
    step = first.get(one.fingerprint)
    expected = (one.condition if step is None else step.old).value
    return held is None or held in OVER if expected in OVER else held == expected


def read_open_alerts(connection: Connection) -> list[Alert]:
    """Every alert that is not over, oldest first."""
    statement = select(alert).where(alert.c.condition.not_in(OVER)).order_by(alert.c.since, alert.c.fingerprint)
    return [_alert(row) for row in connection.execute(statement).mappings()]


@dataclass(frozen=True, slots=True)
class Of:
    """Which alerts are asked for: those of these metrics at these sites, None for all. An alert never changes either."""

    metrics: Collection[str] | None = None
    sites: Collection[str] | None = None

    def among(self, statement: Select[Any], table: Table) -> Select[Any]:
        """The statement narrowed to them."""
        for column, names in ((table.c.metric, self.metrics), (table.c.site, self.sites)):
            if names is not None:
                statement = statement.where(column.in_(sorted(names)))
        return statement


ALL = Of()


def read_alerts(connection: Connection, at: datetime, since: datetime, of: Of = ALL) -> list[Alert]:
    """Alerts as they stood at `at`: those open, and those that moved since `since`; newest first.

    A fingerprint that came, went and came again is two alerts, told apart by their `since`.
    """
    moment = to_ms(at)
    rows: dict[tuple[str, int], Values] = {}
    for row in [
        *_unmoved(connection, moment, of),
        *_before(connection, moment, of),
        *_recent(connection, to_ms(since), moment, of),
    ]:
        key = (row["fingerprint"], row["since"])
        if key not in rows or rows[key]["updated"] <= row["updated"]:
            rows[key] = row
    kept = [row for row in rows.values() if row["condition"] != Condition.NORMAL]
    kept.sort(key=lambda row: (row["since"], row["fingerprint"]), reverse=True)
    return [_alert(row) for row in kept]


def read_transitions(connection: Connection, start: datetime, end: datetime) -> list[Transition]:
    """Steps with start <= at < end, in order."""
    taken = transition.c
    inside = select(transition).where(taken.at >= to_ms(start), taken.at < to_ms(end)).order_by(taken.at, taken.id)
    return [
        Transition(
            fingerprint=row["fingerprint"],
            at=from_ms(row["at"]),
            old=Condition(row["old"]),
            new=Condition(row["new"]),
            level=AlertLevel(row["level"]),
            value=row["value"],
            reason=Reason(row["reason"]),
        )
        for row in connection.execute(inside).mappings()
    ]


def _unmoved(connection: Connection, moment: int, of: Of) -> Iterable[Values]:
    """Open alerts whose present state is the one they had at `moment`."""
    statement = select(alert).where(alert.c.updated <= moment, alert.c.condition.not_in(OVER))
    return [dict(row) for row in connection.execute(of.among(statement, alert)).mappings()]


def _before(connection: Connection, moment: int, of: Of) -> Iterable[Values]:
    """Of fingerprints that have moved since `moment`: the state they had then, when it was an open one."""
    old = alert_version.c
    later = select(alert.c.fingerprint).where(alert.c.updated > moment)
    last = select(old.fingerprint, func.max(old.updated).label("updated"))
    last = last.where(old.updated <= moment, old.fingerprint.in_(later)).group_by(old.fingerprint)
    newest = last.subquery()
    joined = alert_version.join(newest, (old.fingerprint == newest.c.fingerprint) & (old.updated == newest.c.updated))
    statement = select(alert_version).select_from(joined).where(old.condition.not_in(OVER))
    return [dict(row) for row in connection.execute(of.among(statement, alert_version)).mappings()]


def _recent(connection: Connection, edge: int, moment: int, of: Of) -> Iterable[Values]:
    old = alert_version.c
    statement = select(alert_version).where(old.updated >= edge, old.updated <= moment)
    return [dict(row) for row in connection.execute(of.among(statement, alert_version)).mappings()]


def _row(one: Alert) -> Values:
    return {
        **{name: getattr(one, name) for name in _SAME},
        "say": storable(one.say),
        "level": int(one.level),
        "condition": one.condition.value,
        "stale": int(one.stale),
        **{name: to_ms(getattr(one, name)) for name in ("since", "updated")},
        **{name: to_ms_or_none(getattr(one, name)) for name in ("fired", "cleared")},
    }


def _step(step: Transition) -> Values:
    return {
        "fingerprint": step.fingerprint,
        "at": to_ms(step.at),
        "old": step.old.value,
        "new": step.new.value,
        "level": int(step.level),
        "value": step.value,
        "reason": step.reason.value,
    }


def _alert(row: Any) -> Alert:
    return Alert(
        **{name: row[name] for name in _SAME},
        level=AlertLevel(row["level"]),
        condition=Condition(row["condition"]),
        stale=bool(row["stale"]),
        since=from_ms(row["since"]),
        updated=from_ms(row["updated"]),
        fired=from_ms_or_none(row["fired"]),
        cleared=from_ms_or_none(row["cleared"]),
    )
