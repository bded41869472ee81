from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metric import Metric
from indicators.comparable import Side
from indicators.compare import Period, compare, compare_target, difference, elapsed, met, progress

Declare = Callable[..., Metric]
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
LAST_YEAR = datetime(2025, 11, 24, 6, 30, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")


def side(value: float | None, **facts: Any) -> Side:
    return Side(value, **({"at": NOW} | facts))


def before(value: float | None, **facts: Any) -> Side:
    return Side(value, **({"at": LAST_YEAR} | facts))


def test_amounts_are_compared_in_percent(metric: Declare) -> None:
    told = compare(metric(aggregate="sum", better="higher"), side(1846), side(1737), "yesterday")
    assert told.delta == pytest.approx(6.2752, abs=1e-4)
    assert (told.base, told.unit, told.better, told.refused) == (1737, "%", True, "")


def test_rates_are_compared_in_points_as_printed(metric: Declare) -> None:
    told = compare(metric(unit="%", better="higher"), side(98.2), side(97.8), "year")
    assert (told.delta, told.unit, told.better) == (0.4, "pt", True)


@pytest.mark.parametrize(("unit", "aggregate", "kind"), [
    ("", "mean", ""), ("℃", "mean", ""), ("件", "last", ""), ("件", "sum", "%"), ("亿元", "last", "%"), ("µg/m³", "mean", "%"), ("%", "last", "pt"),
])  # fmt: skip
def test_a_difference_is_told_in_the_unit_that_makes_sense(
    metric: Declare, unit: str, aggregate: str, kind: str
) -> None:
    assert compare(metric(unit=unit, aggregate=aggregate), side(2.0), side(1.0), "month").unit == kind


@pytest.mark.parametrize(
    ("better", "now", "base", "improved"),
    [("higher", 2, 1, True), ("higher", 1, 2, False), ("lower", 1, 2, True), ("lower", 2, 2, None), ("none", 2, 1, None),
     ("band", 9, 12, True), ("band", 7, 8, None), ("band", 3, 5, False)],
)  # fmt: skip
def test_better_follows_the_metrics_direction(
    metric: Declare, better: str, now: float, base: float, improved: bool | None
) -> None:
    declared = metric(unit="", better=better, band=(6, 9) if better == "band" else None)
    assert compare(declared, side(now), side(base), "week").better is improved


def refusal(metric: Metric, now: Side, base: Side) -> str:
    told = compare(metric, now, base, "year")
    assert (told.delta is None) == bool(told.refused)
    return told.refused


def test_no_value_and_no_base_are_said(metric: Declare) -> None:
    assert refusal(metric(), side(None), before(1)) == "本期无数据"
    assert refusal(metric(), side(1), before(None)) == "无基期数据"


def test_a_small_sample_is_not_compared_but_a_small_census_is(metric: Declare) -> None:
    now, base = side(96.3, n=27), before(100.0, n=27)
    assert refusal(metric(unit="%"), now, base) == "本期样本量 27，少于 30"
    assert refusal(metric(unit="%"), side(96.3, n=30), base) == "基期样本量 27，少于 30"
    told = compare(metric(unit="%", census=True, better="higher"), now, base, "yesterday")
    assert (told.delta, told.unit, told.better) == (pytest.approx(-3.7), "pt", False)
    assert compare_target(metric(unit="%", census=True, target=95), now).refused == ""


def test_only_a_rate_can_be_a_census(metric: Declare) -> None:
    with pytest.raises(ValueError, match="census is for rates"):
        metric(unit="件", census=True)


def test_a_changed_definition_is_refused_across_its_day(metric: Declare) -> None:
    declared = metric(version="2", since="2026-01-01")
    assert refusal(declared, side(1), before(1)) == "口径变更：2026-01-01 起执行第 2 版口径"
    assert refusal(declared, side(1), side(2)) == ""
    first = datetime(2025, 12, 31, 16, tzinfo=UTC)  # midnight in China
    assert refusal(declared, side(1), before(2, at=first)) == ""
    assert refusal(declared, side(1), before(2, at=first - timedelta(seconds=1))) != ""
    assert refusal(metric(since="去年"), side(1), before(1)) == ""


def test_a_first_definition_changes_nothing_on_its_first_day(metric: Declare) -> None:
    assert refusal(metric(version="1", since="2026-01-01"), side(1), before(1)) == ""


def test_an_index_is_not_compared_across_the_change_of_standard(metric: Declare) -> None:
    aqi = metric(key="air.aqi", unit="", derive="aqi")
    words = "标准变更：HJ 633-2012 → HJ 633-2026，须按同一标准重算"
    assert refusal(aqi, side(46), before(50)) == words
    assert refusal(metric(), side(46, standard="HJ 633-2026"), before(50, standard="HJ 633-2012")) == words


def test_an_index_recomputed_under_one_standard_is_compared(metric: Declare) -> None:
    aqi = metric(key="air.aqi", unit="", derive="aqi")
    told = compare(aqi, side(46, standard="HJ 633-2026"), before(54, standard="HJ 633-2026"), "year")
    assert (told.delta, told.unit, told.refused) == (-8.0, "", "")


def test_a_pinned_edition_is_one_standard(metric: Declare) -> None:
    pinned = metric(key="air.aqi", unit="", derive="aqi", standard="HJ 633-2012")
    assert refusal(pinned, side(46), before(50)) == ""


def test_concentrations_know_no_change_of_standard(metric: Declare) -> None:
    assert refusal(metric(unit="µg/m³"), side(20), before(25)) == ""


@pytest.mark.parametrize(("coverage", "said"), [(0.8, ""), (0.7999, "79%"), (0.57, "57%")])
def test_less_than_80_percent_of_the_samples_is_refused(metric: Declare, coverage: float, said: str) -> None:
    assert said in refusal(metric(), side(1, coverage=coverage), before(1))
    assert said in refusal(metric(), side(1), before(1, coverage=coverage))
    assert bool(refusal(metric(), side(1, coverage=coverage), before(1))) == bool(said)


def test_fewer_than_30_cases_are_refused(metric: Declare) -> None:
    assert refusal(metric(unit="%"), side(95, n=29), before(90, n=300)) == "本期样本量 29，少于 30"
    assert refusal(metric(unit="%"), side(95, n=30), before(90, n=12)) == "基期样本量 12，少于 30"
    assert refusal(metric(unit="%"), side(95, n=30), before(90, n=30)) == ""


def test_changed_boundaries_and_holidays_are_refused(metric: Declare) -> None:
    assert refusal(metric(), side(1, boundary="2026"), before(1, boundary="2012")) == "区划调整，范围不同"
    assert refusal(metric(), side(1), before(1, holiday="本期为平日，基期为春节，不可比")).endswith("不可比")


@pytest.mark.parametrize("base", [0, -3])
def test_no_percentage_of_nothing(metric: Declare, base: float) -> None:
    assert refusal(metric(aggregate="sum"), side(5), before(base)) == "基数不大于 0，不计算增幅"


@given(st.decimals(0, 100, places=3), st.decimals(0, 100, places=3))
def test_points_are_the_difference_of_what_was_printed(now: Any, base: Any) -> None:
    assert difference(float(now), float(base), "pt") == float(now - base)
    assert difference(float(now), float(base), "pt") == -difference(float(base), float(now), "pt")


def test_a_target_is_met_when_reached(metric: Declare) -> None:
    on_time = metric(unit="%", better="higher", target=95)
    told = compare_target(on_time, side(94.9, n=200))
    assert (told.base, told.delta, told.unit, told.better) == (95, -0.1, "pt", False)
    assert compare_target(on_time, side(95.0)).better is True
    assert compare_target(metric(unit="", better="lower", target=100), side(100)).better is True
    assert met(metric(better="band", band=(6, 9)), 9) is True
    assert met(metric(better="none", target=3), 3) is None


def test_a_target_refuses_like_any_comparison(metric: Declare) -> None:
    assert compare_target(metric(), side(1)).refused == "未设目标值"
    on_time = metric(unit="%", better="higher", target=95)
    assert compare_target(on_time, side(None)).refused == "本期无数据"
    assert "少于 30" in compare_target(on_time, side(50, n=3)).refused
    assert "低于 80%" in compare_target(on_time, side(50, coverage=0.5)).refused


def test_progress_is_held_against_the_time_gone(metric: Declare) -> None:
    projects = metric(unit="个", better="higher", target=200)
    told = progress(projects, side(124), Fraction(89, 100))
    assert (told.base, told.delta, told.unit, told.better) == (89.0, -27.0, "pt", False)
    spending = metric(unit="万元", better="lower", target=200)
    assert progress(spending, side(124), Fraction(89, 100)).better is True
    assert progress(projects, side(178), Fraction(89, 100)).better is None
    assert progress(metric(), side(1), Fraction(1, 2)).refused == "未设目标值"
    assert progress(projects, side(None), Fraction(1, 2)).refused == "本期无数据"


@pytest.mark.parametrize(
    ("at", "period", "share"),
    [("2026-11-24T12:00+08:00", "today", "1/2"), ("2026-11-16T00:00+08:00", "month", "1/2"), ("2026-01-01T00:00+08:00", "year", "0"),
     ("2026-07-02T12:00+08:00", "year", "1/2"), ("2028-07-02T00:00+08:00", "year", "1/2"), ("2026-12-31T00:00+08:00", "month", "30/31"),
     ("2026-12-31T16:00+00:00", "year", "0")],
)  # fmt: skip
def test_time_goes_by_the_citys_clock(at: str, period: Period, share: str) -> None:
    assert elapsed(datetime.fromisoformat(at), period, CHINA) == Fraction(share)
