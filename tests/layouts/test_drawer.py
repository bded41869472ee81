from dataclasses import replace

import plotly.graph_objects as go
import pytest

from domain.health import Freshness
from layouts import drawer
from layouts.address import Address
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.test_screen import texts


def told(view: View, address: Address) -> str:
    return " ".join(texts(drawer.render(view, address)))


def test_a_number_tells_everything_a_person_asks_of_it(view: View) -> None:
    words = told(view, Address(metric="air.aqi", place="441800"))
    for word in (
        "空气质量指数",
        "口径",
        "责任单位",
        "来源",
        "环境监测中心",
        "HJ 633-2026",
        "实时 · 截至 14:33",
        "更新周期",
        "5 分钟",
        "覆盖 97%",
    ):
        assert word in words


def test_an_english_reader_gets_the_english_definition(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = view.metric("air.aqi").model_copy(update={"definition_en": "As the standard says."})
    monkeypatch.setitem(view.city.metrics, "air.aqi", declared)  # type: ignore[arg-type]  # a dict, said to be a Mapping
    assert "As the standard says." not in told(view, Address(metric="air.aqi"))
    english = told(replace(view, lang="en"), Address(metric="air.aqi"))
    assert "As the standard says." in english
    assert declared.definition not in english


def test_a_refused_comparison_says_why(view: View) -> None:
    assert "标准变更：2026-03-01 起执行 HJ 633-2026" in told(view, Address(metric="air.aqi"))


def test_the_list_behind_a_measured_number_is_its_sites_worst_first(view: View) -> None:
    children = drawer.render(view, Address(metric="air.aqi", place="441881"))
    behind = children[-1]
    assert isinstance(behind, dict)
    assert texts(behind)[0] == "明细（3）"


def test_the_list_behind_an_areas_number_is_its_districts(view: View) -> None:
    words = told(view, Address(metric="service.cases", place="441800"))
    assert "明细（8）" in words
    assert "连山壮族瑶族自治县" in words


def test_both_histories_are_valid_figures(view: View) -> None:
    def figures(tree: object) -> list[dict[str, object]]:
        if isinstance(tree, list):
            return [f for child in tree for f in figures(child)]
        if not isinstance(tree, dict) or "props" not in tree:
            return []
        own = [tree["props"]["figure"]] if "figure" in tree["props"] else []
        return own + figures(tree["props"].get("children"))

    found = figures(drawer.render(view, Address(metric="service.on_time_rate")))
    assert len(found) == 2
    for figure in found:
        go.Figure(figure)


def test_an_incident_is_told_with_its_details(view: View) -> None:
    words = told(view, Address(incident="i1"))
    assert "G107 K2487 多车相撞" in words
    assert "Ⅱ 重大" in words
    assert "约 200 户" in words


def test_an_unknown_incident_says_so(view: View) -> None:
    assert "没有找到这起事件" in told(view, Address(incident="gone"))


def test_an_address_that_names_nothing_opens_nothing(view: View) -> None:
    assert drawer.render(view, Address()) == []


def test_a_number_without_data_still_has_its_definition() -> None:
    words = told(View(FakeSnapshot(blank=True)), Address(metric="air.aqi"))
    assert "无数据" in words
    assert "口径" in words


def test_a_dead_value_shows_its_age() -> None:
    words = told(View(FakeSnapshot(states={"air": Freshness.DOWN})), Address(metric="air.aqi"))
    assert "中断 · 截至 11:24" in words
