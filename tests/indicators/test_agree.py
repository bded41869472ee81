from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.metric import Agreement
from indicators.agree import Told, differences

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(metric: str, site: str, value: float, ago: int = 0, source: str = "a") -> Told:
    return Told(metric, source, site, NOW - ago * MINUTE, value)


def district(site: str) -> str:
    return site.split("-")[0]


def test_a_districts_sites_count_by_their_mean() -> None:
    found = differences(
        Agreement(one="x.a", other="x.b"),
        [told("x.a", "1-p", 10), told("x.a", "1-q", 20), told("x.b", "1-r", 12, ago=3), told("x.a", "2-p", 1)],
        district,
        10 * MINUTE,
    )
    assert [(one.place, one.one, one.other, one.by) for one in found] == [("1", 15.0, 12.0, 3.0)]
    assert found[0].at == NOW - 3 * MINUTE


def test_two_sources_of_one_metric_are_told_apart() -> None:
    pair = Agreement(one="x.a@left", other="x.a@right", by="site")
    found = differences(pair, [told("x.a", "p", 3, source="left"), told("x.a", "p", 5, source="right")], str, MINUTE)
    assert [one.by for one in found] == [-2.0]


def test_moments_too_far_apart_are_not_compared_and_a_percent_of_nothing_is_none() -> None:
    old = [told("x.a", "p", 3), told("x.b", "p", 4, ago=30)]
    assert differences(Agreement(one="x.a", other="x.b"), old, str, 10 * MINUTE) == []
    none = [told("x.a", "p", 3), told("x.b", "p", 0)]
    assert differences(Agreement(one="x.a", other="x.b", as_percent=True), none, str, MINUTE) == []
    half = [told("x.a", "p", 3), told("x.b", "p", 6)]
    assert differences(Agreement(one="x.a", other="x.b", as_percent=True), half, str, MINUTE)[0].by == -50.0


def test_a_figure_is_not_held_against_itself() -> None:
    with pytest.raises(ValidationError, match="same figure"):
        Agreement(one="x.a", other="x.a")
