from datetime import timedelta
from typing import Any

import pytest

from api.v1.models import IncidentPage, LatestPage, ValuesPage
from domain.account import Reach, Role
from domain.observation import Quality
from store.moment import from_ms, to_ms
from tests.api.v1.conftest import HOUR, Desk, incident, observed, viewer
from tests.cities import CITY, EAST, NOW, WEST

MINUTE = timedelta(minutes=1)


def z(moment: Any) -> str:
    return str(moment.isoformat().replace("+00:00", "Z"))


async def test_latest_holds_each_series_newest_value(desk: Desk) -> None:
    desk.write(observed("air.pm25", "air-1", 12.0, NOW - HOUR), observed("air.pm25", "air-1", 14.5))
    desk.write(observed("air.pm25", "air-3", None, quality=Quality.MISSING))
    answer = await desk.get("/latest")
    first, second = answer.json()["data"]
    assert (first["site"], first["value"], first["quality"], first["at"]) == ("air-1", 14.5, "good", z(NOW))
    assert (second["value"], second["quality"]) == (None, "missing")
    LatestPage.model_validate(answer.json())


async def test_latest_can_be_asked_for_what_came_since(desk: Desk) -> None:
    desk.write(observed("air.pm25", "air-1", 12.0, NOW - HOUR), observed("air.pm25", "air-3", 9.0))
    assert [r["site"] for r in await desk.data("/latest", since=z(NOW))] == ["air-3"]
    refused = await desk.get("/latest?since=2026-11-24T06:00:00")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "naive_time")


async def test_latest_obeys_the_reach(desk: Desk) -> None:
    desk.write(*(observed("air.pm25", site, 5.0) for site in ("air-1", "air-3")), observed("service.cases", CITY, 1.0))
    desk.who = viewer(Role.CLERK, Reach(districts=frozenset({WEST})))
    assert [r["site"] for r in await desk.data("/latest")] == ["air-3"]
    desk.who = viewer(Role.CLERK, Reach(topics=frozenset({"service"})))
    assert [r["metric"] for r in await desk.data("/latest")] == ["service.cases"]


async def test_values_of_a_series_come_in_order_and_in_pages(desk: Desk) -> None:
    desk.write(*(observed("air.pm25", "air-1", float(i), NOW - i * HOUR) for i in range(50)))
    desk.write(*(observed("air.pm25", "air-3", 1.0, NOW - i * HOUR) for i in range(50)))
    number = (await desk.data("/series", site=["air-1"]))[0]["series"]
    params: dict[str, Any] = {"from": z(NOW - 40 * HOUR), "to": z(NOW), "limit": 7}
    seen: list[float] = []
    while True:
        answer = (await desk.get(f"/series/{number}", params=params)).json()
        ValuesPage.model_validate(answer)
        seen += [row["value"] for row in answer["data"]]
        if answer["next"] is None:
            break
        params["cursor"] = answer["next"]
    assert seen == [float(i) for i in range(40, 0, -1)]
    assert answer["series"]["site"] == "air-1"


async def test_values_fold_into_hours_and_days(desk: Desk) -> None:
    start = from_ms(to_ms(NOW) // 3_600_000 * 3_600_000)
    desk.write(*(observed("air.pm25", "air-1", float(i), start - i * 10 * MINUTE) for i in range(1, 19)))
    number = (await desk.data("/series"))[0]["series"]
    hours = await desk.data(f"/series/{number}", step="hour")
    assert [(row["n"], row["mean"], row["seconds"]) for row in hours] == [
        (6, 15.5, 3600),
        (6, 9.5, 3600),
        (6, 3.5, 3600),
    ]
    day = (await desk.get(f"/series/{number}", params={"step": "day", "from": z(NOW - 48 * HOUR)})).json()
    assert [(row["n"], row["sum"], row["seconds"]) for row in day["data"]] == [(18, 171.0, 86400)]
    cut = await desk.data(f"/series/{number}", step="hour", limit=1, **{"from": z(start - 3 * HOUR + MINUTE)})
    assert [row["at"] for row in cut] == [z(start - 2 * HOUR)]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"from": "2026-11-20T00:00:00Z", "to": "2026-11-19T00:00:00Z"}, "upside_down"),
        ({"from": "2026-11-01T00:00:00Z"}, "too_long"),
        ({"from": "2026-01-01T00:00:00Z", "step": "hour"}, "too_long"),
        ({"from": "2026-11-24T00:00:00"}, "naive_time"),
        ({"to": "0001-01-01T00:00:00Z"}, "out_of_range"),
        ({"to": "9999-12-31T23:59:59Z"}, "out_of_range"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "out_of_range"),
        ({"from": "yesterday"}, "invalid_request"),
        ({"step": "week"}, "invalid_request"),
        ({"cursor": "bm9uZQ"}, "unknown_cursor"),
    ],
)
async def test_spans_that_make_no_sense_are_refused(desk: Desk, params: dict[str, str], code: str) -> None:
    desk.write(observed("air.pm25", "air-1", 1.0))
    answer = await desk.get("/series/1", params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_a_series_out_of_reach_is_unknown(desk: Desk) -> None:
    desk.write(observed("air.pm25", "air-1", 1.0))
    desk.who = viewer(Role.CLERK, Reach(districts=frozenset({WEST})))
    hidden, unknown = await desk.get("/series/1"), await desk.get("/series/99")
    assert hidden.status_code == unknown.status_code == 404
    assert (await desk.get("/series/99999999999")).status_code == 422


async def test_incidents_are_told_as_known_at_a_moment(desk: Desk) -> None:
    closed = incident("2", status="closed", at=NOW - 50 * HOUR, updated=NOW - 49 * HOUR, received=NOW - 49 * HOUR)
    desk.write(incidents=(incident("1"), closed, incident("3", WEST, at=NOW - 2 * HOUR)))
    answer = await desk.get("/incidents")
    IncidentPage.model_validate(answer.json())
    assert [row["id"] for row in answer.json()["data"]] == ["1", "3"]
    assert [r["id"] for r in await desk.data("/incidents", since=z(NOW - 60 * HOUR), status="closed")] == ["2"]
    assert await desk.data("/incidents", at=z(NOW - 55 * HOUR)) == []
    assert [r["id"] for r in await desk.data("/incidents", district=WEST)] == ["3"]


async def test_incidents_come_in_pages(desk: Desk) -> None:
    desk.write(incidents=tuple(incident(str(i), at=NOW - i % 3 * HOUR) for i in range(10)))
    whole = [row["id"] for row in await desk.data("/incidents")]
    first = (await desk.get("/incidents?limit=6")).json()
    second = (await desk.get("/incidents", params={"limit": 6, "cursor": first["next"]})).json()
    assert [row["id"] for row in first["data"] + second["data"]] == whole
    assert second["next"] is None


async def test_incidents_come_as_geojson_when_asked(desk: Desk) -> None:
    desk.write(incidents=(incident("1"), incident("2", lon=None, lat=None)))
    body = (await desk.get("/incidents", headers={"Accept": "application/geo+json"})).json()
    assert [f["geometry"] for f in body["features"]] == [{"type": "Point", "coordinates": [113.0, 23.7]}, None]


async def test_incidents_obey_the_reach(desk: Desk) -> None:
    desk.write(incidents=(incident("1"), incident("2", WEST), incident("3", "")))
    desk.who = viewer(Role.DUTY, Reach(districts=frozenset({EAST})))
    assert [r["id"] for r in await desk.data("/incidents")] == ["1"]
    desk.who = viewer(Role.DUTY, Reach(topics=frozenset({"environment"})))
    assert await desk.data("/incidents") == []


async def test_personal_data_is_masked_for_those_who_may_not_read_it(desk: Desk) -> None:
    desk.write(incidents=(incident("1"),))
    assert "13800138000" in (await desk.get("/incidents")).text
    for role in (Role.LEADER, Role.WALL, Role.ADMIN):
        desk.who = viewer(role)
        for accept in ("application/json", "text/csv", "application/geo+json"):
            text = (await desk.get("/incidents", headers={"Accept": accept})).text
            assert "13800138000" not in text
            assert "王小明" not in text
