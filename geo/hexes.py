"""Points summed into hexagons of one size, for densities: the same grid whatever is in it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Point = tuple[float, float]
DEGREE_KM: Final = 111.32  # a degree of latitude; of longitude times the cosine of the latitude
_CORNERS: Final = tuple(math.radians(60 * n + 30) for n in range(6))


@dataclass(frozen=True, slots=True)
class Cell:
    """A hexagon with something in it. ring: its closed outline, lon/lat; members: which of the points it holds."""

    id: str
    ring: tuple[Point, ...]
    total: float
    members: tuple[int, ...]


def bins(points: Sequence[Point], weights: Sequence[float], size_km: float) -> list[Cell]:
    """The hexagons (pointed up, `size_km` from side to side) that hold a point, heaviest first.

    The grid hangs on latitude 0 and longitude 0 and is true to size at the points' middle latitude rounded to a degree, so
    it stays where it is while points come and go. ValueError when a point has no weight or the size is not positive.
    """
    if size_km <= 0:
        raise ValueError("a hexagon's size must be positive")
    if not points:
        return []
    middle = round(sum(lat for _, lat in points) / len(points))
    scale = (DEGREE_KM * math.cos(math.radians(middle)), DEGREE_KM)
    held: dict[tuple[int, int], list[int]] = {}
    for index, (lon, lat) in enumerate(points):
        held.setdefault(_axial(lon * scale[0], lat * scale[1], size_km), []).append(index)
    by_index = dict(zip(range(len(points)), weights, strict=True))
    cells = [
        Cell(f"{q},{r}", _ring(q, r, size_km, scale), math.fsum(by_index[i] for i in members), tuple(members))
        for (q, r), members in held.items()
    ]
    return sorted(cells, key=lambda cell: (-cell.total, cell.id))


def _axial(x: float, y: float, size: float) -> tuple[int, int]:
    """Axial coordinates of the hexagon that holds a point (km), by rounding in cube coordinates."""
    radius = size / math.sqrt(3)
    q = (math.sqrt(3) / 3 * x - y / 3) / radius
    r = 2 / 3 * y / radius
    s = -q - r
    near = [round(q), round(r), round(s)]
    gaps = [abs(near[0] - q), abs(near[1] - r), abs(near[2] - s)]
    if gaps[0] > gaps[1] and gaps[0] > gaps[2]:
        near[0] = -near[1] - near[2]
    elif gaps[1] > gaps[2]:
        near[1] = -near[0] - near[2]
    return near[0], near[1]


def _ring(q: int, r: int, size: float, scale: Point) -> tuple[Point, ...]:
    radius = size / math.sqrt(3)
    x, y = radius * math.sqrt(3) * (q + r / 2), radius * 1.5 * r
    corners = [((x + radius * math.cos(a)) / scale[0], (y + radius * math.sin(a)) / scale[1]) for a in _CORNERS]
    return tuple((round(lon, 5), round(lat, 5)) for lon, lat in (*corners, corners[0]))
