"""The week of a source is one element: as many cells as hours are told, a gap between days, a colour of its own for each state."""

from domain.health import Freshness
from layouts.feeds import week


def test_each_cell_is_as_wide_as_the_others_and_days_stand_apart() -> None:
    drawn = week.band([Freshness.LIVE] * week.DAY_CELLS + [Freshness.DOWN, None])
    assert drawn.count("var(--bar)") == week.DAY_CELLS
    assert drawn.count("var(--p2)") == drawn.count("var(--hairline)") == 1
    assert drawn.count("var(--") == week.DAY_CELLS + 2
    assert drawn.count("%") == 4 * (week.DAY_CELLS + 3)  # the gap between the days is a cell of its own
    assert drawn.endswith("100.00%)")


def test_every_state_has_a_colour() -> None:
    assert set(week.COLOURS) == {*Freshness, None}
