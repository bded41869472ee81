import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import rain


@pytest.mark.parametrize(
    ("period", "edges"),
    [("24h", (0.1, 10, 25, 50, 100, 250)), ("12h", (0.1, 5, 15, 30, 70, 140))],
)
def test_grades_begin_where_the_standard_says(period: rain.Period, edges: tuple[float, ...]) -> None:
    for number, edge in enumerate(edges, 1):
        assert rain.grade(edge, period) == number
        assert rain.grade(round(edge - 0.1, 1), period) == number - 1


def test_amounts_are_judged_at_a_tenth_of_a_millimetre() -> None:
    assert rain.grade(9.94) == 1
    assert rain.grade(9.96) == 2
    assert rain.grade(9.95) == 2  # to the even tenth, 10.0
    assert rain.grade(0.05) == 0


def test_grades_have_names() -> None:
    assert rain.grade_name(rain.grade(0)) == "微量降雨"
    assert rain.grade_name(rain.grade(250)) == "特大暴雨"
    with pytest.raises(IndexError):
        rain.grade_name(7)


@given(st.decimals(0, 400, places=2), st.decimals(0, 400, places=2))
def test_more_rain_is_never_a_lower_grade(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert rain.grade(low) <= rain.grade(high)
    assert rain.grade(low) <= rain.grade(low, "12h")


@pytest.mark.parametrize(
    ("totals", "colour"),
    [({3: 100}, "红色"), ({3: 99.9}, "橙色"), ({3: 50}, "橙色"), ({6: 50}, "黄色"), ({6: 200}, "黄色"), ({12: 50}, "蓝色"),
     ({1: 100}, "红色"), ({1: 60, 12: 70}, "橙色"), ({3: None, 6: 49.9, 12: 49.9}, None), ({}, None), ({24: 300}, None)],
)  # fmt: skip
def test_the_most_severe_criterion_counts(totals: dict[int, float | None], colour: str | None) -> None:
    met = rain.criterion_met(totals)
    assert (met.colour if met else None) == colour


def test_a_gauge_never_says_that_a_signal_was_issued() -> None:
    for criterion in rain.RAINSTORM:
        assert "达到" in criterion.words
        assert "标准" in criterion.words
        assert "发布" not in criterion.words
