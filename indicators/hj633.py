"""The tables of HJ 633: breakpoints by edition, item sets, notes a-c and the six levels.

HJ 633-2026 (in force from 2026-03-01) Table 3 and Annex A; HJ 633-2012 (before) Table 1 and Annex A. µg/m³, CO mg/m³.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

Edition = Literal["HJ 633-2026", "HJ 633-2012"]
HJ633_2026: Edition = "HJ 633-2026"
HJ633_2012: Edition = "HJ 633-2012"

IN_FORCE = date(2026, 3, 1)  # HJ 633-2026 replaces HJ 633-2012 from this day of China's clock
CHINA = ZoneInfo("Asia/Shanghai")

POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
SCALE = (0, 50, 100, 150, 200, 300, 400, 500)

# A tuple shorter than SCALE ends where the standard refuses the column (notes b and c).
_BOTH: dict[str, tuple[int, ...]] = {
    "SO2_24H": (0, 50, 150, 475, 800, 1600, 2100, 2620),
    "SO2_1H": (0, 150, 500, 650, 800),
    "NO2_24H": (0, 40, 80, 180, 280, 565, 750, 940),
    "NO2_1H": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "CO_24H": (0, 2, 4, 14, 24, 36, 48, 60),
    "CO_1H": (0, 5, 10, 35, 60, 90, 120, 150),
    "O3_1H": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "O3_8H": (0, 100, 160, 215, 265, 800),
}
_PM_2026 = {"PM10": (0, 50, 120, 250, 350, 420, 500, 600), "PM25": (0, 35, 60, 115, 150, 250, 350, 500)}
_PM_2012 = {"PM10": (0, 50, 150, 250, 350, 420, 500, 600), "PM25": (0, 35, 75, 115, 150, 250, 350, 500)}


def _columns(particles: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """All columns of an edition; one-hour particle values use the daily columns."""
    pm = {f"{key}_{period}": points for key, points in particles.items() for period in ("24H", "1H")}
    return _BOTH | pm


BREAKPOINTS: dict[Edition, dict[str, tuple[int, ...]]] = {
    HJ633_2026: _columns(_PM_2026),
    HJ633_2012: _columns(_PM_2012),
}

# Notes b and c. 2026: beyond the column's end the IAQI is fixed. 2012: the value is judged by another column.
FIXED_2026 = {"SO2_1H": 200, "O3_8H": 300}
INSTEAD_2012 = {"SO2_1H": "SO2_24H", "O3_8H": "O3_1H"}

# What enters the real-time AQI. The 2012 report prints nine items, but the index the national platform published from them is
# that of the six one-hour means; 2026 says so in its text.
HOURLY_ITEMS = ("SO2_1H", "NO2_1H", "CO_1H", "O3_1H", "PM10_1H", "PM25_1H")
DAILY_ITEMS: dict[Edition, tuple[str, ...]] = {
    HJ633_2026: ("SO2_24H", "NO2_24H", "CO_24H", "PM10_24H", "PM25_24H", "O3_8H"),
    HJ633_2012: ("SO2_24H", "NO2_24H", "CO_24H", "PM10_24H", "PM25_24H", "O3_1H", "O3_8H"),
}
REPORTED_HOURLY: dict[Edition, tuple[str, ...]] = {
    HJ633_2026: HOURLY_ITEMS,
    HJ633_2012: (*HOURLY_ITEMS, "O3_8H", "PM10_24H", "PM25_24H"),
}

NAMES = {"SO2": "SO₂", "NO2": "NO₂", "CO": "CO", "O3": "O₃", "PM10": "PM₁₀", "PM2.5": "PM₂.₅"}


def pollutant_of(item: str) -> str:
    """The pollutant an item measures: "PM25_1H" is PM2.5."""
    name = item.split("_", 1)[0]
    return "PM2.5" if name == "PM25" else name


def edition_of(at: datetime, declared: str = "") -> Edition:
    """The edition in force on the day of the data in China; ValueError for a time without a zone.

    declared: the metric's own `standard`. The abolished edition can only be meant for good: a city that plays old recordings
    as if live declares "HJ 633-2012", because the shifted times no longer tell the day of the data.
    """
    if declared == HJ633_2012:
        return HJ633_2012
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: the edition of HJ 633 depends on the day in China")
    return HJ633_2026 if at.astimezone(CHINA).date() >= IN_FORCE else HJ633_2012


@dataclass(frozen=True, slots=True)
class Level:
    """One air quality level (Annex A, the same in both editions); `number` is 1..6, `low`..`high` its AQI, ends included."""

    number: int
    level: str
    name: str
    colour: str
    hex: str
    rgb: tuple[int, int, int]
    low: int
    high: int


# HJ 633-2026 Table 1 starts at 1; an index of 0 (nothing measurable) is still 一级, as HJ 633-2012 prints it.
LEVELS = (
    Level(1, "一级", "优", "绿色", "#00E400", (0, 228, 0), 0, 50),
    Level(2, "二级", "良", "黄色", "#FFFF00", (255, 255, 0), 51, 100),
    Level(3, "三级", "轻度污染", "橙色", "#FF7E00", (255, 126, 0), 101, 150),
    Level(4, "四级", "中度污染", "红色", "#FF0000", (255, 0, 0), 151, 200),
    Level(5, "五级", "重度污染", "紫色", "#99004C", (153, 0, 76), 201, 300),
    Level(6, "六级", "严重污染", "褐红色", "#7E0023", (126, 0, 35), 301, 500),
)


def level_of(aqi: float) -> Level:
    """The level of an AQI; a mean of AQIs between two levels belongs to the worse one. ValueError below 0."""
    if not aqi >= 0:
        raise ValueError(f"AQI {aqi} is below 0")
    return next((level for level in LEVELS if aqi <= level.high), LEVELS[-1])
