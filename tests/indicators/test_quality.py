from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from indicators.quality import WEIGHTS, Share, due, mean, received, score

DAY = timedelta(days=1)
shares = st.none() | st.floats(0, 100)


def test_a_series_owes_its_intervals_and_slow_ones_are_judged_by_age() -> None:
    assert due(DAY, timedelta(minutes=5)) == 288
    assert due(DAY, timedelta(days=1)) == 0
    assert due(DAY, timedelta(0)) == 0
    assert received(300, 288, fresh=False) == Share(288, 288)
    assert received(0, 0, fresh=True) == Share(1, 1)
    assert received(9, 0, fresh=False) == Share(0, 1)


def test_nothing_due_is_no_share() -> None:
    assert Share().percent is None
    assert (Share(1, 4) + Share(1, 4)).percent == 25.0


def test_the_weights_are_whole_and_a_missing_part_leaves_its_own_to_the_others() -> None:
    assert sum(WEIGHTS.values()) == 1.0
    assert score({"complete": 50.0, "valid": 100.0, "available": 100.0}) == 80.0
    assert score({"complete": None, "valid": 100.0, "available": 50.0}) == 75.0
    assert score({"complete": None, "valid": None, "available": None}) is None
    assert mean([]) is None


@given(shares, shares, shares)
def test_a_score_lies_between_its_parts(complete: float | None, valid: float | None, available: float | None) -> None:
    parts = {"complete": complete, "valid": valid, "available": available}
    known = [value for value in parts.values() if value is not None]
    made = score(parts)
    assert (made is None) == (not known)
    assert made is None or min(known) - 1e-9 <= made <= max(known) + 1e-9
