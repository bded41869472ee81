"""A rule's own tests."""

from collections.abc import Callable
from typing import Any

import pytest

from alerts.timeline import check
from domain.rule import Rule

Make = Callable[..., Rule]


def moments(*rows: tuple[str, float | None, str]) -> list[dict[str, Any]]:
    return [{"at": at, "value": value, "expect": expect} for at, value, expect in rows]


def test_the_rule_of_the_architecture_does_what_it_says(rule: Make) -> None:
    heavy = rule(
        when={"metric": "air.pm25", "above": {"P4": 75, "P3": 115, "P2": 150, "P1": 250}, "clear": "5%"},
        **{"for": "10m"},
        tests=moments(("0m", 160, "pending"), ("10m", 161, "firing P2"), ("20m", 140, "firing P3")),
    )
    assert check(heavy) == []


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ({}, [("0m", 10, "firing P3"), ("1m", 9, "firing P3"), ("2m", 7.9, "cleared"), ("3m", 7, "cleared")]),
        ({"for": "5m"}, [("0m", 10, "pending P3"), ("4m", 9, "normal"), ("6m", 10, "pending"), ("11m", 10, "firing")]),
        ({"for": "5m"}, [("0m", 10, "pending"), ("9m", None, "firing P3")]),
        ({"for": "5m"}, [("0m", 10, "pending"), ("4m", None, "pending"), ("9m", None, "pending"), ("10m", 10, "firing P3")]),
        ({"keep": "5m"}, [("0m", 10, "firing"), ("1m", 0, "recovering"), ("2m", 9, "firing P3"), ("3m", 0, "recovering"), ("7m", 0, "recovering"), ("8m", 0, "cleared")]),
        ({"keep": "5m"}, [("0m", 10, "firing"), ("1m", 0, "recovering"), ("2m", None, "recovering"), ("9m", None, "recovering")]),
        ({}, [("0m", 35, "firing P1"), ("1m", 29, "firing P1"), ("2m", 27, "firing P2"), ("3m", 30, "firing P1"), ("4m", 9, "firing P3")]),
    ],
)  # fmt: skip
def test_the_machine_keeps_its_promises(
    rule: Make, given: dict[str, str], rows: list[tuple[str, float | None, str]]
) -> None:
    assert check(rule(**given, tests=moments(*rows))) == []


def test_a_moment_that_does_not_hold_says_what_happens_instead(rule: Make) -> None:
    assert check(rule(tests=moments(("0m", 25, "firing P3"), ("1h30m", 0, "firing")))) == [
        "at 0s with 25 it is firing P2, not firing P3; correct rule or test",
        "at 1h30m with 0 it is cleared, not firing; correct rule or test",
    ]


def test_thresholds_from_facts_need_numbers_for_the_test(rule: Make) -> None:
    when = {"metric": "hydro.level", "above": {"P2": "warning_level"}}
    assert len(check(rule(when=when))) == 1
    assert check(rule(when=when, facts={"warning_level": 5}, tests=moments(("0m", 5, "firing P2")))) == []


def test_an_unreadable_expectation_and_disorder_are_told(rule: Make) -> None:
    faults = check(rule(tests=moments(("5m", 1, "fires"), ("1m", 1, "normal"))))
    assert [fault.split(":")[0] for fault in faults] == ["expect", "tests"]
