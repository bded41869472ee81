"""Small cities made of domain models, for every test that needs one: `from tests.cities import tiny_city`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.city import City, CitySpec, MapSpec
from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.place import District, Site
from domain.source import AtSpec, SiteSpec, SourceSpec

NOW = datetime(2026, 11, 24, 6, 32, tzinfo=UTC)  # 14:32 on a Tuesday in China
CITY, EAST, WEST = "441800", "441802", "441803"


def metric(key: str, **changes: Any) -> Metric:
    """A metric with what a test does not care about filled in: a mean of every 5 minutes, latest value."""
    fields: dict[str, Any] = {
        "key": key,
        "name": key,
        "unit": "件",
        "topic": "service",
        "definition": "for tests",
        "department": "测试局",
        "every": "5m",
    }
    return Metric(**{**fields, **changes})


def source(key: str, metrics: list[str], every: str = "5m") -> SourceSpec:
    """A source that declares some metrics."""
    return SourceSpec(
        key=key,
        kind="http_json",
        department="测试局",
        name=f"源{key}",
        every=every,
        at=AtSpec(path="time"),
        site=SiteSpec(path="site"),
        metrics=dict.fromkeys(metrics, "value"),
    )


def site(name: str, kind: str, district: str, **facts: Any) -> Site:
    """A site with a name like its id."""
    return Site(id=name, name=name, kind=kind, district=district, lon=113.0, lat=23.7, facts=facts)


METRICS = (
    metric("service.cases", aggregate="sum", across="sum", window="today"),
    metric("service.due", aggregate="sum", across="sum", window="today"),
    metric("service.closed_on_time", aggregate="sum", across="sum", window="today", better="higher"),
    metric(
        "service.on_time_rate",
        unit="%",
        across="ratio",
        ratio=("service.closed_on_time", "service.due"),
        window="today",
        better="higher",
        digits=1,
        target=95,
        target_source="tests",
    ),
    metric("service.queue", aggregate="last", across="sum", site_kind="hall", better="lower"),
    metric("air.pm25", unit="µg/m³", topic="environment", site_kind="air", every="1h", better="lower"),
    metric(
        "air.aqi", unit="", topic="environment", site_kind="air", every="1h", better="lower", derive="aqi", target=100
    ),
    metric(
        "air.primary",
        unit="",
        topic="environment",
        site_kind="air",
        every="1h",
        across="none",
        derive="aqi",
        aggregate="last",
    ),
    metric(
        "traffic.speed",
        unit="km/h",
        topic="traffic",
        across="weighted",
        weight="length_km",
        site_kind="segment",
        better="higher",
    ),
    metric("hydro.level", unit="m", topic="water", across="none", site_kind="gauge", digits=2),
    metric("economy.gdp_ytd", unit="亿元", topic="economy", aggregate="last", across="sum", every="31d"),
    metric(
        "city.index",
        unit="分",
        topic="system",
        across="none",
        digits=1,
        better="higher",
        composite={"service.on_time_rate": 0.6, "air.aqi": 0.4},
    ),
    metric(
        "city.status",
        unit="级",
        topic="system",
        across="none",
        aggregate="last",
        derive="status",
        every="1m",
        better="lower",
    ),
    metric(
        "system.health_rate",
        unit="%",
        topic="system",
        across="none",
        derive="health",
        every="1m",
        better="higher",
        target=95,
    ),
)

SITES = (
    site("hall-1", "hall", EAST),
    site("hall-2", "hall", WEST),
    site("air-1", "air", EAST),
    site("air-2", "air", EAST),
    site("air-3", "air", WEST),
    site("road-1", "segment", EAST, length_km=1.0),
    site("road-2", "segment", EAST, length_km=3.0),
    site("gauge-1", "gauge", WEST),
)

SOURCES = (
    source("hall", ["service.cases", "service.due", "service.closed_on_time", "service.queue"]),
    source("air", ["air.pm25"], "1h"),
    source("roads", ["traffic.speed"]),
    source("hydro", ["hydro.level"]),
    source("economy", ["economy.gdp_ytd"], "1d"),
)


def tiny_city(folder: Path = Path("var/none"), **changes: Any) -> City:
    """Two districts, eight sites, five sources and one metric of every way of combining. Changes replace City's fields."""
    spec = CitySpec(
        adcode=CITY,
        name="清远市",
        name_en="Qingyuan",
        title="清远市城市运行驾驶舱",
        districts=(
            District(adcode=EAST, name="清城区", name_en="Qingcheng", population=1_100_000, area_km2=1297.2),
            District(adcode=WEST, name="清新区", name_en="Qingxin", population=620_000, area_km2=2349.1),
        ),
        map=MapSpec(center=(112.7, 24.3)),
    )
    fields: dict[str, Any] = {
        "spec": spec,
        "folder": folder,
        "metrics": {m.key: m for m in METRICS},
        "sites": {s.id: s for s in SITES},
        "sources": {s.key: s for s in SOURCES},
    }
    return City(**{**fields, **changes})


def observed(
    metric_key: str,
    place: str,
    value: float | None,
    at: datetime = NOW,
    source_key: str = "hall",
    quality: Quality = Quality.GOOD,
    standard: str = "",
) -> Observation:
    """One observation that arrived a minute after its time."""
    return Observation(metric_key, place, source_key, at, value, at + timedelta(minutes=1), quality, standard)
