import csv
import io
from datetime import timedelta
from itertools import pairwise

import pytest
from openpyxl import load_workbook

from api import exports
from api.taking import TYPES
from domain.account import Role
from domain.deed import Deed
from tests.api.conftest import Web
from tests.cities import NOW

CSV, XLSX = "/audit/export.csv", "/audit/export.xlsx"


def keep(web: Web, *deeds: Deed) -> None:
    for deed in deeds:
        web.services.store.audit.append(deed)


def deed(actor: str = "zhao.min", verb: str = "session.start", minutes: int = 0, **facts: object) -> Deed:
    return Deed(NOW - timedelta(minutes=minutes), actor, verb, f"account:{actor}", "10.0.0.9", **facts)  # type: ignore[arg-type]


async def table(web: Web, url: str = CSV) -> list[list[str]]:
    async with web.client(Role.ADMIN) as client:
        answer = await client.get(url)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_file_holds_what_the_filters_find(web: Web) -> None:
    keep(web, deed(), deed("wu.gang"), deed(verb="session.end"))
    heads, *rows = await table(web, f"{CSV}?actor=zhao.min")
    assert heads[:4] == ["编号", "时间", "操作人", "操作"]
    assert [(row[2], row[3]) for row in rows] == [("zhao.min", "退出登录"), ("zhao.min", "登录")]
    assert (await table(web, f"{CSV}?actor=zhao.min&lang=en"))[0][:3] == ["Id", "Time", "Who"]


async def test_rows_in_the_file_follow_each_other_by_their_hashes(web: Web) -> None:
    keep(web, *(deed(minutes=n) for n in range(5)))
    _, *rows = await table(web)
    assert len(rows) > 5
    assert all(newer[-2] == older[-1] for newer, older in pairwise(rows))


async def test_an_export_is_itself_kept_and_not_in_its_own_file(web: Web) -> None:
    _, *rows = await table(web, f"{CSV}?actor=zhao.min")
    assert rows == []
    newest = web.services.store.audit.search()[0]
    assert (newest.verb, newest.actor) == ("audit.export", "t.administrator")
    assert newest.after == {"form": "csv", "filters": {"actor": "zhao.min"}}


async def test_a_workbook_holds_the_same_rows(web: Web) -> None:
    keep(web, deed(after={"note": "坏\x07字符"}, reason="因为\x0b所以"))
    async with web.client(Role.ADMIN) as client:
        answer = await client.get(f"{XLSX}?actor=zhao.min")
    assert answer.headers["content-type"] == TYPES["xlsx"]
    assert ".xlsx" in answer.headers["content-disposition"]
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)  # type: ignore[union-attr]
    assert [row[2] for row in rows] == ["操作人", "zhao.min"]
    assert rows[1][7] == "因为 所以"


@pytest.mark.parametrize("typed", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1"])
async def test_what_somebody_typed_is_no_formula(web: Web, typed: str) -> None:
    keep(web, deed(actor=typed))
    rows = await table(web)
    assert f"'{typed}" in [row[2] for row in rows]


async def test_a_file_is_no_longer_than_one_can_read_and_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(exports.MOST, "csv", 3)
    monkeypatch.setattr(exports, "CHUNK", 2)
    keep(web, *(deed(minutes=n) for n in range(6)))
    rows = await table(web)
    assert len(rows) == 1 + 3 + 1
    assert "只导出了最新的 3 条" in rows[-1][0]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_only_those_who_may_audit_export(web: Web, role: Role) -> None:
    async with web.client(role) as client:
        answer = await client.get(CSV)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert all(row.verb != "audit.export" for row in web.services.store.audit.search())


async def test_another_sites_link_starts_no_download(web: Web) -> None:
    async with web.client(Role.ADMIN) as client:
        answer = await client.get(CSV, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_site")


async def test_a_form_or_a_day_that_is_none_is_refused(web: Web) -> None:
    async with web.client(Role.ADMIN) as client:
        unknown = await client.get("/audit/export.pdf")
        mistyped = await client.get(f"{CSV}?since=yesterday")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    assert mistyped.json()["error"] == {
        "code": "invalid_request",
        "message": "Days are written as 2026-11-23.",
        "fields": ["since"],
    }
