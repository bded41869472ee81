from datetime import timedelta

import pytest

from domain.health import Freshness
from domain.screen import Item
from layouts.view import View, is_judgeable, newest
from snapshot.model import Reading
from tests.layouts.fake import NOW, FakeSnapshot


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=20), "刚刚"), (timedelta(minutes=1), "1 分钟前"), (timedelta(minutes=59, seconds=20), "59 分钟前"),
        (timedelta(minutes=60), "1 小时前"), (timedelta(hours=47), "47 小时前"), (timedelta(days=3), "3 天前"),
        (timedelta(seconds=-30), "刚刚"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_its_coarsest_unit(view: View, span: timedelta, text: str) -> None:
    assert view.age(NOW - span) == text


def test_a_time_of_another_day_carries_its_day(view: View) -> None:
    assert view.clock(NOW) == "14:34"
    assert view.clock(NOW - timedelta(days=1)) == "11-22 14:34"
    assert view.clock(None) == "—"


def test_places_are_named_in_the_views_language() -> None:
    zh, en = View(FakeSnapshot()), View(FakeSnapshot(), lang="en")
    assert zh.place_name("441825") == "连山壮族瑶族自治县"
    assert zh.short_name("441825") == "连山县"
    assert en.short_name("441825") == "Lianshan"
    assert en.place_name("441800") == "Qingyuan"
    assert zh.place_name("nowhere") == "nowhere"


def test_figures_about_the_system_are_always_the_citys() -> None:
    view = View(FakeSnapshot(), "441881")
    assert view.place_of("system.health_rate") == ""
    assert view.place_of("air.aqi") == "441881"
    assert view.reading(Item(metric="system.health_rate")).place == "441800"


def test_a_source_is_named_without_its_brackets(view: View) -> None:
    assert view.source_name("service.cases") == "一体化平台"
    assert view.source_name("city.status") == "市政务服务数据管理局"


def test_only_fresh_values_are_judged() -> None:
    assert is_judgeable(Reading("a.b", "", 1.0, freshness=Freshness.LATE))
    assert not is_judgeable(Reading("a.b", "", 1.0, freshness=Freshness.STALE))
    assert not is_judgeable(Reading("a.b", "", None, freshness=Freshness.LIVE))


def test_the_newest_reading_is_the_one_measured_last() -> None:
    old, new = Reading("a.b", "1", 1, NOW - timedelta(hours=1)), Reading("a.b", "2", 1, NOW)
    assert newest([old, new, Reading("a.b", "3")]) is new
    assert newest([Reading("a.b", "3")]) is None
