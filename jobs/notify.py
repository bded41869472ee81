"""The outbox: notices that are due are composed, sent and settled. Several processes may do it on one store.

Each receiver has a lane of its own, so that one that hangs holds up nobody else. A notice is claimed before it is sent and
settled after; who dies in between leaves a lease, after which it is sent again under the same id.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from access import mask
from alerts.delivery import Message, Writer
from alerts.group import repeat, standing
from alerts.notify import sender_of
from alerts.notify.retry import next_try
from alerts.notify.sender import Means, Sender
from alerts.order_delivery import order_message
from alerts.sheet_delivery import sheet_message
from domain.alert import AlertLevel
from domain.case import Case
from domain.city import City
from domain.errors import NotifyError, StoreError
from domain.handover import Handover
from domain.notice import ABOUT_ORDERS, Notice, NoticeKind, NoticeState
from domain.order import Order
from domain.receiver import Receiver
from duty.handover_notices import stands as late
from duty.order_notices import stands
from jobs.clock import utc_now
from jobs.waking import Waking, rung
from store import Store
from store.desk import Meant

log = logging.getLogger("notify")

AT_ONCE = 8  # notices of one receiver on their way at a time
LONGEST = 30.0  # seconds between two looks when nothing rings
SHORTEST = 0.02
HELD_BACK = timedelta(seconds=20)  # until the next look at a receiver that had its notices of the hour
LEAST = AlertLevel.P4
DOWN = 2.0  # seconds between two looks at a store that is down


class Outbox:
    """Sends what is due to the city's receivers. means: what may be called, and the secrets. address: of the cockpit, for links."""

    def __init__(
        self, city: City, store: Store, means: Means, now: Callable[[], datetime] = utc_now, address: str = ""
    ) -> None:
        self._city, self._desk, self._duty, self._now = city, store.desk, store.duty, now
        self._means = means
        self._writer = Writer(city, address.rstrip("/"), mask.text)
        self._worker = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"
        self._senders: dict[str, Sender] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, datetime] = {}

    async def run(self, waking: Waking) -> None:
        """Send until cancelled; what is on its way is finished by `close`."""
        bell, seen = waking.bell(), 0
        while True:
            if waking.rings != seen:  # something new, and it may be more urgent than what is held back
                seen = waking.rings
                self._not_before.clear()
            wait = await self._look(bell)
            await rung(bell, wait)

    async def close(self, patience: float = 5.0) -> None:
        """Let what is on its way arrive, for a while; what does not is sent again by whoever comes next."""
        if self._lanes:
            _, late = await asyncio.wait(list(self._lanes.values()), timeout=patience)
            for lane in late:
                lane.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for sender in self._senders.values():
            await sender.close()

    async def drain(self) -> None:
        """Send everything that is due now, and come back when it has gone or was put off."""
        await self._start(asyncio.Event())
        while self._lanes:
            await asyncio.wait(list(self._lanes.values()))

    async def _look(self, bell: asyncio.Event) -> float:
        """Start the lanes that have something to do; seconds until the next look."""
        try:
            due = await self._start(bell)
        except StoreError as error:
            log.warning("notices wait, the store is down: %s", error)
            return DOWN
        left = [(at - self._now()).total_seconds() for at in due.values()]
        return min(LONGEST, max(SHORTEST, min(left, default=LONGEST)))

    async def _start(self, bell: asyncio.Event) -> dict[str, datetime]:
        """Lanes for what is due; when the others are, by receiver."""
        now = self._now()
        later: dict[str, datetime] = {}
        for key, at in (await asyncio.to_thread(self._desk.next_notices)).items():
            when = max(at, self._not_before.get(key, at))
            if key in self._lanes:
                continue  # it looks again itself when it ends
            if when > now:
                later[key] = when
                continue
            lane = asyncio.create_task(self._lane(key), name=f"notices to {key}")
            self._lanes[key] = lane
            lane.add_done_callback(partial(self._over, key, bell))
        return later

    def _over(self, key: str, bell: asyncio.Event, lane: "asyncio.Task[None]") -> None:
        del self._lanes[key]
        if not lane.cancelled() and (error := lane.exception()) is not None:
            log.error("notices to %s stopped: %s", key, error, exc_info=error)
            self._not_before[key] = self._now() + HELD_BACK
        bell.set()

    async def _lane(self, key: str) -> None:
        """Send a receiver's notices until none is due."""
        receiver = self._city.receivers.get(key)
        meant = Meant(key, receiver.per_hour if receiver else 0)
        while True:
            try:
                held = await asyncio.to_thread(self._claim, meant)
            except StoreError:
                self._not_before[key] = self._now() + HELD_BACK
                return
            if not held:
                self._not_before[key] = (
                    self._now() + HELD_BACK
                )  # had its number of the hour, or another worker has them
                return
            self._not_before.pop(key, None)
            await asyncio.gather(*(self._one(receiver, one) for one in held))
            if not await asyncio.to_thread(self._more, key):
                return

    def _claim(self, meant: Meant) -> list[Notice]:
        return self._desk.claim(self._worker, self._now(), AT_ONCE, meant=meant)

    def _more(self, key: str) -> bool:
        at = self._desk.next_notices().get(key)
        return at is not None and at <= self._now()

    async def _one(self, receiver: Receiver | None, notice: Notice) -> None:
        """Send one; a store that is down leaves the lease to run out."""
        try:
            await self._deliver(receiver, notice)
        except StoreError as error:
            log.warning("notice %s: its receipt was not kept, it is sent again: %s", notice.id, error)

    async def _deliver(self, receiver: Receiver | None, notice: Notice) -> None:
        if receiver is None:
            await self._give_up(notice, "there is no such receiver any more")
            return
        message, cases = await self._composed(notice)
        if message is None:
            await asyncio.to_thread(self._desk.needless, notice.id, self._worker)
            return
        try:
            receipt = await self._sender(receiver).send(message)
        except NotifyError as error:
            await self._refused(receiver, notice, error)
            return
        now = self._now()
        then = repeat(notice, cases, now, self._city.noise)
        await asyncio.to_thread(self._desk.sent, notice.id, self._worker, now, receipt, then)

    async def _composed(self, notice: Notice) -> tuple[Message | None, list[Case]]:
        """What is to be sent, and the cases of which it tells; None when nothing is left to tell."""
        if notice.kind in ABOUT_ORDERS:
            order = await asyncio.to_thread(self._duty.dossier, Order, notice.cases[0]) if notice.cases else None
            told = order is not None and stands(notice, order)
            return order_message(self._writer, notice, self._now()) if told else None, []
        if notice.kind is NoticeKind.HANDOVER_LATE:
            sheet = await asyncio.to_thread(self._duty.dossier, Handover, notice.cases[0]) if notice.cases else None
            return sheet_message(self._writer, notice, self._now()) if late(sheet) else None, []
        cases = standing(notice, await asyncio.to_thread(self._desk.these, notice.cases)) if notice.cases else []
        silent = not cases and notice.kind is not NoticeKind.TEST
        return None if silent else self._writer.message(notice, cases, self._now()), cases

    def _sender(self, receiver: Receiver) -> Sender:
        if receiver.key not in self._senders:
            self._senders[receiver.key] = sender_of(receiver, self._means)
        return self._senders[receiver.key]

    async def _refused(self, receiver: Receiver, notice: Notice, error: NotifyError) -> None:
        again = next_try(receiver.kind, notice, error, self._now())
        if again is None:
            await self._give_up(notice, str(error))
            return
        log.warning("notice %s to %s, attempt %d: %s", notice.id, notice.receiver, notice.attempts, error)
        await asyncio.to_thread(self._desk.put_off, notice.id, self._worker, again, str(error))

    async def _give_up(self, notice: Notice, why: str) -> None:
        log.error("notice %s to %s is given up: %s", notice.id, notice.receiver, why)
        await asyncio.to_thread(self._desk.failed, notice.id, self._worker, why)


def outbox(city: City, store: Store, means: Means, env: Mapping[str, str]) -> Outbox:
    """The collector's own. PUBLIC_URL is where people reach the cockpit; without it notices carry no links."""
    return Outbox(city, store, means, address=env.get("PUBLIC_URL", ""))


def trial(receiver: str, now: datetime) -> Notice:
    """A notice that says only that it came."""
    return Notice(
        id=f"test-{os.urandom(12).hex()}",
        kind=NoticeKind.TEST,
        receiver=receiver,
        level=LEAST,
        group="test",
        cases=(),
        made=now,
        due=now,
    )


def settled(notice: Notice | None) -> bool:
    """Whether nothing more happens to it."""
    return notice is None or notice.state not in (NoticeState.WAITING, NoticeState.SENDING)
