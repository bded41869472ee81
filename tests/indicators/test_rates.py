from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metric import Metric
from indicators.exact import fraction
from indicators.rates import is_rate, rate, shown

Declare = Callable[..., Metric]


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_rate_is_rounded_once(numerator: int, denominator: int) -> None:
    assert rate(numerator, denominator).value == float(Fraction(numerator * 100, denominator))


def test_nothing_due_is_no_rate() -> None:
    assert rate(0, 0).value is None


@pytest.mark.parametrize(("n", "small"), [(0, True), (29, True), (30, False)])
def test_fewer_than_30_are_too_few(n: int, small: bool) -> None:
    assert rate(n, n).small is small


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(100, 1, "100.0"), (99.96, 1, "99.9"), (99.94, 1, "99.9"), (99.999, 0, "99"), (0.04, 1, "0.1"), (0, 1, "0.0"),
     (96.85, 1, "96.8"), (96.75, 1, "96.8"), (100.4, 0, "100")],
)  # fmt: skip
def test_a_hundred_is_said_only_of_a_hundred(value: float, digits: int, text: str) -> None:
    assert shown(value, digits) == text


@given(st.decimals(0, 100, places=4), st.integers(0, 3))
def test_what_is_shown_is_nearly_the_value(value: float, digits: int) -> None:
    assert abs(fraction(float(shown(value, digits))) - fraction(value)) <= Fraction(1, 10**digits)


def test_percentages_are_rates_whether_counted_or_given(metric: Declare) -> None:
    assert is_rate(metric(unit="%"))
    assert is_rate(metric(unit="%", across="ratio", ratio=("a.b", "a.c")))
    assert not is_rate(metric(unit="件"))
