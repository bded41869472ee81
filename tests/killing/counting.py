"""What the store, and on the disk the spool, hold of what was said; and sentences about what they do not."""

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from datasources.spool import DiskSpool
from domain.batch import Batch, Written
from jobs.clock import utc_now
from store import Store, open_store
from tests.killing.senders import Ledger, Row

EARLY, LATE = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
UNCOUNTED = "jt808"  # figures of fleets: by design no position is kept by itself


@dataclass
class Outcome:
    """What came of it.

    lost: acknowledged, and neither in the store nor in the spool when nothing lived any more, or not in the store in the end;
    unread: published, and not in the store in the end; strange: there and never said; unequal: with another value.
    """

    kills: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    published: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    spooled: int = 0
    lost: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    strange: int = 0
    unequal: int = 0
    twice: int = 0
    rolled: bool = False
    seconds: float = 0.0
    settled: float = 0.0

    def good(self) -> bool:
        """Nothing lost, nothing twice, nothing wrong."""
        wrong = self.twice or self.strange or self.unequal
        return not (self.lost or self.unread or wrong) and self.rolled


def source_of(row: Row) -> str:
    """The source of a row."""
    return row[0].partition("-")[0]


def by_source(rows: Iterable[Row]) -> Counter[str]:
    """How many rows each source has."""
    return Counter(map(source_of, rows))


def held(store: Store) -> dict[Row, float]:
    """What the store holds."""
    keys = store.series()
    rows = store.window(EARLY, LATE)
    return {
        (keys[number].site, at): value
        for number, at, value in zip(rows.series.tolist(), rows.at.tolist(), rows.value.tolist(), strict=True)
        if not keys[number].metric.endswith(UNCOUNTED)
    }


async def spooled(folder: Path) -> set[Row]:
    """What a dead collector's spool holds; looked at in a copy, which is emptied."""
    found: set[Row] = set()

    async def note(batch: Batch) -> Written:
        found.update((seen.site, int(seen.at.timestamp() * 1000)) for seen in batch.observations)
        return Written(0)

    with TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        spool = DiskSpool(Path(copy))
        await spool.drain(note)
        spool.close()
    return found


def missing(expected: Mapping[Row, float], there: Iterable[Row], what: str) -> list[str]:
    """A sentence a source of which something is missing, with the first record and the last that is there."""
    at_hand = set(there)
    gone = sorted(expected.keys() - at_hand, key=lambda row: row[1])
    sentences = []
    for source, count in sorted(by_source(gone).items()):
        first = next(row for row in gone if source_of(row) == source)
        newest = max((row[1] for row in at_hand if source_of(row) == source), default=None)
        last = "nothing" if newest is None else _moment(newest)
        sentences.append(
            f"{source}: {count} records {what} are not there, first that of {first[0]} at {_moment(first[1])}; newest there: {last}"
        )
    return sentences


def counted(url: str, ledger: Ledger, outcome: Outcome) -> None:
    """Compare the store with what was said."""
    with open_store(url) as store:
        there, owed = held(store), ledger.owed()
        outcome.rows, outcome.answers = len(there), ledger.answers
        outcome.acknowledged, outcome.published = by_source(ledger.acknowledged), by_source(ledger.published)
        only = {row: value for row, value in ledger.published.items() if row not in ledger.acknowledged}
        outcome.lost += missing(ledger.acknowledged, there, "acknowledged")
        outcome.unread += missing(only, there, "published")
        outcome.strange = len(there.keys() - ledger.sent.keys())
        outcome.unequal = sum(there[row] != value for row, value in owed.items() if row in there)
        metrics = [number for number, key in store.series().items() if not key.metric.endswith(UNCOUNTED)]
        outcome.twice = len(store.window(EARLY, LATE, metrics)) - len(there)
        store.close_buckets(utc_now() + timedelta(hours=2))
        outcome.rolled = int(store.hours(EARLY, LATE, metrics).n.sum()) == len(there)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()
