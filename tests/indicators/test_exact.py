from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.exact import columnwise, cut, fraction, half_even, half_even_micros, micros, one_by_one, total

finite = st.floats(allow_nan=False, allow_infinity=False, width=64)


def test_a_float_stands_for_the_decimal_that_was_printed() -> None:
    assert fraction(2.2) == Fraction(22, 10)
    assert fraction(np.float64(0.1)) == Fraction(1, 10)
    assert fraction(1e-05) == Fraction(1, 100_000)
    assert fraction(Decimal("0.145")) == Fraction(145, 1000)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_number_is_no_fraction(value: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        fraction(value)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [("0.5", 0, "0"), ("1.5", 0, "2"), ("2.5", 0, "2"), ("0.25", 1, "0.2"), ("0.35", 1, "0.4"), ("2.2501", 1, "2.3")],
)
def test_ties_go_to_the_even_digit(value: str, places: int, rounded: str) -> None:
    assert half_even(Fraction(value), places) == Fraction(rounded)


@given(finite)
def test_exact_values_survive_the_way_there_and_back(value: float) -> None:
    assert float(fraction(value)) == value


@given(st.lists(finite.filter(lambda v: abs(v) < 1e100), max_size=20))
def test_a_total_does_not_depend_on_the_order(values: list[float]) -> None:
    assert total(values) == total(values[::-1]) == sum(map(fraction, values), Fraction(0))


@given(st.fractions(), st.integers(0, 6))
def test_a_cut_never_crosses_a_border(value: Fraction, places: int) -> None:
    got = cut(value, places)
    assert fraction(got) <= value or abs(value) > 2**40
    for border in (-1, 0, 1, 2):
        assert (got < border) == (value < border)


@given(st.decimals("-9000000", "9000000", places=6))
def test_decimals_of_six_places_are_exact_in_columns(value: Decimal) -> None:
    whole, exact = micros(np.array([float(value)]))
    assert exact.all()
    assert Fraction(int(whole[0]), 10**6) == Fraction(value)


@given(st.lists(st.floats(width=64), max_size=30))
def test_a_column_is_exact_only_where_it_says_so(values: list[float]) -> None:
    whole, exact = micros(np.array(values, dtype=np.float64))
    for value, k, ok in zip(values, whole.tolist(), exact.tolist(), strict=True):
        assert not ok or Fraction(k, 10**6) == fraction(value)


@given(st.integers(-(10**15), 10**15), st.sampled_from([1_000_000, 100_000, 10]))
def test_columns_round_ties_to_even_like_the_exact_path(value: int, step: int) -> None:
    assert int(half_even_micros(np.array([value]), step)[0]) == round(Fraction(value, step))


def test_what_is_not_six_decimals_goes_one_by_one() -> None:
    values = np.array([1.0, np.nan, 1 / 3])
    got = columnwise(values, lambda whole: whole / 1e6, one_by_one(lambda value: -value))
    assert got[0] == 1.0
    assert np.isnan(got[1])
    assert got[2] == -1 / 3
