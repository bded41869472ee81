"""Where things are: districts (GB/T 2260 adcode), sites, and the questions geography answers for others."""

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

Crs = Literal["wgs84", "gcj02", "bd09", "cgcs2000"] | str  # or "epsg:4527" for a CGCS2000 zone


class District(BaseModel):
    """An administrative division; `population` (persons) and `area_km2` make rates comparable."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    adcode: str = Field(pattern=r"^\d{6}$", description="Division code, GB/T 2260, in quotes.")
    name: str = Field(description="Name on screens.")
    name_en: str = Field("", description="English name.")
    population: int | None = Field(None, gt=0, description="Persons, for rates.")
    area_km2: float | None = Field(None, gt=0, description="Area in km².")


class Site(BaseModel):
    """A place measured: station, section, road segment, hall, camera. Coordinates are WGS-84 degrees.

    `facts` holds what one field's arithmetic needs: body: river|lake, class_target: 3, length_km, free_flow_kmh,
    warning_level, guarantee_level, road, from, to ... `line` is the path of a road segment as [lon, lat] pairs.
    `illustrative` is true where the place is drawn by hand and a screen must say 「示意」.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(description="The site's name in this folder, used by sources and rules.")
    name: str = Field(description="Name on screens.")
    kind: str = Field(description="What it is: air, gauge, segment, hall, ...; metrics name it in site_kind.")
    district: str = Field(pattern=r"^\d{6}$", description="Division code of the district it lies in, in quotes.")
    name_en: str = Field("", description="English name.")
    lon: float | None = Field(None, ge=-180, le=180, description="Longitude, WGS-84 degrees.")
    lat: float | None = Field(None, ge=-90, le=90, description="Latitude, WGS-84 degrees.")
    line: tuple[tuple[float, float], ...] = Field((), description="Path of a road segment: [lon, lat] pairs.")
    facts: dict[str, Any] = Field(
        default_factory=dict,
        description="What arithmetic and rules need here: class_target, length_km, free_flow_kmh, warning_level, ...",
    )
    illustrative: bool = Field(False, description="Drawn by hand: screens say 示意.")

    @property
    def spot(self) -> tuple[float, float] | None:
        """Where a mark of it stands: its own longitude and latitude, or the middle of its line."""
        if self.lon is not None and self.lat is not None:
            return self.lon, self.lat
        return self.line[len(self.line) // 2] if self.line else None


class Places(Protocol):
    """What the sources ask of geography; implemented by `geo.places.CityPlaces`, handed over by app.py."""

    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude in WGS-84 of a point given as (x east, y north); ValueError for an unknown crs."""
        ...

    def district_at(self, lon: float, lat: float) -> str | None:
        """The adcode of the district that holds the point, or None outside the city."""
        ...
