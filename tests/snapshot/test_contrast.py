from datetime import timedelta

import pytest

from indicators.aqi import iaqi
from indicators.hj633 import HJ633_2026
from tests.cities import EAST, NOW, WEST, metric, observed, tiny_city
from tests.snapshot.conftest import Desk, ago

DAY = timedelta(days=1)


def test_yesterday_is_compared_up_to_the_same_time(desk: Desk) -> None:
    for days, value in ((0, 11), (1, 10)):
        start = ago(minutes=32, hours=14) - days * DAY
        desk.put(
            *(
                observed("service.cases", EAST, value, start + timedelta(minutes=5 * i))
                for i in range(288 if days else 174)
            )
        )
    comparison = desk.live().compare("service.cases", EAST, "yesterday")
    assert comparison.base == 10 * 174
    assert comparison.unit == "%"
    assert comparison.delta == pytest.approx(10)
    assert comparison.better is None
    assert comparison.refused == ""


def test_the_newest_value_is_compared_with_the_one_a_day_before(desk: Desk) -> None:
    desk.put(
        *(observed("air.pm25", f"air-{i}", 50, ago(32), "air") for i in (1, 2, 3)),
        *(observed("air.pm25", f"air-{i}", 40, ago(32, days=1), "air") for i in (1, 2, 3)),
        *(observed("air.pm25", f"air-{i}", 90, ago(32, hours=23), "air") for i in (1, 2, 3)),
    )
    comparison = desk.live().compare("air.pm25")
    assert (comparison.base, comparison.delta, comparison.better) == (40, 25, False)


def test_a_week_ago_comes_from_roll_ups_with_a_share_of_the_running_hour(desk: Desk) -> None:
    desk.put(*(observed("service.cases", EAST, 1, ago(2 + 5 * i)) for i in range(12 * 24 * 9)))
    desk.store.close_buckets(NOW)
    comparison = desk.live().compare("service.cases", EAST, "week")
    assert (comparison.base, comparison.delta) == (175, 0)


def test_a_moment_older_than_the_hot_window_is_compared_with_its_hour(desk: Desk) -> None:
    minutely = metric("road.speed", aggregate="mean", across="mean", every="1m")
    roads = Desk(tiny_city(metrics={minutely.key: minutely}), desk.store)
    moment = ago(NOW.minute - 45)
    roads.put(
        observed("road.speed", EAST, 40, moment - timedelta(days=7, minutes=45)),
        observed("road.speed", EAST, 50, moment),
    )
    desk.store.close_buckets(NOW)
    comparison = roads.live(moment + timedelta(minutes=1)).compare("road.speed", EAST, "week")
    assert (comparison.base, comparison.refused) == (40, "")


def test_an_hourly_value_a_week_ago_counts_whole(desk: Desk) -> None:
    hourly = metric("calls.119", aggregate="sum", across="sum", window="today", every="1h")
    calls = Desk(tiny_city(metrics={hourly.key: hourly}), desk.store)
    midnight = ago(32, 14)
    calls.put(*(observed("calls.119", EAST, 10, midnight - timedelta(hours=h)) for h in range(24 * 8)))
    desk.store.close_buckets(NOW)
    comparison = calls.live(midnight + timedelta(minutes=10)).compare("calls.119", EAST, "week")
    assert (comparison.base, comparison.delta) == (10, 0)


def test_rates_differ_in_points(desk: Desk) -> None:
    for days, closed in ((0, 96), (1, 90)):
        for i in range(174):
            at = ago(2 + 5 * i) - days * DAY
            desk.put(observed("service.due", EAST, 100, at), observed("service.closed_on_time", EAST, closed, at))
    comparison = desk.live().compare("service.on_time_rate", EAST)
    assert (comparison.unit, comparison.better) == ("pt", True)
    assert comparison.delta == pytest.approx(6)
    target = desk.live(NOW + timedelta(seconds=1)).compare("service.on_time_rate", EAST, "target")
    assert target.base == 95
    assert target.better is True


def test_a_base_with_too_few_samples_is_refused_with_the_reason(desk: Desk) -> None:
    desk.put(
        *(observed("service.cases", EAST, 1, ago(2 + 5 * i)) for i in range(174)),
        *(observed("service.cases", EAST, 1, ago(2 + 5 * i, days=1)) for i in range(40)),
    )
    comparison = desk.live().compare("service.cases", EAST)
    assert comparison.delta is None
    assert "覆盖率" in comparison.refused


def test_nothing_to_compare_with_is_refused(desk: Desk) -> None:
    desk.put(observed("air.pm25", "air-1", 50, ago(32), "air"))
    assert desk.live().compare("air.pm25", "air-1").refused == "无基期数据"
    assert desk.live(NOW + timedelta(hours=9)).compare("air.pm25", "air-1").refused == "本期数据已过期"
    assert desk.live(NOW + timedelta(hours=9)).compare("air.pm25", "air-1", "target").refused


def test_another_standard_yesterday_is_refused(desk: Desk) -> None:
    desk.put(
        observed("air.aqi", "air-1", 90, ago(32), "air", standard="HJ 633-2026"),
        observed("air.aqi", "air-1", 80, ago(32, days=1), "air", standard="HJ 633-2012"),
    )
    assert "标准变更" in desk.live().compare("air.aqi", "air-1").refused


def test_an_aqi_of_another_edition_is_recomputed_from_the_concentrations_of_then(desk: Desk) -> None:
    names = ("so2", "no2", "co", "o3", "pm10", "pm25")
    made = {f"air.{name}": metric(f"air.{name}", unit="µg/m³", every="1h", site_kind="air") for name in names}
    made["air.aqi"] = metric("air.aqi", unit="", every="1h", derive="aqi", better="lower", site_kind="air")
    air = Desk(tiny_city(metrics=made), desk.store)
    for days, aqi, standard in ((0, 90, "HJ 633-2026"), (1, 50, "HJ 633-2012")):
        at = ago(32, days=days)
        air.put(observed("air.aqi", "air-1", aqi, at, "air", standard=standard))
        air.put(
            *(observed(f"air.{n}", "air-1", v, at, "air") for n, v in zip(names, (6, 18, 1, 40, 46, 60), strict=True))
        )
    told = air.live().compare("air.aqi", "air-1")
    assert told.refused == ""
    assert told.note == "基期已按 HJ 633-2026 重算"
    assert told.base == aqi_2026(60)
    assert told.delta == 90 - aqi_2026(60)


def aqi_2026(pm25: float) -> int:
    found = iaqi("PM25_1H", pm25, HJ633_2026)
    assert found is not None
    return found


def test_progress_is_measured_against_the_time_gone(desk: Desk) -> None:
    yearly = metric(
        "economy.starts", aggregate="sum", across="sum", window="year", every="1d", target=1000, better="higher"
    )
    city = tiny_city(metrics={yearly.key: yearly})
    year = Desk(city, desk.store)
    year.put(*(observed("economy.starts", EAST, 2, NOW.replace(hour=0, minute=0) - i * DAY) for i in range(328)))
    comparison = year.live().compare("economy.starts", EAST, "progress")
    assert comparison.base == pytest.approx(327 / 365 * 100, abs=0.5)
    assert comparison.delta == pytest.approx(65.6 - 327 / 365 * 100, abs=0.5)
    assert comparison.better is False


def test_districts_are_ranked_with_last_periods_rank(desk: Desk) -> None:
    for days, east, west in ((0, 99, 97), (1, 90, 95)):
        for i in range(174):
            at = ago(2 + 5 * i) - days * DAY
            for place, closed in ((EAST, east), (WEST, west)):
                desk.put(observed("service.due", place, 100, at), observed("service.closed_on_time", place, closed, at))
    rows = desk.live().ranking("service.on_time_rate")
    assert [(r.place, r.rank, r.before) for r in rows] == [(EAST, 1, 2), (WEST, 2, 1)]
    assert rows[0].n == 17400


def test_a_stale_district_has_no_rank_but_a_reason(desk: Desk) -> None:
    desk.put(
        *(observed("air.pm25", f"air-{i}", 30, ago(32), "air") for i in (1, 2)),
        observed("air.pm25", "air-3", 10, ago(hours=7), "air"),
    )
    rows = desk.live().ranking("air.pm25")
    assert [(r.place, r.rank) for r in rows] == [(EAST, 1), (WEST, None)]
    assert rows[1].refused == "本期数据已过期"
