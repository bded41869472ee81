"""Incidents: the present state of each, and every version it was told in, so that a past moment can be shown."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, or_, select, tuple_

from domain.incident import Incident, IncidentGrade, IncidentStatus
from store.driver import Values, storable, upsert
from store.moment import from_ms, to_ms
from store.tables import incident, incident_version

Key = tuple[str, str]
KEY_CHUNK = 400  # keys asked for in one statement: below SQLite's limit of bound values

_SAID = ("kind", "title", "at", "status", "grade", "department", "district", "site", "lon", "lat", "detail")
_MOVING = ("updated", "received", *_SAID)


def write_incidents(connection: Connection, incidents: Sequence[Incident]) -> int:
    """Store what is new in them; how many were new or said something else than before.

    The newest `updated` wins, then the newest `received`. A version that comes late goes into the history only.
    """
    if not incidents:
        return 0
    present = _present(connection, {(one.source, one.id) for one in incidents})
    versions: list[Values] = []
    moved: dict[Key, Values] = {}
    for row in sorted(map(_row, incidents), key=_order):
        key = (row["source"], row["id"])
        held = present.get(key)
        newer = held is None or _order(row) > _order(held)
        if held is not None and _said(row) == _said(held):
            if newer and row["updated"] > held["updated"]:  # told again, unchanged: not a version of its own
                present[key] = moved[key] = {**held, "updated": row["updated"]}
            continue
        versions.append(row)
        if newer:
            present[key] = moved[key] = row
    upsert(connection, incident, list(moved.values()), update=_MOVING)
    upsert(connection, incident_version, versions)
    return len(versions)


def already_told(connection: Connection, incidents: Sequence[Incident]) -> frozenset[str]:
    """The ids of those that say what the store holds of them already."""
    present = _present(connection, {(one.source, one.id) for one in incidents})
    rows = [(one.id, row, present.get((row["source"], row["id"]))) for one in incidents for row in [_row(one)]]
    return frozenset(id_ for id_, row, held in rows if held is not None and _said(row) == _said(held))


def read_incidents(
    connection: Connection, at: datetime, since: datetime, districts: Collection[str] | None = None
) -> list[Incident]:
    """Incidents as known at `at`: those not closed, and those that began or changed since `since`; newest first.

    districts: only those that were known to lie in one of them at `at`; None for all.
    """
    moment, edge = to_ms(at), to_ms(since)
    recent = or_(incident.c.status != "closed", incident.c.at >= edge, incident.c.updated >= edge)
    statement = select(incident).where(incident.c.received <= moment, recent)
    if districts is not None:
        statement = statement.where(incident.c.district.in_(sorted(districts)))
    known = [dict(row) for row in connection.execute(statement).mappings()]
    # The version that was known then decides, so these are told apart after it has been found.
    known += [row for row in _before(connection, moment, edge) if districts is None or row["district"] in districts]
    known.sort(key=lambda row: (row["at"], row["source"], row["id"]), reverse=True)
    return [_incident(row) for row in known]


def _before(connection: Connection, moment: int, edge: int) -> list[dict[str, Any]]:
    """Of incidents that have changed since `moment`: the version that was known then."""
    old = incident_version.c
    joined = incident_version.join(incident, (incident.c.source == old.source) & (incident.c.id == old.id))
    statement = select(incident_version).select_from(joined).where(incident.c.received > moment, old.received <= moment)
    best: dict[Key, dict[str, Any]] = {}
    for found in connection.execute(statement.order_by(old.updated, old.received)).mappings():
        best[found["source"], found["id"]] = dict(found)
    return [row for row in best.values() if row["status"] != "closed" or max(row["at"], row["updated"]) >= edge]


def _present(connection: Connection, keys: Iterable[Key]) -> dict[Key, Values]:
    wanted = sorted(keys)
    present: dict[Key, Values] = {}
    for first in range(0, len(wanted), KEY_CHUNK):
        chosen = tuple_(incident.c.source, incident.c.id).in_(wanted[first : first + KEY_CHUNK])
        for row in connection.execute(select(incident).where(chosen)).mappings():
            present[row["source"], row["id"]] = dict(row)
    return present


def _order(row: Values) -> tuple[int, int, str]:
    """Newest last; the text makes the order total, so that what wins does not depend on the order of arrival."""
    return row["updated"], row["received"], str(_said(row))


def _said(row: Values) -> tuple[Any, ...]:
    return tuple(row[name] for name in _SAID)


def _plain(said: object) -> object:
    return storable(said) if isinstance(said, str) else said


def _row(one: Incident) -> Values:
    same = ("source", "id", "kind", "title", "status", "grade", "department", "district", "site", "lon", "lat")
    return {
        **{name: _plain(getattr(one, name)) for name in same},
        **{name: to_ms(getattr(one, name)) for name in ("at", "updated", "received")},
        "detail": storable(json.dumps(one.detail, ensure_ascii=False, sort_keys=True)),
    }


def _incident(row: RowMapping | dict[str, Any]) -> Incident:
    return Incident(
        id=row["id"],
        source=row["source"],
        kind=row["kind"],
        title=row["title"],
        at=from_ms(row["at"]),
        updated=from_ms(row["updated"]),
        received=from_ms(row["received"]),
        status=cast(IncidentStatus, row["status"]),
        grade=cast(IncidentGrade | None, row["grade"]),
        department=row["department"],
        district=row["district"],
        site=row["site"],
        lon=row["lon"],
        lat=row["lat"],
        detail=json.loads(row["detail"]),
    )
