from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from domain.observation import Quality, SeriesKey
from store.convert import columns_of
from store.moment import from_ms, to_ms
from tests.store.values import HOUR, NOW, seen


def test_observations_become_columns_in_their_order() -> None:
    observations = [seen(1, site="b"), seen(None, NOW + HOUR, quality=Quality.MISSING), seen(3, NOW + HOUR, site="b")]
    columns, received = columns_of(observations)
    assert columns.keys == [SeriesKey("air.pm25", "b", "air"), SeriesKey("air.pm25", "a", "air")]
    assert columns.series.tolist() == [0, 1, 0]
    assert [from_ms(at) for at in columns.at.tolist()] == [one.at for one in observations]
    assert np.array_equal(columns.value, [1.0, np.nan, 3.0], equal_nan=True)
    assert columns.quality.tolist() == [0, 2, 0]
    assert [from_ms(at) for at in received.tolist()] == [one.received for one in observations]


def test_times_of_any_zone_are_one_time() -> None:
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    assert columns_of([seen(1, beijing)])[0].at.tolist() == [to_ms(NOW)]


def test_milliseconds_are_exact_before_and_after_1970() -> None:
    for moment in (datetime(1969, 12, 31, 23, 59, 59, 999000, UTC), datetime(2038, 1, 19, 3, 14, 8, 1000, UTC)):
        assert from_ms(to_ms(moment)) == moment


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(TypeError):
        columns_of([seen(1, NOW.replace(tzinfo=None), received=NOW)])
