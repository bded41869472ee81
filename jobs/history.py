"""What rules ask of the past, answered from the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from alerts.history import Held, Point
from domain.forecast import Step
from domain.incident import Incident
from store import Store

LATELY = timedelta(days=3)  # incidents that closed longer ago count nowhere
HOUR = timedelta(hours=1)


class StoreHistory:
    """Implements `alerts.history.History`; StoreError when the store cannot be read."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def recent(self, metric: str, since: datetime) -> Iterable[tuple[str, datetime, float]]:
        """One range of the log. For spans of days, what a rule of silence asks, the newest values alone."""
        if self._now() - since > LATELY:
            return [(one.key.site, one.at, one.value) for one in self._store.latest([metric]) if one.value is not None]
        sites = self._sites(metric)
        if not sites:
            return []
        rows = self._store.window(since, self._now() + HOUR, sites)
        rows = rows.take(rows.counts)
        columns = zip(rows.series.tolist(), rows.at.tolist(), rows.value.tolist(), strict=True)
        return [(sites[number], datetime.fromtimestamp(at / 1000, UTC), value) for number, at, value in columns]

    def hour(self, metric: str, hour: datetime) -> Mapping[str, Held]:
        """One bucket of the roll-ups."""
        sites = self._sites(metric)
        if not sites:
            return {}
        found = self._store.hours(hour, hour + HOUR, sites)
        columns = zip(found.series.tolist(), found.n.tolist(), found.sum.tolist(), strict=True)
        return {sites[number]: Held(n, total) for number, n, total in columns}

    def incidents(self) -> Sequence[Incident]:
        """Incidents as known now."""
        now = self._now()
        return self._store.incidents(now, now - LATELY)

    def forecasts(self, metric: str) -> Mapping[str, Sequence[Point]]:
        """The model's forecasts, each hour's value at its middle; nothing where it is no better than the naive one."""
        used = [one for one in self._store.forecasts.of([metric]) if one.method != "naive"]
        return {one.key.site: [_point(step) for step in one.steps] for one in used}

    def _sites(self, metric: str) -> dict[int, str]:
        return {number: key.site for number, key in self._store.series().items() if key.metric == metric}


def _point(step: Step) -> Point:
    return Point(step.at + HOUR / 2, step.low80, step.middle, step.high80)
