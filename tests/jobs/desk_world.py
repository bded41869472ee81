"""A small city with three gauges, a clock, a store and a worker: what the desk does is played through on it."""

import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.cases import Fill, act
from alerts.engine import Engine
from alerts.group import repeat, standing
from domain.account import Role
from domain.batch import Batch
from domain.case import Case
from domain.city import City
from domain.deed import Deed
from domain.metric import Metric
from domain.noise import Noise
from domain.notice import Notice, NoticeKind
from domain.observation import Observation
from domain.place import Site
from domain.receiver import Receiver
from domain.rule import Rule
from domain.silence import Matcher, Silence
from jobs.ingest import Ingest
from store import Store, open_store
from tests.alerts.desk import NOW, receiver, viewer
from tests.cities import tiny_city

SECOND = timedelta(seconds=1)
LEVELS = {"P3": 10, "P2": 20, "P1": 30}
SITES = ("g1", "g2", "g3")


def level(hours: float = 0.5) -> Metric:
    """The level of a gauge, told every ten minutes."""
    return Metric(
        key="hydro.level",
        name="水位",
        unit="m",
        topic="water",
        definition="测试用口径",
        department="d",
        every=timedelta(minutes=10),
        stale_after=timedelta(hours=hours),
    )


def rule(key: str = "high", **given: Any) -> Rule:
    """A rule on the level."""
    when = {"metric": "hydro.level", "above": LEVELS, "clear": 2}
    tests = [{"at": "0m", "value": 0, "expect": "normal"}]
    return Rule.model_validate({"key": key, "when": when, "say": "{site} {value}", "tests": tests, **given})


def small_city(receivers: Iterable[Receiver] = (), rules: Iterable[Rule] = (), sites: Iterable[str] = SITES) -> City:
    """Gauges in two districts."""
    base = tiny_city()
    districts = [*base.districts]
    gauges = {key: Site(id=key, name=key, kind="gauge", district=districts[i % 2]) for i, key in enumerate(sites)}
    declared = {one.key: one for one in rules or (rule(),)}
    told = {one.key: one for one in receivers or (receiver("duty"),)}
    metrics = {"hydro.level": level(1000)}
    return City(base.spec, base.folder, metrics, gauges, {}, declared, {}, receivers=told, noise=Noise())


class World:
    """The collector's desk and a worker, on one store; `restart` is a kill: nothing but the store is left."""

    def __init__(self, city: City, store: Store) -> None:
        self.city, self.store, self.now = city, store, NOW
        self.arrived: list[tuple[Notice, tuple[str, ...]]] = []
        self.ingest = self._fresh()

    def _fresh(self) -> Ingest:
        engine = Engine.of(self.city, self.store.open_alerts())
        return Ingest(self.city, self.store, engine, lambda: self.now)

    def restart(self) -> None:
        """Kill the collector and start it again."""
        self.ingest = self._fresh()
        self.ingest.warm(self.now)

    async def say(self, **values: float) -> None:
        """Gauges tell their levels, in one batch."""
        seen = tuple(Observation("hydro.level", site, "s", self.now, v, self.now) for site, v in values.items())
        await self.ingest.write(Batch("s", self.now, observations=seen, read=len(seen)))

    async def wait(self, span: timedelta) -> None:
        """Let time pass; the collector's clock looks before, in between and at the end."""
        end = self.now + span
        for part in (SECOND, span / 2, span):
            self.now = min(end, max(self.now, end - span + part))
            await self.ingest.due(self.now)

    def deliver(self, worker: str = "w", limit: int = 50) -> list[Notice]:
        """One round of a worker: what is due arrives; what nothing is left of does not."""
        taken = self.store.desk.claim(worker, self.now, limit)
        return [one for one in taken if self._sent(one, worker)]

    def _sent(self, one: Notice, worker: str) -> bool:
        left = standing(one, self.store.desk.these(one.cases))
        if not left:
            self.store.desk.needless(one.id, worker)
            return False
        self.arrived.append((one, tuple(case.id for case in left)))
        return self.store.desk.sent(one.id, worker, self.now, "200", repeat(one, left, self.now, self.city.noise))

    def act(self, key: str, verb: str, **fill: Any) -> Case:
        """The shift leader does something."""
        deed = Deed(self.now, "li.wei", f"case.{verb}")
        leader = viewer(role=Role.SHIFT)
        return self.store.desk.act(key, verb, lambda case: act(case, verb, leader, Fill(**fill), self.now), deed)

    def silence(self, *matchers: Matcher, minutes: float = 60, **given: Any) -> int:
        """Hold back from now on; its number."""
        end = self.now + timedelta(minutes=minutes)
        one = Silence(0, matchers, self.now, end, "检修", "li.wei", self.now, **given)
        return self.store.desk.add_silence(one, Deed(self.now, "li.wei", "silence.add"))

    def kinds(self, state: str = "") -> list[NoticeKind]:
        """What notices there are, in the order of their making."""
        found = self.store.desk.notices(NOW - timedelta(days=1), limit=10_000)
        return [one.kind for one in sorted(found, key=lambda n: (n.made, n.id)) if state in ("", one.state)]


def copied(template: Path, target: Path) -> Store:
    """A fresh store, copied, which is quicker than making one."""
    shutil.copy(template, target)
    return open_store(f"sqlite:///{target}")


def moment(minutes: float) -> datetime:
    """So many minutes after the beginning."""
    return NOW + timedelta(minutes=minutes)
