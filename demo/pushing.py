"""The bus company's dispatch platform, which nobody asks: it sends what it knows to the cockpit's API, and repeats until it is heard."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Final

import httpx

from demo.departments import TRAFFIC, Endpoint, Field, Json, row, zone_of
from demo.present import Present
from demo.publication import Record
from demo.rhythm import DAY, HOUR

log = logging.getLogger("demo")

SOURCE: Final = "transit"
FIELDS: Final = {"bus.passengers": Field("boarded")}
LINES: Final = Endpoint("", SOURCE, "ts", "line", FIELDS, more=lambda record: {"name": record.name})
EVERY: Final = 5.0  # seconds between two looks at what there is to send
PATIENCE: Final = 30.0  # seconds; the first push of a start may wait until the cockpit is up
MOST: Final = 2000  # records of one request
_STATE: Final = "pushed.json"
_FIRST: Final = 2 * HOUR  # without a note of what was sent
_REACH: Final = 2 * DAY  # older records are not sent any more


class Platform:
    """Sends each record once it is published; what was not acknowledged is sent again, under the same idempotency key."""

    def __init__(self, present: Present, client: httpx.AsyncClient, token: str) -> None:
        self._present = present
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}
        self._note = present.var / _STATE
        self._trouble = ""

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.update()
            await asyncio.sleep(EVERY)

    async def update(self) -> int:
        """Send what became known since the last acknowledged record, unless an outage has struck; records acknowledged."""
        if self._present.down(TRAFFIC.name):
            return 0
        now = self._present.now
        after = max(self._sent() or (now - _FIRST) * 10_000, (now - _REACH) * 10_000)
        found = await asyncio.to_thread(self._present.publisher.records, SOURCE, after, now)
        done = 0
        for begin in range(0, len(found), MOST):
            part = found[begin : begin + MOST]
            if not await self._acknowledged(part):
                break
            self._note.write_text(json.dumps({"seq": part[-1].seq}), "utf-8")
            done += len(part)
        return done

    async def _acknowledged(self, records: Sequence[Record]) -> bool:
        zone = zone_of(self._present.publisher.world.offset)
        body = json.dumps([row(one, LINES, TRAFFIC, zone) for one in records], ensure_ascii=False).encode()
        key = f"{records[-1].seq}-{hashlib.sha256(body).hexdigest()[:16]}"
        headers = self._headers | {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            answer = await self._client.post("/api/v1/observations", content=body, headers=headers)
        except httpx.HTTPError as error:
            self._tell(f"{type(error).__name__}: {error}")
            return False
        self._tell("" if answer.is_success else f"{answer.status_code} {answer.text[:200]}")
        return answer.is_success

    def _sent(self) -> int:
        try:
            noted: Json = json.loads(self._note.read_text("utf-8"))
            return int(noted["seq"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _tell(self, trouble: str) -> None:
        """One line when the cockpit does not take what is sent, one when it does again."""
        if trouble and not self._trouble:
            log.warning("%s cannot be pushed: %s", SOURCE, trouble)
        elif self._trouble and not trouble:
            log.info("%s is pushed again", SOURCE)
        self._trouble = trouble
