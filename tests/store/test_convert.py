from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from domain.observation import Observation, Quality, SeriesKey
from store.columns import Rows
from store.convert import Moments, keys_of, rows_of
from store.moment import from_ms, to_ms
from tests.store.values import HOUR, NOW, seen

IDS = {SeriesKey("air.pm25", "a", "air"): 7, SeriesKey("air.pm25", "b", "air"): 9}


def test_observations_become_rows_in_their_order() -> None:
    observations = [seen(1, site="b"), seen(None, NOW + HOUR, quality=Quality.MISSING), seen(3, NOW + HOUR, site="b")]
    rows = _rows(*observations)
    assert rows.series.tolist() == [9, 7, 9]
    assert [from_ms(at) for at in rows.at.tolist()] == [one.at for one in observations]
    assert np.array_equal(rows.value, [1.0, np.nan, 3.0], equal_nan=True)
    assert rows.quality.tolist() == [0, 2, 0]
    assert [from_ms(at) for at in rows.received.tolist()] == [one.received for one in observations]


def test_keys_are_given_once_each_in_the_order_they_are_met() -> None:
    assert keys_of([seen(1, site="b"), seen(2), seen(3, site="b")]) == list(reversed(IDS))


def test_a_series_without_a_number_is_told() -> None:
    with pytest.raises(KeyError):
        _rows(seen(1, site="nowhere"))


def test_times_of_any_zone_are_one_time() -> None:
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    assert _rows(seen(1, beijing)).at.tolist() == [to_ms(NOW)]


def test_milliseconds_are_exact_before_and_after_1970() -> None:
    for moment in (datetime(1969, 12, 31, 23, 59, 59, 999000, UTC), datetime(2038, 1, 19, 3, 14, 8, 1000, UTC)):
        assert from_ms(to_ms(moment)) == moment


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(TypeError):
        _rows(seen(1, NOW.replace(tzinfo=None), received=NOW))


@pytest.mark.parametrize("year", [1, 1691, 2249, 9999])
def test_a_time_that_no_row_can_hold_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="between the years"):
        _rows(seen(1, datetime(year, 1, 1, tzinfo=UTC), received=NOW))


def _rows(*observations: Observation) -> Rows:
    return rows_of(observations, IDS, Moments())
