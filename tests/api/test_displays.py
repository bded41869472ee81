"""A wall reports itself and hears what it shall show."""

from typing import Any

import httpx
import pytest

from api.arrival import CSRF_HEADER
from domain.account import Role
from snapshot.displays import Orders
from tests.api.conftest import Web

TOLD = {"name": "left", "scene": "overview", "fps": 60, "heap": 120, "age": 1, "uptime": 30, "size": "1920×1080"}


async def report(web: Web, told: dict[str, Any], *, proof: bool = True) -> httpx.Response:
    async with web.client(Role.WALL) as client:
        if not proof:
            del client.headers[CSRF_HEADER]
        return await client.post("/wall/beat", json=told)


async def test_a_report_is_kept_under_the_walls_login_and_answered_with_its_orders(web: Web) -> None:
    first = await report(web, TOLD)
    assert first.status_code == 200
    assert first.json() == {"scene": "", "until": "", "message": "", "reload": ""}
    (one,) = web.services.displays.all()
    assert one.id.endswith("/left")
    assert one.facts["scene"] == "overview"
    web.services.displays.order(one.id, Orders("traffic", message="防汛Ⅲ级响应"))
    told = (await report(web, TOLD)).json()
    assert (told["scene"], told["message"]) == ("traffic", "防汛Ⅲ级响应")


@pytest.mark.parametrize("more", [{"name": "x" * 41}, {"fps": -1}, {"heap": 1e13}, {"password": "x"}, {"scene": 7}])
async def test_what_is_no_report_is_refused(web: Web, more: dict[str, object]) -> None:
    assert (await report(web, TOLD | more)).status_code == 422
    assert web.services.displays.all() == []


async def test_without_the_pages_proof_nobody_reports(web: Web) -> None:
    assert (await report(web, TOLD, proof=False)).status_code == 403
