"""Every feed of every department: whose it is, what it tells, how often, how late, and which faults it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from demo.city import CITY, DISTRICT
from demo.faults import CLEAN, FIGURES, PRELIMINARY, SENSORS, Rates
from demo.rhythm import DAY, HOUR
from demo.service import TOPICS

Department = Literal["hall", "hotline", "environment", "traffic", "emergency", "governance", "drop", "form"]
MONTH: Final = 0  # a step of 0 means calendar months


@dataclass(frozen=True, slots=True)
class Feed:
    """One regular publication. `metrics`: metric -> decimals the department writes.

    A record's time is its interval's end, on a grid of `step` seconds shifted by `phase` (local midnight) and, where
    `staggered`, by one more minute for every fifth site, so that every minute something new comes. It is published
    `delay` seconds later. `every_nth` keeps only that part of the sites.
    """

    source: str
    department: Department
    kind: str
    step: int
    metrics: Mapping[str, int]
    delay: int = 20
    phase: int = 0
    staggered: bool = False
    every_nth: int = 1
    rates: Rates = FIGURES
    model: bool = False  # computed, not measured: kept as suspect
    whole: tuple[str, ...] = ()  # never missing nor wild: counts that a register always knows


def _of(area: str, names: str, decimals: int = 0) -> dict[str, int]:
    return {f"{area}.{name}": decimals for name in names.split()}


_HALL = _of("service", "cases closed due closed_on_time online_cases instant_cases ratings ratings_good")
_REFORM = _of(
    "service",
    "items items.permit items.public items.confirm items.other items_once one_thing cross_province licences licence_uses"
    " bad_due bad_mended",
)
_HOTLINE = (
    _of("hotline", "calls connected wait_s requests responded resolved satisfied followed")
    | {"hotline.connect_30m": 1}
    | {f"hotline.topic.{name}": 0 for name in TOPICS}
)
_AIR = _of("air", "pm25 pm10 so2 no2 o3") | {"air.co": 2}
_WEATHER = _of("weather", "temp wind rain_1h rain_24h", 1) | {"weather.humidity": 0}
_WATER = {"water.ph": 2, "water.do": 2, "water.codmn": 2, "water.nh3n": 3, "water.tp": 3}

FEEDS: Final[tuple[Feed, ...]] = (
    Feed("hall", "hall", DISTRICT, 300, _HALL, staggered=True),
    Feed("halls", "hall", "hall", 300, _of("service", "wait_min queue windows_open"), staggered=True),
    Feed("hall_figures", "hall", DISTRICT, HOUR,
         _of("service", "bad_open overdue_open due_soon bad_late kiosks kiosks_online"), delay=120, rates=CLEAN),
    Feed("hall_figures", "hall", DISTRICT, DAY, {"service.time_cut": 1}, delay=300, phase=8 * HOUR, rates=CLEAN),
    Feed("hall_reform", "hall", DISTRICT, DAY, _REFORM, delay=420, phase=8 * HOUR, rates=CLEAN),
    Feed("bureaux", "hall", "bureau", HOUR, _of("bureau", "due on_time overdue"), delay=140, rates=CLEAN),
    Feed("hotline", "hotline", DISTRICT, 300, _HOTLINE, staggered=True),
    Feed("hotline_orders", "hotline", DISTRICT, HOUR, _of("hotline", "overdue"), delay=90, rates=CLEAN),
    Feed("air", "environment", "air", HOUR, _AIR, delay=360, rates=PRELIMINARY),
    Feed("air_days", "environment", DISTRICT, DAY, {"air.good_days_rate": 1}, delay=420, phase=8 * HOUR, rates=CLEAN),
    Feed("neighbour_air", "environment", CITY, HOUR, _of("neighbour", "pm25 o3"), delay=20 * 60, rates=CLEAN),
    Feed("model_weather", "environment", CITY, HOUR, _of("model", "temp rain", 1), rates=CLEAN, model=True),
    Feed("weather", "environment", "weather", 600, _WEATHER, delay=60, rates=SENSORS),
    Feed("fume", "environment", "restaurant", 600, {"fume.concentration": 2, "fume.online": 0}, delay=90, rates=SENSORS,
         whole=("fume.online",)),
    Feed("micro_air", "environment", "micro", 600, _of("micro", "pm25 pm10"), delay=15, rates=SENSORS),
    Feed("dust", "environment", "building_site", 600, _of("dust", "pm10 tsp"), delay=75, rates=SENSORS),
    Feed("brooks", "environment", "brook", HOUR, _of("brook", "do nh3n", 2), delay=240, rates=SENSORS),
    Feed("outfalls", "environment", "outfall", HOUR, {"outfall.cod": 1, "outfall.nh3n": 2}, delay=300, rates=SENSORS),
    Feed("noise", "environment", "noise", HOUR, {"noise.leq": 1}, delay=180, rates=SENSORS),
    Feed("water_sections", "drop", "section", 4 * HOUR, _WATER, delay=25 * 60, rates=Rates(missing=0.012, wild=0.0006)),
    Feed("hydro", "emergency", "gauge", 600, {"hydro.level": 2, "hydro.flow": 0}, delay=60, rates=SENSORS),
    Feed("reservoirs", "emergency", "reservoir", HOUR, {"reservoir.level": 2, "reservoir.storage": 1}, delay=240,
         rates=SENSORS),
    Feed("rain_gauges", "emergency", "rain", 600, {"rain.hour": 1, "rain.h3": 1}, delay=45, rates=SENSORS),
    Feed("wells", "emergency", "well", HOUR, {"groundwater.depth": 2}, delay=210, rates=SENSORS),
    Feed("tides", "emergency", "tide", 600, {"sea.tide": 2}, delay=70, rates=SENSORS),
    Feed("buoys", "environment", "buoy", HOUR, _of("sea", "wave ph salinity do temp chlorophyll", 2), delay=240,
         rates=SENSORS),
    Feed("beaches", "governance", "beach", 600, _of("beach", "people bathing"), delay=50, rates=CLEAN),
    Feed("visitors", "governance", DISTRICT, HOUR, {"tourism.visitors": 0, "tourism.rooms_rate": 1}, delay=130),
    Feed("roads", "traffic", "segment", 300, {"traffic.speed": 1}, staggered=True, rates=SENSORS),
    Feed("road_counts", "traffic", "segment", 300, {"traffic.volume": 0}, staggered=True, every_nth=6, rates=SENSORS),
    Feed("transit", "traffic", "bus", 300, {"bus.passengers": 0}, staggered=True),
    Feed("buses", "traffic", "bus", 300, {"bus.on_time_rate": 1, "bus.in_service": 0, "bus.delay": 0}, rates=CLEAN),
    Feed("fleet", "traffic", "fleet", 300, _of("fleet", "online total high_risk_open"), rates=CLEAN),
    Feed("parking", "traffic", "parking", 300, {"parking.free": 0}, staggered=True, rates=SENSORS),
    Feed("overload", "traffic", DISTRICT, HOUR, _of("overload", "checked found"), delay=200),
    Feed("emergency", "emergency", DISTRICT, 300, {"emergency.incidents_open": 0}, delay=5, rates=CLEAN),
    Feed("emergency_hours", "emergency", DISTRICT, HOUR, {"emergency.duty_on": 1, "emergency.teams_ready": 0}, delay=100,
         rates=CLEAN),
    Feed("hazards", "emergency", DISTRICT, DAY, {"safety.hazards_open": 0}, delay=600, phase=8 * HOUR, rates=CLEAN),
    Feed("hotspots", "emergency", DISTRICT, 600, {"fire.hotspots": 0}, delay=30, rates=CLEAN),
    Feed("calls", "emergency", DISTRICT, HOUR, {"calls.119": 0, "calls.120": 0}, delay=60),
    Feed("grid", "governance", DISTRICT, 600, _of("grid", "events closed found_first staff_online"), delay=40),
    Feed("citymgmt", "governance", DISTRICT, HOUR, _of("citymgmt", "cases due closed_on_time"), delay=150),
    Feed("street_lights", "governance", "lamps", 600, _of("lights", "ready power", 1), delay=25, rates=CLEAN),
    Feed("datacentre", "governance", "datacentre", 300, _of("cloud", "memory storage traffic", 1), rates=CLEAN),
    Feed("digital", "drop", CITY, HOUR, {"data.shared_calls": 0, "network.availability": 2, "cloud.cpu": 1}, delay=300,
         rates=CLEAN),
    Feed("digital", "drop", "camera", HOUR, _of("video", "online total"), delay=300, rates=CLEAN),
    Feed("digital", "drop", CITY, DAY, {"data.catalogues": 0, "data.quality_rate": 1}, delay=300, phase=8 * HOUR,
         rates=CLEAN),
    Feed("economy", "drop", CITY, DAY, _of("economy", "power_use new_entities"), delay=8 * HOUR + 1800, phase=-60,
         rates=CLEAN),
    Feed("enforcement", "form", DISTRICT, MONTH, {"enforce.checks": 0, "enforce.cases": 0, "enforce.fines": 1},
         delay=13 * DAY + 9 * HOUR, phase=-60, rates=CLEAN),
    Feed("economy", "drop", CITY, MONTH,
         _of("economy", "gdp_ytd industry_growth investment_growth retail_ytd tax_ytd", 1)
         | {"economy.projects_started": 0}, delay=17 * DAY + 9 * HOUR, phase=-60, rates=CLEAN),
)  # fmt: skip
"""phase -60: the end of a day or month is told as 23:59 of its last day, so that it counts in the day it describes."""


def of_department(department: Department) -> tuple[Feed, ...]:
    """The feeds one department publishes."""
    return tuple(f for f in FEEDS if f.department == department)
