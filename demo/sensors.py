"""Small air and noise sensors: each sends its readings to the platform's broker, where the cockpit has subscribed."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from demo.broker import Broker
from demo.departments import ENVIRONMENT, zone_of
from demo.present import Present
from demo.publication import Record
from demo.rhythm import DAY, HOUR

log = logging.getLogger("demo")

PORT_VARIABLE: Final = "DEMO_PORT_MQTT"
EVERY: Final = 3.0  # seconds between two looks at what there is to send
_FIRST: Final = 2 * HOUR  # without a note of what was sent
_REACH: Final = 2 * DAY


@dataclass(frozen=True, slots=True)
class Family:
    """The sensors of one feed. `fields`: metric -> its name in the message."""

    source: str
    level: str
    fields: Mapping[str, str]
    epoch: bool

    def topic(self, site: str) -> str:
        """Where a sensor's readings go."""
        return f"city/{self.level}/{site}"

    def message(self, record: Record, offset: int) -> bytes:
        """A reading: some makers count milliseconds, others write the local time without a zone."""
        local = datetime.fromtimestamp(record.at, UTC).astimezone(zone_of(offset))
        said: dict[str, Any] = {"t": record.at * 1000 if self.epoch else f"{local:%Y-%m-%d %H:%M:%S}"}
        for metric, name in self.fields.items():
            if metric in record.values:
                value = record.values[metric]
                said[name] = "--" if value is None else value
        return json.dumps(said).encode()


FAMILIES: Final = (
    Family("micro_air", "air", {"micro.pm25": "pm25", "micro.pm10": "pm10"}, epoch=True),
    Family("noise", "noise", {"noise.leq": "leq"}, epoch=False),
)


class Sensors:
    """All sensors of one feed. What nobody acknowledged is sent again after a start."""

    def __init__(self, present: Present, broker: Broker, family: Family) -> None:
        self._present = present
        self._broker = broker
        self._family = family
        self._note = present.var / f"sent_{family.source}.json"
        self._sent = max(self._noted(), (present.now - _FIRST) * 10_000)

    async def run(self) -> None:
        """Send again and again, until cancelled."""
        while True:
            await self.update()
            await asyncio.sleep(EVERY)

    async def update(self) -> int:
        """Send what became known, once somebody has subscribed and unless an outage has struck; messages sent."""
        family = self._family
        if self._present.down(ENVIRONMENT.name) or not self._broker.wanted(family.topic("any")):
            return 0
        now = self._present.now
        after = max(self._sent, (now - _REACH) * 10_000)
        found = await asyncio.to_thread(self._present.publisher.records, family.source, after, now)
        offset = self._present.publisher.world.offset
        for record in found:
            self._broker.publish(family.topic(record.site), family.message(record, offset))
            self._sent = record.seq
        if not found and not self._broker.waiting(family.topic("+")):
            self._note.write_text(json.dumps({"seq": self._sent}), "utf-8")
        return len(found)

    def _noted(self) -> int:
        try:
            return int(json.loads(self._note.read_text("utf-8"))["seq"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0
