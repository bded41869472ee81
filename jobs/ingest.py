"""What happens to a batch between a source and the store: derive, write, evaluate; in that order, one batch at a time."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.engine import Change, Engine
from alerts.planning import Places, adopt, watched
from domain.batch import Batch, Written
from domain.city import City
from domain.errors import StoreError
from domain.metric import Metric
from domain.observation import Observation, Quality
from indicators.derive import derive, needs, span
from jobs.clock import utc_now
from jobs.desk import DeskClock
from jobs.rule_watch import RuleWatch
from store import Latest, Store
from store.desk import Saved
from store.leases import VOID, Lease

# Inputs are held a little longer than any indicator reaches back, so that a late hour still finds its neighbours.
LATENESS = timedelta(hours=6)
TOLD_EVERY = timedelta(minutes=1)  # how the rules are doing
TRIES = 5  # of writing findings while people move the same cases


class Inputs:
    """The recent values of every metric that an indicator is computed from: (metric, site) -> moment -> value."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self.metrics = frozenset(name for metric in metrics.values() for name in needs(metric))
        self.reach = max((span(metric) for metric in metrics.values()), default=timedelta(0)) + LATENESS
        self.history: dict[tuple[str, str], dict[datetime, float]] = {}

    def learn(self, observations: Iterable[Observation]) -> None:
        """Remember usable inputs and forget those out of reach."""
        for seen in observations:
            if seen.metric not in self.metrics:
                continue
            moments = self.history.setdefault((seen.metric, seen.site), {})
            if seen.value is None or seen.quality > Quality.SUSPECT:
                moments.pop(seen.at, None)
            else:
                moments[seen.at] = seen.value
            self._forget(moments)

    def previous(self, batch: Batch) -> dict[tuple[str, str], float]:
        """The held inputs at each site's newest moment in the batch."""
        newest: dict[str, datetime] = {}
        for seen in batch.observations:
            newest[seen.site] = max(newest.get(seen.site, seen.at), seen.at)
        return {
            (metric, site): self.history[metric, site][at]
            for site, at in newest.items()
            for metric in self.metrics
            if at in self.history.get((metric, site), {})
        }

    def _forget(self, moments: dict[datetime, float]) -> None:
        # Moments mostly arrive in order, so the oldest stand first and one look is nearly always enough.
        horizon = max(moments, default=None)
        if horizon is None:
            return
        for at in [at for at in moments if at < horizon - self.reach]:
            del moments[at]


class Ingest:
    """Writes batches. A change in the store and its alerts follow each other without another batch between them.

    One collector leads and has an engine; the others (None) leave what their batches say to it. `lease` gives a source's.
    """

    def __init__(
        self,
        city: City,
        store: Store,
        engine: Engine | None,
        now: Callable[[], datetime] = utc_now,
        lease: Callable[[str], Lease | None] = lambda _: None,
    ) -> None:
        self._city = city
        self._lease = lease
        self._store = store
        self._leading = engine
        self._followed = _followed(city)
        self._now = now
        self._inputs = Inputs(city.metrics)
        self._lock = asyncio.Lock()
        self._behind = False
        self._places = Places(city)
        self._desk = DeskClock(city, store, self._places)
        self._watch = RuleWatch(city.rules)
        self._tell_at: datetime | None = None

    async def write(self, batch: Batch) -> Written:
        """Store a batch with what is computed from it, then tell the rules; returns once it is durable."""
        async with self._lock:
            return await asyncio.to_thread(self._write, batch)

    async def drained(self, batch: Batch) -> Written:
        """Store what waited on disk. By now another collector may work the source: then its progress is left as it is."""
        lease = self._lease(batch.source)
        if lease is not None and lease.number == VOID:
            batch = replace(batch, cursor=None)
        async with self._lock:
            return await asyncio.to_thread(self._write, batch, True)

    async def lead(self, engine: Callable[[], Engine] | None) -> None:
        """Judge from now on, with what the store holds; with None leave it to another collector."""
        async with self._lock:
            await asyncio.to_thread(self._lead, engine)

    async def follow(self, batch: Batch) -> None:
        """Compute from, and tell the rules of, what another process has stored already. Twice changes nothing more."""
        async with self._lock:
            await asyncio.to_thread(self._follow, batch)

    async def due(self, now: datetime) -> None:
        """Let time move the alerts: `for` and `keep` that ended, sources that fell silent."""
        async with self._lock:
            await asyncio.to_thread(self._due, now)

    def warm(self, now: datetime) -> None:
        """Load the held inputs and show the rules the newest values once. Called at start, before the first batch.

        A crash may have come between storing a value and telling the rules; telling them twice changes nothing.
        """
        held = self._store.open_alerts()
        known = self._store.desk.newest({alert.fingerprint for alert in held})
        missing = adopt(held, known, self._places.of)
        if missing.steps:
            self._store.desk.save((), (), watched(missing, {}, self._city.noise, now), now)
        self._desk.warm(now)
        newest = self._store.latest(self._engine.metrics)
        self._save(self._engine.evaluate([_seen(one) for one in newest], now))
        self._load(now)

    def _load(self, now: datetime) -> None:
        keys = {i: key for i, key in self._store.series().items() if key.metric in self._inputs.metrics}
        if not keys:
            return
        rows = self._store.window(now - self._inputs.reach, now, keys)
        usable = rows.take(rows.counts)
        for number, at, value in zip(usable.series.tolist(), usable.at.tolist(), usable.value.tolist(), strict=True):
            key = keys[number]
            moments = self._inputs.history.setdefault((key.metric, key.site), {})
            moments[datetime.fromtimestamp(at / 1000, UTC)] = value

    def _lead(self, engine: Callable[[], Engine] | None) -> None:
        self._leading = None
        if engine is not None:
            self._leading, self._inputs, self._behind = engine(), Inputs(self._city.metrics), False
            self.warm(self._now())

    @property
    def _engine(self) -> Engine:
        if self._leading is None:
            raise StoreError("another collector judges what comes in")
        return self._leading

    def _write(self, batch: Batch, waited: bool = False) -> Written:
        lease = None if waited else self._lease(batch.source)
        if self._leading is None:
            return self._store.inbox.hand_on(batch, self._followed, lease)
        derived = self._derived(batch)
        full = replace(batch, observations=(*batch.observations, *derived)) if derived else batch
        written = self._store.write(full, lease)
        self._judge(batch, full)
        return written

    def _follow(self, batch: Batch) -> None:
        derived = self._derived(batch)
        if derived:
            self._store.write(Batch(batch.source, batch.received, tuple(derived)))
        self._judge(batch, replace(batch, observations=(*batch.observations, *derived)))

    def _derived(self, batch: Batch) -> list[Observation]:
        return derive(
            batch.observations,
            self._city.metrics,
            self._city.sites,
            self._inputs.previous(batch),
            self._inputs.history,
        )

    def _judge(self, batch: Batch, full: Batch) -> None:
        """Once a batch is stored: remember its inputs, tell the rules of it and of what was computed from it."""
        self._inputs.learn(batch.observations)
        self._catch_up()
        now = self._now()
        self._watch.seen(full.observations, now)
        self._save(self._engine.evaluate(full.observations, now, full.incidents))

    def _due(self, now: datetime) -> None:
        at = self._engine.next_due()
        if at is not None and at <= now:
            self._save(self._engine.due(now))
        self._desk.due(now)
        if self._tell_at is None or now >= self._tell_at:
            self._tell_at = now + TOLD_EVERY
            self._store.desk.keep_rule_health(self._watch.told(self._engine.failed, now))

    def _save(self, changes: Sequence[Change]) -> None:
        """Write the rules' findings with the steps of their cases. What the store did not take, the engine takes back."""
        if not changes:
            return
        try:
            saved = self._written(changes)
        except StoreError:
            self._behind = True
            raise
        if len(saved.alerts) < len({change.alert.fingerprint for change in changes}):
            self._behind = True
        self._catch_up()

    def _written(self, changes: Sequence[Change]) -> Saved:
        """Plan on the newest cases; a person who moved one between reading and writing makes it be planned again."""
        alerts, moved = [c.alert for c in changes], [c.transition for c in changes]
        saved = Saved(lost=True)
        for _ in range(TRIES):
            now = self._now()
            saved = self._store.desk.save(alerts, moved, self._desk.planned(changes, now), now)
            if not saved.lost:
                break
        self._desk.kept(saved)
        return saved

    def _catch_up(self) -> None:
        if self._behind:
            self._engine.restore(self._store.open_alerts())
            self._behind = False


def _followed(city: City) -> frozenset[str]:
    """The metrics that something follows from: inputs of derived ones, and those that rules watch."""
    inputs = (name for metric in city.metrics.values() for name in needs(metric))
    return frozenset(inputs) | {name for rule in city.rules.values() for name in rule.when.metrics}


def _seen(latest: Latest) -> Observation:
    key = latest.key
    return Observation(
        key.metric, key.site, key.source, latest.at, latest.value, latest.received, latest.quality, key.standard
    )
