"""Road sections from hand-drawn corridors: smoothed, cut at named nodes, one section for both directions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from shapely.geometry import LineString

from domain.place import Site
from geo.draw import between, smooth
from geo.places import CityPlaces, length_km

# How long a section is meant to be, in km: between interchanges far apart one speed says enough; a street is cut at every node.
SECTION_KM: Final = {"高速": 32.0, "国道": 28.0, "省道": 28.0, "主干路": 0.0}
BOTH_WAYS: Final = "双向"


@dataclass(frozen=True, slots=True)
class Piece:
    """A corridor between two of its named nodes."""

    corridor: Mapping[str, Any]
    number: int
    start: str
    stop: str
    line: LineString


def pieces(corridors: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    """Every corridor cut at some of its named nodes ([name, lon, lat]); nameless ones ([lon, lat]) only bend it."""
    for corridor in corridors:
        nodes = [(node if len(node) == 3 else ["", *node]) for node in corridor["nodes"]]
        whole = smooth([(lon, lat) for _, lon, lat in nodes], steps=4)
        named = [node for node in nodes if node[0]]
        along = [length_km(between(whole, tuple(named[0][1:]), tuple(node[1:]))) for node in named]
        for number, (i, j) in enumerate(pairwise(cuts(along, SECTION_KM[corridor["class"]])), 1):
            a, b = named[i], named[j]
            yield Piece(corridor, number, a[0], b[0], between(whole, (a[1], a[2]), (b[1], b[2])))


def cuts(along: Sequence[float], aim: float) -> list[int]:
    """Which nodes, by number, end sections of about `aim` km: always the first and the last; every one for an aim of 0.

    `along`: how far each node lies from the first. The corridor is divided evenly, each cut moved to the nearest node.
    """
    last = len(along) - 1
    if not aim:
        return list(range(last + 1))
    count = min(max(round(along[last] / aim), 1), last)
    spots = [along[last] * k / count for k in range(1, count)]
    inner = {_nearest(along[1:last], spot) + 1 for spot in spots}
    return [0, *sorted(inner), last]


def called(road: Mapping[str, Any]) -> str:
    """What people call it, short enough for a list: a motorway by its name (京港澳高速 G4), a national road by its number."""
    words: list[str] = road["road"].split()
    return words[0] if road["class"] == "高速" else words[-1]


def _nearest(numbers: Sequence[float], wanted: float) -> int:
    return min(range(len(numbers)), key=lambda i: abs(numbers[i] - wanted))


def segments(corridors: Sequence[Mapping[str, Any]], places: CityPlaces) -> list[Site]:
    """A site a piece, ids seg-<corridor>-<number>; ValueError when one lies outside the city."""
    return [_segment(piece, places) for piece in pieces(corridors)]


def _segment(piece: Piece, places: CityPlaces) -> Site:
    road = piece.corridor
    centre = piece.line.interpolate(0.5, normalized=True)
    district = places.district_at(centre.x, centre.y)
    if district is None:
        raise ValueError(f"{road['road']} {piece.start}—{piece.stop}: its middle lies outside the city")
    return Site(
        id=f"seg-{road['key']}-{piece.number:02d}",
        name=f"{called(road)} {piece.start}—{piece.stop}",
        kind="segment",
        district=district,
        lon=round(centre.x, 5),
        lat=round(centre.y, 5),
        line=tuple((round(x, 5), round(y, 5)) for x, y in piece.line.simplify(0.0004).coords),
        facts={
            "road": road["road"],
            "from": piece.start,
            "to": piece.stop,
            "direction": BOTH_WAYS,
            "class": road["class"],
            "length_km": round(length_km(piece.line), 2),
            "free_flow_kmh": road["free"],
        },
        illustrative=True,
    )
