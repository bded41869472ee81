"""Road segments from hand-drawn corridors: smoothed, cut at their named nodes, one directed segment each way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from shapely.geometry import LineString

from domain.place import Site
from geo.draw import between, heading, keep_right, smooth
from geo.places import CityPlaces, length_km

# How far the two directions are drawn apart, half of it each, so that both can be seen and clicked.
HALF_GAP_M: Final = {"高速": 60.0, "国道": 40.0, "省道": 30.0, "主干路": 18.0}


@dataclass(frozen=True, slots=True)
class Piece:
    """A corridor between two of its named nodes."""

    corridor: Mapping[str, Any]
    number: int
    start: str
    stop: str
    line: LineString


def pieces(corridors: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    """Every corridor cut at its named nodes ([name, lon, lat]); nameless ones ([lon, lat]) only bend it."""
    for corridor in corridors:
        nodes = [(node if len(node) == 3 else ["", *node]) for node in corridor["nodes"]]
        whole = smooth([(lon, lat) for _, lon, lat in nodes], steps=4)
        named = [node for node in nodes if node[0]]
        for number, (a, b) in enumerate(pairwise(named), 1):
            yield Piece(corridor, number, a[0], b[0], between(whole, (a[1], a[2]), (b[1], b[2])))


def segments(corridors: Sequence[Mapping[str, Any]], places: CityPlaces) -> list[Site]:
    """Two directed segments a piece, ids seg-<corridor>-<number>a and ...b; ValueError when one lies outside the city."""
    found = []
    for piece in pieces(corridors):
        back = Piece(piece.corridor, piece.number, piece.stop, piece.start, LineString(piece.line.coords[::-1]))
        found += [_segment(piece, "a", places), _segment(back, "b", places)]
    return found


def _segment(piece: Piece, side: str, places: CityPlaces) -> Site:
    road = piece.corridor
    centre = piece.line.interpolate(0.5, normalized=True)
    district = places.district_at(centre.x, centre.y)
    if district is None:
        raise ValueError(f"{road['road']} {piece.start}→{piece.stop}: its middle lies outside the city")
    line = keep_right(LineString(piece.line.simplify(0.0004).coords), HALF_GAP_M[road["class"]])
    middle = line.interpolate(0.5, normalized=True)
    return Site(
        id=f"seg-{road['key']}-{piece.number:02d}{side}",
        name=f"{road['road']} {_span(piece)}",
        kind="segment",
        district=district,
        lon=round(middle.x, 5),
        lat=round(middle.y, 5),
        line=tuple((round(x, 5), round(y, 5)) for x, y in line.coords),
        facts={
            "road": road["road"],
            "from": piece.start,
            "to": piece.stop,
            "direction": heading(piece.line),
            "class": road["class"],
            "length_km": round(length_km(piece.line), 2),
            "free_flow_kmh": road["free"],
        },
        illustrative=True,
    )


def _span(piece: Piece) -> str:
    """From where to where, as signs say it: 太和→清城, 西→东."""
    return f"{piece.start}→{piece.stop}"
