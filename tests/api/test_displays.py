"""A wall reports itself and hears what it shall show."""

from base64 import b64encode
from typing import Any

import httpx
import pytest

from api.arrival import CSRF_HEADER
from api.displays import MOST
from domain.account import Role
from snapshot.displays import Displays, Orders
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
    assert first.json() == {"scene": "", "until": "", "message": "", "reload": "", "picture": False}
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


JPEG = b"\xff\xd8\xff" + b"x" * 50 + b"\xff\xd9"


async def ask(web: Web) -> Displays:
    """A wall that somebody asks for its picture."""
    await report(web, TOLD)
    walls = web.services.displays
    (one,) = walls.all()
    walls.order(one.id, Orders(picture=web.services.now()))
    return walls


async def send(web: Web, image: bytes | str) -> httpx.Response:
    text = image if isinstance(image, str) else b64encode(image).decode()
    async with web.client(Role.WALL) as client:
        return await client.post("/wall/picture", json={"name": "left", "image": text})


async def test_the_picture_that_was_asked_for_is_shown_to_those_who_run_the_walls_only(web: Web) -> None:
    walls = await ask(web)
    assert (await report(web, TOLD)).json()["picture"] is True
    assert (await send(web, JPEG)).status_code == 200
    assert (await report(web, TOLD)).json()["picture"] is False
    where = {"wall": walls.all()[0].id}
    async with web.client(Role.ADMIN) as client:
        shown = await client.get("/walls/picture", params=where)
        assert (shown.content, shown.headers["content-type"]) == (JPEG, "image/jpeg")
        assert (await client.get("/walls/picture", params={"wall": "nobody"})).status_code == 404
    async with web.client(Role.WALL) as client:
        assert (await client.get("/walls/picture", params=where)).status_code == 403


@pytest.mark.parametrize("image", ["no base64!", "图", b"<script>", JPEG[:3] + b"x" * MOST + JPEG[-2:]])
async def test_what_is_no_small_jpeg_is_refused_and_the_wall_stays_asked(web: Web, image: bytes | str) -> None:
    walls = await ask(web)
    assert (await send(web, image)).status_code == 422
    assert walls.all()[0].is_asked


async def test_a_picture_that_nobody_asked_for_is_refused(web: Web) -> None:
    await report(web, TOLD)
    assert (await send(web, JPEG)).status_code == 409


async def test_a_browser_that_makes_no_picture_says_so(web: Web) -> None:
    walls = await ask(web)
    assert (await send(web, b"")).status_code == 200
    (one,) = walls.all()
    assert (one.is_asked, one.size, one.pictured is None) == (False, 0, False)
