from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import traffic
from indicators.exact import fraction

speeds = st.decimals(0, 140, places=1).map(float)
flows = st.decimals(10, 120, places=1).map(float)


@pytest.mark.parametrize(
    ("share", "index"),
    [("0", "0"), ("0.3", "2"), ("0.5", "4"), ("0.6", "6"), ("0.7", "8"), ("1", "10"), ("0.375", "2.75"), ("0.8", "26/3"),
     ("-1", "0"), ("2", "10")],
)  # fmt: skip
def test_annex_c_fixes_the_bin_borders(share: str, index: str) -> None:
    assert traffic.tpi_of_dtp(Fraction(share)) == Fraction(index)


def test_travel_times_give_index_and_proportion() -> None:
    assert traffic.tti(40, 60) == Fraction(3, 2)
    assert traffic.tti(80, 60) == 1
    assert traffic.tti(0, 60) is None
    assert traffic.dtp(30, 60) == Fraction(1, 2)
    assert traffic.dtp(90, 60) == 0


@given(speeds.filter(bool), flows)
def test_proportion_and_time_index_say_the_same(speed: float, free: float) -> None:
    tti = traffic.tti(speed, free)
    assert tti is not None
    assert traffic.dtp(speed, free) == 1 - 1 / tti


@given(speeds, speeds, flows)
def test_slower_is_never_less_congested(a: float, b: float, free: float) -> None:
    slow, fast = sorted((a, b))
    assert 0 <= traffic.tpi(fast, free) <= traffic.tpi(slow, free) <= 10
    assert 1 <= traffic.delay_ratio(fast, free) <= traffic.delay_ratio(slow, free)


@given(speeds, flows)
def test_cutting_the_index_leaves_its_level(speed: float, free: float) -> None:
    exact = traffic.tpi_of_dtp(traffic.dtp(speed, free))
    stored = traffic.tpi(speed, free)
    assert 0 <= exact - fraction(stored) < Fraction(1, 10**traffic.PLACES)
    assert traffic.tpi_level(stored) == traffic.tpi_level(exact)


@given(speeds, flows)
def test_the_index_and_the_speed_name_one_level(speed: float, free: float) -> None:
    assert traffic.tpi_level(traffic.tpi(speed, free)) == traffic.segment_level(speed, free) or fraction(
        speed
    ) / fraction(free) in (Fraction(7, 10), Fraction(1, 2), Fraction(2, 5), Fraction(3, 10))


def test_a_ratio_on_the_border_belongs_to_the_worse_level() -> None:
    assert traffic.segment_level(21, 30) == "基本畅通"
    assert traffic.tpi(21, 30) == 2.0
    assert traffic.segment_level(21.1, 30) == "畅通"
    assert traffic.segment_level(9, 30) == "严重拥堵"


@pytest.mark.parametrize(
    ("index", "name"),
    [(0, "畅通"), (1.9999, "畅通"), (2, "基本畅通"), (4, "轻度拥堵"), (6, "中度拥堵"), (7.9, "中度拥堵"), (8, "严重拥堵"), (10, "严重拥堵")],
)  # fmt: skip
def test_levels_are_closed_below(index: float, name: str) -> None:
    assert traffic.tpi_level(index) == name


def test_the_delay_ratio_stays_finite_on_a_blocked_road() -> None:
    assert traffic.delay_ratio(0, 60) == 12.0
    assert traffic.delay_ratio(40, 60) == 1.5
    assert traffic.delay_ratio(70, 60) == 1.0
    assert traffic.DELAY_STANDARD == ""


@pytest.mark.parametrize(
    ("facts", "speed"),
    [({"free_flow_kmh": 60}, 60.0), ({"free_flow_kmh": 70, "speed_limit_kmh": 60}, 60.0), ({}, None), ({"free_flow_kmh": 0}, None),
     ({"free_flow_kmh": "60"}, None), ({"free_flow_kmh": True}, None), ({"free_flow_kmh": 55.5, "speed_limit_kmh": None}, 55.5)],
)  # fmt: skip
def test_free_flow_is_a_fact_of_the_segment_capped_by_its_limit(facts: dict[str, object], speed: float | None) -> None:
    assert traffic.free_flow(facts) == speed
