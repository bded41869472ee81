import csv
import io

import pytest
from openpyxl import load_workbook

from api.taking import TYPES
from domain.account import Role
from tests.api.conftest import Web

CSV, XLSX = "/export/panel.csv", "/export/panel.xlsx"
TREND = "?screen=indicator/hydro.level&panel=trend"


async def table(web: Web, query: str = TREND, role: Role = Role.LEADER) -> list[list[str]]:
    await web.tick()
    async with web.client(role) as client:
        answer = await client.get(CSV + query)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_file_begins_with_what_it_is_and_then_holds_rows(web: Web) -> None:
    head, gap = await table(web), []
    assert head[0][0] == "标题"
    assert [row[0] for row in head[:4]] == ["标题", "范围", "截至", "来源"]
    assert gap in head
    assert (await table(web, f"{TREND}&lang=en"))[0][0] == "Title"


async def test_a_workbook_says_the_same(web: Web) -> None:
    await web.tick()
    async with web.client(Role.LEADER) as client:
        answer = await client.get(XLSX + TREND)
    assert answer.headers["content-type"] == TYPES["xlsx"]
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)  # type: ignore[union-attr]
    assert rows[0][0] == "标题"


async def test_whoever_takes_something_away_is_kept_in_the_log(web: Web) -> None:
    await table(web)
    newest = web.services.store.audit.search()[0]
    assert (newest.verb, newest.thing) == ("data.export", "panel:indicator/hydro.level/trend")
    assert newest.after["form"] == "csv"


async def test_before_the_first_picture_there_is_nothing_to_take(web: Web) -> None:
    async with web.client(Role.LEADER) as client:
        answer = await client.get(CSV + TREND)
    assert answer.status_code == 503


async def test_a_wall_takes_nothing_away(web: Web) -> None:
    async with web.client(Role.WALL) as client:
        assert (await client.get(CSV + TREND)).status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?screen=nothing&panel=trend", 404),
        ("?screen=indicator/hydro.level&panel=nothing", 404),
        ("?screen=indicator/hydro.level", 422),
        (f"{TREND}&t=2999-01-01T00:00:00Z", 422),
        (f"{TREND}&t=2026-11-24T06:30:00", 422),
        (f"{TREND}&place=<script>&lang=xx", 200),
    ],
)
async def test_what_cannot_be_answered_is_refused(web: Web, query: str, status: int) -> None:
    await web.tick()
    async with web.client(Role.LEADER) as client:
        answer = await client.get(CSV + query)
    assert answer.status_code == status, answer.text


async def test_another_sites_page_may_not_start_a_download(web: Web) -> None:
    async with web.client(Role.LEADER) as client:
        answer = await client.get(CSV + TREND, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
