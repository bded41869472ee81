"""The city's sites as columns of numbers: what the simulation needs of geography."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from demo.noise import Floats, Keys, keys
from domain.city import City
from domain.place import Site

_KM_PER_DEGREE: Final = 111.32


@dataclass(frozen=True)
class Group:
    """Places of one kind in a fixed order. Columns are (n, 1), so they broadcast over times.

    `share` is the part of the city's people that a place stands for (districts), times the demonstration's scale; 1/n for
    everything else.
    """

    names: tuple[str, ...]
    lon: Floats
    lat: Floats
    district: tuple[str, ...]
    share: Floats
    seed: int
    sites: tuple[Site, ...] = ()
    _keys: dict[str, Keys] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.names)

    def key(self, salt: str) -> Keys:
        """The noise keys of every place for one purpose."""
        if salt not in self._keys:
            self._keys[salt] = keys(self.seed, self.names, salt)
        return self._keys[salt]

    def fact(self, name: str, otherwise: float) -> Floats:
        """A numeric site fact as a column, with a stand-in where a site has none."""
        return column([_number(site.facts.get(name), otherwise) for site in self.sites])

    def rows_with(self, name: str, value: str) -> Floats:
        """1 for the sites whose fact has this text, 0 for the others, as a column."""
        return column([float(site.facts.get(name) == value) for site in self.sites])

    def part(self, rows: Sequence[int]) -> "Group":
        """Only the given rows, in that order; noise is by name, so the values stay the same."""
        pick = list(rows)
        sites = tuple(self.sites[i] for i in pick) if self.sites else ()
        names, district = tuple(self.names[i] for i in pick), tuple(self.district[i] for i in pick)
        return Group(names, self.lon[pick], self.lat[pick], district, self.share[pick], self.seed, sites)


def column(values: Sequence[float]) -> Floats:
    """Numbers as a column (n, 1)."""
    return np.array(values, dtype=np.float64).reshape(-1, 1)


def of_kind(city: City, kind: str) -> Group:
    """The sites of one kind, in the order of sites.yaml; those without a point stand at their line's middle."""
    sites = tuple(s for s in city.sites.values() if s.kind == kind)
    points = [_point(s, city) for s in sites]
    return Group(
        names=tuple(s.id for s in sites),
        lon=column([p[0] for p in points]),
        lat=column([p[1] for p in points]),
        district=tuple(s.district for s in sites),
        share=np.full((len(sites), 1), 1.0 / max(len(sites), 1)),
        seed=city.spec.demo_seed,
        sites=sites,
    )


def districts(city: City) -> Group:
    """The city's districts; each stands at the mean of its sites."""
    codes = tuple(city.districts)
    people = np.array([city.districts[c].population or 300_000 for c in codes], dtype=np.float64)
    centres = [_centre(city, c) for c in codes]
    return Group(
        names=codes,
        lon=column([p[0] for p in centres]),
        lat=column([p[1] for p in centres]),
        district=codes,
        share=(people / people.sum()).reshape(-1, 1) * city.demonstration.scale,
        seed=city.spec.demo_seed,
    )


def whole(city: City) -> Group:
    """The city as one place, for figures that are not told apart by district."""
    lon, lat = city.spec.map.center
    seed = city.spec.demo_seed
    return Group((city.adcode,), column([lon]), column([lat]), (city.adcode,), column([1.0]), seed)


def distance_km(lon: Floats, lat: Floats, to_lon: Floats | float, to_lat: Floats | float) -> Floats:
    """Flat-earth distance, good to 1 % inside one prefecture."""
    squeeze = np.cos(np.radians(lat))
    return np.hypot((lon - to_lon) * squeeze, lat - to_lat) * _KM_PER_DEGREE


def _point(site: Site, city: City) -> tuple[float, float]:
    if site.lon is not None and site.lat is not None:
        return site.lon, site.lat
    if site.line:
        return site.line[len(site.line) // 2]
    return city.spec.map.center


def _centre(city: City, code: str) -> tuple[float, float]:
    found = [_point(s, city) for s in city.sites.values() if s.district == code]
    if not found:
        return city.spec.map.center
    return sum(p[0] for p in found) / len(found), sum(p[1] for p in found) / len(found)


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise


def rows_by_district(group: Group) -> Mapping[str, list[int]]:
    """Row numbers of a group, by district."""
    out: dict[str, list[int]] = {}
    for row, code in enumerate(group.district):
        out.setdefault(code, []).append(row)
    return out
