"""A whole city as its folder declares it, validated: what app.py hands to every other package."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.demonstration import Demonstration
from domain.metric import Metric
from domain.noise import Noise
from domain.place import District, Site
from domain.plan import Plans
from domain.receiver import Receiver
from domain.roster import Roster
from domain.rule import Rule
from domain.screen import Screen
from domain.source import SourceSpec
from domain.topic import TopicPage
from domain.wall import WallScene, WallSpec


class TileLayer(BaseModel):
    """One layer of vector tiles and how it is drawn. Names are not: their fonts would come from outside."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    layer: str = Field(description="Name of the layer inside the tiles.")
    look: Literal["fill", "line"] = Field("line", description="Drawn as areas or as lines.")
    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$", description="#rrggbb.")
    width: float = Field(1.0, gt=0, le=20, description="Of a line, pixels.")
    from_zoom: float = Field(0, ge=0, le=22, description="Not drawn below this zoom.")


class BaseMap(BaseModel):
    """The city's own base map under the layers: tiles of the intranet, or a PMTiles file that the cockpit serves itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["raster", "vector", "pmtiles"] = Field(
        description="Pictures, vector tiles, or a PMTiles file of either."
    )
    url: str = Field(
        description="http://host/path/{z}/{x}/{y}.png of the intranet; for pmtiles the file's name in layers/."
    )
    crs: str = Field(
        "wgs84",
        description="How the tiles lie: wgs84 and cgcs2000 are one, on gcj02 everything drawn is shifted to fit.",
    )
    attribution: str = Field("", description="Whose map it is; printed under it.")
    approval_number: str = Field("", description="审图号 of this base map; printed under it.")
    zooms: tuple[int, int] = Field((0, 18), description="[lowest, highest] zoom that has tiles.")
    size: Literal[256, 512] = Field(256, description="Pixels of a picture's side.")
    opacity: float = Field(0.6, gt=0, le=1, description="How strongly it shows on the dark page.")
    draw: tuple[TileLayer, ...] = Field((), description="What of vector tiles is drawn, the lowest first.")


class MapSpec(BaseModel):
    """How the city's map is drawn. layers: name -> GeoJSON file in the city's layers/ folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    center: tuple[float, float] = Field(description="[longitude, latitude] of the map's middle.")
    zoom: float = Field(8.0, description="Zoom at the start.")
    approval_number: str = Field("", description="审图号 of the base map, printed under it.")
    attribution: tuple[str, ...] = Field((), description="Whose data the map shows, printed under it.")
    audience: str = Field("intranet", description="Who may see it (intranet, public).")
    base: BaseMap | None = Field(None, description="The city's own base map; none = the layers alone.")
    layers: dict[str, str] = Field(
        default_factory=dict,
        description="Layer name -> GeoJSON file in layers/; districts is the outline every city needs.",
    )


class CitySpec(BaseModel):
    """city.yaml: who the city is. `demo: true` starts the demonstration departments and labels every screen."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    adcode: str = Field(pattern=r"^\d{6}$", description="The city's division code, GB/T 2260, in quotes.")
    name: str = Field(description="Name of the city.")
    name_en: str = Field("", description="English name.")
    title: str = Field(description="Title of the cockpit.")
    title_en: str = Field("", description="English title.")
    zone: str = Field("Asia/Shanghai", description="Time zone of days, hours and people.")
    extends: str = Field(
        "",
        description="Path of another city folder, from this one (../441800), whose declarations this city has too; its own are laid over them.",
    )
    demo: bool = Field(
        False, description="Demonstration: starts the demonstration departments and marks every screen 演示数据."
    )
    demo_seed: int = Field(20261123, description="Seed of the demonstration's city.")
    replay_env: str = Field("", description="Environment variable that names the folder of recordings.")
    allow_hosts: tuple[str, ...] = Field(
        (),
        description="Intranet hosts that sources may call: names, *.names, addresses or networks (10.12.0.0/16). Public hosts need no entry.",
    )
    allow_folders: tuple[str, ...] = Field(
        (), description="Folders outside the working directory that sources may read files from."
    )
    districts: tuple[District, ...] = Field(description="Districts in the order in which screens list them.")
    map: MapSpec = Field(description="How the map is drawn.")
    walls: dict[str, WallSpec] = Field(
        default_factory=dict, description="Walls that are watched, by login or login/name; a silent one is an alert."
    )


@dataclass(frozen=True)
class City:
    """Everything declared, keyed by name. `folder` is where layers are read from."""

    spec: CitySpec
    folder: Path
    metrics: dict[str, Metric] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    sources: dict[str, SourceSpec] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    screens: dict[str, Screen] = field(default_factory=dict)
    receivers: dict[str, Receiver] = field(default_factory=dict)
    noise: Noise = field(default_factory=Noise)
    plans: Plans = field(default_factory=Plans)
    roster: Roster | None = None
    topics: dict[str, TopicPage] = field(default_factory=dict)
    scenes: dict[str, WallScene] = field(default_factory=dict)
    demonstration: Demonstration = field(default_factory=Demonstration)

    @property
    def adcode(self) -> str:
        """The city's own division code."""
        return self.spec.adcode

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.spec.zone)

    @property
    def districts(self) -> dict[str, District]:
        """Districts by adcode, in the declared order."""
        return {d.adcode: d for d in self.spec.districts}

    @property
    def departments(self) -> list[str]:
        """Every department that a source, a metric or a rule names, in order."""
        named = {one.department for one in self.sources.values()}
        named |= {one.department for one in self.metrics.values()}
        named |= {one.department for one in self.rules.values()}
        return sorted(named - {""})

    def place_name(self, place: str) -> str:
        """The name of a site, a district or the city itself; the id when unknown."""
        if place == self.adcode:
            return self.spec.name
        if place in self.sites:
            return self.sites[place].name
        district = self.districts.get(place)
        return district.name if district else place

    def district_of(self, place: str) -> str:
        """The adcode of the district a place lies in; "" for the city itself or an unknown place."""
        if place in self.sites:
            return self.sites[place].district
        return place if place in self.districts else ""
