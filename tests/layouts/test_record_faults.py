"""Reasons of the quarantine in Chinese: whatever the collectors write has its template."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from datasources.context import SourceContext
from datasources.mapping import Mapper
from datasources.text import cut
from domain.source import Page, Record, SourceSpec
from layouts import faults
from layouts.record_faults import TEMPLATES, reason
from layouts.text import catalogue
from tests.cities import tiny_city

NOW = datetime(2026, 11, 24, 6, 32, tzinfo=UTC)
HANZI = re.compile("[\u4e00-\u9fff]")
GOOD: dict[str, Any] = {"time": "2026-11-24T14:30:00", "site": "air-1", "value": 12}


class Flat:
    """Coordinates as they are; every place in the east."""

    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        return x, y

    def district_at(self, lon: float, lat: float) -> str | None:
        return "441802" if lon < 114 else None


def rejected(record: dict[str, Any], **changes: Any) -> list[str]:
    """The reasons a real mapper gives, without the place they begin with."""
    city = tiny_city()
    fields: dict[str, Any] = {
        "key": "air", "kind": "http_json", "department": "测试局", "every": "1h",
        "at": {"path": "time"}, "site": {"path": "site"}, "metrics": {"air.pm25": "value"},
    }  # fmt: skip
    spec = SourceSpec.model_validate(fields | changes)
    metrics = {**city.metrics, "air.pm25": city.metrics["air.pm25"].model_copy(update={"valid": (0, 1000)})}
    context = SourceContext(metrics, city.sites, Flat(), {}, city.folder, frozenset({"441800"}))
    batch = Mapper(spec, context).batch(Page((Record(record, "page 1 row 2"),)), NOW)
    return [faults.bare(one.reason, one.where) for one in batch.rejects]


LEARN = {"path": "site", "lon": "x", "lat": "y", "learn": {"kind": "air"}}
CALLS = {"id": "no", "title": "title", "status": "state", "statuses": {"开": "open"}, "grade": "level"}


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        (GOOD | {"value": 5000}, {}),
        (GOOD | {"value": "坏"}, {}),
        (GOOD | {"value": float("inf")}, {}),
        (GOOD | {"time": ""}, {}),
        (GOOD | {"time": "昨天"}, {}),
        (GOOD | {"time": "1970-01-01T09:00:00"}, {}),
        (GOOD | {"time": "2027-11-24T14:30:00"}, {}),
        (GOOD | {"site": "air-9"}, {}),
        (GOOD | {"site": None}, {}),
        ({"time": GOOD["time"], "site": "air-1"}, {}),
        (GOOD | {"site": "new"}, {"site": LEARN}),
        (GOOD | {"site": "new", "x": "a", "y": "b"}, {"site": LEARN}),
        (GOOD | {"site": "new", "x": 500, "y": 23}, {"site": LEARN}),
        (GOOD | {"site": "new", "x": 120, "y": 23}, {"site": LEARN}),
        (GOOD | {"unit": "furlong"}, {"metrics": {"air.pm25": {"path": "value", "unit_path": "unit"}}}),
        (GOOD | {"unit": "℃"}, {"metrics": {"air.pm25": {"path": "value", "unit_path": "unit"}}}),
        (GOOD | {"unit": "ppb"}, {"metrics": {"air.pm25": {"path": "value", "unit_path": "unit"}}}),
        (GOOD, {"metrics": {"air.pm25": {"path": "value", "unit_path": "unit"}}}),
    ],
)
def test_what_a_mapper_writes_is_said_in_chinese_and_kept_in_english(
    record: dict[str, Any], changes: dict[str, Any]
) -> None:
    found = rejected(record, **changes)
    assert found
    for one in found:
        told = reason(one, "zh")
        assert HANZI.search(told), one
        assert not re.search(r"\b(is|are|the|has|at|in|cannot)\b", told), told
        assert reason(one, "en") == one


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_comes_back_as_itself(template: str) -> None:
    values = {name: f"{name}.x" for name in re.findall(r"{(\w+)}", template)}
    assert reason(catalogue("en")[template].format(**values), "zh") == template.format(**values)


def test_several_faults_of_one_record_are_all_told() -> None:
    text = "air.pm25 at air-1: 'x' is not a number; air.pm10 at air-1: 9999 µg/m³ is outside the valid range 0 to 1000"
    assert (
        reason(text, "zh")
        == "air.pm25 在站点 air-1：'x' 不是数值；air.pm10 在站点 air-1：9999 µg/m³ 超出有效范围 0 至 1000"
    )


def test_an_unknown_sentence_stays_as_it_is() -> None:
    assert reason("the sky fell", "zh") == "the sky fell"
    assert cut("x" * 5000) != "x" * 5000
