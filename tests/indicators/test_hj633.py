from datetime import UTC, datetime, timedelta, timezone

import pytest

from indicators.hj633 import BREAKPOINTS, HJ633_2012, HJ633_2026, LEVELS, edition_of, level_of, pollutant_of


def test_the_edition_follows_the_day_in_china() -> None:
    last = datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC)
    assert edition_of(last) == HJ633_2012
    assert edition_of(last + timedelta(seconds=1)) == HJ633_2026
    assert edition_of(datetime(2026, 2, 28, 23, tzinfo=timezone(timedelta(hours=-8)))) == HJ633_2026


def test_a_time_without_a_zone_has_no_edition() -> None:
    with pytest.raises(ValueError, match="time zone"):
        edition_of(datetime(2026, 3, 1))  # noqa: DTZ001 (what is refused)


def test_the_editions_differ_in_particles_at_100_only() -> None:
    new, old = BREAKPOINTS[HJ633_2026], BREAKPOINTS[HJ633_2012]
    differing = {(item, i) for item in new for i, (a, b) in enumerate(zip(new[item], old[item], strict=True)) if a != b}
    assert differing == {("PM10_24H", 2), ("PM10_1H", 2), ("PM25_24H", 2), ("PM25_1H", 2)}


def test_breakpoints_rise() -> None:
    for columns in BREAKPOINTS.values():
        assert all(list(points) == sorted(set(points)) for points in columns.values())


@pytest.mark.parametrize(
    ("aqi", "name"),
    [(0, "优"), (1, "优"), (50, "优"), (50.5, "良"), (51, "良"), (100, "良"), (101, "轻度污染"), (150, "轻度污染"),
     (151, "中度污染"), (200, "中度污染"), (201, "重度污染"), (300, "重度污染"), (301, "严重污染"), (500, "严重污染")],
)  # fmt: skip
def test_levels_begin_and_end_where_annex_a_says(aqi: float, name: str) -> None:
    assert level_of(aqi).name == name


def test_heavy_pollution_has_chinas_purple() -> None:
    assert [level.hex for level in LEVELS] == ["#00E400", "#FFFF00", "#FF7E00", "#FF0000", "#99004C", "#7E0023"]
    assert all(level.hex == "#{:02X}{:02X}{:02X}".format(*level.rgb) for level in LEVELS)


@pytest.mark.parametrize("aqi", [-1, float("nan")])
def test_below_nothing_there_is_no_level(aqi: float) -> None:
    with pytest.raises(ValueError, match="below 0"):
        level_of(aqi)


def test_items_name_their_pollutant() -> None:
    assert [pollutant_of(i) for i in ("PM25_1H", "PM10_24H", "O3_8H")] == ["PM2.5", "PM10", "O3"]
