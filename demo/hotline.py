"""The 12345 hotline's business database: one row a district and interval, added as it becomes known."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from demo.departments import zone_of
from demo.feeds import FEEDS, Feed
from demo.present import Present
from demo.publication import Record
from demo.rhythm import DAY

FILE: Final = "hotline.sqlite"
_KEEP: Final = 40 * DAY
_FIRST: Final = 2 * DAY
_STRETCH: Final = DAY  # at most this much is added in one transaction
_TABLES: Final = {"hotline": ("interval_stat", "v_interval"), "hotline_orders": ("order_stat", "v_orders")}


class HotlineDatabase:
    """The writing side; the cockpit's source only reads. WAL, so that neither waits for the other."""

    def __init__(self, present: Present) -> None:
        present.var.mkdir(parents=True, exist_ok=True)
        self._present = present
        self._db = sqlite3.connect(present.var / FILE, timeout=10.0)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._columns = {source: tuple(column(m) for m in _feed(source).metrics) for source in _TABLES}
        for source, (table, view) in _TABLES.items():
            values = ", ".join(f"{name} REAL" for name in self._columns[source])
            self._db.execute(
                f"CREATE TABLE IF NOT EXISTS {table}"
                f" (seq INTEGER PRIMARY KEY, stat_time TEXT NOT NULL, area_code TEXT NOT NULL, {values})"
            )
            self._db.execute(f"CREATE VIEW IF NOT EXISTS {view} AS SELECT * FROM {table}")  # noqa: S608 - ours
        self._db.commit()

    def update(self) -> int:
        """Add what became known since the last row, unless the database is struck by an outage; rows added."""
        if self._present.down("hotline"):
            return 0
        return sum(self._add(source) for source in _TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _add(self, source: str) -> int:
        now, table = self._present.now, _TABLES[source][0]
        newest = self._db.execute(f"SELECT max(seq) FROM {table}").fetchone()[0]  # noqa: S608 - a table of ours
        after = int(newest) if newest else (now - _FIRST) * 10_000
        after = max(after, (now - _KEEP) * 10_000)
        added = 0
        while after // 10_000 < now:
            until = min(after // 10_000 + _STRETCH, now)
            rows = self._present.publisher.records(source, after, until)
            added += self._insert(source, rows)
            after = until * 10_000 + 9_999
        if added:
            self._db.execute(f"DELETE FROM {table} WHERE seq < ?", ((now - _KEEP) * 10_000,))  # noqa: S608
            self._db.commit()
        return added

    def _insert(self, source: str, records: Iterable[Record]) -> int:
        names, table = self._columns[source], _TABLES[source][0]
        zone = zone_of(self._present.publisher.world.offset)
        rows = [
            (
                r.seq,
                datetime.fromtimestamp(r.at, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M"),
                r.site,
                *r.values.values(),
            )
            for r in records
        ]
        marks = ", ".join("?" * (3 + len(names)))
        self._db.executemany(
            f"INSERT OR REPLACE INTO {table} (seq, stat_time, area_code, {', '.join(names)}) VALUES ({marks})",  # noqa: S608
            rows,
        )
        self._db.commit()
        return len(rows)


def column(metric: str) -> str:
    """A metric's column: "hotline.topic.noise" is kept in topic_noise."""
    return metric.split(".", 1)[1].replace(".", "_")


def _feed(source: str) -> Feed:
    return next(f for f in FEEDS if f.source == source)
