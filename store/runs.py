"""How the sources are doing: their runs, and the state that the runs add up to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from domain.filing import Filing, Period, about, about_what, missed
from domain.health import LATE_AFTER, STALE_AFTER, Freshness, SourceHealth, freshness
from domain.run import SourceRun
from domain.source import SourceSpec
from store.dossiers import dossier
from store.driver import Values, storable, upsert
from store.interval import interval_of
from store.moment import from_ms, from_ms_or_none, to_ms
from store.tables import source_run, source_state

DOWN_AFTER = 2  # failed runs in a row

_COUNTS = ("read", "written", "duplicates", "rejected")


@dataclass(frozen=True, slots=True)
class State:
    """What the runs of a source have come to. Times in ms UTC."""

    last_run: int | None = None
    last_success: int | None = None
    latency_ms: int | None = None
    failures: int = 0
    failing_since: int | None = None
    well_since: int | None = None
    error: str = ""

    def after(self, run: SourceRun) -> "State":
        """The state when this run is the newest."""
        started, ended = to_ms(run.started), to_ms(run.ended)
        ran = replace(self, last_run=started, latency_ms=ended - started)
        if run.ok:
            well = self.well_since if self.failures == 0 and self.well_since is not None else started
            return replace(ran, last_success=ended, failures=0, failing_since=None, well_since=well, error="")
        since = self.failing_since if self.failing_since is not None else started
        return replace(ran, failures=self.failures + 1, failing_since=since, error=storable(run.error))


_STATE = ("last_run", "last_success", "latency_ms", "failures", "failing_since", "well_since", "error")


def write_run(connection: Connection, run: SourceRun) -> bool:
    """Keep a run and move the source's state; False for one that did not take place, or is known already."""
    if run.skipped:
        return False
    started = to_ms(run.started)
    known = select(source_run.c.started).where(source_run.c.source == run.source, source_run.c.started == started)
    if connection.execute(known).first() is not None:
        return False
    row: Values = {
        "source": run.source,
        "started": started,
        "ended": to_ms(run.ended),
        "ok": int(run.ok),
        **{name: getattr(run, name) for name in _COUNTS},
        "error": storable(run.error),
        "cursor": run.cursor,
    }
    upsert(connection, source_run, [row])
    move_state(connection, run)
    return True


def move_state(connection: Connection, run: SourceRun) -> None:
    """Let a run move its source's state, unless a newer one has."""
    state = _states(connection, run.source).get(run.source, State())
    if state.last_run is None or to_ms(run.started) > state.last_run:
        moved = state.after(run)
        values = {name: getattr(moved, name) for name in _STATE}
        upsert(connection, source_state, [{"source": run.source, **values}], update=_STATE)


def read_runs(connection: Connection, limit: int, source: str | None = None) -> list[SourceRun]:
    """The newest runs, newest first."""
    statement = select(source_run).order_by(source_run.c.started.desc(), source_run.c.source).limit(limit)
    if source is not None:
        statement = statement.where(source_run.c.source == source)
    return [
        SourceRun(
            source=row["source"],
            started=from_ms(row["started"]),
            ended=from_ms(row["ended"]),
            ok=bool(row["ok"]),
            **{name: row[name] for name in _COUNTS},
            error=row["error"],
            cursor=row["cursor"],
        )
        for row in connection.execute(statement).mappings()
    ]


def write_cursor(connection: Connection, source: str, cursor: str) -> None:
    """Keep where the next poll resumes; in the same transaction as what was read up to there."""
    upsert(connection, source_state, [{"source": source, "cursor": cursor}], update=["cursor"])


def read_cursor(connection: Connection, source: str) -> str | None:
    """Where the next poll of a source resumes; None at the first."""
    return connection.execute(select(source_state.c.cursor).where(source_state.c.source == source)).scalar_one_or_none()


def read_health(
    connection: Connection, now: datetime, sources: Mapping[str, SourceSpec], midnight: datetime
) -> dict[str, SourceHealth]:
    """Every declared source's health at `now`; rows and rejects since `midnight`."""
    states = _states(connection)
    counts = _counts(connection, midnight)
    awaited = {key: spec.awaited(now) for key, spec in sources.items() if spec.owed}
    signed = _signed(connection, awaited)
    health = {}
    for key, spec in sources.items():
        state = states.get(key, State())
        rows, rejected = counts.get(key, (0, 0))
        every = interval_of(spec)
        if spec.owed:
            judged, since = owed(state, now, every, missed(awaited[key], signed[key], now))
        else:
            judged, since = judge(state, now, every)
        health[key] = SourceHealth(
            source=key,
            state=judged,
            since=since,
            last_run=from_ms_or_none(state.last_run),
            last_success=from_ms_or_none(state.last_success),
            rows=rows,
            rejected=rejected,
            latency=None if state.latency_ms is None else state.latency_ms / 1000,
            error=state.error,
        )
    return health


def judge(state: State, now: datetime, every: timedelta) -> tuple[Freshness, datetime | None]:
    """A source's state and since when.

    Down = it fails, and has done so twice in a row or has brought nothing for longer than the stale limit. Without a
    failure it is as fresh as its last success is young: a collector that stands still makes it late, then stale.
    """
    success = from_ms_or_none(state.last_success)
    fresh = freshness(success, now, every)
    if state.failures >= DOWN_AFTER or (state.failures and fresh in (Freshness.STALE, Freshness.NONE)):
        return Freshness.DOWN, from_ms_or_none(state.failing_since)
    if success is None or fresh is Freshness.LIVE:
        return fresh, from_ms_or_none(state.well_since)
    return fresh, success + every * (STALE_AFTER if fresh is Freshness.STALE else LATE_AFTER)


def owed(state: State, now: datetime, every: timedelta, overdue: datetime | None) -> tuple[Freshness, datetime | None]:
    """The state of a source that people owe: late from when something is overdue, stale when it is so for an interval."""
    if overdue is not None:
        return (Freshness.LATE if now < overdue + every else Freshness.STALE), overdue
    success = from_ms_or_none(state.last_success)
    return (Freshness.NONE if success is None else Freshness.LIVE), success


def _signed(connection: Connection, awaited: Mapping[str, Sequence[Period]]) -> dict[str, set[str]]:
    """Of the periods of each form that are awaited, those that were signed at least once."""
    found: dict[str, set[str]] = {form: set() for form in awaited}
    wanted = [about(form, one.name) for form, periods in awaited.items() for one in periods]
    if not wanted:
        return found
    held = (dossier.c.about.in_(wanted), dossier.c.prefix == Filing.PREFIX, dossier.c.closed.is_not(None))
    for text in connection.execute(select(dossier.c.about).where(*held)).scalars():
        form, period = about_what(text)
        found[form].add(period)
    return found


def _states(connection: Connection, source: str | None = None) -> dict[str, State]:
    statement = select(source_state.c.source, *(source_state.c[name] for name in _STATE))
    if source is not None:
        statement = statement.where(source_state.c.source == source)
    return {row[0]: State(*row[1:]) for row in connection.execute(statement)}


def _counts(connection: Connection, midnight: datetime) -> dict[str, tuple[int, int]]:
    sums = (func.sum(source_run.c.written), func.sum(source_run.c.rejected))
    statement = select(source_run.c.source, *sums).where(source_run.c.started >= to_ms(midnight))
    rows = connection.execute(statement.group_by(source_run.c.source))
    return {source: (int(written), int(rejected)) for source, written, rejected in rows}
