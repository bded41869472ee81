"""Pushed records a second against `Store.write` of the same rows, in one run.

    python -m benchmarks.push [--records 100000] [--rounds 5]

Push = one POST /api/v1/observations with all the records as NDJSON, answered: read the body, split, map (time, site, unit,
valid range), write and commit with the run and the idempotency key, tell each record's fate. Write = `Store.write` of the
observations that the push made of them, into a store of its own. The two take turns, so that what else the machine does
meets both alike; medians are compared. Each round brings new moments, so nothing is a duplicate. Of the push, the time in
each step is told too, from a further run.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import FastAPI

from access.viewer import CURRENT
from api import errors
from api.services import Services
from api.v1 import push
from datasources.context import SourceContext
from datasources.delivery import NDJSON, entries
from datasources.kinds.push import PushSpec
from datasources.mapping import Mapper
from domain.account import Right, Role, Viewer
from domain.batch import Batch
from domain.city import City
from store import Store, open_store
from tests.cities import metric, site, tiny_city

SITES = 500
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
SPEC = {
    "key": "radar", "kind": "push", "department": "d", "every": "1m", "at": {"path": "time"}, "site": {"path": "site"},
    "metrics": {"traffic.speed": "speed"},
}  # fmt: skip
TOKEN = Viewer("bench", "", Role.CLERK, frozenset({Right.PUSH}), sources=frozenset({"radar"}))


def city() -> City:
    sites = [site(f"s{i}", "segment", "441802", length_km=1.0) for i in range(SITES)]
    spec = PushSpec.model_validate(SPEC)
    return tiny_city(
        metrics={"traffic.speed": metric("traffic.speed", unit="km/h", valid=[0, 200])},
        sites={one.id: one for one in sites},
        sources={"radar": spec},
    )


def bodies(records: int, rounds: int) -> Iterator[bytes]:
    """Every round other moments, `records` records of 500 sites each."""
    for number in range(rounds):
        start = NOW - timedelta(days=number + 1)
        lines = [
            json.dumps(
                {"time": (start + timedelta(seconds=i // SITES)).isoformat(), "site": f"s{i % SITES}", "speed": i % 120}
            )
            for i in range(records)
        ]
        yield "\n".join(lines).encode()


def server(store: Store, declared: City) -> FastAPI:
    services = SimpleNamespace(store=store, city=declared, live=SimpleNamespace(snapshot=None), now=lambda: NOW)
    app = FastAPI()
    errors.register(app)
    app.include_router(push.router(cast(Services, services)))
    return app


def mapped(declared: City, body: bytes) -> Batch:
    spec = cast(PushSpec, declared.sources["radar"])
    areas = frozenset({declared.adcode, *declared.districts})
    context = SourceContext(declared.metrics, declared.sites, cast(Any, None), {}, Path(), areas)
    return Mapper(spec, context).judged(entries(spec, NDJSON, body), NOW)[0]


async def pushed(client: httpx.AsyncClient, body: bytes, key: str) -> float:
    headers = {"Content-Type": NDJSON, "Idempotency-Key": key}
    begin = time.perf_counter()
    answer = await client.post("/observations", content=body, headers=headers)
    took = time.perf_counter() - begin
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == body.count(b"\n") + 1
    return took


def timed(step: Any, *given: Any) -> tuple[float, Any]:
    begin = time.perf_counter()
    made = step(*given)
    return time.perf_counter() - begin, made


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    declared = city()
    CURRENT.set(TOKEN)
    with tempfile.TemporaryDirectory() as folder:
        one, other = (open_store(f"sqlite:///{folder}/{name}.db") for name in ("push", "write"))
        transport = httpx.ASGITransport(server(one, declared))
        push_times, write_times = [], []
        async with httpx.AsyncClient(transport=transport, base_url="http://cockpit") as client:
            for number, body in enumerate(bodies(asked.records, asked.rounds + 1)):
                batch = mapped(declared, body)
                push_times.append(await pushed(client, body, str(number)))
                write_times.append(timed(other.write, batch)[0])
        told(asked.records, push_times[1:], write_times[1:])  # the first makes pages and the dictionary
        spec = cast(PushSpec, declared.sources["radar"])
        split, _ = timed(lambda: list(entries(spec, NDJSON, body)))
        whole, _ = timed(mapped, declared, body)
        print(f"of one push: splitting {split:.2f} s, mapping {whole - split:.2f} s")
        one.close()
        other.close()


def told(records: int, push_times: list[float], write_times: list[float]) -> None:
    push_time, write_time = median(push_times), median(write_times)
    print(f"push   {records / push_time:10,.0f} records/s ({push_time:.2f} s for {records:,})")
    print(f"write  {records / write_time:10,.0f} rows/s    ({write_time:.2f} s)")
    print(f"ratio  {write_time / push_time:10.2f}")


if __name__ == "__main__":
    asyncio.run(main())
