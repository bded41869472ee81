"""The change feed: one row for each commit that moved something, numbered in order of commit."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, func, insert, select

from store.columns import Rows
from store.driver import Driver
from store.log import read_spans, spans_of
from store.tables import change

OBSERVATIONS, INCIDENTS, ALERTS, HEALTH, SITES = "observations", "incidents", "alerts", "health", "sites"


@dataclass(frozen=True, slots=True)
class Changes:
    """What moved after a version. `complete` is false when the feed no longer reaches back so far: reload everything."""

    version: int
    metrics: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Arrived:
    """Rows of the log that came or changed after a version, with others that lie at the same times."""

    version: int
    rows: Rows
    complete: bool = True


def newest_version(connection: Connection) -> int:
    """The version of the newest commit, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(change.c.version), 0))).scalar_one())


def observations_after(connection: Connection, version: int) -> bool:
    """Whether a commit after a version has moved observations."""
    moved = (change.c.version > version) & change.c.kinds.contains(OBSERVATIONS)
    return connection.execute(select(change.c.version).where(moved).limit(1)).first() is not None


def record_change(
    connection: Connection,
    driver: Driver,
    received: int,
    kinds: Iterable[str],
    metrics: Iterable[str] = (),
    rows: Rows | None = None,
) -> int:
    """Add this commit to the feed and give its version. Called last in a transaction."""
    spans = [] if rows is None else spans_of(rows.at)
    values = {
        "received": received,
        "kinds": " ".join(sorted(kinds)),
        "metrics": " ".join(sorted(metrics)),
        "spans": np.array(spans, np.int64).tobytes(),
    }
    version = int(connection.execute(insert(change).values(values).returning(change.c.version)).scalar_one())
    driver.announce(connection, version)
    return version


def read_changes(connection: Connection, after: int) -> Changes:
    """What moved after a version, in one."""
    newest = newest_version(connection)
    if newest <= after:
        return Changes(newest)
    rows = connection.execute(select(change.c.kinds, change.c.metrics).where(change.c.version > after)).all()
    kinds = frozenset(word for row in rows for word in row[0].split())
    metrics = frozenset(word for row in rows for word in row[1].split())
    return Changes(newest, metrics, kinds, _reaches(connection, after))


def read_arrived(connection: Connection, driver: Driver, after: int, since: int) -> Arrived:
    """Rows at or after `since` (ms) that came or changed after a version."""
    newest = newest_version(connection)
    if newest <= after:
        return Arrived(newest, Rows.empty())
    found = connection.execute(select(change.c.spans).where(change.c.version > after)).scalars().all()
    spans = np.concatenate([np.frombuffer(blob, np.int64).reshape(-1, 2) for blob in found])
    merged = _merged(spans[spans[:, 1] >= since], since)
    return Arrived(newest, read_spans(connection, driver, merged), _reaches(connection, after))


def _reaches(connection: Connection, after: int) -> bool:
    """Whether the feed still holds everything after a version: versions are deleted from the oldest on."""
    oldest = connection.execute(select(func.min(change.c.version))).scalar_one()
    return oldest is None or after == 0 or oldest <= after + 1


def _merged(spans: np.ndarray[tuple[int, int], np.dtype[np.int64]], since: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for begin, end in spans[np.argsort(spans[:, 0])].tolist():
        start = max(begin, since)
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
