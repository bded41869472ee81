"""A failing rule: one line when it begins, one when it works again."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from alerts.health import Failures

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_an_outage_is_told_once_and_ends_when_every_site_works(caplog: pytest.LogCaptureFixture) -> None:
    failures = Failures()
    with caplog.at_level(logging.INFO, logger="alerts"):
        for minute in range(3):
            for site in ("a", "b"):
                failures.failed("r", site, ValueError("bad"), NOW + timedelta(minutes=minute))
        failures.worked("r", "a")
        assert failures.health["r"].failures == 6
        assert failures.health["r"].since == NOW
        failures.worked("r", "b")
    assert failures.health == {}
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "rule r failed at a"),
        ("INFO", "rule r works again"),
    ]


def test_a_rule_that_never_failed_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    Failures().worked("r", "a")
    assert caplog.records == []
