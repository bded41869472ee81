from datetime import timedelta

from domain.account import WHOLE, Reach
from tests.layouts.accounts.people import NOW, desk


def test_reaches_are_told_by_names_in_the_citys_order() -> None:
    zh, en = desk(), desk(lang="en")
    some = Reach(frozenset({"441881", "441802"}), frozenset({"water", "environment"}))
    assert zh.districts(some) == "清城区、英德市"
    assert en.districts(some) == "Qingcheng, Yingde"
    assert zh.topics(some) == "生态环境、水务水环境"
    assert (zh.districts(WHOLE), zh.topics(WHOLE)) == ("全市", "全部专题")


def test_a_reach_may_name_what_the_city_no_longer_declares() -> None:
    gone = Reach(frozenset({"441899"}), frozenset({"space"}))
    assert desk().districts(gone) == "441899"
    assert desk().topics(gone) == "space"


def test_times_are_the_citys() -> None:
    assert desk().moment(NOW) == "2026-11-23 14:34"
    assert desk().second(NOW) == "2026-11-23 14:34:08"
    assert desk().moment(None) == "—"


def test_spans_are_told_in_the_coarsest_unit_that_tells() -> None:
    at = desk()
    ages = [at.age(NOW - timedelta(seconds=s)) for s in (5, 300, 7200, 200_000)]
    assert ages == ["刚刚", "5 分钟前", "2 小时前", "2 天前"]
    lefts = [at.left(NOW + timedelta(seconds=s)) for s in (-5, 60, 10_000, 200_000)]
    assert lefts == ["", "1 分钟", "2 小时", "2 天"]
