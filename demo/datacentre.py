"""The government cloud: how its sites are doing, as an exporter's page in Prometheus' text format."""

from typing import Final

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.present import Present
from demo.rhythm import HOUR
from demo.routing import Guard

PATH: Final = "/metrics"
KIND: Final = "datacentre"
_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_LONGEST: Final = (
    HOUR  # of a gap between two scrapes whose traffic is counted; longer, and the exporter has started anew
)
_BYTES: Final = 125_000  # a second of one Mbit/s


class Exporter:
    """Its counters grow from scrape to scrape, and begin at zero when the process does."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._bytes: dict[str, float] = {}
        self._looked = 0

    def page(self) -> str:
        """The samples of now."""
        world, now = self._present.publisher.world, self._present.now
        group, t = world.group(KIND), np.array([[now]], dtype=np.int64)
        passed = now - self._looked if 0 < now - self._looked <= _LONGEST else 0
        self._looked = now
        lines = [
            "# TYPE cloud_memory_used_ratio gauge",
            "# TYPE cloud_storage_used_ratio gauge",
            "# TYPE cloud_network_receive_bytes_total counter",
        ]
        used, full, flow = (world.values(m, group, t)[:, 0] for m in ("cloud.memory", "cloud.storage", "cloud.traffic"))
        for name, memory_, disk, rate in zip(group.names, used, full, flow, strict=True):
            self._bytes[name] = self._bytes.get(name, 0.0) + float(rate) * _BYTES * passed
            lines += [
                f'cloud_memory_used_ratio{{site="{name}"}} {memory_ / 100:.4f}',
                f'cloud_storage_used_ratio{{site="{name}"}} {disk / 100:.4f}',
                *(
                    f'cloud_network_receive_bytes_total{{site="{name}",device="{device}"}} {self._bytes[name] * part:.0f}'
                    for device, part in (("eth0", 0.7), ("eth1", 0.3))
                ),
            ]
        return "\n".join(lines) + "\n"


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The exporter's page; `guarded` wraps a handler with what may stop the department."""
    exporter = Exporter(present)

    async def scraped(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
        return Response(exporter.page(), media_type=_TYPE)

    return [Route(PATH, guarded(scraped))]
