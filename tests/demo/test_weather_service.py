"""The weather service's warnings: issued where it rains, raised, lifted, and read by the kind that reads real ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds.cap import CapSource, CapSpec
from datasources.mapping import map_page
from demo import weather_service
from demo.departments import ENVIRONMENT
from demo.present import Present, switch
from demo.servers import app
from domain.city import City
from domain.incident import Incident
from domain.source import Ask
from tests.demo.conftest import NOW


class NoPlaces:
    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        return x, y

    def district_at(self, lon: float, lat: float) -> str | None:
        return None


class Service:
    """The rainstorm from `NOW` on, seen so many hours later."""

    def __init__(self, city: City, var: Path) -> None:
        self.moment = datetime.fromtimestamp(NOW, UTC)
        switch(var, "rainstorm", self.moment)
        self.present = Present(city, var, lambda: self.moment)
        areas = frozenset({city.adcode, *city.districts})
        context = SourceContext(city.metrics, city.sites, NoPlaces(), {}, var, areas, Guard(loopback=True))
        spec = city.sources["warnings"]
        assert isinstance(spec, CapSpec)
        self.context = context
        self.source = CapSource(spec, context, httpx.ASGITransport(app(ENVIRONMENT, self.present)))
        self.cursor: str | None = None

    async def poll(self, hours: float) -> dict[str, Incident]:
        self.moment = datetime.fromtimestamp(NOW, UTC) + timedelta(hours=hours)
        told: dict[str, Incident] = {}
        async for page in self.source.fetch(Ask(self.moment, self.cursor)):
            batch = map_page(self.source.spec, page, self.context, self.moment)
            assert batch.rejects == ()
            told |= {one.id: one for one in batch.incidents}
            self.cursor = page.cursor or self.cursor
        return told


async def test_a_rainstorm_brings_warnings_that_rise_and_are_lifted(city: City, tmp_path: Path) -> None:
    service = Service(city, tmp_path)
    raining = {key: one for key, one in (await service.poll(3)).items() if one.status == "open"}
    assert raining
    assert {one.kind for one in raining.values()} == {"official_warning"}
    assert {one.detail["颜色"] for one in raining.values()} <= {"黄色", "橙色", "红色"}
    assert all(one.district in city.districts for one in raining.values())
    over = await service.poll(16)
    assert {one.status for key, one in over.items() if key in raining} == {"closed"}


def test_every_message_but_the_first_of_a_rain_refers_to_the_one_before(city: City, tmp_path: Path) -> None:
    service = Service(city, tmp_path)
    service.moment += timedelta(hours=12)
    issued = weather_service.issues(service.present)
    known = {one.id for one in issued}
    assert len(known) == len(issued)
    assert all(one.before in known for one in issued if one.before)
    assert all(one.before for one in issued if not one.level)
