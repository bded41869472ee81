"""A small city and makers of sources, shared by the tests of this folder."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from datasources.context import SourceContext
from datasources.kinds import KINDS
from domain.metric import Metric
from domain.place import Site
from domain.source import Page, Record, SourceSpec

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


class FlatPlaces:
    """One square district round 清远; gcj02 is wgs84 moved by a round figure so that a test can see it."""

    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        if crs == "gcj02":
            return x - 0.005, y + 0.0025
        if crs != "wgs84":
            raise ValueError(f"crs {crs!r} is not known")
        return x, y

    def district_at(self, lon: float, lat: float) -> str | None:
        return "441802" if 112 <= lon <= 114 and 23 <= lat <= 25 else None


def metric(key: str, unit: str, **more: Any) -> Metric:
    fields = {"key": key, "name": key, "unit": unit, "topic": "environment", "definition": "test", "department": "test"}
    return Metric.model_validate(fields | {"every": "1h"} | more)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def context(tmp_path: Path) -> SourceContext:
    metrics = [
        metric("air.pm25", "µg/m³", valid=[0, 1000]),
        metric("air.o3", "µg/m³", valid=[0, 2000]),
        metric("air.co", "mg/m³", valid=[0, 100]),
        metric("weather.temp", "℃", valid=[-30, 60]),
        metric("traffic.speed", "km/h", valid=[0, 200]),
        metric("hotline.calls", "件"),
    ]
    sites = {i: Site(id=i, name=i, kind="air", district="441802") for i in ("A1", "A2", "A3", "air-7")}
    return SourceContext(
        {m.key: m for m in metrics}, sites, FlatPlaces(), {}, tmp_path, frozenset({"441800", "441802"})
    )


Make = Callable[..., SourceSpec]


@pytest.fixture
def spec() -> Make:
    """A SourceSpec from keyword arguments; at, site and one metric have defaults."""

    def make(**keys: Any) -> SourceSpec:
        kind = keys.pop("kind", "file")
        base: dict[str, Any] = {"key": "feed", "kind": kind, "department": "环保", "every": "5m"}
        base |= {"at": {"path": "time"}, "site": {"path": "site"}}
        if "incident" not in keys:
            base["metrics"] = {"air.pm25": "pm"}
        needs = {
            "file": {"folder": "drop", "settle": "0s"},
            "sql": {"url": "sqlite:///d.db", "query": "select * from t"},
        }
        base |= needs.get(kind, {"url": "http://dept.test/air"})
        return KINDS[kind][0].model_validate(base | keys)

    return make


@pytest.fixture
def page() -> Callable[..., Page]:
    return _page


def _page(*records: Mapping[str, Any], **more: Any) -> Page:
    return Page(tuple(Record(fields, f"row {i}") for i, fields in enumerate(records, 1)), **more)
