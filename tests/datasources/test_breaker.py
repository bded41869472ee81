"""When a failing source is left alone, and when it is tried again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from datasources import breaker
from domain.operation import Breaker, Told
from domain.source import SourceSpec
from tests.datasources.conftest import NOW

EVEN = 0.5  # the chance that adds no jitter


def pauses(spec: SourceSpec, count: int, chance: float = EVEN) -> list[float]:
    told, found = Told(), []
    for _ in range(count):
        told = breaker.failed(told, NOW, breaker.pace_of(spec), chance)
        found.append((told.probe - NOW).total_seconds() if told.probe else 0.0)
    return found


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("10s", [0, 10, 20, 40, 60, 60]),
        ("1s", [0, 5, 10, 20, 40, 60]),
        ("5m", [0, 30, 60, 120, 240, 300]),
        ("1d", [0, 30, 60, 120, 240, 300]),
    ],
)
def test_the_pause_grows_up_to_a_bound(spec: Callable[..., SourceSpec], every: str, expected: list[float]) -> None:
    assert pauses(spec(every=every), 6) == expected
    assert pauses(spec(every=every), 60)[-1] == expected[-1]


def test_jitter_is_a_fifth_more_or_less(spec: Callable[..., SourceSpec]) -> None:
    assert [pauses(spec(every="5m"), 2, chance)[1] for chance in (0.0, 1.0)] == pytest.approx([24, 36])


def test_an_open_breaker_lets_one_probe_through(spec: Callable[..., SourceSpec]) -> None:
    pace = breaker.pace_of(spec(every="10s"))
    once = breaker.failed(Told(), NOW, pace, EVEN)
    assert (once.breaker, breaker.allows(once, NOW)) == (Breaker.CLOSED, True)
    opened = breaker.failed(once, NOW, pace, EVEN)
    assert (opened.breaker, opened.opened) == (Breaker.OPEN, NOW)
    assert [breaker.allows(opened, NOW + timedelta(seconds=s)) for s in (9, 10)] == [False, True]
    probing = breaker.tried(opened)
    assert (probing.breaker, breaker.allows(probing, NOW + timedelta(days=1))) == (Breaker.HALF_OPEN, False)
    again: Any = breaker.failed(probing, NOW + timedelta(seconds=10), pace, EVEN)
    assert (again.breaker, again.opened, again.probe) == (Breaker.OPEN, NOW, NOW + timedelta(seconds=30))
