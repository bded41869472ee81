"""Which place a record speaks of: declared site, district, point on the map, or a site learnt from the record."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from datasources.context import SourceContext
from datasources.paths import compiled, field
from datasources.text import clean
from domain.place import Site
from domain.source import LearnSpec, SiteSpec

_OTHERS = "*"  # in `districts`: every code that is not named


class Point(NamedTuple):
    """WGS-84 degrees."""

    lon: float
    lat: float


class SiteReader:
    """Reads places of one source. ValueError from its methods is a sentence for quarantine."""

    def __init__(self, spec: SiteSpec, context: SourceContext) -> None:
        self._spec = spec
        self._context = context
        self._path = field(spec.path) if spec.path else None
        self._lon = field(spec.lon) if spec.lon else None
        self._lat = field(spec.lat) if spec.lat else None
        self._district = field(spec.district) if spec.district else None
        learn = spec.learn
        self._name = compiled(learn.name) if learn and learn.name else None
        self._facts = {fact: compiled(path) for fact, path in learn.facts.items()} if learn else {}

    @property
    def declared(self) -> bool:
        """Whether records of this source name a site at all."""
        return bool(self._path or self._spec.fixed)

    def code(self, fields: Mapping[str, Any]) -> str:
        """The site id a record names, known or not; "" when it names none."""
        if self._path is None:
            return self._spec.fixed
        raw = clean(self._path(fields), 100)
        if not raw:
            return ""
        return self._spec.id.get(raw) or self._spec.prefix + raw

    def known(self, site: str) -> bool:
        """Whether the id is a declared (or learnt) site, or an area that figures may describe."""
        return site in self._context.sites or site in self._context.areas

    def learn(self, site: str, fields: Mapping[str, Any]) -> Site:
        """The site an unknown id stands for; ValueError when the source does not teach sites or the record lacks the facts."""
        learn = self._spec.learn
        if learn is None:
            raise ValueError(f"site {site!r} is not declared")
        point = self.point(fields)
        district = self.district(fields, point)
        if not district:
            raise ValueError(f"site {site!r} cannot be learnt: the record gives no district")
        try:
            return self._made(site, learn, fields, point, district)
        except ValidationError as error:
            raise ValueError(f"site {site!r} cannot be learnt: {error.errors()[0]['msg']}") from error

    def point(self, fields: Mapping[str, Any]) -> Point | None:
        """The record's coordinates; None when it gives none. ValueError for what is no place on Earth."""
        if self._lon is None or self._lat is None:
            return None
        raw_x, raw_y = self._lon(fields), self._lat(fields)
        if clean(raw_x) == "" and clean(raw_y) == "":
            return None
        try:
            x, y = float(raw_x), float(raw_y)
        except (TypeError, ValueError, OverflowError):
            x = y = math.nan
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"coordinates {clean(raw_x, 40)!r}, {clean(raw_y, 40)!r} are not numbers")
        lon, lat = self._context.places.to_wgs84(self._spec.crs, x, y)
        if not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon == 0 and lat == 0):
            raise ValueError(f"coordinates {x:g}, {y:g} are no place on Earth")
        return Point(lon, lat)

    def district(self, fields: Mapping[str, Any], point: Point | None) -> str:
        """The adcode by the declared path, else by the coordinates; "" when neither tells. ValueError outside the city."""
        if self._district is not None:
            code = clean(self._district(fields), 100)
            if code:
                return self._spec.districts.get(code) or self._spec.districts.get(_OTHERS, code)
        if point is None:
            return ""
        found = self._context.places.district_at(point.lon, point.lat)
        if found is None:
            raise ValueError(f"coordinates {point.lon:.5f}, {point.lat:.5f} are outside the city")
        return found

    def _made(self, site: str, learn: LearnSpec, fields: Mapping[str, Any], point: Point | None, district: str) -> Site:
        name = clean(self._name(fields)) if self._name else ""
        facts = {fact: value for fact, read in self._facts.items() if (value := read(fields)) is not None}
        lon, lat = point or (None, None)
        return Site(id=site, name=name or site, kind=learn.kind, district=district, lon=lon, lat=lat, facts=facts)
