"""Where things are: districts (GB/T 2260 adcode), sites, and the questions geography answers for others."""

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

Crs = Literal["wgs84", "gcj02", "bd09", "cgcs2000"] | str  # or "epsg:4527" for a CGCS2000 zone


class District(BaseModel):
    """An administrative division; `population` (persons) and `area_km2` make rates comparable."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    adcode: str = Field(pattern=r"^\d{6}$")
    name: str
    name_en: str = ""
    population: int | None = Field(None, gt=0)
    area_km2: float | None = Field(None, gt=0)


class Site(BaseModel):
    """A place measured: station, section, road segment, hall, camera. Coordinates are WGS-84 degrees.

    `facts` holds what one field's arithmetic needs: body: river|lake, class_target: 3, length_km, free_flow_kmh,
    warning_level, guarantee_level, road, from, to ... `line` is the path of a road segment as [lon, lat] pairs.
    `illustrative` is true where the place is drawn by hand and a screen must say 「示意」.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    kind: str
    district: str = Field(pattern=r"^\d{6}$")
    name_en: str = ""
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    line: tuple[tuple[float, float], ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)
    illustrative: bool = False


class Places(Protocol):
    """What the sources ask of geography; implemented by `geo.places.CityPlaces`, handed over by app.py."""

    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude in WGS-84 of a point given as (x east, y north); ValueError for an unknown crs."""
        ...

    def district_at(self, lon: float, lat: float) -> str | None:
        """The adcode of the district that holds the point, or None outside the city."""
        ...
