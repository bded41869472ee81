"""How good every metric's and source's data are: measured once for everybody, at a cost that does not grow with history."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.city import City
from domain.health import QUALITY, STATE, STATE_CODES, Freshness, freshness, source_at
from domain.metric import Metric
from indicators.quality import Share, due, mean, received, score
from snapshot.shared import Shared
from snapshot.times import midnight, to_ms
from store import Latest, Rollups, Store
from store.feeds import RunCount
from store.moment import from_ms

DAY, MONTH, YEAR = timedelta(days=1), timedelta(days=30), timedelta(days=365)
GRACE = timedelta(hours=1)  # the newest hour is still coming in
ACTIVE = timedelta(days=90)  # a series that was silent for longer owes nothing any more
NOTHING = Share()
_WELL = STATE_CODES[Freshness.LATE]  # up to this code a source is there


@dataclass(frozen=True, slots=True)
class MetricQuality:
    """A metric over 24 hours and 30 days: what came of what was due. newest: of all its series."""

    series: int = 0
    newest: datetime | None = None
    state: Freshness = Freshness.NONE
    day: Share = NOTHING
    month: Share = NOTHING


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """A source over 24 hours. available: hours without a stale or broken minute of all hours that are known."""

    day: Share = NOTHING
    month: Share = NOTHING
    available: Share = NOTHING
    runs: RunCount | None = None

    @property
    def valid(self) -> float | None:
        """Records that were understood of those read, 0..100."""
        return Share(self.runs.read - self.runs.rejected, self.runs.read).percent if self.runs else None

    @property
    def score(self) -> float | None:
        """0..100."""
        return score({"complete": self.day.percent, "valid": self.valid, "available": self.available.percent})


@dataclass(frozen=True, slots=True)
class Quality:
    """The measurement. months: (department, "2026-11") -> mean of its sources' daily scores in that month."""

    at: datetime
    start: datetime
    end: datetime
    metrics: Mapping[str, MetricQuality] = field(default_factory=dict)
    sources: Mapping[str, SourceQuality] = field(default_factory=dict)
    departments: Mapping[str, float] = field(default_factory=dict)
    months: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass
class _Sum:
    """A metric or source under way."""

    series: int = 0
    newest: datetime | None = None
    day: Share = NOTHING
    month: Share = NOTHING

    def add(self, at: datetime, day: Share, month: Share) -> None:
        self.series += 1
        self.newest = at if self.newest is None else max(self.newest, at)
        self.day, self.month = self.day + day, self.month + month


def measure(city: City, store: Store, now: datetime) -> Quality:
    """Measure now. Reads one day of hours, 30 days of days and a year of one daily metric, whatever else is kept. StoreError."""
    end = from_ms(store.calendar.hour_of(to_ms(now - GRACE)))
    start = end - DAY
    hours = store.hours(start, end)
    newest = [one for one in store.latest() if one.key.metric in city.metrics and now - one.at <= ACTIVE]
    metrics, sources = _counted(city, newest, _Spans.of(city, store, (start, end), hours, now))
    runs = store.feeds.counts(start, end)
    there = _available(store, hours)
    found = {
        key: SourceQuality(sources[key].day, sources[key].month, there.get(key, Share()), runs.get(key))
        for key in city.sources
    }
    return Quality(
        now,
        start,
        end,
        {key: _told(city.metrics[key], one, now) for key, one in metrics.items()},
        found,
        _by_department(city, {key: one.score for key, one in found.items()}),
        _months(city, store, now),
    )


@dataclass(frozen=True, slots=True)
class _Spans:
    """What came of each series: in the hours of the day, and on whole local days of the month, since its source is collected."""

    now: datetime
    start: datetime
    end: datetime
    hours: Mapping[int, int]
    days: Mapping[int, Mapping[int, int]]
    today: datetime
    begins: Mapping[str, datetime]

    @classmethod
    def of(cls, city: City, store: Store, span: tuple[datetime, datetime], hours: Rollups, now: datetime) -> "_Spans":
        start, end = span
        today = midnight(now, city.zone)
        days = store.days(today - MONTH, today)
        begins = store.feeds.first(city.sources)
        first = min(begins.values(), default=now)
        return cls(now, start, end, _sums(hours), _by_day(days), today, defaultdict(lambda: first, begins))

    def day(self, one: Latest, metric: Metric) -> Share:
        """The newest whole 24 hours."""
        begin = max(self.start, self.begins[one.key.source])
        owed = due(self.end - begin, metric.every) if begin < self.end else 0
        return received(self.hours.get(one.series_id, 0), owed, self._fresh(one, metric))

    def month(self, one: Latest, metric: Metric) -> Share:
        """The last 30 whole days, or those since its source is collected; without one whole day the 24 hours."""
        begin = max(self.today - MONTH, self.begins[one.key.source])
        days = max((self.today - begin) // DAY, 0)
        if days < 1:
            return self.day(one, metric)
        per_day = due(DAY, metric.every)
        if not per_day:
            return received(0, 0, self._fresh(one, metric))
        first = to_ms(self.today - days * DAY)
        counts = self.days.get(one.series_id, {})
        return Share(sum(min(n, per_day) for at, n in counts.items() if at >= first), per_day * days)

    def _fresh(self, one: Latest, metric: Metric) -> bool:
        return freshness(one.at, self.now, metric.every, metric.stale_after) is not Freshness.STALE


def _counted(city: City, newest: Iterable[Latest], spans: _Spans) -> tuple[Mapping[str, _Sum], Mapping[str, _Sum]]:
    metrics: defaultdict[str, _Sum] = defaultdict(_Sum)
    sources: defaultdict[str, _Sum] = defaultdict(_Sum)
    for one in newest:
        metric = city.metrics[one.key.metric]
        day, month = spans.day(one, metric), spans.month(one, metric)
        metrics[metric.key].add(one.at, day, month)
        spec = city.sources.get(one.key.source)
        if spec is not None and metric.key in spec.metrics:  # what is computed from it is not sent by it
            sources[spec.key].add(one.at, day, month)
    return metrics, sources


def _told(metric: Metric, one: _Sum, now: datetime) -> MetricQuality:
    state = freshness(one.newest, now, metric.every, metric.stale_after)
    return MetricQuality(one.series, one.newest, state, one.day, one.month)


def _sums(rollups: Rollups) -> dict[int, int]:
    found: defaultdict[int, int] = defaultdict(int)
    for series, n in zip(rollups.series.tolist(), rollups.n.tolist(), strict=True):
        found[series] += n
    return found


def _by_day(rollups: Rollups) -> dict[int, dict[int, int]]:
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for at, series, n in zip(rollups.bucket.tolist(), rollups.series.tolist(), rollups.n.tolist(), strict=True):
        found[series][at] = n
    return found


def _available(store: Store, hours: Rollups) -> dict[str, Share]:
    """Hours of each source by its own state: one in which it was stale or broken at any minute does not count."""
    places = {number: source_at(key.site) for number, key in store.series().items() if key.metric == STATE}
    found: defaultdict[str, Share] = defaultdict(Share)
    for series, worst in zip(hours.series.tolist(), hours.max.tolist(), strict=True):
        if series in places:
            found[places[series]] += Share(int(worst <= _WELL), 1)
    return found


def _by_department(city: City, scores: Mapping[str, float | None]) -> dict[str, float]:
    """The mean of the scores of a department's sources; a source without one does not count."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for key, one in scores.items():
        if one is not None and key in city.sources:
            found[city.sources[key].department].append(one)
    means = {name: mean(values) for name, values in found.items()}
    return {name: value for name, value in means.items() if value is not None}


def _months(city: City, store: Store, now: datetime) -> dict[tuple[str, str], float]:
    """Each department's months of the last year, from the day roll-ups of the sources' own score."""
    places = {number: source_at(key.site) for number, key in store.series().items() if key.metric == QUALITY}
    if not places:
        return {}
    days = store.days(now - YEAR, now, list(places))
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for at, series, value in zip(days.bucket.tolist(), days.series.tolist(), days.mean.tolist(), strict=True):
        spec = city.sources.get(places[series])
        if spec is not None:
            found[spec.department, f"{from_ms(at).astimezone(city.zone):%Y-%m}"].append(value)
    return {key: sum(values) / len(values) for key, values in found.items()}


Measured = Shared[Quality]
