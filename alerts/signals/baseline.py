"""A figure against the median of the same hours on earlier days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from alerts.history import Held
from alerts.signals.base import Quiet, Sample, When, World, figure, usable
from alerts.signals.recent import Recent
from domain.observation import Observation
from domain.rule import Baseline

HOUR = timedelta(hours=1)
FEWEST = 3  # earlier days that must be there
LEAST_COUNT = 1.0  # a median of nothing counts as one, so that a ratio can be told of counts


class Baselined(Quiet):
    """`base` is the median, `times` the ratio to it. Closed hours do not change, so each is read once and kept as long as it is needed."""

    def __init__(self, when: When, world: World) -> None:
        self.metrics = when.metrics
        self._metric, self._world = when.metric, world
        self._spec = when.baseline or Baseline()
        self._sums = world.metrics[when.metric].aggregate == "sum"
        self._recent = Recent(when.metric, self._spec.over, world.history)
        self._hours: dict[datetime, Mapping[str, Held]] = {}

    def take(self, seen: Sequence[Observation], now: datetime) -> Iterable[Sample]:
        """A figure for each site whose newest value came."""
        self._recent.load(now)
        newest: dict[str, datetime] = {}
        for one in seen:
            value = usable(one)
            if value is not None:
                self._recent.add(one.site, one.at, value)
                newest[one.site] = max(one.at, newest.get(one.site, one.at))
        self._forget(now)
        return [self._figure(site, at) for site, at in newest.items()]

    def _figure(self, site: str, at: datetime) -> Sample:
        values = [one.value for one in self._recent.after(site, at - self._spec.over)]
        present = sum(values) if self._sums else sum(values) / len(values)
        days = [self._on(site, at - timedelta(days=day)) for day in range(1, self._spec.days + 1)]
        known = [value for value in days if value is not None]
        if len(known) < FEWEST:
            return Sample(site, at, None)
        base = median(known)
        told = {"base": figure(self._world, self._metric, base), "count": figure(self._world, self._metric, present)}
        floor = self._floor(base)
        told["times"] = f"{present / floor:.1f}" if floor > 0 else "—"
        return Sample(site, at, self._against(present, base), told)

    def _against(self, present: float, base: float) -> float | None:
        if present < self._spec.least:
            return 0.0
        if self._spec.compared == "difference":
            return present - base
        floor = self._floor(base)
        return present / floor if floor > 0 else None

    def _floor(self, base: float) -> float:
        """What a ratio is told against."""
        return max(base, LEAST_COUNT) if self._sums else base

    def _on(self, site: str, at: datetime) -> float | None:
        """The same span on an earlier day: each hour that it touches counts by the part that it covers."""
        n = total = covered = 0.0
        for hour, part in _parts(at - self._spec.over, at):
            held = self._hour(hour).get(site)
            if held is not None:
                n, total, covered = n + part * held.n, total + part * held.total, covered + part
        if not n:
            return None
        whole = self._spec.over / HOUR
        return total * whole / covered if self._sums else total / n

    def _hour(self, hour: datetime) -> Mapping[str, Held]:
        if hour not in self._hours:
            self._hours[hour] = self._world.history.hour(self._metric, hour)
        return self._hours[hour]

    def _forget(self, now: datetime) -> None:
        edge = now - timedelta(days=self._spec.days + 1) - self._spec.over
        for hour in [hour for hour in self._hours if hour < edge]:
            del self._hours[hour]


def _parts(start: datetime, end: datetime) -> Iterator[tuple[datetime, float]]:
    """The hours between two moments, each with the share of it that lies between them."""
    hour = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < end:
        yield hour, (min(end, hour + HOUR) - max(start, hour)) / HOUR
        hour += HOUR
