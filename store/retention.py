"""Deleting what is older than its retention, in bounded steps, so that live writes get in between."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, func, select, tuple_, update

from domain.metric import Metric
from store.buckets import Calendar
from store.keys import KEY, SERIES, between, time_of
from store.marks import HOURS_FROM, LONG_AGO, get_number, put_mark
from store.moment import DAY_MS, HOUR_MS
from store.tables import (
    alert,
    alert_version,
    change,
    hour,
    incident,
    incident_version,
    observation,
    quarantine,
    series,
    source_run,
    transition,
)

Step = Callable[[Connection], int]


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of record is kept. A metric's own `retention` goes before `log`. Days are kept for good."""

    log: timedelta = timedelta(days=90)
    hours: timedelta = timedelta(days=5 * 366)
    incidents: timedelta = timedelta(days=5 * 366)  # after they closed
    alerts: timedelta = timedelta(days=5 * 366)  # after they were over
    quarantine: timedelta = timedelta(days=30)
    runs: timedelta = timedelta(days=30)
    changes: timedelta = timedelta(days=2)  # who was away for longer reloads
    step_rows: int = 20_000  # deleted from a small table in one transaction


@dataclass(frozen=True, slots=True)
class Plan:
    """The deletions due at a moment, as steps of one transaction each. Made from what one read connection sees."""

    now: int
    calendar: Calendar
    metrics: Mapping[str, Metric]
    kept: Retention

    def steps(self, connection: Connection) -> Iterator[tuple[str, Step]]:
        """(table, step) pairs in order; a step gives the rows it deleted, and is done when they are fewer than `kept.step_rows`."""
        cutoffs = self._cutoffs(connection)
        # Roll-ups are made safe first: below `kept_from` they are never made anew.
        yield series.name, lambda c: _keep_from(c, cutoffs)
        for cutoff in sorted(set(cutoffs.values())):
            yield from self._log_steps(connection, cutoff)
        yield from self._hour_steps(connection)
        for table, condition in self._small():
            yield table.name, _deleting_some(table, condition, self.kept.step_rows)

    def _cutoffs(self, connection: Connection) -> dict[str, int]:
        """The hour before which a metric's log goes."""
        found = connection.execute(select(series.c.metric).distinct()).scalars()
        return {metric: self.calendar.hour_of(self.now - _ms(self._span(metric))) for metric in found}

    def _span(self, metric: str) -> timedelta:
        declared = self.metrics.get(metric)
        return declared.retention if declared and declared.retention else self.kept.log

    def _log_steps(self, connection: Connection, cutoff: int) -> Iterator[tuple[str, Step]]:
        """An hour of the log at a time; hours that hold nothing to delete are found without the writer's lock."""
        mine = SERIES.in_(self._of(connection, cutoff))
        start = LONG_AGO
        while True:
            due = select(KEY).where(between(start, cutoff), mine).order_by(KEY).limit(1)
            first = connection.execute(due).scalar_one_or_none()
            if first is None:
                return
            hours = self.calendar.hour_of(time_of(first))
            start = hours + HOUR_MS
            yield observation.name, _deleting(observation, and_(between(hours, start), mine))

    def _of(self, connection: Connection, cutoff: int) -> Select[tuple[int]]:
        """The series whose log goes up to a cutoff or further, as a subquery: there may be more than a statement binds."""
        metrics = [metric for metric, until in self._cutoffs(connection).items() if until >= cutoff]
        return select(series.c.id).where(series.c.metric.in_(metrics))

    def _hour_steps(self, connection: Connection) -> Iterator[tuple[str, Step]]:
        cutoff = self.calendar.day_of(self.now - _ms(self.kept.hours))
        yield hour.name, lambda c: _mark_hours(c, cutoff)
        first = connection.execute(select(func.min(hour.c.bucket))).scalar_one()
        while first is not None and first < cutoff:
            end = min(first + DAY_MS, cutoff)
            yield hour.name, _deleting(hour, and_(hour.c.bucket >= first, hour.c.bucket < end))
            first = connection.execute(select(func.min(hour.c.bucket)).where(hour.c.bucket >= end)).scalar_one()

    def _small(self) -> list[tuple[Table, ColumnElement[bool]]]:
        """Small tables, and which of their rows are over. The newest change stays: it tells the version."""
        kept, now = self.kept, self.now
        newest = select(func.max(change.c.version)).scalar_subquery()
        present = select(alert.c.updated).where(alert.c.fingerprint == alert_version.c.fingerprint).scalar_subquery()
        same = and_(incident.c.source == incident_version.c.source, incident.c.id == incident_version.c.id)
        old = incident_version.c.updated < now - _ms(kept.incidents)
        return [
            (quarantine, quarantine.c.seen < now - _ms(kept.quarantine)),
            (source_run, source_run.c.started < now - _ms(kept.runs)),
            (change, and_(change.c.received < now - _ms(kept.changes), change.c.version < newest)),
            (transition, transition.c.at < now - _ms(kept.alerts)),
            (alert_version, and_(alert_version.c.updated < now - _ms(kept.alerts), alert_version.c.updated < present)),
            (incident, and_(incident.c.status == "closed", incident.c.updated < now - _ms(kept.incidents))),
            (incident_version, and_(old, ~select(incident.c.id).where(same).exists())),
        ]


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _keep_from(connection: Connection, cutoffs: Mapping[str, int]) -> int:
    for metric, cutoff in cutoffs.items():
        behind = (series.c.metric == metric) & (series.c.kept_from < cutoff)
        connection.execute(update(series).where(behind).values(kept_from=cutoff))
    return 0


def _mark_hours(connection: Connection, cutoff: int) -> int:
    put_mark(connection, HOURS_FROM, max(cutoff, get_number(connection, HOURS_FROM)))
    return 0


def _deleting(table: Table, condition: ColumnElement[bool]) -> Step:
    def step(connection: Connection) -> int:
        return int(connection.execute(delete(table).where(condition)).rowcount)

    return step


def _deleting_some(table: Table, condition: ColumnElement[bool], rows: int) -> Step:
    key = list(table.primary_key.columns)
    some = select(*key).where(condition).limit(rows)
    return _deleting(table, tuple_(*key).in_(some))
