"""What the demonstration departments of a city are told of it: its climate, its rivers' rain, its sea, its season, its figures.

Everything that makes one demonstration city different from another is here, so that a new one is a folder and no code. The
values are those of no place in particular; each demonstration city writes its own in `demo.yaml`.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.incident import IncidentGrade

Share = Annotated[float, Field(ge=0, le=1)]
LonLat = tuple[float, float]


class Climate(BaseModel):
    """Temperature, humidity, wind and fine dust over the year; a season runs from -1 in mid-January to +1 in mid-July."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    mean_c: float = Field(14.0, description="Yearly mean temperature in °C at `at_latitude`.")
    swing_c: float = Field(12.0, description="How far July is above the yearly mean, and January below it, in °C.")
    at_latitude: float | None = Field(None, description="Where the mean is measured; the map's middle when left out.")
    cooler_north_c: float = Field(
        1.6, description="How much cooler it is a degree farther north, hills included, in °C."
    )
    humidity: float = Field(66.0, ge=0, le=100, description="Mean relative humidity in %.")
    humidity_swing: float = Field(8.0, description="How far July is above the mean humidity, in points.")
    wind: float = Field(1.4, ge=0, description="Wind of a calm hour in m/s.")
    pm25: float = Field(26.0, gt=0, description="Yearly mean of PM2.5 in µg/m³.")
    pm25_swing: float = Field(10.0, ge=0, description="How far January is above the mean, in µg/m³.")


class Rains(BaseModel):
    """Where rain comes down and how often. west, south, width, height: the box that weather systems begin in, degrees."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    box: tuple[float, float, float, float] | None = Field(
        None, description="[west, south, width, height] in degrees; around the map's middle when left out."
    )
    winter: Share = Field(0.13, description="Chance that a system begins within eight hours of mid-winter.")
    summer: Share = Field(0.35, description="The same in mid-summer.")
    heavy_at: LonLat | None = Field(
        None, description="[longitude, latitude] of the rainstorm scenario; the map's middle when left out."
    )


class Sea(BaseModel):
    """The sea along a coastal city: water temperature over the year, waves and tide."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    mean_c: float = Field(13.0, description="Yearly mean water temperature in °C.")
    swing_c: float = Field(12.0, description="How far August is above it, in °C.")
    salinity: float = Field(31.0, gt=0, description="Salinity in ‰.")
    wave_m: float = Field(0.5, gt=0, description="Significant wave height of a usual day in m.")


class Tourism(BaseModel):
    """The season of visitors: how many come on a usual day of its height, and which districts they go to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    visitors: float = Field(60_000, ge=0, description="Visitors on a weekday at the height of the season.")
    height: Annotated[int, Field(ge=1, le=12)] = Field(8, description="Month of the height.")
    days: float = Field(45, gt=0, description="How wide the season is: its deviation in days.")
    rest: Share = Field(0.12, description="What is left of it in the middle of the quiet season.")
    shares: dict[str, Share] = Field(
        default_factory=dict, description="District -> its part of the visitors; by population when left out."
    )


class Economy(BaseModel):
    """The year's totals that the statistics bureau's reports grow towards."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    gdp_ytd: float = Field(2000.0, description="亿元 a year.")
    retail_ytd: float = Field(600.0, description="亿元 a year.")
    tax_ytd: float = Field(250.0, description="亿元 a year.")
    industry_growth: float = Field(5.0, description="%.")
    investment_growth: float = Field(4.0, description="%.")
    projects: float = Field(150.0, description="Projects begun a year.")
    power_use: float = Field(5000.0, description="万千瓦时 on a mild working day.")


class Happening(BaseModel):
    """An incident that a scenario brings."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    minutes: int = Field(ge=0, description="After the scenario's start.")
    kind: str = Field(description="traffic_accident, fire, gas, pipe_burst, power_cut, crowd, flood or landslide.")
    district: str = Field(description="Where.")
    title: str = Field(description="What is reported.")
    grade: IncidentGrade = Field(4, description="Ⅰ (1) to Ⅳ (4).")
    hours: float = Field(4.0, gt=0, description="How long it lasts.")


class Scene(BaseModel):
    """What a scenario means in this city."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: str = Field("", description="What happens, for the command line.")
    incidents: tuple[Happening, ...] = Field((), description="Incidents it brings.")
    districts: dict[str, Share] = Field(
        default_factory=dict, description="District -> how strongly it is struck (hotline_surge)."
    )


class Demonstration(BaseModel):
    """demo.yaml: how the demonstration departments imagine this city; read only where city.yaml says `demo: true`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    initials: str = Field(
        "YS", pattern=r"^[A-Z]{2}$", description="Two letters that numbers of incidents and devices begin with."
    )
    scale: float = Field(
        1.0, gt=0, description="Cases, calls and requests against a prefecture of four million people."
    )
    climate: Climate = Field(Climate(), description="Temperature, humidity, wind, dust.")
    rain: Rains = Field(Rains(), description="Rain.")
    sea: Sea = Field(Sea(), description="The sea, for cities that have tide gauges or buoys.")
    tourism: Tourism | None = Field(None, description="The season of visitors; without it every month is the same.")
    economy: Economy = Field(Economy(), description="Yearly figures.")
    departments: dict[str, str] = Field(
        default_factory=dict, description="Kind of incident -> the department that reports it, where it is another."
    )
    scenarios: dict[str, Scene] = Field(
        default_factory=dict, description="rainstorm, hotline_surge, feed_outage, quiet -> what it means here."
    )
