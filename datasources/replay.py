"""A recording played as if live: a wrapper round any source."""

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from datasources.context import SourceContext
from datasources.paths import compiled
from datasources.shift import Shift
from datasources.times import TimeReader
from domain.errors import SourceError
from domain.source import Ask, Page, Record, ReplaySpec, Source, SourceSpec

_CHUNK = 5000
# Any: each factory takes its own Spec, which no common type can say.
Factory = Callable[[Any, SourceContext], Source]


class _Position(NamedTuple):
    """Where a replay is: its first start, the lap, and how many of the lap's records are durable."""

    first: datetime
    lap: int = 0
    sent: int = 0

    def cursor(self) -> str:
        """As the store keeps it."""
        return json.dumps({"first": self.first.isoformat(), "lap": self.lap, "sent": self.sent})


class Replay:
    """Delivers each recorded record when its shifted time has come; at the first poll everything up to now at once.

    The recording is read whole, once, from the wrapped source, which is never acknowledged (a recorded file stays where it
    is). Recording time `start` is played at the first poll, and at that same moment after a restart: the cursor holds it.
    With `loop` the next lap begins where the recording ends, later by the recording's length and one step of it.
    """

    def __init__(self, source: Source, spec: ReplaySpec) -> None:
        self.spec: SourceSpec = source.spec
        self._source = source
        self._replay = spec
        zone = ZoneInfo(self.spec.at.zone)
        self._start = spec.start if spec.start.tzinfo else spec.start.replace(tzinfo=zone)
        updated = self.spec.incident.updated if self.spec.incident else ""
        self._times = [compiled(path) for path in (self.spec.at.path, updated) if path]
        self._time = TimeReader(self.spec.at)
        self._recording: list[tuple[datetime, Record]] | None = None
        self._bad: tuple[tuple[str, str, str], ...] = ()
        self._lap = timedelta(0)
        self._moments: dict[str, datetime | None] = {}

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """What has become due since the cursor."""
        if self._recording is None:
            self._recording = await self._read(ask)
        position = _parsed(ask.cursor) or _Position(ask.now)
        if ask.cursor is None and self._bad:
            yield Page((), cursor=position.cursor(), bad=self._bad)
        for page in self._due(self._recording, position, ask.now):
            yield page

    async def acknowledge(self, page: Page) -> None:
        """The recording is nobody's to move."""

    async def close(self) -> None:
        """Release what the wrapped source holds."""
        await self._source.close()

    async def _read(self, ask: Ask) -> list[tuple[datetime, Record]]:
        """The whole recording in the order in which it was told."""
        recording: list[tuple[datetime, Record]] = []
        bad: list[tuple[str, str, str]] = []
        async for page in self._source.fetch(Ask(ask.now)):
            bad += page.bad
            recording += [(self._told(record), record) for record in page.records]
        if not recording and not bad:
            raise SourceError("the recording is empty or not there")
        self._bad = tuple(bad)
        recording.sort(key=lambda item: item[0])
        self._lap = _lap([moment for moment, _ in recording])
        self._moments.clear()
        return recording

    def _told(self, record: Record) -> datetime:
        """When a record was told: its time, or its last update's where that is later; the start when neither can be read."""
        moments: list[datetime | None] = []
        for path in self._times:
            raw = path(record.fields)
            if not isinstance(raw, str):
                moments.append(self._moment(raw))
            else:  # a wide table gives one time to hundreds of records
                if raw not in self._moments:
                    self._moments[raw] = self._moment(raw)
                moments.append(self._moments[raw])
        return max((moment for moment in moments if moment is not None), default=self._start)

    def _moment(self, raw: object) -> datetime | None:
        try:
            return self._time.read(raw, self._start)
        except ValueError:
            return None

    def _due(self, recording: list[tuple[datetime, Record]], position: _Position, now: datetime) -> Iterator[Page]:
        while recording:
            shift = Shift(self._start, position.first, self._replay.speed, self._lap * position.lap)
            end = position.sent
            while end < len(recording) and shift.apply(recording[end][0]) <= now:
                end += 1
            for begin in range(position.sent, end, _CHUNK):
                upto = min(begin + _CHUNK, end)
                records = tuple(record for _, record in recording[begin:upto])
                yield Page(records, position._replace(sent=upto).cursor(), info=shift.to_info())
            if end < len(recording) or not self._replay.loop:
                return
            position = _Position(position.first, position.lap + 1)


def playable(make: Factory) -> Factory:
    """The factory of a kind, such that a declaration with `replay:` gives a Replay of it."""

    def build(spec: SourceSpec, context: SourceContext) -> Source:
        source = make(spec, context)
        return Replay(source, spec.replay) if spec.replay else source

    return build


def _lap(times: list[datetime]) -> timedelta:
    """From the first record of one lap to the first of the next: the recording's length and one step of it."""
    steps = [later - earlier for earlier, later in pairwise(times) if later > earlier]
    return (times[-1] - times[0] if times else timedelta(0)) + min(steps, default=timedelta(hours=1))


def _parsed(cursor: str | None) -> _Position | None:
    """The stored position; None for none or for one that another kind left."""
    try:
        held = json.loads(cursor) if cursor else None
        return _Position(datetime.fromisoformat(held["first"]), held["lap"], held["sent"]) if held else None
    except (ValueError, KeyError, TypeError):
        return None
