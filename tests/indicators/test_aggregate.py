import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.aggregate import How, combine

numbers = st.floats(-1e6, 1e6)
maybe = st.lists(st.none() | numbers, max_size=12)
plain: st.SearchStrategy[How] = st.sampled_from(["mean", "sum", "max", "min", "worst"])


@given(maybe, plain, st.randoms(use_true_random=False))
def test_the_order_of_places_does_not_matter(values: list[float | None], how: How, random: object) -> None:
    shuffled = sorted(values, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis' own Random
    assert combine(shuffled, how) == combine(values, how)


@given(st.lists(st.tuples(numbers, st.floats(0.1, 1e3)), min_size=1, max_size=12))
def test_means_stay_between_the_extremes(pairs: list[tuple[float, float]]) -> None:
    values, weights = zip(*pairs, strict=True)
    for found in (combine(values, "mean"), combine(values, "weighted", weights)):
        assert found.value is not None
        assert min(values) <= found.value <= max(values)
        assert found.coverage == 1.0


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=12))
def test_sums_and_means_are_those_of_exact_arithmetic(values: list[int]) -> None:
    assert combine(values, "sum").value == sum(values)
    assert combine(values, "mean").value == pytest.approx(float(Fraction(sum(values), len(values))), rel=1e-15)


@given(maybe, plain)
def test_coverage_counts_the_places_with_a_value(values: list[float | None], how: How) -> None:
    found = combine(values, how)
    present = [v for v in values if v is not None]
    assert found.count == len(present)
    assert found.coverage == (len(present) / len(values) if values else 0.0)
    assert (found.value is None) == (not present)


def test_a_number_that_is_none_is_no_value() -> None:
    assert combine([math.nan, 3.0, math.inf], "sum") == combine([None, 3.0, None], "sum")


def test_worst_follows_the_direction() -> None:
    assert combine([1, 6, 3], "worst").value == 6
    assert combine([1, 6, 3], "worst", better="higher").value == 1


def test_weights_weigh_and_their_share_is_the_coverage() -> None:
    found = combine([10.0, 20.0, None], "weighted", [3.0, 1.0, 4.0])
    assert (found.value, found.coverage, found.count) == (12.5, 0.5, 2)


def test_a_place_without_weight_takes_no_part() -> None:
    found = combine([10.0, 20.0, 99.0], "weighted", [1.0, None, 0.0])
    assert (found.value, found.count, found.coverage) == (10.0, 1, 1.0)
    assert combine([1.0], "weighted", [None]).value is None


def test_a_ratio_is_sum_over_sum_in_percent_with_its_denominator() -> None:
    found = combine([9.0, 90.0], "ratio", [10.0, 190.0])
    assert (found.value, found.n, found.coverage) == (49.5, 200.0, 1.0)


def test_a_ratio_of_nothing_is_no_value() -> None:
    found = combine([0.0], "ratio", [0.0])
    assert (found.value, found.n, found.coverage) == (None, 0.0, 1.0)
    assert combine([5.0], "ratio", [None]).coverage == 0.0


def test_none_means_no_combination() -> None:
    assert combine([1.0, 2.0], "none").value is None


def test_weights_must_be_there_and_match() -> None:
    with pytest.raises(ValueError, match="needs weights"):
        combine([1.0], "ratio")
    with pytest.raises(ValueError, match="2 values but 1 weights"):
        combine([1.0, 2.0], "mean", [1.0])
