"""Orders through the API: who reads which, in pages, and without what is personal."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.v1.models import OrderPage, StepsPage
from api.v1.queries import OrderQuery
from domain.account import Reach, Role
from duty import orders
from duty.order_table import STATES, Given
from duty.orders import Wish
from tests.api.v1.conftest import HOUR, Desk, viewer
from tests.cities import EAST, NOW, WEST

ZONE = ZoneInfo("Asia/Shanghai")
UNIT, OTHER, THIRD = "市水利局", "市住建局", "市应急管理局"
SECRET = "请联系王小明13800138000"


def sent(desk: Desk, content: str = "排水", district: str = EAST, unit: str = UNIT, **more: Any) -> str:
    wish = Wish(unit, content, topic="water", district=district, **more)
    made = desk.services.store.duty.decide(orders.dispatch(wish, viewer(), NOW, ZONE), None, NOW)
    return made.dossiers[0].dossier.id


def step(desk: Desk, key: str, verb: str, **given: Any) -> None:
    decision = orders.step(key, verb, viewer(), Given(**given), NOW + HOUR, ZONE)
    desk.services.store.duty.decide(decision, None, NOW + HOUR)


def clerk(unit: str) -> Any:
    return viewer(Role.CLERK, department=unit)


async def ids(desk: Desk, **params: Any) -> list[str]:
    return [row["id"] for row in await desk.data("/orders", **params)]


async def test_open_orders_come_newest_first_and_finished_ones_when_asked_for(desk: Desk) -> None:
    first, second, third = (sent(desk) for _ in range(3))
    step(desk, second, "withdraw", words="重复")
    desk.clock[0] = NOW + 2 * HOUR
    answer = await desk.get("/orders")
    OrderPage.model_validate(answer.json())
    assert await ids(desk) == [third, first]
    assert await ids(desk, over=True) == [second]
    assert await ids(desk, over=True, until=NOW.isoformat()) == []


async def test_pages_fit_together(desk: Desk) -> None:
    made = [sent(desk, unit=(UNIT, OTHER)[i % 2]) for i in range(7)]
    desk.who = clerk(UNIT)
    seen, params = [], {"limit": 3}
    while True:
        answer = (await desk.get("/orders", params=params)).json()
        seen += [row["id"] for row in answer["data"]]
        if answer["next"] is None:
            break
        params["cursor"] = answer["next"]
    assert seen == made[::-2]


async def test_each_reads_what_he_reads_on_the_page(desk: Desk) -> None:
    east, west = sent(desk, helpers=(OTHER,)), sent(desk, district=WEST)
    desk.who = viewer(reach=Reach(districts=frozenset({WEST})))
    assert await ids(desk) == [west]
    for who, readable in (
        (clerk(OTHER), [east]),
        (clerk(THIRD), []),
        (viewer(Role.ADMIN), []),
        (viewer(Role.WALL), []),
    ):
        desk.who = who
        assert await ids(desk) == readable
        for key in (east, west):
            answer = await desk.get(f"/orders/{key}")
            assert answer.status_code == (200 if key in readable else 404)


async def test_what_is_personal_is_masked_and_nobody_is_named(desk: Desk) -> None:
    key = sent(desk, SECRET, helpers=(OTHER,))
    desk.who = viewer(Role.LEADER)
    for path in ("/orders", f"/orders/{key}"):
        text = (await desk.get(path)).text
        assert "13800138000" not in text
        assert "li.wei" not in text


async def test_an_order_tells_its_steps(desk: Desk) -> None:
    key = sent(desk)
    step(desk, key, "withdraw", words="重复")
    answer = await desk.get(f"/orders/{key}")
    StepsPage.model_validate(answer.json())
    assert answer.json()["order"]["state"] == "withdrawn"
    assert [(one["verb"], one["new"]) for one in answer.json()["data"]] == [
        ("dispatch", "dispatched"),
        ("withdraw", "withdrawn"),
    ]
    lines = (await desk.get(f"/orders/{key}", headers={"accept": "text/csv"})).text.splitlines()
    assert lines[0] == "at,verb,old,new"
    assert len(lines) == 3


async def test_what_makes_no_sense_is_refused_in_words(desk: Desk) -> None:
    sent(desk)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"cursor": "x"}, 422, "unknown_cursor"),
        ({"cursor": "WyJHRC0yMDI2LTEiXQ"}, 422, "unknown_cursor"),
        ({"unit": "无此局"}, 404, "unknown_unit"),
        ({"district": "999999"}, 404, "unknown_place"),
        ({"since": "2026-11-24T06:00:00"}, 422, "naive_time"),
        ({"over": True, "since": (NOW - timedelta(days=400)).isoformat()}, 422, "too_long"),
        ({"since": NOW.isoformat(), "until": (NOW - HOUR).isoformat()}, 422, "upside_down"),
        ({"state": "lost"}, 422, "invalid_request"),
    ]
    for params, status, code in cases:
        answer = await desk.get("/orders", params=params)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), params
    assert (await desk.get("/orders/GD-20261124-9999")).status_code == 404


def test_every_state_can_be_asked_for() -> None:
    for state in STATES:
        assert OrderQuery.model_validate({"state": state}).state == state
