import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.health import Freshness
from layouts import words
from layouts.view import View
from snapshot.model import Comparison, Reading


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (None, 0, "—"),
        (1846, 0, "1,846"),
        (96.84, 1, "96.8"),
        (-0.04, 1, "0.0"),
        (-3.26, 1, "-3.3"),
        (1234567.891, 2, "1,234,567.89"),
    ],
)
def test_a_number_is_written_with_separators_and_its_digits(value: float | None, digits: int, text: str) -> None:
    assert words.figure(value, digits) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_written_number_reads_back(value: float, digits: int) -> None:
    assert float(words.figure(value, digits).replace(",", "")) == pytest.approx(value, abs=0.51 * 10.0**-digits)


@pytest.mark.parametrize(
    ("comparison", "text"),
    [
        (Comparison("yesterday", 100, 6.31, "%", None), "▲6.3%"),
        (Comparison("yesterday", 96.4, 0.4, "pt", True), "▲0.4"),
        (Comparison("week", 96.4, -0.42, "pt", False), "▼0.4"),
        (Comparison("week", 96.4, 0.01, "pt", True), "持平"),
        (Comparison("year", refused="标准变更"), "不可比"),
    ],
)
def test_a_difference_is_printed_or_refused(view: View, comparison: Comparison, text: str) -> None:
    assert words.delta(view, comparison, 1) == text


def test_a_difference_explains_its_base_and_direction(view: View) -> None:
    told = words.explain(view, Comparison("yesterday", 96.4, -0.4, "pt", False), 1)
    assert told == "较昨日 −0.4个百分点 · 基数 96.4 · 变差"


def test_a_refusal_explains_its_reason(view: View) -> None:
    assert words.explain(view, Comparison("year", refused="未设目标值"), 0) == "同比：未设目标值"


def test_codes_are_told_in_words(view: View) -> None:
    status, water = view.metric("city.status"), view.metric("water.class")
    assert words.value(view, status, Reading("city.status", "", 3)) == "3 预警"
    assert words.value(view, water, Reading("water.class", "", 6)) == "劣Ⅴ类"
    assert words.value(view, water, Reading("water.class", "")) == "—"


@pytest.mark.parametrize("state", Freshness)
def test_every_freshness_has_its_word(state: Freshness) -> None:
    assert words.FRESHNESS[state] in ("实时", "延迟", "过期", "中断", "无数据")
