"""A small world: one metric in three places, rules made in a line, and time in minutes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.place import Site
from domain.rule import Rule

START = datetime(2026, 11, 24, tzinfo=UTC)
When = Callable[[float], datetime]


@pytest.fixture
def at() -> When:
    return lambda minutes: START + timedelta(minutes=minutes)


@pytest.fixture
def rule() -> Callable[..., Rule]:
    def make(key: str = "high", **given: Any) -> Rule:
        when = {"metric": "hydro.level", "above": {"P3": 10, "P2": 20, "P1": 30}, "clear": 2}
        whole = {"when": when, "say": "{site} {value}{unit}≥{threshold} {district}", **given, "key": key}
        return Rule.model_validate({"tests": [{"at": "0m", "value": 0, "expect": "normal"}], **whole})

    return make


@pytest.fixture
def metrics() -> dict[str, Metric]:
    return {
        key: Metric(
            key=key,
            name=key,
            unit="m",
            topic="water",
            definition="test",
            department="d",
            every=timedelta(minutes=10),
            stale_after=timedelta(minutes=30),
            digits=1,
        )
        for key in ("hydro.level", "air.pm25")
    }


@pytest.fixture
def sites() -> dict[str, Site]:
    facts: dict[str, dict[str, Any]] = {"g1": {"warning_level": 12.0}, "g2": {"warning_level": 15.0}, "g3": {}}
    return {
        key: Site(id=key, name=f"站{key}", kind="gauge", district="441802", facts=given) for key, given in facts.items()
    }


@pytest.fixture
def seen(at: When) -> Callable[..., Observation]:
    def make(minute: float, value: float | None, site: str = "g1", **given: Any) -> Observation:
        metric, quality = given.get("metric", "hydro.level"), given.get("quality", Quality.GOOD)
        return Observation(metric, site, "s", at(minute), value, at(minute), quality)

    return make
