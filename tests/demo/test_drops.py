from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from datasources.context import SourceContext
from datasources.kinds.file import FileSource, FileSpec
from datasources.mapping import Mapper
from demo.drops import Drops
from demo.present import Present
from domain.batch import Batch
from domain.source import Ask
from geo.places import CityPlaces
from tests.demo.conftest import NOW, load

DAY = 86_400


async def _poll(present: Present, source: str) -> list[Batch]:
    city = present.city
    spec = city.sources[source]
    assert isinstance(spec, FileSpec)
    context = SourceContext(
        city.metrics, city.sites, CityPlaces.of_city(city), {}, present.var, frozenset({city.adcode, *city.districts})
    )
    feed, now = FileSource(spec.model_copy(update={"settle": 0 * spec.settle}), context), present.now
    moment = datetime.fromtimestamp(now, UTC)
    mapper = Mapper(spec, context)
    batches = []
    async for page in feed.fetch(Ask(moment)):
        batches.append(mapper.batch(page, moment))
        await feed.acknowledge(page)
    return batches


def _present(tmp_path: Path, moment: list[int]) -> Present:
    return Present(load(tmp_path), tmp_path, lambda: datetime.fromtimestamp(moment[0], UTC))


async def test_every_report_is_read_and_moved_aside(tmp_path: Path) -> None:
    moment = [NOW]
    present = _present(tmp_path, moment)
    drops = Drops(present)
    assert drops.update() > 40
    for source, folder in (("water_sections", "water"), ("digital", "digital")):
        batches = await _poll(present, source)
        told = Counter(o.metric for b in batches for o in b.observations)
        assert set(told) == set(present.city.sources[source].metrics)
        assert all("999999" in r.reason or "1e+06" in r.reason for b in batches for r in b.rejects)
        assert list((tmp_path / "drop" / folder).glob("*.*")) == []
        assert not (tmp_path / "drop" / folder / "bad").exists()


async def test_water_sections_come_in_gb18030_with_marks_and_a_line_sent_twice(tmp_path: Path) -> None:
    present = _present(tmp_path, [NOW])
    Drops(present).update()
    files = sorted((tmp_path / "drop" / "water").glob("section_*.csv"))
    assert "断面编号" in files[0].read_bytes().decode("gb18030")
    text = "".join(f.read_bytes().decode("gb18030") for f in files)
    assert "--" in text or "*" in text
    batches = await _poll(present, "water_sections")
    assert sum(b.duplicates for b in batches) == len(files)
    phosphorus = [o.value for b in batches for o in b.observations if o.metric == "water.tp" and o.value is not None]
    assert 0.005 < max(phosphorus) < 0.5


async def test_the_monthly_report_comes_on_the_eighteenth(tmp_path: Path) -> None:
    moment = [int(datetime(2026, 11, 17, 23, 0, tzinfo=UTC).timestamp())]
    present = _present(tmp_path, moment)
    drops = Drops(present)
    drops.update()
    await _poll(present, "economy")
    moment[0] += 3 * 3600
    drops.update()
    batches = await _poll(present, "economy")
    told = {o.metric: o for b in batches for o in b.observations}
    assert set(told) == set(present.city.sources["economy"].metrics)
    assert 1500 < (told["economy.gdp_ytd"].value or 0) < 2500
    assert told["economy.gdp_ytd"].at == datetime(2026, 10, 31, 15, 59, tzinfo=UTC)


def test_a_restart_sends_nothing_twice(tmp_path: Path) -> None:
    moment = [NOW]
    present = _present(tmp_path, moment)
    Drops(present).update()
    assert Drops(present).update() == 0
    moment[0] += DAY
    assert 20 < Drops(present).update() < 40
