"""Processes to be killed, forked in no time: `python -m tests.killing.child SETUP` reads what to start, a line each.

`collector` is the real one with a source of every kind, `web` the API that is pushed to.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from access.viewer import CURRENT
from api import errors
from api.services import Services
from api.v1 import push
from datasources.kinds import KINDS
from domain.account import Right, Role, Viewer
from domain.city import City
from domain.errors import CockpitError
from domain.source import SourceSpec
from jobs.clock import utc_now
from jobs.collect import run_collector
from store import open_store
from tests.cities import metric, site, tiny_city

log = logging.getLogger("kills")
DEVICES = 3  # that report by HJ 212, and sites of the message broker and the push
SLICE = "0.4s"  # interval of the polls


@dataclass(frozen=True)
class Setup:
    """Where everything is: the store, a folder, and the ports of those who listen."""

    url: str
    folder: str
    hj212: int
    jt808: int
    mqtt: int
    http: int
    push: int

    def text(self) -> str:
        """For the command line."""
        return json.dumps(asdict(self))


class Nowhere:
    """No map: the sites are declared."""

    def to_wgs84(self, _crs: str, x: float, y: float) -> tuple[float, float]:
        """As it is."""
        return x, y

    def district_at(self, _lon: float, _lat: float) -> str | None:
        """Unknown."""
        return None


def city_of(setup: Setup) -> City:
    """A city with a source of every kind, each with a metric of its own."""
    demo = f"{setup.folder}/demo"
    plain = {"at": {"path": "time"}, "site": {"path": "site"}}
    listen = {"connections": 20, "per_address": 20}
    declared: dict[str, dict[str, Any]] = {
        "hj212": {
            "every": "1m", "metrics": {"k.hj212": "a34004"}, "listen": {"port": setup.hj212, **listen},
            "devices": {f"M{n}": f"hj212-{n}" for n in range(DEVICES)},
        },
        "jt808": {
            "every": "1m", "metrics": {"k.jt808": "online"}, "listen": {"port": setup.jt808, **listen},
            "terminals": {"144*": "jt808-0"},
        },
        "mqtt": plain | {
            "every": SLICE, "metrics": {"k.mqtt": "v"}, "url": f"mqtt://127.0.0.1:{setup.mqtt}", "topics": ["kills/#"],
            "client": "kills", "timeout": "2s",
        },
        "push": plain | {"every": "1m", "metrics": {"k.push": "v"}},
        "http_json": plain | {
            "every": SLICE, "metrics": {"k.http_json": "v"}, "url": f"http://127.0.0.1:{setup.http}/rows",
            "since": {"param": "since", "path": "n", "ascending": True, "start": "-1"},
        },
        "sql": plain | {
            "every": SLICE, "metrics": {"k.sql": "v"}, "url": f"sqlite:///{demo}/feed.db",
            "query": "select id, time, site, v from feed", "watermark": {"column": "id"},
        },
        "file": plain | {"every": SLICE, "metrics": {"k.file": "v"}, "folder": f"{demo}/drop", "settle": "0s"},
    }  # fmt: skip
    sources: dict[str, SourceSpec] = {
        key: KINDS[key][0].model_validate({"key": key, "kind": key, "department": "d"} | keys)
        for key, keys in declared.items()
    }
    sites = [site(f"{key}-{n}", "air", "441802") for key in declared for n in range(DEVICES)]
    metrics = {f"k.{key}": metric(f"k.{key}", unit="", every="1h") for key in declared}
    city = tiny_city(metrics=metrics, sites={one.id: one for one in sites}, sources=sources)
    return replace(city, spec=city.spec.model_copy(update={"demo": True}))


def collect(setup: Setup) -> None:
    """The collector, until it is killed or told to stop."""
    stop = asyncio.Event()

    async def main() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        with open_store(setup.url) as store:
            await run_collector(city_of(setup), store, Nowhere(), Path(setup.folder), {}, stop)

    asyncio.run(main())


def serve(setup: Setup) -> None:
    """The API that is pushed to."""
    viewer = Viewer("kills", "", Role.CLERK, frozenset({Right.PUSH}), sources=frozenset({"push"}))
    CURRENT.set(viewer)
    with open_store(setup.url) as store:
        nothing = SimpleNamespace(snapshot=None)
        services = SimpleNamespace(store=store, city=city_of(setup), live=nothing, now=utc_now)
        app = FastAPI()
        errors.register(app)
        app.include_router(push.router(cast(Services, services)))
        uvicorn.run(app, host="127.0.0.1", port=setup.push, log_level="error", lifespan="off")


WORKS = {"collector": collect, "web": serve}


def main() -> None:
    """Fork what is asked for, and say its number."""
    setup = Setup(**json.loads(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are nobody's
    for line in sys.stdin:
        number = os.fork()
        if number == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            logging.basicConfig(level=logging.WARNING, format=f"%(asctime)s {line.strip()} %(name)s %(message)s")
            try:
                WORKS[line.strip()](setup)
            except CockpitError as error:  # the store is away: whoever watches starts it again
                log.warning("cannot start: %s", error)
            finally:
                logging.shutdown()
                os._exit(0)
        print(number, flush=True)


if __name__ == "__main__":
    main()
