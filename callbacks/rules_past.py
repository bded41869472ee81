"""The past of a rule's metrics as the store remembers it, for a dry run."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median_low

from alerts.history import Held, Point
from alerts.rehearsal import Stretch
from domain.city import City
from domain.incident import Incident
from domain.observation import Observation, SeriesKey
from domain.rule import Rule
from store import Store

HOUR = timedelta(hours=1)
STEP = timedelta(hours=6)  # of the log in memory at a time
DAY = timedelta(days=1)
LATELY = timedelta(days=3)
FINEST = timedelta(minutes=5)
COARSE = 3  # times the metric's own pace: from there on values count as coarse


class StorePast:
    """Implements `alerts.rehearsal.Past`. The log where it is kept, hourly means where only those are."""

    def __init__(self, store: Store, city: City, rule: Rule) -> None:
        self._store, self._rule, self._city = store, rule, city
        self._series = {n: key for n, key in store.series().items() if key.metric in rule.when.metrics}
        self._days: dict[tuple[str, datetime], Mapping[datetime, Mapping[str, Held]]] = {}
        self._dense = False  # whether values have come as often as they were measured
        self.now = datetime.min.replace(tzinfo=UTC)

    def values(self, since: datetime, until: datetime) -> Iterator[Stretch]:
        """Day by day; a day of which the log holds nothing is told by its hours."""
        day = since
        while day < until and self._series:
            end = min(day + DAY, until)
            told = False
            for stretch in self._logged(day, end):
                told = told or bool(stretch.seen)
                yield stretch
            if not told:
                yield self._hourly(day, end)
            day = end

    def _logged(self, since: datetime, until: datetime) -> Iterator[Stretch]:
        """Nothing is yielded before the first value of a day, so that hours can still tell it."""
        at, told = since, False
        while at < until:
            end = min(at + STEP, until)
            rows = self._store.window(at, end, self._series)
            rows = rows.take(rows.counts)
            seen = _observed(self._series, rows.at.tolist(), rows.series.tolist(), rows.value.tolist())
            told = told or bool(seen)
            if told:
                yield self._stretch(at, end, seen)
            at = end

    def _stretch(self, start: datetime, end: datetime, seen: list[Observation]) -> Stretch:
        """History is often kept more coarsely than it was measured: then each value is held until the next is due.

        Else it would pass for missing in between, and nothing could last. Silence itself cannot be told from such values.
        """
        gap = _usual_gap(seen)
        every = min((self._city.metrics[one].every for one in {one.metric for one in seen}), default=gap)
        self._dense = self._dense or (bool(seen) and gap < COARSE * every)
        if not seen or gap < COARSE * every:
            return Stretch(start, end, seen, len(seen))
        if self._rule.when.kind == "silent":
            return Stretch(start, end, seen, len(seen)) if self._dense else Stretch(start, end, (), 0)
        return Stretch(start, end, self._held(seen, gap), len(seen), coarse=True)

    def _hourly(self, since: datetime, until: datetime) -> Stretch:
        means = {n: key for n, key in self._series.items() if self._city.metrics[key.metric].aggregate != "sum"}
        if not means or self._rule.when.kind == "silent":
            return Stretch(since, until, (), 0)
        found = self._store.hours(since, until, means)
        seen = _observed(means, found.bucket.tolist(), found.series.tolist(), (found.sum / found.n).tolist())
        return Stretch(since, until, self._held(seen, HOUR), len(seen), coarse=bool(seen))

    def _held(self, seen: Sequence[Observation], gap: timedelta) -> list[Observation]:
        """Values repeated as often as they were measured, up to the next; sums are left as they are."""
        after: dict[SeriesKey, datetime] = {}
        out: list[Observation] = []
        for one in reversed(seen):
            metric = self._city.metrics[one.metric]
            end = min(one.at + gap, after.get(one.key, one.at + gap))
            step = gap if metric.aggregate == "sum" else max(metric.every, FINEST)
            copies = range(max(-(-(end - one.at) // step), 1))
            out += [replace(one, at=one.at + n * step, received=one.at + n * step) for n in copies]
            after[one.key] = one.at
        return sorted(out, key=lambda one: one.at)

    def recent(self, metric: str, since: datetime) -> Iterable[tuple[str, datetime, float]]:
        """The log up to now; of a long span its last days, which is all that a dry run can tell."""
        sites = self._sites(metric)
        rows = self._store.window(max(since, self.now - LATELY), self.now, sites) if sites else None
        if rows is None:
            return []
        rows = rows.take(rows.counts)
        columns = zip(rows.series.tolist(), rows.at.tolist(), rows.value.tolist(), strict=True)
        return [(sites[n], _moment(at), value) for n, at, value in columns]

    def hour(self, metric: str, hour: datetime) -> Mapping[str, Held]:
        """One bucket of the roll-ups; read a day at a time, because the hours around it are asked next."""
        day = hour.replace(hour=0)
        if (metric, day) not in self._days:
            self._days[metric, day] = self._hours_of(metric, day)
        return self._days[metric, day].get(hour, {})

    def _hours_of(self, metric: str, day: datetime) -> Mapping[datetime, Mapping[str, Held]]:
        sites = self._sites(metric)
        held: dict[datetime, dict[str, Held]] = {}
        if not sites:
            return held
        found = self._store.hours(day, day + DAY, sites)
        columns = (found.bucket.tolist(), found.series.tolist(), found.n.tolist(), found.sum.tolist())
        for at, n, count, total in zip(*columns, strict=True):
            held.setdefault(_moment(at), {})[sites[n]] = Held(count, total)
        return held

    def incidents(self) -> Sequence[Incident]:
        """None: rules about incidents are not rehearsed."""
        return ()

    def forecasts(self, metric: str) -> Mapping[str, Sequence[Point]]:  # noqa: ARG002
        """None: rules about forecasts are not rehearsed."""
        return {}

    def _sites(self, metric: str) -> dict[int, str]:
        return {n: key.site for n, key in self._series.items() if key.metric == metric}


def _usual_gap(seen: Sequence[Observation]) -> timedelta:
    """The median time between two values of one series; nothing when no series has two."""
    before: dict[SeriesKey, datetime] = {}
    gaps = []
    for one in seen:
        if one.key in before:
            gaps.append(one.at - before[one.key])
        before[one.key] = one.at
    return median_low(gaps) if gaps else timedelta(0)


def _observed(
    keys: Mapping[int, SeriesKey], at: Collection[int], series: Collection[int], values: Collection[float]
) -> list[Observation]:
    seen = []
    for moment, number, value in zip(at, series, values, strict=True):
        key, when = keys[number], _moment(moment)
        seen.append(Observation(key.metric, key.site, key.source, when, value, when, standard=key.standard))
    return seen


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)
