"""Which values of a batch are looked at."""

from collections.abc import Callable
from datetime import datetime

import pytest

from alerts.board import Board
from alerts.rule import limits
from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.rule import Rule

See = Callable[..., Observation]
When = Callable[[float], datetime]


@pytest.fixture
def board(rule: Callable[..., Rule], metrics: dict[str, Metric]) -> Board:
    rules = [
        rule("high"),
        rule("low", when={"metric": "hydro.level", "below": {"P4": 2}}),
        rule("fact", when={"metric": "hydro.level", "above": {"P2": "warning"}}),
    ]
    facts: dict[str, dict[str, object]] = {"g2": {"warning": 5}}
    return Board(rules, metrics, lambda rule, site: limits(rule.when, facts.get(site, {})))


def values(board: Board, now: datetime, *observations: Observation) -> list[tuple[str, float | None]]:
    return [(o.site, o.value) for o, _ in board.touched(observations, now)]


def test_only_values_beyond_a_threshold_of_their_series_are_looked_at(board: Board, seen: See, at: When) -> None:
    batch = [seen(0, 5), seen(0, 5, "g2"), seen(0, 10, "g3"), seen(0, 2, "g4"), seen(0, 99, metric="air.pm25")]
    assert values(board, at(0), *batch) == [("g2", 5), ("g3", 10), ("g4", 2)]


def test_the_tests_of_a_series_are_those_that_apply_there(board: Board, seen: See, at: When) -> None:
    found = {
        o.site: [test.rule for test in tests] for o, tests in board.touched([seen(0, 99), seen(0, 99, "g2")], at(0))
    }
    assert found == {"g1": ["high", "low"], "g2": ["high", "low", "fact"]}


def test_a_series_with_an_open_alert_is_always_looked_at(board: Board, seen: See, at: When) -> None:
    board.mark("hydro.level", "g1", 1)
    assert values(board, at(0), seen(0, 5), seen(0, None, quality=Quality.MISSING)) == [("g1", 5), ("g1", None)]
    board.mark("hydro.level", "g1", -1)
    assert values(board, at(1), seen(1, 5)) == []


def test_late_and_future_values_are_left_out(board: Board, seen: See, at: When) -> None:
    assert values(board, at(0), seen(0, 5)) == []
    assert values(board, at(0), seen(-1, 99), seen(11, 99)) == []
    assert values(board, at(0), seen(0, 99), seen(10, 99)) == [("g1", 99), ("g1", 99)]
    assert board.newest("hydro.level", "g1") == at(10)


def test_a_missing_value_does_not_make_others_late(board: Board, seen: See, at: When) -> None:
    assert values(board, at(5), seen(5, None), seen(4, 99)) == [("g1", 99), ("g1", None)]


def test_an_empty_or_unwatched_batch_touches_nothing(board: Board, seen: See, at: When) -> None:
    assert values(board, at(0)) == []
    assert values(board, at(0), seen(0, 99, metric="air.pm25")) == []
    assert board.newest("air.pm25", "g1") is None
    assert board.newest("hydro.level", "g1") is None
