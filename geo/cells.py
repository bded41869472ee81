"""Operating cells of a city: hexagons clipped to each district."""

import math
from collections.abc import Sequence
from typing import Any, Final

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from geo.draw import feature
from geo.wheels import Area

CELLS_PER_CITY: Final = 180


def grid(areas: Sequence[Area]) -> list[dict[str, Any]]:
    """Operating cells: hexagons clipped to each district, not official 单元网格."""
    rows = []
    total = sum(area.outline.area for area in areas)
    for area in areas:
        wanted = max(6, min(40, round(CELLS_PER_CITY * area.outline.area / total)))
        for i, cell in enumerate(hexagons(area.outline, wanted), 1):
            rows.append(feature(cell, {"id": f"{area.adcode}-G{i:03d}", "district": area.adcode, "synthetic": True}, 4))
    return rows


def hexagons(area: BaseGeometry, wanted: int) -> list[BaseGeometry]:
    """About `wanted` equal flat-topped hexagons clipped to the area; slivers under an eighth of a cell are dropped."""
    squeeze = math.cos(math.radians(area.centroid.y))
    full = area.area * squeeze / wanted
    side = math.sqrt(2 * full / (3 * math.sqrt(3)))
    west, south, east, north = area.bounds
    cells = []
    for column in range(math.ceil((east - west) * squeeze / (1.5 * side)) + 2):
        x = west + column * 1.5 * side / squeeze
        start = south - (column % 2 == 0) * side * math.sqrt(3) / 2
        for row in range(math.ceil((north - south) / (side * math.sqrt(3))) + 2):
            y = start + row * side * math.sqrt(3)
            corners = [(math.cos(k * math.pi / 3) * side, math.sin(k * math.pi / 3) * side) for k in range(6)]
            cell = Polygon([(x + dx / squeeze, y + dy) for dx, dy in corners]).intersection(area)
            if cell.area * squeeze > full / 8:
                cells.append(cell)
    return cells
