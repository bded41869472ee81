import pytest

from domain.city import City
from layouts import exported, tools
from layouts.exported import Sheet
from layouts.topics import found
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.topics.conftest import city  # noqa: F401  the declared city


def taken(declared: City, key: str, panel: str, place: str = "", lang: str = "zh") -> Sheet:
    shown = found.screen(declared, key)
    assert shown is not None
    spec = next(p for p in shown.panels if p.key == panel)
    return exported.sheet(shown, spec, View(FakeSnapshot(city=declared), place, lang))


def test_a_file_says_what_it_is_of_where_as_of_when_and_from_whom(city: City) -> None:  # noqa: F811
    head = dict(taken(city, "topic/service", "rank", "441881").head)
    assert head["标题"] == "政务服务 · 区县排名"
    assert head["范围"] == "英德市"
    assert head["截至"] == "2026-11-23 14:33"
    assert head["来源"]
    assert "样本少于 30 不排名" in head["说明"]
    assert head["提示"].startswith("数据由演示部门模拟")


def test_a_ranking_is_taken_away_as_numbers(city: City) -> None:  # noqa: F811
    sheet = taken(city, "topic/service", "rank")
    assert sheet.rows[0][:4] == ("名次", "区县", "按时办结率 %", "样本")
    assert len(sheet.rows) == 1 + len(city.districts)
    assert sheet.rows[1][0] == 1.0
    assert all(isinstance(row[2], float) for row in sheet.rows[1:])


def test_a_chart_is_taken_away_step_by_step(city: City) -> None:  # noqa: F811
    rows = taken(city, "indicator/air.aqi", "trend").rows
    assert rows[0][1] == "2026-11-23 00:00"
    assert rows[1][1] == "2026-11-23 01:00"
    assert isinstance(rows[0][2], float)


def test_english_files_have_english_heads(city: City) -> None:  # noqa: F811
    sheet = taken(city, "topic/hotline", "compared", lang="en")
    assert dict(sheet.head)["Scope"] == "Qingyuan"
    assert sheet.rows[0][0] == "Indicator"


def test_every_table_and_chart_of_every_kind_of_page_can_be_taken_away(city: City) -> None:  # noqa: F811
    for key in ("overview", "topic/service", "topic/economy", "district", "indicator/city.index", "targets"):
        shown = found.screen(city, key)
        assert shown is not None
        for panel in shown.panels:
            if panel.kind not in tools.PLAIN:
                assert taken(city, key, panel.key, "441881" if key == "district" else "").rows, (key, panel.key)


@pytest.mark.parametrize("kind", sorted(tools.PLAIN))
def test_what_is_no_table_has_no_tools(kind: str, city: City) -> None:  # noqa: F811
    shown = (*city.screens.values(), *city.scenes.values())
    panel = next(p for one in shown for p in one.panels if p.kind == kind)
    assert tools.equip({"props": {"children": []}}, panel, View(FakeSnapshot(city=city))) == {"props": {"children": []}}
