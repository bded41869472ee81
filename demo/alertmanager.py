"""The data centre's Prometheus Alertmanager: posts its alerts to the cockpit's webhook until they are taken."""

import asyncio
import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import numpy as np

from demo.city import World
from demo.datacentre import KIND
from demo.departments import GOVERNANCE
from demo.noise import uniform
from demo.present import Present
from demo.rhythm import DAY, HOUR, MINUTE

log = logging.getLogger("demo")

SOURCE: Final = "it_alerts"
EVERY: Final = 10.0  # seconds between two looks
PATIENCE: Final = 30.0  # seconds; the first post of a start may wait until the cockpit is up
_SLOT: Final = 8 * HOUR
_CHANCE: Final = 0.05  # of one rule at one site in a slot: less than two a day in all
_BACK: Final = DAY
_NEVER: Final = "0001-01-01T00:00:00Z"  # Alertmanager's end of an alert that fires
_RULES: Final = (
    ("DiskWillFill", "warning", "磁盘预计 24 小时内写满"),
    ("LinkFlapping", "warning", "核心链路反复通断"),
    ("BackupFailed", "critical", "夜间备份未完成"),
)


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert's life, epoch seconds."""

    rule: int
    site: str
    start: int
    end: int

    def told(self, name: str, now: int) -> dict[str, Any]:
        """As the webhook's message carries it (version 4)."""
        rule, severity, words = _RULES[self.rule]
        over = self.end <= now
        mark = hashlib.sha256(f"{rule}/{self.site}".encode()).hexdigest()[:16]
        return {
            "status": "resolved" if over else "firing",
            "labels": {"alertname": rule, "severity": severity, "instance": name},
            "annotations": {"summary": f"{name}{words}", "description": "请值班工程师登录监控平台核查。（演示数据）"},
            "startsAt": _utc(self.start),
            "endsAt": _utc(self.end) if over else _NEVER,
            "fingerprint": mark,
        }


def firings(world: World, first: int, last: int) -> Iterator[Firing]:
    """What began in first <= t <= last. Nothing in the quiet scenario."""
    sites = world.group(KIND)
    slots = np.arange(first // _SLOT, last // _SLOT + 1, dtype=np.int64)
    for rule in range(len(_RULES)):
        key = sites.key(f"alert{rule}")
        struck = uniform(key, slots) < _CHANCE
        begun = slots * _SLOT + (uniform(sites.key(f"begin{rule}"), slots) * 6 * HOUR).astype(np.int64)
        lasts = 15 * MINUTE + (uniform(sites.key(f"last{rule}"), slots) * HOUR).astype(np.int64)
        calm = world.weather.script.strength("quiet", begun) > 0
        for row, column in zip(*np.nonzero(struck & ~calm), strict=True):
            start = int(begun[row, column])
            if first <= start <= last:
                yield Firing(rule, sites.names[row], start, start + int(lasts[row, column]))


class Alertmanager:
    """Posts every change once; what was not answered 200 is posted again."""

    def __init__(self, present: Present, client: httpx.AsyncClient, token: str) -> None:
        self._present = present
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}
        self._done: dict[tuple[int, str, int], str] = {}
        self._trouble = False

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.update()
            await asyncio.sleep(EVERY)

    async def update(self) -> int:
        """Post what changed, unless an outage has struck; alerts that were taken."""
        if self._present.down(GOVERNANCE.name):
            return 0
        now, world = self._present.now, self._present.publisher.world
        told = {
            (one.rule, one.site, one.start): one.told(world.city.place_name(one.site), now)
            for one in sorted(firings(world, now - _BACK, now), key=lambda one: one.start)
        }
        self._done = {key: status for key, status in self._done.items() if key in told}
        new = {key: one for key, one in told.items() if self._done.get(key) != one["status"]}
        if not new or not await self._taken(list(new.values())):
            return 0
        self._done |= {key: one["status"] for key, one in new.items()}
        return len(new)

    async def _taken(self, alerts: Sequence[dict[str, Any]]) -> bool:
        status = "firing" if any(one["status"] == "firing" for one in alerts) else "resolved"
        message = {"version": "4", "status": status, "receiver": "cockpit", "alerts": list(alerts)}
        try:
            answer = await self._client.post("/api/v1/incidents", json=message, headers=self._headers)
        except httpx.HTTPError:
            taken = False
        else:
            taken = answer.is_success
        if taken == self._trouble:
            log.info("%s %s", SOURCE, "are posted again" if taken else "cannot be posted")
        self._trouble = not taken
        return taken


def _utc(t: int) -> str:
    return datetime.fromtimestamp(t, UTC).isoformat().replace("+00:00", "Z")
