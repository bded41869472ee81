"""What the indicator tests share: a metric with defaults, and the folder of recordings."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from domain.metric import Metric

# A busy machine is no reason to fail: how long an example takes is not what these tests are about.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"


def _metric(key: str = "area.number", **declared: Any) -> Metric:
    usual = {
        "name": "指标",
        "unit": "件",
        "topic": "service",
        "definition": "用于测试",
        "department": "部门",
        "every": "1h",
    }
    return Metric.model_validate({"key": key} | usual | declared)


@pytest.fixture(scope="session")
def metric() -> Callable[..., Metric]:
    """Declare a metric, naming only what matters to the test."""
    return _metric


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of facts carried over from the standards."""
    return FIXTURES


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of recorded environment data (REPLAY_DATA); skips when it is not there."""
    folder = ROOT / os.environ.get("REPLAY_DATA", "../shared/data") / "environment"
    if not folder.is_dir():
        pytest.skip(f"no recordings at {folder}")
    return folder
