from dataclasses import replace
from datetime import timedelta

from domain.health import Freshness, SourceHealth
from layouts import drawer, sources
from layouts.address import Address
from layouts.view import View
from tests.layouts.fake import NOW, FakeSnapshot, city
from tests.layouts.test_screen import texts

STATES = {
    "hall": Freshness.LATE, "hotline": Freshness.LIVE, "air": Freshness.NONE, "roads": Freshness.STALE, "fume": Freshness.DOWN,
}  # fmt: skip


def snapshot(**changes: SourceHealth) -> FakeSnapshot:
    found = FakeSnapshot()
    vars(found)["sources"] = {
        k: SourceHealth(k, s, NOW, NOW, NOW - timedelta(minutes=3)) for k, s in STATES.items()
    } | changes
    return found


def told(view: View, address: Address) -> str:
    return " ".join(texts(drawer.render(view, address)))


def test_the_worst_sources_come_first_and_among_equals_those_with_most_rejects() -> None:
    busy = SourceHealth("weather", Freshness.LIVE, NOW, NOW, NOW, 10, 4)
    order = [spec.key for spec, _ in sources.ordered(View(snapshot(weather=busy)))]
    assert order == ["fume", "roads", "air", "hall", "weather", "hotline"]


def test_the_health_drawer_lists_every_source_with_its_state_and_error(view: View) -> None:
    words = told(view, Address(metric="system.health_rate"))
    for word in (
        "数据源（8）",
        "油烟监测",
        "中断",
        "从未成功",
        "无法连接或读取",
        "connection refused",
        "市气象局",
        "1,200",
    ):
        assert word in words
    assert "明细" not in words  # districts have no health of their own


def test_the_address_of_the_list_opens_the_same_drawer(view: View) -> None:
    assert told(view, Address(sources=True)) == told(view, Address(metric="system.health_rate"))


def test_a_city_without_the_metric_still_has_the_list() -> None:
    metrics = {k: m for k, m in city().metrics.items() if k != "system.health_rate"}
    found = replace(FakeSnapshot(), city=city(metrics=metrics))
    assert "数据源（8）" in told(View(found), Address(sources=True))


def test_a_city_without_sources_says_so() -> None:
    found = replace(FakeSnapshot(), city=city(sources={}))
    assert "本城市没有声明数据源" in told(View(found), Address(sources=True))


def test_each_state_has_its_own_shape_and_word(view: View) -> None:
    marks = {" ".join(texts(sources.mark(view, state))) for state in Freshness}
    assert marks == {"● 正常", "○ 延迟", "▨ 过期", "✕ 中断", "– 无数据"}


def test_a_row_leads_to_its_source(view: View) -> None:
    def opened(tree: object) -> set[str]:
        if isinstance(tree, list):
            return {key for child in tree for key in opened(child)}
        if not isinstance(tree, dict) or "props" not in tree:
            return set()
        return {v for k, v in tree["props"].items() if k == "data-sources"} | opened(tree["props"].get("children"))

    assert opened(sources.table(view)) == set(view.city.sources)
