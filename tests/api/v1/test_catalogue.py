import csv
import io
import json
from typing import Any

import pytest

from api.v1.models import LayerPage, MetricPage, SeriesPage, SitePage
from domain.account import Reach, Role
from tests.api.v1.conftest import Desk, observed, viewer
from tests.cities import CITY, EAST, WEST

TOPICS = Reach(topics=frozenset({"environment"}))
DISTRICT = Reach(districts=frozenset({WEST}))


async def test_metrics_say_what_a_number_means(desk: Desk) -> None:
    (pm25,) = [row for row in await desk.data("/metrics") if row["key"] == "air.pm25"]
    assert pm25["unit"] == "µg/m³"
    assert pm25["every_s"] == 3600
    assert pm25["stale_after_s"] is None
    assert pm25["better"] == "lower"


async def test_every_answer_has_the_described_shape(desk: Desk) -> None:
    desk.write(observed("air.pm25", "air-1", 12.0))
    for path, model in (
        ("/metrics", MetricPage),
        ("/sites", SitePage),
        ("/series", SeriesPage),
        ("/layers", LayerPage),
    ):
        answer = await desk.get(path)
        assert model.model_validate(answer.json()).model_dump(mode="json")["data"] == answer.json()["data"]  # type: ignore[attr-defined]


async def test_pages_hold_every_item_once_and_link_to_the_next(desk: Desk) -> None:
    whole = [row["id"] for row in await desk.data("/sites")]
    assert whole == sorted(desk.services.city.sites)
    seen: list[str] = []
    path = "/sites?limit=3"
    while path:
        answer = await desk.get(path)
        seen += [row["id"] for row in answer.json()["data"]]
        link = answer.headers.get("link", "")
        path = link.partition(">")[0].removeprefix("</api/v1")
        assert bool(path) == (answer.json()["next"] is not None)
    assert seen == whole


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "WzFd", "W10", "WyJhIiwiYiJd", "ü", "A" * 900])
async def test_a_cursor_of_another_list_is_refused(desk: Desk, cursor: str) -> None:
    answer = await desk.get("/sites", params={"cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "unknown_cursor"


async def test_filters_narrow_and_unknown_names_are_refused(desk: Desk) -> None:
    assert [row["id"] for row in await desk.data("/sites", kind="air", district=WEST)] == ["air-3"]
    assert {row["topic"] for row in await desk.data("/metrics", topic="environment")} == {"environment"}
    for path in ("/sites?distict=441802", "/metrics?topic=weather", "/sites?limit=0", "/sites?limit=1001"):
        answer = await desk.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")
    for path in ("/sites?district=110000", "/series?district=110000", "/series?metric=air.pm3"):
        assert (await desk.get(path)).status_code == 404


async def test_series_name_what_holds_values(desk: Desk) -> None:
    desk.write(observed("air.pm25", "air-1", 12.0), observed("service.cases", CITY, 3.0))
    found = await desk.data("/series")
    assert [(r["metric"], r["site"], r["district"], r["unit"]) for r in found] == [
        ("air.pm25", "air-1", EAST, "µg/m³"), ("service.cases", CITY, "", "件"),
    ]  # fmt: skip
    assert [r["series"] for r in await desk.data("/series", metric=["air.pm25"])] == [found[0]["series"]]
    assert [r["site"] for r in await desk.data("/series", district=EAST)] == ["air-1"]
    assert [r["site"] for r in await desk.data("/series", site=[CITY])] == [CITY]


async def test_topics_bound_what_there_is(desk: Desk) -> None:
    desk.write(observed("air.pm25", "air-1", 12.0), observed("service.cases", EAST, 3.0))
    desk.who = viewer(Role.CLERK, TOPICS)
    assert {row["topic"] for row in await desk.data("/metrics")} == {"environment"}
    assert {row["kind"] for row in await desk.data("/sites")} == {"air"}
    assert [row["metric"] for row in await desk.data("/series")] == ["air.pm25"]
    hidden, unknown = [await desk.get(f"/series?metric={key}") for key in ("service.cases", "service.nothing")]
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.text == unknown.text.replace("service.nothing", "service.cases")


async def test_districts_bound_what_there_is(desk: Desk) -> None:
    desk.write(
        observed("air.pm25", "air-1", 12.0), observed("air.pm25", "air-3", 7.0), observed("service.cases", CITY, 3.0)
    )
    desk.who = viewer(Role.CLERK, DISTRICT)
    assert {row["district"] for row in await desk.data("/sites")} == {WEST}
    assert [row["site"] for row in await desk.data("/series")] == ["air-3"]
    assert (await desk.get(f"/sites?district={EAST}")).status_code == 404


async def test_strangers_and_programs_that_only_push_read_nothing(desk: Desk) -> None:
    desk.who = None
    for path in ("/metrics", "/sites", "/series", "/layers", "/layers/districts"):
        answer = await desk.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed_out")
    who = viewer(Role.CLERK, sources=frozenset({"x"}))
    desk.who = type(who)(**{name: getattr(who, name) for name in who.__slots__} | {"rights": frozenset()})
    assert (await desk.get("/metrics")).json()["error"]["code"] == "forbidden"


async def test_a_list_comes_as_csv_when_asked(desk: Desk) -> None:
    answer = await desk.get("/sites", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    table = list(csv.DictReader(io.StringIO(answer.text)))
    rows = await desk.data("/sites")
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    road = next(row for row in table if row["id"] == "road-2")
    assert json.loads(road["facts"]) == {"length_km": 3.0}
    assert road["illustrative"] == "false"


async def test_places_come_as_geojson_when_asked(desk: Desk) -> None:
    answer = await desk.get("/sites?kind=air", headers={"Accept": "application/geo+json"})
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert body["features"][0]["geometry"] == {"type": "Point", "coordinates": [113.0, 23.7]}
    assert body["features"][0]["properties"]["name"] == "air-1"


@pytest.mark.parametrize(
    ("accept", "got"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/*", "text/csv; charset=utf-8; header=present"),
        ("application/json;q=0.5, text/csv", "text/csv; charset=utf-8; header=present"),
        ("text/csv;q=0, application/*", "application/json"),
        ("application/geo+json;q=0.9, application/json;q=0.1", "application/geo+json"),
    ],
)
async def test_the_client_s_wish_is_weighed(desk: Desk, accept: str, got: str) -> None:
    assert (await desk.get("/sites", headers={"Accept": accept})).headers["content-type"] == got


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "text/csv;q=x, image/*"])
async def test_what_is_not_offered_is_refused(desk: Desk, accept: str) -> None:
    answer = await desk.get("/metrics", headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json()["error"]["offered"] == ["application/json", "text/csv"]


async def test_an_unchanged_answer_is_not_sent_again(desk: Desk) -> None:
    first = await desk.get("/metrics")
    again = await desk.get("/metrics", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for known in (f'"x", W/{first.headers["etag"]}', "*"):
        assert (await desk.get("/metrics", headers={"If-None-Match": known})).status_code == 304
    other = await desk.get("/metrics?topic=water", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    assert "private" in first.headers["cache-control"]


async def test_layers_are_listed_and_served(desk: Desk) -> None:
    (layer,) = await desk.data("/layers")
    assert layer["licence"] == "CC0"
    answer = await desk.get(layer["href"].removeprefix("/api/v1"))
    assert answer.headers["content-type"] == "application/geo+json"
    body: Any = answer.json()
    assert len(body["features"]) == 2
    assert (await desk.get("/layers/nothing")).json()["error"]["code"] == "unknown_layer"
