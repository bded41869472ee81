"""Builds snapshots: the live one from the hot window, a replayed one from the store."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from domain.alert import Alert, Condition
from domain.case import Case
from domain.city import City
from domain.health import SourceHealth
from domain.incident import Incident
from domain.incident_file import IncidentFile
from domain.instruction import Instruction
from domain.stage import StageOrder
from duty.cards import OPEN
from duty.stage import ordered
from snapshot.city import CitySnapshot
from snapshot.hot import Hot
from snapshot.moment import ALERTS, HEALTH, INCIDENTS, Moment
from snapshot.past import StorePast
from snapshot.replay import courses_at, health_at
from snapshot.times import midnight, to_ms
from store import Store

RECENT = timedelta(hours=24)
_REPLAYS = 8  # moments kept: a slider that is dragged to and fro asks for the same ones
_SHOWN = (Condition.FIRING, Condition.RECOVERING, Condition.CLEARED)


class Builder:
    """Snapshots of one city. `live` is called by one thread at a time, `at` by any; both raise StoreError."""

    def __init__(self, city: City, store: Store) -> None:
        self._declared = city
        self._city = city
        self._store = store
        self._hot = Hot(store, city.metrics)
        self._past = StorePast(store)
        self._live: CitySnapshot | None = None
        self._events: tuple[tuple[Alert, ...], tuple[Incident, ...]] = ((), ())
        self._cases: dict[str, Case] = {}
        self._stage: StageOrder | None = None
        self._files: tuple[IncidentFile, ...] = ()
        self._instructions: tuple[Instruction, ...] = ()
        self._papers = 0
        self._events_at: datetime | None = None
        self._replays: OrderedDict[datetime, CitySnapshot] = OrderedDict()
        self._lock = Lock()

    @property
    def version(self) -> int:
        """The store's version that the newest live snapshot holds."""
        return self._hot.version

    def live(self, now: datetime) -> CitySnapshot:
        """The city now: what changed is taken in, every answer that still holds is taken over from the snapshot before."""
        metrics, kinds = self._hot.refresh(now)
        self._past.tell(now)
        if "sites" in kinds:
            self._city, metrics = self._with_learnt_sites(), frozenset(self._city.metrics)
        alerts, incidents = self._events_of(now, kinds)
        health = self._health(now)
        moment = Moment(
            self._city, now, self._hot.courses, self._past, health, alerts, incidents, self._cases, self._stage,
            self._files, self._instructions, self._papers,
        )  # fmt: skip
        older = self._live
        version = max(to_ms(now), older.version + 1 if older is not None else 0)
        snapshot = CitySnapshot(moment, version, live=True)
        if older is not None:
            snapshot.inherit(older, metrics | _moved(older.moment, moment))
        self._live = snapshot
        return snapshot

    def at(self, moment: datetime) -> CitySnapshot:
        """The city as it was at an earlier moment (to the second)."""
        at = moment.replace(microsecond=0)
        with self._lock:
            kept = self._replays.get(at)
        if kept is not None:
            return kept
        courses = courses_at(self._store, self._city, at)
        alerts, incidents = self._read_events(at)
        data = Moment(self._city, at, courses, self._past, health_at(self._city, courses, at), alerts, incidents)
        snapshot = CitySnapshot(data, to_ms(at), live=False)
        with self._lock:
            self._replays[at] = snapshot
            while len(self._replays) > _REPLAYS:
                self._replays.popitem(last=False)
        return snapshot

    def _with_learnt_sites(self) -> City:
        """The city with the places that records told of; a declared one of the same id stays as declared."""
        learnt = {site.id: site for site in self._store.sites()}
        return replace(self._declared, sites=learnt | self._declared.sites)

    def _health(self, now: datetime) -> dict[str, SourceHealth]:
        return self._store.health(now, self._city.sources, midnight(now, self._city.zone))

    def _events_of(self, now: datetime, kinds: frozenset[str]) -> tuple[tuple[Alert, ...], tuple[Incident, ...]]:
        """Alerts and incidents, read again when they moved, and each minute because old ones leave the list."""
        due = self._events_at is None or now - self._events_at >= timedelta(minutes=1)
        if due or kinds & {"alerts", "incidents"}:
            self._events, self._events_at = self._read_events(now), now
            self._cases = self._read_cases(self._events[0])
            self._read_papers(now)
            self._papers = self._store.duty.steps()
        return self._events

    def _read_papers(self, now: datetime) -> None:
        """What the desk has in hand that everybody's picture shows."""
        duty = self._store.duty
        self._stage = ordered(duty.dossiers(StageOrder, OPEN), now)
        self._files = tuple(one for one in duty.dossiers(IncidentFile, OPEN) if not one.exercise)
        self._instructions = tuple(reversed(duty.dossiers(Instruction, OPEN)))

    def _read_cases(self, alerts: Sequence[Alert]) -> dict[str, Case]:
        """The newest case of each alert, and every case still owed: a P1 waits for a person longer than its alert is listed."""
        owed = {case.fingerprint: case for case in self._store.desk.open_cases()}
        return self._store.desk.newest({alert.fingerprint for alert in alerts} - owed.keys()) | owed

    def _read_events(self, at: datetime) -> tuple[tuple[Alert, ...], tuple[Incident, ...]]:
        since = at - RECENT
        return _alerts(self._store.alerts(at, since)), _incidents(self._store.incidents(at, since))


def _alerts(found: Sequence[Alert]) -> tuple[Alert, ...]:
    """Findings only, open ones first, then most urgent, then newest; a pending condition is no finding yet."""
    shown = [a for a in found if a.condition in _SHOWN]
    return tuple(
        sorted(shown, key=lambda a: (a.condition is Condition.CLEARED, a.level, -to_ms(a.since), a.fingerprint))
    )


def _incidents(found: Sequence[Incident]) -> tuple[Incident, ...]:
    """Newest first."""
    return tuple(sorted(found, key=lambda i: (-to_ms(i.at), i.source, i.id)))


def _moved(old: Moment, new: Moment) -> frozenset[str]:
    """Which of alerts, incidents and the sources' states are not what they were."""
    states = [{key: health.state for key, health in m.sources.items()} for m in (old, new)]
    moved = {
        ALERTS: (old.alerts, old.cases, old.stage, old.papers) != (new.alerts, new.cases, new.stage, new.papers),
        INCIDENTS: old.incidents != new.incidents,
        HEALTH: states[0] != states[1],
    }
    return frozenset(name for name, did in moved.items() if did)
