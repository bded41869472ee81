"""The daily as a document: whose it is, what stands in it, and that taking it away is kept."""

import io
import zipfile

from access.rights import RIGHTS
from domain.account import WHOLE, Reach, Role, Viewer
from domain.daily import Line
from duty import daily
from store.audit import AuditQuery
from tests.api.conftest import Web
from tests.cities import NOW

WRITER = Viewer("li.wei", "李伟", Role.DUTY, RIGHTS[Role.DUTY], WHOLE, "", "here", "10.0.0.7")


def put(web: Web, **more: str) -> str:
    line = Line(about="metric:hydro.level@gauge-1", name="水位", value="12.3 m", at=NOW, source="市水利局", **more)
    city = web.services.city
    outcome = web.services.store.duty.decide(daily.put(line, WRITER, NOW, city.zone), None, NOW)
    return outcome.dossiers[-1].dossier.id


def words(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read("word/document.xml").decode()


async def test_a_draft_says_so_with_sources_and_times_and_the_download_is_kept(web: Web) -> None:
    await web.tick()
    key = put(web)
    answer = await web.client(Role.LEADER).get(f"/daily/export.docx?id={key}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].endswith("wordprocessingml.document")
    assert "attachment" in answer.headers["content-disposition"]
    said = words(answer.content)
    for word in (key, "未签发的草稿", "水位", "12.3 m", "2026-11-24 14:3", "来源：市水利局", "总体情况"):
        assert word in said, word
    [row] = [one for one in web.services.store.audit.search(AuditQuery(), 20) if one.thing == f"dossier:{key}"]
    assert row.verb == "data.export"


async def test_it_is_for_those_who_may_read_the_daily(web: Web) -> None:
    key = put(web)
    for role, reach, status in (
        (Role.CLERK, None, 403),
        (Role.ADMIN, None, 403),
        (Role.WALL, None, 403),
        (Role.DUTY, Reach(frozenset({web.services.city.adcode}), None), 403),
        (Role.SHIFT, None, 200),
    ):
        answer = await web.client(role, reach).get(f"/daily/export.docx?id={key}")
        assert answer.status_code == status, role


async def test_what_is_not_there_is_said(web: Web) -> None:
    client = web.client(Role.LEADER)
    assert (await client.get("/daily/export.docx?id=RB-1")).status_code == 404
    assert (await client.get("/daily/export.docx")).status_code == 404
    assert (await client.get(f"/daily/export.pdf?id={put(web)}")).status_code == 404


async def test_personal_details_are_masked_for_a_leader(web: Web) -> None:
    key = put(web, remark="联系 13800138000")
    assert "13800138000" not in words((await web.client(Role.LEADER).get(f"/daily/export.docx?id={key}")).content)
    assert "13800138000" in words((await web.client(Role.DUTY).get(f"/daily/export.docx?id={key}")).content)
