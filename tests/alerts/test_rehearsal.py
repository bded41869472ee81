"""Dry runs: the same engine over the past, bounded, honest about what it could not have."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from alerts.history import NoHistory
from alerts.rehearsal import Bounds, Stretch, rehearse, unable
from domain.account import WHOLE, Reach
from domain.alert import AlertLevel
from domain.observation import Observation
from domain.rule import When
from tests.layouts.alerts.duty import city, rule

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEP = timedelta(minutes=10)
SITE = "gauge-441803"


class Remembered(NoHistory):
    """A value every ten minutes, four hours a stretch."""

    def __init__(self, *values: float) -> None:
        self.now = BEGIN
        self._values = values

    def values(self, since: datetime, until: datetime) -> Iterator[Stretch]:
        seen = [
            Observation("hydro.level", SITE, "hydro", since + n * STEP, value, since + n * STEP)
            for n, value in enumerate(self._values)
        ]
        for first in range(0, len(seen), 24):
            part = seen[first : first + 24]
            yield Stretch(part[0].at, part[-1].at + STEP, part, len(part))


def bounds(reach: Reach = WHOLE, looks: int = 10**9) -> Bounds:
    left = iter(range(looks))
    return Bounds(BEGIN, BEGIN + 12 * HOUR, lambda: next(left, None) is not None, reach)


def test_each_crossing_counts_once_however_long_it_lasts() -> None:
    done = rehearse(city(), rule(), Remembered(10, 11.2, 11.4, 10.2, 9, 9, 9, 13.5, 9, 9), bounds())
    assert [(one.at, one.level) for one in done.fired] == [
        (BEGIN + STEP, AlertLevel.P3),
        (BEGIN + 7 * STEP, AlertLevel.P2),
    ]
    assert (done.values, done.begins, done.failed) == (10, BEGIN, 0)
    assert done.reached == done.until


def test_what_does_not_last_does_not_fire() -> None:
    slow = rule(**{"for": "20m"})
    assert rehearse(city(), slow, Remembered(10, 12, 10, 10), bounds()).fired == []
    lasting = rehearse(city(), slow, Remembered(10, 12, 12, 12, 12), bounds()).fired
    assert [one.at for one in lasting] == [BEGIN + 3 * STEP]


def test_out_of_time_it_says_how_far_it_came() -> None:
    done = rehearse(city(), rule(), Remembered(*([10.0] * 72)), bounds(looks=5))
    assert done.reached == BEGIN + 4 * STEP
    assert done.reached < done.until


def test_findings_outside_the_reach_are_not_told() -> None:
    far = Reach(frozenset({"441881"}), None)
    assert rehearse(city(), rule(), Remembered(10, 14), bounds(far)).fired == []


@pytest.mark.parametrize(
    ("when", "can"),
    [
        ({"metric": "hydro.level", "above": {"P3": 1}}, True),
        ({"metric": "hydro.level", "forecast": {"within": "6h"}, "above": {"P3": 1}}, False),
        ({"records": {}, "above": {"P3": 1}}, False),
        ({"deadline": {"allow": "2h"}, "below": {"P3": 1}}, False),
        (
            {"any": [{"metric": "hydro.level", "above": {"P3": 1}}, {"records": {}, "above": {"P3": 1}}]},
            False,
        ),
    ],
)
def test_kinds_whose_past_is_not_kept_say_so(when: dict[str, object], can: bool) -> None:
    assert (unable(When.model_validate(when)) == "") is can
