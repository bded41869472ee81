"""Points in hexagons: each in exactly one, none lost, and the grid does not move."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point, Polygon

from geo import hexes

PLACES = st.lists(st.tuples(st.floats(111.9, 114.0), st.floats(23.4, 25.2)), min_size=1, max_size=40)


@given(PLACES, st.floats(0.5, 20))
def test_every_point_lies_in_its_hexagon_and_its_weight_is_counted_once(
    points: list[tuple[float, float]], km: float
) -> None:
    weights = [float(i + 1) for i in range(len(points))]
    cells = hexes.bins(points, weights, km)
    assert sorted(i for cell in cells for i in cell.members) == list(range(len(points)))
    assert math.fsum(cell.total for cell in cells) == pytest.approx(sum(weights))
    for cell in cells:
        outline = Polygon(cell.ring).buffer(1e-4)
        assert all(outline.covers(Point(points[i])) for i in cell.members)


def test_a_hexagon_is_as_wide_as_asked() -> None:
    (cell,) = hexes.bins([(113.0, 24.0)], [1.0], 3.0)
    ring = cell.ring[:-1]
    _, _, across = Geod(ellps="WGS84").inv(*midpoint(ring[0], ring[1]), *midpoint(ring[3], ring[4]))
    assert across / 1000 == pytest.approx(3.0, rel=0.01)


def test_the_grid_stays_where_it_is_when_points_come_and_go() -> None:
    one = hexes.bins([(113.0, 24.0)], [1.0], 3.0)[0]
    many = hexes.bins([(113.0, 24.0), (112.2, 24.4), (113.9, 23.6)], [1.0, 5.0, 9.0], 3.0)
    assert one.ring in {cell.ring for cell in many}
    assert [cell.total for cell in many] == [9.0, 5.0, 1.0]


def test_nothing_gives_no_hexagon_and_a_size_of_nothing_is_refused() -> None:
    assert hexes.bins([], [], 3.0) == []
    with pytest.raises(ValueError, match="positive"):
        hexes.bins([(113.0, 24.0)], [1.0], 0)


def midpoint(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
