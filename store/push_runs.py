"""Pushes as runs of their source. A device may push every second: what came within a minute is one run."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, select, update

from domain.run import SourceRun
from store.driver import storable
from store.moment import MINUTE_MS, from_ms, to_ms
from store.runs import move_state, write_run
from store.tables import source_run, source_state

_MILLISECOND = timedelta(milliseconds=1)


def write_push(connection: Connection, run: SourceRun) -> None:
    """Count a push in the run of its minute, when that went as well or as badly; else as a run of its own."""
    own = _after_all(connection, run)
    newest = select(source_run).where(source_run.c.source == run.source).order_by(source_run.c.started.desc()).limit(1)
    held = connection.execute(newest).mappings().first()
    minute = to_ms(run.started) // MINUTE_MS
    alike = held is not None and (bool(held["ok"]), held["error"]) == (run.ok, storable(run.error))
    if held is None or not alike or held["started"] // MINUTE_MS != minute:
        write_run(connection, own)
        return
    row = (source_run.c.source == run.source) & (source_run.c.started == held["started"])
    counts = {name: held[name] + getattr(run, name) for name in ("read", "written", "duplicates", "rejected")}
    connection.execute(update(source_run).where(row).values(ended=max(held["ended"], to_ms(run.ended)), **counts))
    move_state(connection, own)


def _after_all(connection: Connection, run: SourceRun) -> SourceRun:
    """The run, begun after the one before it: two pushes may begin within one millisecond, or be written in another order."""
    statement = select(source_state.c.last_run).where(source_state.c.source == run.source)
    last = connection.execute(statement).scalar_one_or_none()
    if last is None or to_ms(run.started) > last:
        return run
    started = from_ms(last) + _MILLISECOND
    return replace(run, started=started, ended=max(started, run.ended))
