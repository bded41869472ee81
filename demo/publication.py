"""When departments publish what: the simulation's values as records with a growing number, pure in (world, time)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from demo.city import World
from demo.faults import Faults, Flags
from demo.feeds import FEEDS, MONTH, Feed
from demo.noise import Floats, Ints
from demo.places import Group
from demo.rhythm import DAY, HOUR, MINUTE

WILD: Final = 999_999.0  # what a broken transmitter says; outside every valid range
LATEST: Final = 3 * HOUR + MINUTE  # no record is later than this beyond its usual delay
_CORRECTION: Final = 5  # the last digit of a correction's number; late records have 1 to 3


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one feed: rows are sites, columns intervals. `at` are the ends of the intervals, epoch seconds.

    values: true, rounded as the department writes them. flagged: records the device marks as faulty. told/corrected: when the record and its correction come out (0 =
    no correction).
    """

    feed: Feed
    group: Group
    at: Ints
    values: Mapping[str, Floats]
    missing: Mapping[str, Flags]
    wild: Mapping[str, Flags]
    flagged: Flags
    told: Ints
    corrected: Ints


@dataclass(frozen=True, slots=True)
class Record:
    """One published record. seq grows with publication; values by metric: None = missing, WILD = nonsense.

    `faulty`: the device's own mark that its values must not count.
    """

    seq: int
    at: int
    site: str
    name: str
    values: Mapping[str, float | None]
    faulty: bool = False

    @property
    def told(self) -> int:
        """When it was published."""
        return self.seq // 10_000


class Publisher:
    """Turns a world into what departments publish."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._groups = {id(feed): _members(world, feed) for feed in FEEDS}
        self._first_row = _first_rows(self._groups)
        self._faults = {
            id(feed): Faults(f"{feed.source}.{feed.kind}.{feed.step}", self._groups[id(feed)], feed.rates, world.script)
            for feed in FEEDS
        }

    def group(self, feed: Feed) -> Group:
        """The sites a feed tells of."""
        return self._groups[id(feed)]

    def times(self, feed: Feed, start: int, end: int) -> Ints:
        """The ends of a feed's intervals with start <= grid time < end, as (sites, times)."""
        grid = self._grid(feed, start, end)
        rows = np.arange(len(self.group(feed)), dtype=np.int64).reshape(-1, 1)
        stagger = (rows % 5) * MINUTE if feed.staggered else rows * 0
        return grid.reshape(1, -1) + stagger

    def block(self, feed: Feed, at: Ints, metrics: Collection[str] | None = None) -> Block:
        """Everything about some intervals of a feed, for all its metrics or some."""
        group, faults = self.group(feed), self._faults[id(feed)]
        told, corrected = self.published(feed, at)
        blank: Flags = np.zeros(at.shape, dtype=bool)
        values, missing, wild = {}, {}, {}
        for metric in feed.metrics if metrics is None else metrics:
            steady = metric in feed.whole
            true = self.world.values(metric, group, at if steady else faults.held_time(metric, at))
            values[metric] = _rounded(np.broadcast_to(true, at.shape), feed.metrics[metric])
            missing[metric] = blank if steady else faults.missing(metric, at)
            wild[metric] = blank if steady else faults.wild(metric, at)
        return Block(feed, group, at, values, missing, wild, faults.flagged(at), told, corrected)

    def preliminary(self, block: Block, metric: str) -> Floats:
        """What the first record says where a correction follows."""
        value = self._faults[id(block.feed)].preliminary(metric, block.at, block.values[metric])
        return _rounded(value, block.feed.metrics[metric])

    def records(self, source: str, after: int, now: int) -> list[Record]:
        """What a source published with a number greater than `after`, until now, oldest first."""
        found: list[Record] = []
        for feed in FEEDS:
            if feed.source == source:
                found.extend(self._records(feed, after, now))
        return sorted(found, key=lambda r: r.seq)

    def newest(self, source: str, now: int) -> int:
        """The number of the newest record published until now; 0 when there is none."""
        longest = max(f.delay + (f.step or 31 * DAY) for f in FEEDS if f.source == source) + LATEST
        seqs = [r.seq for r in self.records(source, (now - longest) * 10_000, now)]
        return max(seqs, default=0)

    def nonsense(self, feed: Feed, at: Ints) -> Ints:
        """How many values of each record are far outside any valid range."""
        faults, out = self._faults[id(feed)], np.zeros(at.shape, dtype=np.int64)
        for metric in feed.metrics.keys() - set(feed.whole) if feed.rates.wild else ():
            out += faults.wild(metric, at)
        return out

    def _records(self, feed: Feed, after: int, now: int) -> Iterator[Record]:
        first = after // 10_000 - feed.delay - LATEST
        at = self.times(feed, first, now - feed.delay + 1)
        told, corrected = self.published(feed, at)
        since = after // 10_000
        fresh = ((told >= since) & (told <= now)) | ((corrected >= since) & (corrected <= now))
        columns = np.flatnonzero(fresh.any(axis=0))
        if not columns.size:
            return
        block = self.block(feed, np.ascontiguousarray(at[:, columns]))
        for row, column in zip(*np.nonzero(fresh[:, columns]), strict=True):
            for record in self._tellings(block, int(row), int(column)):
                if record.seq > after and record.told <= now:
                    yield record

    def _tellings(self, block: Block, row: int, column: int) -> Iterator[Record]:
        """The record, and its correction; the first telling of a corrected record is some percent off."""
        told, corrected = int(block.told[row, column]), int(block.corrected[row, column])
        at = int(block.at[row, column])
        true = {m: self._told_value(block, m, row, column) for m in block.values}
        first = true
        if corrected:
            off = {m: float(self.preliminary(block, m)[row, column]) for m in true}
            first = {m: v if v is None or v == WILD else off[m] for m, v in true.items()}
        late = min((told - at - block.feed.delay) // 600, 4)
        faulty = bool(block.flagged[row, column])
        digits = (self._first_row[id(block.feed)] + row) * 10
        site = block.group.names[row]
        name = self.world.city.place_name(site)
        yield Record(told * 10_000 + digits + late, at, site, name, first, faulty)
        if corrected:
            yield Record(corrected * 10_000 + digits + _CORRECTION, at, site, name, true, faulty)

    @staticmethod
    def _told_value(block: Block, metric: str, row: int, column: int) -> float | None:
        if block.missing[metric][row, column]:
            return None
        return WILD if block.wild[metric][row, column] else float(block.values[metric][row, column])

    def published(self, feed: Feed, at: Ints) -> tuple[Ints, Ints]:
        """When each record comes out, and its correction (0 = none), epoch seconds."""
        faults = self._faults[id(feed)]
        late = faults.lateness(at, feed.step or DAY)
        correction = faults.correction(at)
        # A record so late that its correction would come first is told once, right.
        corrected = np.where((correction > 0) & (late == 0), at + correction, 0)
        return at + feed.delay + late, corrected

    def _grid(self, feed: Feed, start: int, end: int) -> Ints:
        if feed.step == MONTH:
            return _month_ends(start, end, self.world.offset, feed.phase)
        shift = feed.phase - self.world.offset
        first = -((shift - start) // feed.step)
        last = -((shift - end) // feed.step)
        return np.arange(first, last, dtype=np.int64) * feed.step + shift


def _members(world: World, feed: Feed) -> Group:
    group = world.group(feed.kind)
    if feed.source not in world.city.sources:
        return group.part(())  # no department of this city publishes it
    return group.part(range(0, len(group), feed.every_nth)) if feed.every_nth > 1 else group


def _first_rows(groups: Mapping[int, Group]) -> dict[int, int]:
    """Where each feed's rows begin among all rows of its source, so that numbers are unique within a source."""
    used: dict[str, int] = {}
    out: dict[int, int] = {}
    for feed in FEEDS:
        out[id(feed)] = used.get(feed.source, 0)
        used[feed.source] = out[id(feed)] + len(groups[id(feed)])
    return out


def _month_ends(start: int, end: int, offset: int, phase: int) -> Ints:
    """The first instants of months, shifted by phase, within [start, end)."""
    zone = timedelta(seconds=offset)
    local = datetime.fromtimestamp(start, UTC) + zone
    year, month = local.year, local.month
    found: list[int] = []
    while True:
        at = int((datetime(year, month, 1, tzinfo=UTC) - zone).timestamp()) + phase
        if at >= end:
            return np.array(found, dtype=np.int64)
        if at >= start:
            found.append(at)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _rounded(values: Floats, decimals: int) -> Floats:
    # + 0.0 turns the -0.0 of a rounded small negative into 0.0
    return np.round(values, decimals) + 0.0


def sources() -> Sequence[str]:
    """Every source key that departments publish under."""
    return tuple(dict.fromkeys(f.source for f in FEEDS))
