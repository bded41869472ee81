"""The past of the demonstration city, written through the store's own path: what its departments would have told."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from datasources.context import SourceContext
from datasources.mapping import Mapper
from datasources.watermark import Seen
from demo import alarms, desk, filing
from demo.anchor import ANCHOR, finished
from demo.city import World
from demo.columns import Pile, Told, add_derived, add_hourly_sums, add_native, told
from demo.feeds import FEEDS, MONTH, Feed
from demo.health import Health
from demo.noise import Ints
from demo.publication import Block, Publisher, sources
from demo.rhythm import DAY, HOUR
from demo.scenario import Script
from domain.batch import Batch
from domain.city import City
from domain.incident import Incident
from domain.metric import Metric
from domain.source import Page, Record
from geo.crs import to_wgs84
from indicators.derive import NAMES, needs
from store import Store

NATIVE: Final = 48 * HOUR
MONTHS_BACK: Final = 25 * 31 * DAY  # two years of monthly figures, so that a year can be compared with the last
_COARSE_CHUNK: Final = 7 * DAY
_FINE_CHUNK: Final = 12 * HOUR


@dataclass(frozen=True, slots=True)
class Progress:
    """One step done: `done` of `total`, and what it was, in words for a progress bar."""

    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch to write, in epoch seconds; a coarse one keeps one value an hour."""

    start: int
    end: int
    coarse: bool


def backfill(
    city: City, store: Store, now: datetime, days: int = 30, script: Script | None = None
) -> Iterator[Progress]:
    """Write `days` of history, hourly, the last two days at the native interval, incidents, alerts, and the sources' cursors.

    The steps: 1 fix the moment (a run that was cut short keeps its own), 2 monthly figures, 3 hours, then native
    intervals, 4 incidents, 5 what the rules found in the last two days, 6 cursors, so that the live feeds go on without
    a gap. Again it changes nothing.
    """
    if finished(store):
        yield Progress(1, 1, "there already")
        return
    moment = _anchored(store, now)
    end = int(moment.timestamp())
    offset = int((moment.astimezone(city.zone).utcoffset() or timedelta()).total_seconds())
    writer = _Writer(city, store, Publisher(World(city, script or Script(), offset)), end)
    spans = _spans(end, days)
    total = len(spans) + 4
    writer.months()
    yield Progress(1, total, "monthly figures")
    for step, span in enumerate(spans, 2):
        writer.span(span)
        until = datetime.fromtimestamp(span.end - 1, UTC).astimezone(city.zone)
        yield Progress(step, total, f"up to {until:%m-%d %H}:00")
    writer.incidents(end - days * DAY)
    yield Progress(total - 2, total, "incidents")
    writer.alerts(min((span.start for span in spans if not span.coarse), default=end))
    yield Progress(total - 1, total, "alerts")
    writer.cursors()
    yield Progress(total, total, "where the feeds go on")


def _anchored(store: Store, now: datetime) -> datetime:
    held = store.cursor(ANCHOR)
    if held is None:
        held = str(int(now.timestamp()))
        store.write(Batch(ANCHOR, now, cursor=held))
    return datetime.fromtimestamp(int(held), UTC)


def _spans(now: int, days: int) -> list[_Span]:
    """Coarse stretches up to the whole hour two days ago, then fine ones up to now."""
    edge = (now - NATIVE) // HOUR * HOUR
    begin = min((now - days * DAY) // HOUR * HOUR, edge)
    coarse = [_Span(t, min(t + _COARSE_CHUNK, edge), True) for t in range(begin, edge, _COARSE_CHUNK)]
    return coarse + [_Span(t, min(t + _FINE_CHUNK, now + 1), False) for t in range(edge, now + 1, _FINE_CHUNK)]


class _Writer:
    """Writes one city's history up to one moment."""

    def __init__(self, city: City, store: Store, publisher: Publisher, now: int) -> None:
        self._city, self._store, self._publisher, self._now = city, store, publisher, now
        self._received = datetime.fromtimestamp(now, UTC)
        self._feeds = [f for f in FEEDS if f.source in city.sources and len(publisher.group(f))]
        self._derived = {id(f): _derived_from(city.metrics, f) for f in self._feeds}
        self._incidents: list[Incident] = []
        self._heard = alarms.Heard(frozenset(m for rule in city.rules.values() for m in rule.when.metrics))
        self._health = Health(city, publisher, {feed: len(metrics) for feed, metrics in self._derived.items()}, now)

    def months(self) -> None:
        """Monthly figures of the last two years."""
        pile = Pile()
        for feed in self._feeds:
            if feed.step == MONTH:
                self._native(pile, feed, self._publisher.times(feed, self._now - MONTHS_BACK, self._now + 1))
        self._write(pile)

    def span(self, span: _Span) -> None:
        """All feeds over one stretch, in one transaction, and its roll-ups."""
        pile = Pile()
        for feed in self._feeds:
            if feed.step == MONTH:
                continue
            at = self._publisher.times(feed, span.start, span.end)
            if not at.size:
                continue
            if span.coarse and feed.step < HOUR:
                self._hourly(pile, feed, at)
            else:
                first = len(pile.keys)
                block = self._native(pile, feed, at)
                if not span.coarse:
                    self._heard.take(pile, first, block)
        first = len(pile.keys)
        self._health.add(pile, span.start, span.end, coarse=span.coarse)
        if not span.coarse:
            self._heard.take(pile, first)
        self._write(pile)
        self._store.close_buckets(datetime.fromtimestamp(min(span.end, self._now), UTC))

    def incidents(self, since: int) -> None:
        """Every stage of every incident, each as the live feed would have brought it at its time."""
        spec = self._city.sources.get("incidents")
        if spec is None:
            return
        areas = frozenset({self._city.adcode, *self._city.districts})
        context = SourceContext(self._city.metrics, self._city.sites, _Places(), {}, self._city.folder, areas)
        mapper = Mapper(spec, context)
        found = self._incidents
        for row in desk.rows(self._publisher.world, since * 10_000, self._now):
            received = datetime.fromtimestamp(int(row["seq"]) // 10_000 + 15, UTC)
            found.extend(mapper.batch(Page((Record(row),)), min(received, self._received)).incidents)
        self._store.write(Batch(spec.key, self._received, incidents=tuple(found), read=len(found)))

    def alerts(self, since: int) -> None:
        """What the rules found since a moment, as the collector would have had them look."""
        alarms.replay(self._city, self._store, self._heard, self._incidents, (since, self._now))

    def cursors(self) -> None:
        """Where each live feed goes on: the number of the newest record that is in the history, and what was counted today."""
        filing.signed(self._city, self._store, self._received)
        for source in sources():
            spec = self._city.sources.get(source)
            newest = self._publisher.newest(source, self._now)
            if spec is not None and spec.kind not in ("file", "form") and newest:
                cursor = Seen(newest).cursor() if spec.kind == "sql" else str(newest)
                self._store.write(Batch(source, self._received, cursor=cursor))
        told_until = desk.rows(self._publisher.world, (self._now - 7 * DAY) * 10_000, self._now)
        for run in self._health.today(self._received):
            self._store.record_run(run)
        newest = int(told_until[-1]["seq"]) if told_until else self._now * 10_000
        self._store.write(Batch("incidents", self._received, cursor=str(newest)))

    def _native(self, pile: Pile, feed: Feed, at: Ints) -> Block:
        block = self._publisher.block(feed, at)
        known = self._known(block)
        add_native(pile, block, known)
        add_derived(pile, block, known, self._derived[id(feed)])
        return block

    def _hourly(self, pile: Pile, feed: Feed, at: Ints) -> None:
        """Totals of sums; of everything else the hour's first value, which is the very one the live feed told."""
        sums = [m for m in feed.metrics if self._city.metrics[m].aggregate == "sum"]
        rest = [m for m in feed.metrics if m not in sums]
        if sums:
            block = self._publisher.block(feed, at, sums)
            add_hourly_sums(pile, block, self._known(block))
        if rest:
            block = self._publisher.block(feed, at[:, :: HOUR // feed.step], rest)
            known = self._known(block)
            add_native(pile, block, known)
            add_derived(pile, block, known, self._derived[id(feed)])

    def _known(self, block: Block) -> dict[str, Told]:
        return {m: told(self._publisher, block, m, self._now) for m in block.values if m in self._city.metrics}

    def _write(self, pile: Pile) -> None:
        if pile.keys:
            self._store.write_columns(ANCHOR, pile.columns(), self._received)


class _Places:
    """The geography the incident mapping asks for: coordinates only, the desk names the district itself."""

    def __init__(self) -> None:
        self._converted = lru_cache(maxsize=64)(to_wgs84)  # an incident is told four times from one place

    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        """See domain.place.Places."""
        return self._converted(crs, x, y)

    def district_at(self, lon: float, lat: float) -> str | None:  # noqa: ARG002 - the protocol's signature
        """Never asked while records name their area."""
        return None


def _derived_from(metrics: Mapping[str, Metric], feed: Feed) -> list[Metric]:
    """The metrics that are computed from this feed alone."""
    told_here: Collection[str] = feed.metrics.keys()
    return [
        m
        for m in metrics.values()
        if m.derive in NAMES and m.site_kind == feed.kind and any(need in told_here for need in needs(m))
    ]
