"""Class limits: round, rising, and holding the values."""

from hypothesis import given
from hypothesis import strategies as st

from layouts.atlas import limits

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30).filter(lambda v: max(v) - min(v) > 1e-6)


@given(VALUES)
def test_round_limits_rise_and_split_the_values_from_the_first_class_to_the_last(values: list[float]) -> None:
    found = limits.round_limits(values)
    assert len(found) == 4
    assert list(found) == sorted(set(found))
    assert limits.step_of(min(values), found) == 0
    assert all(0 <= limits.step_of(v, found) <= 4 for v in values)


def test_round_limits_are_numbers_that_people_say() -> None:
    assert limits.round_limits([45, 640, 310, 140]) == (200, 400, 600, 800)
    assert limits.round_limits([1.31, 1.42]) == (1.325, 1.35, 1.375, 1.4)


def test_values_without_a_spread_have_no_limits() -> None:
    assert limits.round_limits([7, 7]) == ()
    assert limits.round_limits([]) == ()


def test_a_limit_belongs_to_the_class_above_it_and_the_legend_says_so() -> None:
    assert limits.texts((80, 85.5, 90, 95)) == ["< 80.0", "80.0–85.5", "85.5–90.0", "90.0–95.0", "≥ 95.0"]
    assert [limits.step_of(v, (80, 85, 90, 95)) for v in (79.9, 80, 95)] == [0, 1, 4]
