"""The harness: senders of every kind; a collector, a web process and a database that are killed at work; and the count afterwards."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

from domain.errors import StoreError
from jobs.clock import utc_now
from store import open_store
from tests.killing import senders
from tests.killing.child import Setup
from tests.killing.counting import Outcome, counted, held, missing, spooled
from tests.mosquitto import Mosquitto
from tests.servers import KillablePostgres, free_port

ROOT = Path(__file__).parents[2]
STALLS = 40.0  # seconds without one record more, or without an answer, after which nothing more is expected
AT_ONCE = 0.25  # of the kills come before the victim has got to work: while it starts, or writes what waited
PROCESSES = ("collector", "web")
AT_WORK = {"collector": "hj212", "web": "push", "database": "push"}  # whose answers show that a victim is at work
KINDS = {"hj212", "jt808", "push", "http_json"}  # that answer, each in its way


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
        self._forker.kill()
        self._forker.communicate()


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


class World:
    """Everything that runs, and what is known of it."""

    def __init__(self, folder: Path, postgres: KillablePostgres | None) -> None:
        url = postgres.url if postgres is not None else f"sqlite:///{folder}/store.db"
        self.postgres, self.broker = postgres, Mosquitto(folder)
        hj212, jt808, http, push = (free_port() for _ in range(4))
        self.setup = Setup(url, str(folder), hj212, jt808, self.broker.port, http, push)
        self.ledger = senders.Ledger((utc_now() - timedelta(hours=26)).replace(minute=0, second=0, microsecond=0))
        self.outcome = Outcome()
        senders.prepared(folder / "demo")
        self.broker.start()
        self.broker.session("kills", "kills/#")
        open_store(url).close()
        self.department, self.children = senders.Department(self.ledger, http), Children(self.setup)

    def close(self) -> None:
        """End it all."""
        self.children.close()
        self.department.close()
        self.broker.stop()

    def up(self) -> None:
        """Start who does not live: also who could not start while the database was away."""
        for name in PROCESSES:
            self.children.start(name)

    async def working(self, source: str, than: int) -> None:
        """Wait for one answer more of a source. AssertionError when it does not come: the product did not come back."""
        until = time.monotonic() + STALLS
        while self.ledger.answers[source] <= than:
            assert time.monotonic() < until, f"{source} gave no answer within {STALLS:.0f} s of the last kill"
            await asyncio.to_thread(self.up)
            await asyncio.sleep(0.02)

    async def kill(self, victim: str, away: float) -> None:
        """Kill one and start it again; the database is away for so many seconds."""
        if victim == "database" and self.postgres is not None:
            await asyncio.to_thread(self.postgres.kill)
            await asyncio.sleep(away)
            await asyncio.to_thread(self.postgres.start)
        else:
            await asyncio.to_thread(self.children.kill, victim)
        self.outcome.kills[victim] += 1
        await asyncio.to_thread(self.up)


async def survived(folder: Path, kills: int, seed: int, postgres: KillablePostgres | None, gap: float) -> Outcome:
    """Run it: so many kills, of victims and at moments that the seed chooses, at most `gap` seconds after they are at work."""
    world = await asyncio.to_thread(World, folder, postgres)
    outcome, ledger = world.outcome, world.ledger
    try:
        sending = [asyncio.create_task(one) for one in senders.everybody(ledger, world.setup)]
        await asyncio.to_thread(world.up)
        for source in sorted(KINDS):
            await world.working(source, 0)
        began = time.monotonic()
        await _killed(world, kills, Random(seed), gap)
        outcome.seconds = time.monotonic() - began
        await _dead(world)
        ledger.stop = True
        await asyncio.gather(*sending)
        await asyncio.to_thread(_settled, world)
    finally:
        await asyncio.to_thread(world.close)
    counted(world.setup.url, ledger, outcome)
    return outcome


async def _killed(world: World, kills: int, chance: Random, gap: float) -> None:
    victims = ["collector", "collector", "web"] + (["database"] if world.postgres is not None else [])
    seen = world.ledger.answers.copy()
    while world.outcome.kills.total() < kills:
        victim, at_once = chance.choice(victims), chance.random() < AT_ONCE
        after, away = chance.uniform(0.0, gap), chance.uniform(0.0, gap)
        if not at_once:
            await world.working(AT_WORK[victim], seen[AT_WORK[victim]])
        await asyncio.sleep(after)
        await world.kill(victim, away)
        world.outcome.at_once += at_once
        seen = world.ledger.answers.copy()


async def _dead(world: World) -> None:
    """At a moment when nothing lives, what was acknowledged is in the store or in the spool: no waiting mends a loss."""
    folder = Path(world.setup.folder)
    for name in PROCESSES:
        await asyncio.to_thread(world.children.kill, name)
    senders.moved(world.ledger, folder / "demo")
    waiting = await spooled(folder / "spool")
    with open_store(world.setup.url) as store:
        there = held(store)
    world.outcome.spooled = len(waiting - there.keys())
    told = dict(world.ledger.acknowledged)  # each was answered before the death
    world.outcome.lost += missing(told, there.keys() | waiting, "acknowledged at the moment of death")


def _settled(world: World) -> None:
    """Wait until every source has got as far as its department, which ends when a while brings not one record more."""
    began = moved = time.monotonic()
    count = -1
    while time.monotonic() - moved < STALLS:
        world.up()
        with suppress(StoreError), open_store(world.setup.url) as store:
            there = held(store)
            if not world.ledger.owed().keys() - there.keys():
                break
            if len(there) > count:
                count, moved = len(there), time.monotonic()
        time.sleep(0.2)
    world.outcome.settled = time.monotonic() - began
    senders.moved(world.ledger, Path(world.setup.folder) / "demo")
