"""The harness: senders of every kind, a collector and a database that are killed at random moments, and the count afterwards."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from domain.errors import StoreError
from jobs.clock import utc_now
from store import Store, open_store
from tests.killing import senders
from tests.killing.child import Setup
from tests.mosquitto import Mosquitto
from tests.servers import KillablePostgres, free_port

ROOT = Path(__file__).parents[2]
SETTLED = 200.0  # seconds in which everything acknowledged has to be in the store once nothing is killed any more
KINDS = 6  # whose records are counted one by one
EARLY, LATE = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class Outcome:
    """What came of it. lost: acknowledged and not there; strange: there and never said; unequal: with another value."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    lost: list[senders.Row] = field(default_factory=list)
    strange: int = 0
    unequal: int = 0
    twice: int = 0
    rolled: bool = False
    seconds: float = 0.0
    settled: float = 0.0


class Children:
    """The processes that are killed and started again, forked by one that has everything imported."""

    def __init__(self, setup: Setup) -> None:
        log = (Path(setup.folder) / "children.log").open("ab")
        command = [sys.executable, "-m", "tests.killing.child", setup.text()]
        self._forker = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        log.close()
        self._numbers: dict[str, int] = {}

    def start(self, name: str) -> None:
        """Start one, unless it lives."""
        if name in self._numbers and _lives(self._numbers[name]):
            return
        assert self._forker.stdin is not None
        assert self._forker.stdout is not None
        print(name, file=self._forker.stdin, flush=True)
        self._numbers[name] = int(self._forker.stdout.readline())

    def kill(self, name: str) -> None:
        """SIGKILL."""
        with suppress(ProcessLookupError):
            os.kill(self._numbers[name], signal.SIGKILL)
        while _lives(self._numbers[name]):
            time.sleep(0.001)

    def close(self) -> None:
        """End them all."""
        for name in self._numbers:
            self.kill(name)
        self._forker.communicate("", 10)


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


async def survived(folder: Path, kills: int, seed: int, postgres: KillablePostgres | None, gap: float) -> Outcome:
    """Run it: so many kills, at moments that the seed chooses, `gap` seconds apart at most."""
    url = postgres.url if postgres is not None else f"sqlite:///{folder}/store.db"
    setup = Setup(url, str(folder), *(free_port() for _ in range(5)))
    broker = Mosquitto(folder)
    setup = Setup(url, str(folder), setup.hj212, setup.jt808, broker.port, setup.http, setup.push)
    senders.prepared(folder / "demo")
    broker.start()
    broker.session("kills", "kills/#")
    open_store(url).close()
    ledger = senders.Ledger((utc_now() - timedelta(hours=26)).replace(minute=0, second=0, microsecond=0))
    department, children = senders.Department(ledger, setup.http), Children(setup)
    try:
        sending = [asyncio.create_task(one) for one in senders.everybody(ledger, setup)]
        await _warm(children, ledger)
        outcome = await _killed(children, kills, Random(seed), postgres, gap)
        ledger.stop = True
        await asyncio.gather(*sending)
        await asyncio.to_thread(_settled, url, ledger, children, outcome)
    finally:
        await asyncio.to_thread(children.close)
        department.close()
        broker.stop()
    with open_store(url) as store:
        _counted(store, ledger, outcome)
    return outcome


async def _warm(children: Children, ledger: senders.Ledger) -> None:
    """Until something of every kind was acknowledged: what is killed is at work."""
    began = time.monotonic()
    for name in ("collector", "web"):
        await asyncio.to_thread(children.start, name)
    while len(ledger.kinds()) < KINDS and time.monotonic() - began < SETTLED:
        await asyncio.sleep(0.05)


async def _killed(
    children: Children, kills: int, chance: Random, postgres: KillablePostgres | None, gap: float
) -> Outcome:
    outcome, began = Outcome(), time.monotonic()
    victims = ["collector", "collector", "web"] + (["database"] if postgres is not None else [])
    while outcome.kills.total() < kills:
        await asyncio.sleep(chance.uniform(0.02, gap))
        victim = chance.choice(victims)
        kill: Callable[[], None] = (
            postgres.kill if postgres is not None and victim == "database" else lambda name=victim: children.kill(name)  # type: ignore[misc]
        )
        await asyncio.to_thread(kill)
        outcome.kills[victim] += 1
        if postgres is not None and victim == "database":
            await asyncio.sleep(chance.uniform(0.0, gap))
            await asyncio.to_thread(postgres.start)
        for name in ("collector", "web"):
            await asyncio.to_thread(children.start, name)
    outcome.seconds = time.monotonic() - began
    return outcome


def _settled(url: str, ledger: senders.Ledger, children: Children, outcome: Outcome) -> None:
    """Wait until the store holds what was acknowledged; whoever could not start while the database was away is started."""
    began = time.monotonic()
    while time.monotonic() - began < SETTLED:
        for name in ("collector", "web"):
            children.start(name)
        with suppress(StoreError), open_store(url) as store:
            if not ledger.acknowledged.keys() - _held(store).keys():
                break
        time.sleep(0.2)
    outcome.settled = time.monotonic() - began


def _held(store: Store) -> dict[senders.Row, float]:
    keys = store.series()
    rows = store.window(EARLY, LATE)
    return {
        (keys[number].site, at): value
        for number, at, value in zip(rows.series.tolist(), rows.at.tolist(), rows.value.tolist(), strict=True)
        if not keys[number].metric.endswith("jt808")
    }


def _counted(store: Store, ledger: senders.Ledger, outcome: Outcome) -> None:
    held = _held(store)
    outcome.rows = len(held)
    outcome.acknowledged = Counter(site.partition("-")[0] for site, _ in ledger.acknowledged)
    outcome.lost = sorted(ledger.acknowledged.keys() - held.keys())
    outcome.strange = len(held.keys() - ledger.sent.keys())
    outcome.unequal = sum(held[row] != value for row, value in ledger.acknowledged.items() if row in held)
    metrics = [number for number, key in store.series().items() if not key.metric.endswith("jt808")]
    outcome.twice = len(store.window(EARLY, LATE, metrics)) - len(held)
    store.close_buckets(utc_now() + timedelta(hours=2))
    outcome.rolled = int(store.hours(EARLY, LATE, metrics).n.sum()) == len(held)
