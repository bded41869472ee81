from datetime import UTC, datetime
from pathlib import Path

import pytest

from datasources.context import SourceContext
from datasources.kinds.sql import SqlSource, SqlSpec
from datasources.mapping import Mapper
from demo.hotline import HotlineDatabase
from demo.present import Present, switch
from domain.batch import Batch
from domain.source import Ask
from geo.places import CityPlaces
from tests.demo.conftest import NOW, load


async def _poll(present: Present, source: str, cursor: str | None) -> list[Batch]:
    city = present.city
    spec = city.sources[source]
    assert isinstance(spec, SqlSpec)
    context = SourceContext(
        city.metrics, city.sites, CityPlaces.of_city(city), {}, present.var, frozenset({city.adcode, *city.districts})
    )
    feed, now = SqlSource(spec, context), datetime.fromtimestamp(present.now, UTC)
    mapper = Mapper(spec, context)
    try:
        return [mapper.batch(page, now) async for page in feed.fetch(Ask(now, cursor))]
    finally:
        await feed.close()


@pytest.mark.parametrize("source", ["hotline", "hotline_orders"])
async def test_the_source_reads_what_the_hotline_wrote_once(source: str, tmp_path: Path) -> None:
    moment = [NOW]
    present = Present(load(tmp_path), tmp_path, lambda: datetime.fromtimestamp(moment[0], UTC))
    database = HotlineDatabase(present)
    assert database.update() > 4000
    assert database.update() == 0
    batches = await _poll(present, source, None)
    assert sum(len(b.rejects) for b in batches) == 0
    assert {o.metric for b in batches for o in b.observations} == set(present.city.sources[source].metrics)
    cursor = batches[-1].cursor
    assert await _poll(present, source, cursor) == []
    moment[0] = NOW + 3600
    database.update()
    news = await _poll(present, source, cursor)
    assert news
    told = {(o.metric, o.site, o.at): o.value for b in batches for o in b.observations}
    again = [o for b in news for o in b.observations if told.get((o.metric, o.site, o.at)) == o.value]
    assert len(again) < 0.05 * sum(len(b.observations) for b in news)
    database.close()


def test_during_an_outage_nothing_is_added_and_afterwards_the_gap(tmp_path: Path) -> None:
    moment = [NOW]
    present = Present(load(tmp_path), tmp_path, lambda: datetime.fromtimestamp(moment[0], UTC))
    database = HotlineDatabase(present)
    database.update()
    switch(tmp_path, "feed_outage", datetime.fromtimestamp(NOW, UTC))
    present.refresh()
    moment[0] += 1800
    assert database.update() == 0
    switch(tmp_path, "normal", datetime.fromtimestamp(moment[0], UTC))
    present.refresh()
    assert database.update() >= 6 * 8 - 4
    database.close()
