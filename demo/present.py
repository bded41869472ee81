"""The departments' shared present: the world under the script that is being played, and who is struck by an outage."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from demo import scenario
from demo.city import World
from demo.feeds import FEEDS
from demo.publication import Publisher, Record
from demo.rhythm import DAY, HOUR
from demo.scenario import Script
from domain.city import City

log = logging.getLogger("demo")

Clock = Callable[[], datetime]

CONTROL: Final = "scenario.json"
_REACH: Final = 10 * DAY  # older records are not given out any more
_DENSE: Final = 6 * HOUR  # one answer of a frequent feed covers at most this; the next question gets the next part
_FIRST: Final = 2 * HOUR  # what somebody gets who asks without a number
_ANSWERS: Final = 8


class Present:
    """One object for all departments of the process; used from one event loop."""

    def __init__(self, city: City, var: Path, clock: Clock) -> None:
        self.city, self.var, self._clock = city, var, clock
        self._control = var / CONTROL
        self._look: tuple[int, int] | None = None
        self._answers: dict[tuple[str, int], list[Record]] = {}
        self.script = Script()
        self.publisher = self._made()
        self.refresh()

    @property
    def now(self) -> int:
        """Epoch seconds."""
        return int(self._clock().timestamp())

    def refresh(self) -> bool:
        """Take up the control file when it has changed; whether it had. A broken one is told and left alone."""
        look = _look(self._control)
        if look == self._look:
            return False
        self._look = look
        try:
            self.script = scenario.read(self._control)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("%s is not a script and is left alone: %s", self._control, error)
            return False
        self.publisher = self._made()
        self._answers.clear()
        log.info("scenario: %s", self.script.at(self.now))
        return True

    def down(self, what: str) -> bool:
        """Whether a department's server, or something of `outages.SCRIPTED`, gives no answer now."""
        return self.publisher.world.outages.down(what, self.now)

    def answer(self, source: str, since: int | None, page: int) -> list[Record]:
        """Records after a number. The pages of one question are parts of one answer, kept until newer questions push it out."""
        key = (source, since or 0)
        if page > 1 and key in self._answers:
            return self._answers[key]
        now = self.now
        after = (now - _FIRST) * 10_000 if since is None else max(since, (now - _REACH) * 10_000)
        dense = min(f.step for f in FEEDS if f.source == source) < HOUR
        until = min(now, after // 10_000 + _DENSE) if dense else now
        found = self.publisher.records(source, after, until)
        self._answers.pop(key, None)
        self._answers[key] = found
        if len(self._answers) > _ANSWERS:
            self._answers.pop(next(iter(self._answers)))
        return found

    def _made(self) -> Publisher:
        offset = int((self._clock().astimezone(self.city.zone).utcoffset() or timedelta()).total_seconds())
        return Publisher(World(self.city, self.script, offset))


def switch(var: Path, name: str, now: datetime, ahead: timedelta = timedelta(0)) -> Script:
    """Start a scenario, or enter it so far into its course, in the running departments (they look once a second).

    ValueError for an unknown name.
    """
    path = var / CONTROL
    script = scenario.read(path).switched(name, int(now.timestamp()), int(ahead.total_seconds()))
    scenario.write(path, script)
    return script


def script_of(var: Path) -> Script:
    """What was and is played, for the history; an empty script when the control file is missing."""
    return scenario.read(var / CONTROL)


def _look(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size
