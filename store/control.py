"""`store.control`: how sources are worked, and what people ask of them. The asking process and the collector meet here."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from domain.deed import Deed
from domain.operation import (
    Breaker,
    CollectorSeen,
    CommandState,
    CommandVerb,
    Pause,
    SourceCommand,
    SourceWork,
    SpoolFill,
    Told,
    Window,
)
from store import changes as feed
from store.audit import write_deed
from store.control_tables import collector, source_command, source_control
from store.driver import Driver, Values, storable, upsert
from store.leases import FORGOTTEN
from store.moment import from_ms, from_ms_or_none, to_ms, to_ms_or_none
from store.work import Work

KEPT = timedelta(days=30)  # how long a command and its result can be read
DUTIES = "@"  # how the names of leases begin that are no source's: what only one collector does
_TOLD = ("breaker", "failures", "opened", "probe", "next_run", "told")


class Control:
    """Commands, pauses, and what collectors tell of their sources and of themselves."""

    def __init__(self, work: Work, driver: Driver) -> None:
        self._work, self._driver = work, driver

    # -- what people ask

    def ask(self, source: str, verb: CommandVerb, deed: Deed, window: Window | None = None) -> int:
        """Hand a command to the collector that holds the source; the command's number. The deed is kept with it."""
        at = to_ms(deed.at)
        row = {
            "source": source, "verb": verb.value, "actor": deed.actor, "state": CommandState.WAITING.value, "holder": "",
            "result": "", "asked": at, "start": None if window is None else to_ms(window.start),
            "end": None if window is None else to_ms(window.end),
        }  # fmt: skip
        with self._work.writing() as connection:
            connection.execute(
                delete(source_command).where(source_command.c.asked < at - KEPT // timedelta(milliseconds=1))
            )
            made = connection.execute(insert(source_command).values(row).returning(source_command.c.id)).scalar_one()
            self._kept(connection, at, deed)
            return int(made)

    def pause(self, source: str, deed: Deed) -> None:
        """Leave a source alone from now on; `deed.reason` says why. A run under way is finished."""
        self._paused(
            source, {"paused": to_ms(deed.at), "paused_by": deed.actor, "paused_why": storable(deed.reason)}, deed
        )

    def resume(self, source: str, deed: Deed) -> None:
        """Ask a source again; its gap is fetched where its kind can."""
        self._paused(source, {"paused": None, "paused_by": "", "paused_why": ""}, deed)

    def commands(self, source: str | None = None, limit: int = 50) -> list[SourceCommand]:
        """What was asked of a source, or of all, newest first."""
        statement = select(source_command).order_by(source_command.c.id.desc()).limit(limit)
        if source is not None:
            statement = statement.where(source_command.c.source == source)
        with self._work.reading() as connection:
            return [_command(row) for row in connection.execute(statement).mappings()]

    def command(self, number: int) -> SourceCommand | None:
        """One command."""
        with self._work.reading() as connection:
            row = connection.execute(select(source_command).where(source_command.c.id == number)).mappings().first()
        return None if row is None else _command(row)

    # -- what the collector does with it

    def take(self, holder: str, sources: Collection[str], now: datetime) -> list[SourceCommand]:
        """The waiting commands for some sources, oldest first; they are this collector's from now on."""
        table = source_command
        waiting = (table.c.state == CommandState.WAITING.value) & table.c.source.in_(sources)
        with self._work.reading() as connection:  # mostly there are none, and a look does not wait for writers
            if connection.execute(select(table.c.id).where(waiting).limit(1)).first() is None:
                return []
        with self._work.writing() as connection:
            values = {"state": CommandState.RUNNING.value, "holder": holder, "taken": to_ms(now)}
            found = connection.execute(update(table).where(waiting).values(values).returning(table)).mappings().all()
            feed.record_change(connection, self._driver, to_ms(now), [feed.HEALTH])
        return sorted((_command(row) for row in found), key=lambda one: one.id)

    def finish(self, number: int, ok: bool, result: str, now: datetime) -> None:
        """Keep how a command went, in one sentence."""
        state = CommandState.DONE if ok else CommandState.FAILED
        self._over(source_command.c.id == number, state, result, now)

    def abandon(self, sources: Collection[str], result: str, now: datetime) -> None:
        """Commands of some sources that a collector took and never ended: they failed, for it is gone."""
        running = (source_command.c.state == CommandState.RUNNING.value) & source_command.c.source.in_(sources)
        self._over(running, CommandState.FAILED, result, now)

    # -- what collectors tell

    def works(self) -> dict[str, SourceWork]:
        """How each source is worked that a collector or a person has said something of."""
        with self._work.reading() as connection:
            found = connection.execute(select(source_control)).mappings()
            return {row["source"]: _work(row) for row in found if not row["source"].startswith(DUTIES)}

    def paused(self) -> frozenset[str]:
        """The sources that are to be left alone."""
        with self._work.reading() as connection:
            return frozenset(
                connection.execute(
                    select(source_control.c.source).where(source_control.c.paused.is_not(None))
                ).scalars()
            )

    def collectors(self, now: datetime) -> list[CollectorSeen]:
        """Collectors heard of within a day, those heard last first."""
        since = to_ms(now - FORGOTTEN)
        statement = select(collector).where(collector.c.seen >= since).order_by(collector.c.seen.desc())
        with self._work.reading() as connection:
            return [_collector(row) for row in connection.execute(statement).mappings()]

    def _paused(self, source: str, values: dict[str, Any], deed: Deed) -> None:
        with self._work.writing() as connection:
            upsert(connection, source_control, [{"source": source, **values}], update=list(values))
            self._kept(connection, to_ms(deed.at), deed)

    def _kept(self, connection: Connection, at: int, deed: Deed) -> None:
        write_deed(connection, deed)
        feed.record_change(connection, self._driver, at, [feed.HEALTH])

    def _over(self, which: Any, state: CommandState, result: str, now: datetime) -> None:
        values = {"state": state.value, "result": storable(result), "ended": to_ms(now)}
        with self._work.writing() as connection:
            if connection.execute(update(source_command).where(which).values(values)).rowcount:
                feed.record_change(connection, self._driver, to_ms(now), [feed.HEALTH])


def write_told(connection: Connection, told: Mapping[str, Told], now: datetime) -> None:
    """Keep what is known of some sources, inside a transaction."""
    rows: Iterable[Values] = [
        {
            "source": source, "breaker": one.breaker.value, "failures": one.failures, "told": to_ms(now),
            **{name: to_ms_or_none(getattr(one, name)) for name in ("opened", "probe", "next_run")},
        }
        for source, one in told.items()
    ]  # fmt: skip
    upsert(connection, source_control, list(rows), update=_TOLD)


def _command(row: Mapping[Any, Any]) -> SourceCommand:
    window = None if row["start"] is None else Window(from_ms(row["start"]), from_ms(row["end"]))
    return SourceCommand(
        id=row["id"], source=row["source"], verb=CommandVerb(row["verb"]), asked=from_ms(row["asked"]), actor=row["actor"],
        state=CommandState(row["state"]), window=window, holder=row["holder"], taken=from_ms_or_none(row["taken"]),
        ended=from_ms_or_none(row["ended"]), result=row["result"],
    )  # fmt: skip


def _work(row: Mapping[Any, Any]) -> SourceWork:
    moments = {name: from_ms_or_none(row[name]) for name in ("opened", "probe", "next_run")}
    told = Told(Breaker(row["breaker"]), row["failures"], **moments)
    pause = None if row["paused"] is None else Pause(from_ms(row["paused"]), row["paused_by"], row["paused_why"])
    return SourceWork(row["source"], told, from_ms_or_none(row["told"]), row["holder"], pause)


def _collector(row: Mapping[Any, Any]) -> CollectorSeen:
    spool = SpoolFill(row["batches"], row["bytes"], row["limit"], from_ms_or_none(row["oldest"]))
    return CollectorSeen(row["holder"], from_ms(row["started"]), from_ms(row["seen"]), spool)
