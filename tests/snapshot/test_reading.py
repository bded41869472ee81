from datetime import timedelta

import pytest

from domain.batch import Batch
from domain.health import Freshness
from domain.observation import Quality
from domain.run import SourceRun
from tests.cities import CITY, EAST, NOW, WEST, observed, site, tiny_city
from tests.snapshot.conftest import Desk, ago


def test_a_city_without_data_answers_every_question_with_nothing(desk: Desk) -> None:
    snapshot = desk.live()
    for key in desk.city.metrics:
        reading = snapshot.reading(key)
        if key not in ("city.status", "system.health_rate"):
            assert (reading.value, reading.freshness, reading.at) == (None, Freshness.NONE, None), key
        assert all(v is None for v in snapshot.trend(key).values)
        assert snapshot.compare(key).refused
        snapshot.readings(key)
        snapshot.by_district(key)
        snapshot.ranking(key)
        snapshot.source_of(key)


def test_a_sites_newest_value_comes_with_its_provenance(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 12.31, ago(2), "hydro", Quality.SUSPECT))
    reading = desk.live().reading("hydro.level", "gauge-1")
    assert reading.value == 12.31
    assert reading.at == ago(2)
    assert reading.received == ago(1)
    assert reading.freshness is Freshness.LIVE
    assert reading.quality is Quality.SUSPECT
    assert reading.source == "hydro"
    assert reading.coverage == 1.0


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(7.5, Freshness.LIVE), (7.6, Freshness.LATE), (15, Freshness.LATE), (15.1, Freshness.STALE)],
)
def test_age_is_judged_by_the_metrics_interval(desk: Desk, minutes: float, expected: Freshness) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1.0, ago(minutes), "hydro"))
    assert desk.live().reading("hydro.level", "gauge-1").freshness is expected


def test_ages_move_on_without_new_data(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1.0, ago(1), "hydro"))
    states = [desk.live(NOW + timedelta(minutes=m)).reading("hydro.level", "gauge-1").freshness for m in (0, 5, 10, 20)]
    assert states == [Freshness.LIVE, Freshness.LIVE, Freshness.LATE, Freshness.STALE]


def test_a_source_that_is_down_takes_its_values_down(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1.0, ago(1), "hydro"))
    desk.live()
    for minute in (3, 2):
        desk.store.record_run(SourceRun("hydro", ago(minute), ago(minute), ok=False, error="connection refused"))
    reading = desk.live(NOW + timedelta(seconds=1)).reading("hydro.level", "gauge-1")
    assert reading.freshness is Freshness.DOWN
    assert reading.value == 1.0


def test_a_stale_station_stays_out_of_the_mean_and_coverage_tells(desk: Desk) -> None:
    desk.put(
        observed("air.pm25", "air-1", 30, ago(32), "air"),
        observed("air.pm25", "air-2", 40, ago(32), "air"),
        observed("air.pm25", "air-3", 400, ago(hours=5), "air"),
    )
    reading = desk.live().reading("air.pm25")
    assert reading.value == 35
    assert reading.coverage == pytest.approx(2 / 3)
    assert reading.freshness is Freshness.LIVE
    assert reading.place == CITY


def test_when_every_station_is_stale_the_old_mean_is_shown_as_stale(desk: Desk) -> None:
    desk.put(
        observed("air.pm25", "air-1", 30, ago(hours=5), "air"),
        observed("air.pm25", "air-2", 40, ago(hours=6), "air"),
    )
    reading = desk.live().reading("air.pm25")
    assert (reading.value, reading.freshness, reading.coverage) == (35, Freshness.STALE, 0.0)


def test_a_value_marked_missing_or_invalid_does_not_count(desk: Desk) -> None:
    desk.put(
        observed("air.pm25", "air-1", 30, ago(32), "air"),
        observed("air.pm25", "air-2", None, ago(32), "air", Quality.MISSING),
        observed("air.pm25", "air-3", 999, ago(32), "air", Quality.INVALID),
    )
    snapshot = desk.live()
    assert snapshot.reading("air.pm25").value == 30
    assert snapshot.reading("air.pm25").coverage == pytest.approx(1 / 3)
    assert snapshot.reading("air.pm25", "air-3").value is None
    assert snapshot.reading("air.pm25", "air-3").quality is Quality.INVALID


def test_a_district_combines_its_own_sites_only(desk: Desk) -> None:
    desk.put(
        observed("air.pm25", "air-1", 30, ago(32), "air"),
        observed("air.pm25", "air-2", 50, ago(32), "air"),
        observed("air.pm25", "air-3", 90, ago(32), "air"),
    )
    snapshot = desk.live()
    assert [(r.place, r.value) for r in snapshot.by_district("air.pm25")] == [(EAST, 40), (WEST, 90)]
    assert [r.place for r in snapshot.readings("air.pm25", EAST)] == ["air-1", "air-2"]
    assert [r.place for r in snapshot.readings("air.pm25")] == ["air-1", "air-2", "air-3"]


def test_weights_are_the_sites_own_facts(desk: Desk) -> None:
    desk.put(
        observed("traffic.speed", "road-1", 20, ago(2), "roads"),
        observed("traffic.speed", "road-2", 40, ago(2), "roads"),
    )
    assert desk.live().reading("traffic.speed").value == 35


def test_levels_of_gauges_are_never_combined(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 12.3, ago(2), "hydro"))
    snapshot = desk.live()
    assert snapshot.reading("hydro.level").value is None
    assert snapshot.reading("hydro.level").freshness is Freshness.LIVE


def test_today_sums_since_local_midnight(desk: Desk) -> None:
    midnight = ago(minutes=32, hours=14)  # 00:00 in China
    desk.put(
        observed("service.cases", EAST, 1000, midnight - timedelta(minutes=5)),
        observed("service.cases", EAST, 3, midnight),
        observed("service.cases", EAST, 4, ago(2)),
        observed("service.cases", WEST, 5, ago(2)),
    )
    snapshot = desk.live()
    assert snapshot.reading("service.cases", EAST).value == 7
    assert snapshot.reading("service.cases").value == 12
    assert snapshot.reading("service.cases", EAST, "latest").value == 4
    assert snapshot.reading("service.cases", window="hour").value == 9


def test_coverage_of_a_window_is_the_share_of_expected_samples(desk: Desk) -> None:
    start = ago(minutes=32, hours=14)
    half = [observed("service.cases", EAST, 1, start + timedelta(minutes=10 * i)) for i in range(88)]
    desk.put(*half, observed("service.cases", WEST, 1, ago(2)))
    reading = desk.live().reading("service.cases", EAST)
    assert reading.value == 88
    assert reading.coverage == pytest.approx(0.5, abs=0.01)


def test_a_new_day_starts_from_nothing(desk: Desk) -> None:
    desk.put(observed("service.cases", EAST, 9, ago(2)))
    assert desk.live().reading("service.cases", EAST).value == 9
    after_midnight = NOW + timedelta(hours=9, minutes=30)
    assert desk.live(after_midnight).reading("service.cases", EAST).value is None


def test_a_ratio_is_a_ratio_of_sums_not_a_mean_of_ratios(desk: Desk) -> None:
    desk.put(
        observed("service.due", EAST, 100, ago(2)),
        observed("service.closed_on_time", EAST, 99, ago(2)),
        observed("service.due", WEST, 10, ago(2)),
        observed("service.closed_on_time", WEST, 5, ago(2)),
    )
    snapshot = desk.live()
    city = snapshot.reading("service.on_time_rate")
    assert city.value == pytest.approx(104 / 110 * 100)
    assert city.n == 110
    assert snapshot.reading("service.on_time_rate", WEST).value == 50
    assert snapshot.source_of("service.on_time_rate") == "hall"


def test_a_ratio_leaves_out_a_place_that_lacks_one_side(desk: Desk) -> None:
    desk.put(
        observed("service.due", EAST, 100, ago(2)),
        observed("service.closed_on_time", EAST, 99, ago(2)),
        observed("service.due", WEST, 900, ago(2)),
    )
    reading = desk.live().reading("service.on_time_rate", window="latest")
    assert (reading.value, reading.n) == (99, 100)
    assert reading.coverage == pytest.approx(0.5)


def test_an_aqi_names_its_primary_pollutants(desk: Desk) -> None:
    for station, mask in (("air-1", 8), ("air-2", 8 | 32), ("air-3", 32)):
        desk.put(
            observed("air.aqi", station, 80, ago(32), "air", standard="HJ 633-2026"),
            observed("air.primary", station, mask, ago(32), "air", standard="HJ 633-2026"),
        )
    snapshot = desk.live()
    assert snapshot.reading("air.aqi", "air-1").note == "O3"
    assert set(snapshot.reading("air.aqi").note.split("、")) == {"O3", "PM2.5"}
    assert snapshot.reading("air.aqi", WEST).note == "PM2.5"
    assert snapshot.reading("air.aqi", "air-1").standard == "HJ 633-2026"


def test_the_series_with_the_newest_value_speaks_for_a_site(desk: Desk) -> None:
    desk.put(
        observed("hydro.level", "gauge-1", 10, ago(12), "hydro"),
        observed("hydro.level", "gauge-1", 11, ago(7), "hydro"),
        observed("hydro.level", "gauge-1", 20, ago(7), "roads"),
        observed("hydro.level", "gauge-1", 21, ago(2), "roads"),
    )
    snapshot = desk.live()
    assert snapshot.reading("hydro.level", "gauge-1").value == 21
    assert snapshot.reading("hydro.level", "gauge-1").source == "roads"
    values = snapshot.trend("hydro.level", "gauge-1", 1, timedelta(minutes=5)).values
    assert [v for v in values if v is not None] == [10, 20, 21]


def test_a_monthly_figure_older_than_the_hot_window_is_still_there(desk: Desk) -> None:
    desk.put(observed("economy.gdp_ytd", CITY, 2100.5, ago(days=20), "economy"))
    reading = desk.live().reading("economy.gdp_ytd")
    assert (reading.value, reading.freshness) == (2100.5, Freshness.LIVE)


def test_the_index_scores_its_components_by_published_weights(desk: Desk) -> None:
    desk.put(
        observed("service.due", EAST, 100, ago(2)),
        observed("service.closed_on_time", EAST, 95, ago(2)),
        *(observed("air.aqi", f"air-{i}", 200, ago(32), "air") for i in (1, 2, 3)),
    )
    snapshot = desk.live()
    index = snapshot.reading("city.index")
    assert index.value == pytest.approx(0.6 * 100 + 0.4 * 50)
    assert index.coverage == 1.0
    lacking = snapshot.reading("city.index", WEST)
    assert lacking.coverage == pytest.approx(0.4)
    assert "service.on_time_rate" in lacking.note


def test_data_health_is_the_share_of_sources_that_are_fresh(desk: Desk) -> None:
    for key in ("hall", "air", "roads", "hydro"):
        desk.store.record_run(SourceRun(key, ago(1), ago(1), ok=True))
    for minute in (3, 2):
        desk.store.record_run(SourceRun("economy", ago(minute), ago(minute), ok=False, error="file is broken"))
    snapshot = desk.live()
    reading = snapshot.reading("system.health_rate")
    assert (reading.value, reading.n) == (80, 5)
    status = snapshot.reading("city.status")
    assert status.value == 2
    assert "源economy" in status.note


def test_data_health_compares_with_what_was_recorded_of_it(desk: Desk) -> None:
    desk.store.record_run(SourceRun("hall", ago(1), ago(1), ok=True))
    desk.put(
        *(observed("system.health_rate", desk.city.adcode, 60, ago(minute, days=1), "system") for minute in (2, 1))
    )
    snapshot = desk.live()
    assert snapshot.reading("system.health_rate").value == 20
    assert snapshot.compare("system.health_rate", basis="yesterday").base == 60
    assert 60 in snapshot.trend("system.health_rate", hours=48).values


def test_a_site_learnt_from_records_is_a_member_of_its_district(desk: Desk) -> None:
    desk.put(observed("air.pm25", "air-9", 60, ago(32), "air"), observed("air.pm25", "air-3", 20, ago(32), "air"))
    assert desk.live().reading("air.pm25", WEST).value == 20
    desk.store.write(Batch("air", NOW, sites=(site("air-9", "air", WEST),)))
    assert desk.live(NOW + timedelta(seconds=1)).reading("air.pm25", WEST).value == 40


def test_a_metric_of_nobody_has_no_source(desk: Desk) -> None:
    snapshot = desk.live()
    assert snapshot.source_of("city.index") == ""
    assert snapshot.source_of("air.pm25") == "air"
    assert tiny_city().metrics.keys() == desk.city.metrics.keys()


def test_only_sites_that_measure_a_metric_are_expected_to(desk: Desk) -> None:
    desk.put(observed("traffic.speed", "road-2", 40, ago(2), "roads"))
    snapshot = desk.live()
    assert snapshot.reading("traffic.speed").coverage == 1
    assert [r.place for r in snapshot.readings("traffic.speed")] == ["road-2"]
    assert [r.place for r in snapshot.readings("air.pm25", WEST)] == ["air-3"]
