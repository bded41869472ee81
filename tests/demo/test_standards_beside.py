"""Wells, street lights, the next city, a model and a seismological service: read by the cockpit's own kinds, over HTTP."""

from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from demo import context_broker, forecasts, observations, quakes
from demo.departments import EMERGENCY, ENVIRONMENT, GOVERNANCE, Department
from demo.present import Present, switch
from demo.servers import app
from domain.city import City
from domain.observation import Quality
from domain.source import Ask
from tests.demo.conftest import NOW, START, Clock
from tests.demo.test_feeds_beside import Reader

HOUR = timedelta(hours=1)


def transport(department: Department, present: Present) -> httpx.ASGITransport:
    return httpx.ASGITransport(app(department, present))


async def asked(department: Department, present: Present, path: str, **params: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=transport(department, present), base_url="http://dept") as client:
        return await client.get(path, params=params)


async def test_wells_are_read_page_by_page_and_go_on_where_they_ended(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    reader = Reader(city, tmp_path, "wells", transport(EMERGENCY, present))
    pages, said = [], 0
    async for page in reader.source.fetch(Ask(clock.now)):
        batch = reader.mapper.batch(page, clock.now)
        pages.append(page)
        said += len(batch.observations)
        reader.cursor = page.cursor
    wells = {site.id for site in city.sites.values() if site.kind == "well"}
    assert len(pages) > 2
    assert said > 40 * len(wells)  # two days of hours, but for what came late
    clock.now += HOUR
    again = await reader.poll(clock.now)
    assert {one.key.site for one in again.observations} == wells
    assert all(clock.now - 3 * HOUR < one.at <= clock.now for one in again.observations)


@pytest.mark.parametrize("wrong", [{"$filter": "result gt 3"}, {"$filter": "phenomenonTime gt noon"}, {"$top": "-1"}])
async def test_a_question_the_wells_server_does_not_understand_is_refused(
    present: Present, wrong: dict[str, str]
) -> None:
    answer = await asked(EMERGENCY, present, observations.PATH, **wrong)
    assert answer.status_code == 400
    assert answer.json()["message"]


async def test_every_street_light_cabinet_is_an_entity_of_the_broker(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    clock.now = START.replace(hour=13)  # nine in the evening
    reader = Reader(city, tmp_path, "street_lights", transport(GOVERNANCE, present))
    pages = [page async for page in reader.source.fetch(Ask(clock.now))]
    told = [one for page in pages for one in reader.mapper.batch(page, clock.now).observations]
    cabinets = {site.id for site in city.sites.values() if site.kind == "lamps"}
    assert len(pages) == 2  # ten a page
    assert {one.key.site for one in told} == cabinets
    assert {one.key.metric for one in told} == {"lights.ready", "lights.power"}
    assert all(one.value and one.value > 5 for one in told)
    for wrong in ({}, {"type": context_broker.TYPE, "limit": "0"}):
        assert (await asked(GOVERNANCE, present, context_broker.PATH, **wrong)).status_code == 400
    assert (await asked(GOVERNANCE, present, context_broker.PATH, type="Elephant")).json() == []


async def test_the_next_citys_ozone_comes_as_ppm_and_is_kept_as_mass(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    reader = Reader(city, tmp_path, "neighbour_air", transport(ENVIRONMENT, present))
    told = {one.key.metric: one for one in (await reader.poll(clock.now)).observations}
    record = max(present.publisher.records("neighbour_air", (NOW - 7200) * 10_000, NOW), key=lambda one: one.at)
    assert told["neighbour.pm25"].value == record.values["neighbour.pm25"]
    assert told["neighbour.o3"].value == pytest.approx(record.values["neighbour.o3"], abs=0.05)
    assert (await asked(ENVIRONMENT, present, "/openaq/v3/locations/1/latest")).status_code == 404


async def test_the_models_figures_are_told_up_to_now_and_marked(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    reader = Reader(city, tmp_path, "model_weather", transport(ENVIRONMENT, present))
    told = (await reader.poll(clock.now)).observations
    assert {one.key.metric for one in told} == {"model.temp", "model.rain"}
    assert max(one.at for one in told) == clock.now.replace(minute=0, second=0)
    assert {one.quality for one in told} == {Quality.SUSPECT}
    own = {
        one.at: one.values["model.temp"]
        for one in present.publisher.records("model_weather", (NOW - 7200) * 10_000, NOW)
    }
    live = {int(one.at.timestamp()): one.value for one in told if one.key.metric == "model.temp"}
    assert own.items() <= live.items()  # the history tells the same


@pytest.mark.parametrize(
    "wrong", [{}, {"latitude": "95", "longitude": "0"}, {"hourly": "moonlight"}, {"timezone": "Mars/Phobos"}]
)
async def test_a_question_the_model_does_not_answer_has_its_reason(present: Present, wrong: dict[str, str]) -> None:
    answer = await asked(ENVIRONMENT, present, forecasts.PATH, **wrong)
    assert answer.status_code == 400
    assert answer.json()["reason"]


async def test_a_near_quake_is_an_incident_that_is_revised_and_others_are_left_out(
    city: City, present: Present, clock: Clock, tmp_path: Path
) -> None:
    month = list(quakes.events(present, NOW, NOW + 90 * 86_400))
    felt = [one for one in month if one.kind == "earthquake" and one.away <= 300 and one.mag >= 2.6]
    assert 3 <= len(felt) < len(month) / 2
    first = felt[0]
    reader = Reader(city, tmp_path, "quakes", transport(EMERGENCY, present))
    clock.now = START + timedelta(seconds=first.at - NOW + 180)
    early = next(one for one in (await reader.poll(clock.now)).incidents if one.at == _at(first.at))
    assert (early.kind, early.status) == ("earthquake", "open")
    assert "演示数据" in early.title
    assert abs(int(early.detail["距市中心（公里）"]) - first.away) < 5
    clock.now += HOUR
    later = next(one for one in (await reader.poll(clock.now)).incidents if one.id == early.id)
    assert later.updated > early.updated
    assert f"M {first.mag}" in later.title


def test_nothing_near_shakes_in_the_quiet_scenario(present: Present, tmp_path: Path) -> None:
    switch(tmp_path, "quiet", START)
    present.refresh()
    shaken = list(quakes.events(present, NOW, NOW + 10 * 86_400))
    assert [one for one in shaken if one.away <= 300 and one.mag >= 2.5 and one.kind == "earthquake"] == []


def _at(t: int) -> datetime:
    return START + timedelta(seconds=t - NOW)
