"""Official warnings: what is in force, for whom, until when."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.context import SourceContext
from datasources.formats.cap import Notice, read_cap
from datasources.kinds.cap import CapSource, CapSpec
from datasources.mapping import map_page
from domain.errors import SourceError
from domain.incident import Incident
from domain.source import Ask, SourceSpec

Make = Callable[..., SourceSpec]
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
RECORDED = Path("/work/shared/data/emergency/cap12_xml_7.zip")


def alert(key: str = "w1", **change: str) -> str:
    """A warning of 清城区 until 20:00 local."""
    say = {
        "status": "Actual", "msgType": "Alert", "sent": "2026-11-24T14:00:00+08:00", "references": "", "severity": "Severe",
        "headline": "清城区气象台发布暴雨橙色预警信号[Ⅱ级/严重]", "expires": "<expires>2026-11-24T20:00:00+08:00</expires>", "more": "",
        "area": "<area><areaDesc>清城区</areaDesc><geocode><valueName>CPEAS Geographic Code</valueName><value>441802000000</value></geocode></area>",
    } | change  # fmt: skip
    return f"""<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{key}</identifier>
    <sender>qc</sender><sent>{say["sent"]}</sent><status>{say["status"]}</status><msgType>{say["msgType"]}</msgType><scope>Public</scope>
    <references>{say["references"]}</references>
    <info><language>en-US</language><category>Met</category><event>rainstorm</event><urgency>Unknown</urgency><severity>{say["severity"]}</severity>
    <certainty>Unknown</certainty><headline>Orange warning of rainstorm</headline><area><areaDesc>Qingcheng</areaDesc></area></info>
    <info><language>zh-CN</language><category>Met</category><event>暴雨</event>{say["more"]}<urgency>Unknown</urgency><severity>{say["severity"]}</severity>
    <certainty>Unknown</certainty>{say["expires"]}<senderName>清城区气象台</senderName><headline>{say["headline"]}</headline>
    <description>预计未来三小时有暴雨。</description><instruction>请远离河道。</instruction>{say["area"]}</info></alert>"""


class Desk:
    """The source with its cursor, and a service whose answers a test sets: path -> body."""

    def __init__(self, spec: CapSpec, context: SourceContext) -> None:
        self.bodies: dict[str, str | bytes | int] = {}
        self.asked: list[str] = []
        self.cursor: str | None = None
        self._context = context
        self.source = CapSource(spec, context, httpx.MockTransport(self._answer))

    async def poll(self, now: datetime = NOW) -> dict[str, Incident]:
        """The incidents told by one run."""
        told: dict[str, Incident] = {}
        async for page in self.source.fetch(Ask(now, self.cursor)):
            batch = map_page(self.source.spec, page, self._context, now)
            assert not batch.rejects or page.bad, batch.rejects
            told |= {one.id: one for one in batch.incidents}
            self.cursor = page.cursor
        return told

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        body = self.bodies.get(request.url.path, 404)
        return httpx.Response(body) if isinstance(body, int) else httpx.Response(200, content=body)


@pytest.fixture
def desk(context: SourceContext) -> Callable[..., Desk]:
    def make(url: str = "http://met.test/cap", **keys: Any) -> Desk:
        keys = {"key": "warnings", "kind": "cap", "department": "市气象局", "every": "1m", "url": url} | keys
        return Desk(CapSpec.model_validate(keys), context)

    return make


def rss(*names: str) -> str:
    items = "".join(f"<item><title>{n}</title><link>http://met.test/{n}.xml</link></item>" for n in names)
    return f"<rss version='2.0'><channel>{items}</channel></rss>"


async def test_a_warning_is_an_incident_with_its_official_colour_and_no_grade(desk: Callable[..., Desk]) -> None:
    feed = desk()
    feed.bodies["/cap"] = alert()
    told = (await feed.poll())["w1"]
    assert (told.kind, told.status, told.grade, told.district) == ("official_warning", "open", None, "441802")
    assert told.detail["颜色"] == "橙色"
    assert told.department == "清城区气象台"
    assert told.title.startswith("清城区气象台发布暴雨橙色")
    assert await feed.poll() == {}  # nothing new


async def test_a_warning_ends_when_its_time_is_over_also_when_the_feed_does_not_say_so(
    desk: Callable[..., Desk],
) -> None:
    feed = desk("http://met.test/rss")
    feed.bodies = {"/rss": rss("a"), "/a.xml": alert()}
    await feed.poll()
    assert await feed.poll(NOW + timedelta(hours=5)) == {}
    over = await feed.poll(NOW + timedelta(hours=6))
    assert over["w1"].status == "closed"
    assert over["w1"].updated == datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_an_update_replaces_and_a_cancel_lifts_whatever_the_third_part_of_the_reference_says(
    desk: Callable[..., Desk],
) -> None:
    feed = desk("http://met.test/rss")
    new = "2026-11-24T14:10:00+08:00"
    red = alert(
        "w2", msgType="Update", references=f"other,w1,{new}", headline="将暴雨橙色预警升级为暴雨红色预警", sent=new
    )
    feed.bodies = {"/rss": rss("a"), "/a.xml": alert(), "/b.xml": red}
    await feed.poll()
    feed.bodies["/rss"] = rss("b", "a")
    told = await feed.poll()
    assert (told["w1"].status, told["w2"].status, told["w2"].detail["颜色"]) == ("closed", "open", "红色")
    feed.bodies |= {
        "/rss": rss("c", "b", "a"),
        "/c.xml": alert("w3", msgType="Cancel", references=f"qc,w2,{new}", sent=new),
    }
    told = await feed.poll()
    assert {key: one.status for key, one in told.items()} == {"w2": "closed"}
    assert feed.asked.count("/a.xml") == 1  # what was read is not fetched again


async def test_what_was_lifted_before_it_was_told_stays_lifted(desk: Callable[..., Desk]) -> None:
    feed = desk("http://met.test/rss")
    cancel = alert("w3", msgType="Cancel", references="qc,w1,2026-11-24T14:00:00+08:00")
    feed.bodies = {"/rss": rss("c"), "/c.xml": cancel, "/a.xml": alert()}
    await feed.poll()
    feed.bodies["/rss"] = rss("c", "a")
    assert await feed.poll() == {}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "Test"}, {"status": "Exercise"}, {"msgType": "Ack"}, {"headline": "当前绿色，无预警", "severity": "Minor"},
        {"more": "<responseType>AllClear</responseType>"}, {"headline": "清城区气象台解除暴雨橙色预警信号"},
        {"area": "<area><areaDesc>蓬莱</areaDesc><geocode><valueName>x</valueName><value>370614000000</value></geocode></area>"},
    ],
)  # fmt: skip
async def test_tests_exercises_green_entries_all_clears_and_other_cities_are_no_warnings(
    desk: Callable[..., Desk], change: dict[str, str]
) -> None:
    feed = desk()
    feed.bodies["/cap"] = alert(**change)
    assert await feed.poll() == {}


@pytest.mark.parametrize(
    ("area", "district"),
    [
        ("<polygon>23.5,112.5 23.5,113 23.9,113 23.9,112.5 23.5,112.5</polygon>", "441802"),
        ("<polygon>20,110 20,116 28,116 28,110 20,110</polygon>", "441802"),
        ("<circle>23.7,113.0 20</circle>", "441802"),
        ("<geocode><valueName>x</valueName><value>441800</value></geocode>", "441800"),
        ("<geocode><valueName>x</valueName><value>440000000000</value></geocode>", "441800"),
    ],
)
async def test_polygons_circles_and_codes_lead_to_districts(
    desk: Callable[..., Desk], area: str, district: str
) -> None:
    feed = desk()
    feed.bodies["/cap"] = alert(area=f"<area><areaDesc>某地</areaDesc>{area}</area>")
    assert (await feed.poll())["w1"].district == district


async def test_a_warning_without_an_end_lasts_as_long_as_is_declared(desk: Callable[..., Desk]) -> None:
    feed = desk(lasts="2h")
    feed.bodies["/cap"] = alert(expires="")
    assert (await feed.poll())["w1"].detail["失效时间"].startswith("2026-11-24T16:00")
    feed.bodies["/cap"] = rss()
    assert (await feed.poll(NOW + timedelta(hours=2)))["w1"].status == "closed"


async def test_an_atom_list_other_hosts_and_entries_of_other_cities_are_not_fetched(desk: Callable[..., Desk]) -> None:
    feed = desk("http://met.test/atom", only="4418")
    links = ("http://met.test/441802_a.xml", "http://evil.test/4418.xml", "http://met.test/370614_b.xml")
    entries = "".join(f"<entry><id>{n}</id><link href='{link}'/></entry>" for n, link in enumerate(links))
    feed.bodies = {"/atom": f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>", "/441802_a.xml": alert()}
    assert set(await feed.poll()) == {"w1"}
    assert feed.asked == ["/atom", "/441802_a.xml"]


async def test_one_alert_that_cannot_be_read_does_not_stop_the_others(desk: Callable[..., Desk]) -> None:
    feed = desk("http://met.test/rss")
    feed.bodies = {"/rss": rss("gone", "bad", "a"), "/bad.xml": "<alert>", "/a.xml": alert()}
    assert set(await feed.poll()) == {"w1"}
    feed.asked.clear()
    await feed.poll()
    assert feed.asked == ["/rss"]


async def test_a_bomb_is_refused(desk: Callable[..., Desk]) -> None:
    feed = desk()
    feed.bodies["/cap"] = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><alert>&x;</alert>'
    with pytest.raises(SourceError, match="DOCTYPE"):
        await feed.poll()


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    with suppress(SourceError):
        read_cap(body, "x", ("zh",))


@given(at=st.integers(0, 1800), new=st.text(max_size=20), cut=st.integers(0, 40))
def test_no_damaged_alert_raises_anything_but_a_source_error(at: int, new: str, cut: int) -> None:
    text = alert()
    try:
        found = read_cap((text[:at] + new + text[at + cut :]).encode("utf-8", "replace"), "x", ("zh",))
    except SourceError:
        return
    assert isinstance(found, Notice | list)


@pytest.mark.replay
@pytest.mark.skipif(not RECORDED.exists(), reason="recorded data are not here")
def test_real_alerts_of_seven_services_are_read() -> None:
    with zipfile.ZipFile(io.BytesIO(RECORDED.read_bytes())) as packed:
        found = [read_cap(packed.read(name), name, ("en",)) for name in packed.namelist()]
    assert len(found) == 7
    assert all(isinstance(one, Notice) and one.identifier and one.sent and one.text("event") for one in found)
