"""A worker of the outbox in a process of its own, to be killed: `python -m tests.jobs.outbox_child STORE URL SECONDS_AHEAD`."""

import asyncio
import sys
from datetime import timedelta

from alerts.notify import Means, WebhookReceiver
from datasources.guard import Guard
from jobs.clock import utc_now
from jobs.notify import Outbox
from store import open_store
from tests.jobs.desk_world import small_city


async def main(address: str, url: str, ahead: float) -> None:
    """Send what is due; the clock runs ahead, so that leases of those who were killed have run out."""
    city = small_city([WebhookReceiver(key="duty", url=url)])
    with open_store(address) as store:
        worker = Outbox(city, store, Means(Guard(loopback=True)), lambda: utc_now() + timedelta(seconds=ahead))
        await worker.drain()
        await worker.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
