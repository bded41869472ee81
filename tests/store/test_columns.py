import numpy as np
import pytest

from domain.observation import Quality, SeriesKey
from store import Columns, Rows

KEYS = [SeriesKey("air.pm25", "a", "air")]


def _columns(series: list[int], at: list[int], quality: list[int]) -> Columns:
    n = len(series)
    return Columns(KEYS, np.array(series, np.int32), np.array(at, np.int64), np.zeros(n), np.array(quality, np.uint8))


@pytest.mark.parametrize(
    ("series", "at", "quality", "sentence"),
    [
        ([0, 0], [1], [0, 0], "one length"),
        ([1], [1], [0], "index into keys"),
        ([-1], [1], [0], "index into keys"),
        ([0], [1], [4], "Quality"),
    ],
)
def test_columns_that_do_not_fit_together_are_refused(
    series: list[int], at: list[int], quality: list[int], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        _columns(series, at, quality)


def test_rows_tell_which_of_them_count() -> None:
    quality = np.array([Quality.GOOD, Quality.SUSPECT, Quality.MISSING, Quality.INVALID, Quality.GOOD], np.uint8)
    value = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    rows = Rows(np.arange(5), np.ones(5, np.int32), value, quality, np.arange(5))
    assert rows.counts.tolist() == [True, True, False, False, False]
    assert rows.take(rows.counts).value.tolist() == [1.0, 2.0]
    assert len(Rows.empty()) == 0
