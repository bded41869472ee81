"""What a viewer sees who may not see everything: a sentence where a number would be, and nobody's name."""

from dataclasses import replace
from functools import partial
from typing import Any

import orjson
import pytest

from domain.account import WHOLE, Reach, Right, Role
from domain.incident import Incident
from layouts import drawer, screen, shell, source, sources
from layouts.address import Address
from layouts.source import Records
from layouts.view import View
from snapshot.restricted import Restricted
from tests.layouts.fake import CITY, FakeSnapshot, pages, viewer
from tests.layouts.fake import screen as overview
from tests.layouts.test_screen import texts

YINGDE = "441881"
AIR = Reach(None, frozenset({"environment"}))
AIR_YINGDE = Reach(frozenset({YINGDE}), frozenset({"environment"}))
EMERGENCY = Reach(None, frozenset({"emergency"}))
TOLD = "粤R12345 撞伤 13812345678"


def view(reach: Reach, place: str = "", **changes: Any) -> View:
    snapshot = FakeSnapshot(**changes)
    return View(snapshot if reach.whole else Restricted(snapshot, reach), place)


def words_of(node: object) -> str:
    return "\n".join(texts(node))


def parts(seen: View, panel: str) -> dict[str, Any]:
    found = screen.render(overview(), seen)
    return {
        orjson.loads(k)["part"]: v for k, v in found.items() if k.startswith("{") and orjson.loads(k)["panel"] == panel
    }


def panel_of(kind: str) -> str:
    return next(p.key for p in overview().panels if p.kind == kind)


def test_a_panel_of_another_topic_says_so_and_draws_nothing() -> None:
    found = parts(view(AIR), panel_of("ranking"))
    assert set(found) == {"frame", "error"}
    assert found["error"]["hidden"] is False
    assert "无权查看" in words_of(found["error"]["children"])
    assert "is-refused" in found["frame"]["className"]


def test_a_panel_of_the_own_topic_is_drawn_as_ever() -> None:
    key = panel_of("pollutants")
    assert parts(view(AIR), key)["figure"] == parts(view(WHOLE), key)["figure"]
    assert words_of(parts(view(AIR), key)["numbers"]["children"]) == words_of(
        parts(view(WHOLE), key)["numbers"]["children"]
    )


def test_a_panel_comes_back_when_its_place_is_inside() -> None:
    key = panel_of("pollutants")
    assert "is-refused" in parts(view(AIR_YINGDE, ""), key)["frame"]["className"]
    assert "is-refused" not in parts(view(AIR_YINGDE, YINGDE), key)["frame"]["className"]


def test_lists_are_drawn_whatever_may_be_read() -> None:
    nothing = Reach(frozenset(), frozenset())
    for kind in ("alerts", "map", "status_line", "timeline"):
        found = parts(view(nothing), panel_of(kind))
        assert found["error"]["hidden"] is True, kind
        assert "清新" not in orjson.dumps(found).decode()


def test_a_card_says_that_its_number_may_not_be_read() -> None:
    cards = parts(view(AIR), panel_of("headline"))["cards"]["children"]
    told = [words_of(card) for card in cards]
    refused = [text for text in told if "无权查看" in text]
    assert 0 < len(refused) < len(told)
    assert all("—" in text and "%" not in text.replace("—", "") for text in refused)
    assert not any("无数据" in text for text in refused)


def test_the_first_start_is_not_announced_to_those_who_see_no_source() -> None:
    assert not view(Reach(frozenset(), frozenset())).is_first_start
    assert view(WHOLE, blank=True).is_first_start


@pytest.mark.parametrize("place", ["", CITY, "441802", "air-441802-1"])
def test_a_drawer_outside_shows_a_sentence_and_no_number(place: str) -> None:
    seen = view(Reach(frozenset({YINGDE}), frozenset({"hotline"})), YINGDE)
    told = words_of(drawer.render(seen, Address(metric="air.aqi", place=place)))
    assert "无权查看" in told
    assert "近 24 小时" not in told
    assert not any(digit in told for digit in "0123456789")


def test_a_drawer_without_a_place_is_of_the_own_district() -> None:
    told = words_of(drawer.render(view(AIR_YINGDE, YINGDE), Address(metric="air.aqi")))
    assert "英德市" in told
    assert "无权查看" not in told


def test_all_own_districts_are_offered_and_no_way_to_the_whole_city() -> None:
    two = Reach(frozenset({YINGDE, "441802"}), None)
    chips = shell.render(view(two, YINGDE))["place"]["children"]
    assert [(c["props"]["data-district"], c["props"]["aria-pressed"]) for c in chips] == [
        ("441802", "false"),
        (YINGDE, "true"),
    ]


def test_the_list_of_sources_holds_those_of_the_own_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = FakeSnapshot()
    specs = {
        key: spec.model_copy(update={"metrics": {"air.aqi": "v"} if key in ("air", "fume") else {"service.cases": "v"}})
        for key, spec in snapshot.city.sources.items()
    }
    snapshot.city = replace(snapshot.city, sources=specs)
    own = words_of(sources.table(View(Restricted(snapshot, AIR))))
    assert "环境监测中心" in own
    assert "connection refused" in own
    assert "一体化平台" not in own
    district = words_of(sources.table(View(Restricted(snapshot, AIR_YINGDE))))
    assert "环境监测中心" in district
    assert "connection refused" not in district
    assert "1,200" in own
    assert "1,200" not in district
    assert "无权查看" in words_of(sources.table(View(Restricted(snapshot, Reach(None, frozenset({"water"}))))))


def test_records_that_nobody_may_read_say_so() -> None:
    told = words_of(source.render(view(WHOLE), "air", Records((), None)))
    assert "您的角色不能查看" in told
    told = words_of(source.render(view(WHOLE), "air", Records(None, None)))
    assert "只能查看运行状态" in told


def test_the_store_is_asked_only_for_what_may_be_read() -> None:
    asked: list[tuple[str, bool]] = []

    def keep(key: str, raw: bool) -> Records:
        asked.append((key, raw))
        return Records()

    served = pages(FakeSnapshot(), keep)
    for role in Role:
        served.records("air", viewer(role))
    assert [raw for _, raw in asked] == [Right.RAW in viewer(role).rights for role in Role]
    asked.clear()
    assert served.records("air", viewer(Role.SHIFT, AIR_YINGDE)) == Records(None, None)
    assert served.records("air", None) == Records(None, None)
    assert asked == []


@pytest.mark.parametrize("role", list(Role))
def test_a_name_is_shown_in_the_drawer_to_those_who_may_read_it_and_on_no_screen(role: Role) -> None:
    snapshot = FakeSnapshot()
    told = Incident("i9", "s", "fire", TOLD, snapshot.at, snapshot.at, snapshot.at, detail={"联系人": "张伟"})
    snapshot.incidents = [told]
    served = pages(snapshot)
    who = viewer(role)
    seen = served.view(Address(incident="i9"), who)
    assert seen is not None
    shown = words_of(drawer.render(seen, Address(incident="i9")))
    may = Right.PERSONAL in who.rights
    assert (TOLD in shown) is may
    assert ("张伟" in shown) is may
    assert ("遮蔽" in shown) is not may
    page = served.page("/", "", who).to_plotly_json()
    everything = str(page) + str(screen.render(overview(), View(snapshot)))
    assert "粤R****5 撞伤 138****5678" in everything
    assert TOLD not in everything


def test_equal_reaches_share_one_paint_and_others_do_not() -> None:
    served = pages(FakeSnapshot())
    paint = partial(served.page, "/", f"?district={YINGDE}")
    one = paint(viewer(Role.CLERK, AIR_YINGDE))
    assert paint(viewer(Role.LEADER, replace(AIR_YINGDE, topics=frozenset(["environment"])))) is one
    assert paint(viewer(Role.CLERK)) is not one
    assert paint(viewer(Role.CLERK)) is paint(viewer(Role.SHIFT))


def test_nobody_is_shown_nothing() -> None:
    served = pages(FakeSnapshot())
    assert served.page("/", "", None).to_plotly_json()["props"] == {"id": "page", "children": None}
    seen = served.view(Address(metric="air.aqi"), None)
    assert seen is not None
    assert "无权查看" in words_of(drawer.render(seen, Address(metric="air.aqi")))


def test_the_header_takes_the_viewers_own_menu_and_leaves_the_shared_paint_alone() -> None:
    served = pages(FakeSnapshot())
    painted = served.page("/", "", viewer())
    shown = shell.with_account(
        painted, {"props": {"children": "张三"}, "type": "B", "namespace": "dash_html_components"}
    )
    assert "张三" in words_of(shown.to_plotly_json())
    assert "张三" not in words_of(painted.to_plotly_json())
    assert len(shown.children) == len(painted.children)
