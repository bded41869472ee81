from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.place import Site
from indicators import aqi
from indicators.derive import NAMES, derive, needs, span

Declare = Callable[..., Metric]
AT = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLEAN = {"so2": 10.0, "no2": 20.0, "co": 0.5, "o3": 60.0, "pm10": 30.0, "pm25": 15.0}


@pytest.fixture
def metrics(metric: Declare) -> dict[str, Metric]:
    declared = [
        metric(key="air.aqi", derive="aqi", site_kind="air"),
        metric(key="air.primary", derive="aqi_primary", site_kind="air"),
        metric(key="water.class", derive="water_class", site_kind="section"),
        metric(key="water.good_rate", derive="water_good", site_kind="section"),
        metric(key="traffic.delay_ratio", derive="delay_ratio"),
        metric(key="traffic.tpi", derive="tpi"),
        metric(key="weather.rain_24h", derive="rain_24h"),
        metric(key="weather.rain_grade", derive="rain_grade"),
        metric(key="system.health_rate", derive="health"),
        metric(key="air.pm25"),
    ]
    return {m.key: m for m in declared}


@pytest.fixture(scope="module")
def sites() -> dict[str, Site]:
    made = [
        ("A1", "air", {}),
        ("A2", "air", {"not_monitored": ["CO"]}),
        ("R1", "section", {"body": "river", "class_target": 2}),
        ("L1", "section", {"body": "lake", "class_target": 2}),
        ("N1", "section", {}),
        ("S1", "segment", {"free_flow_kmh": 60}),
        ("S2", "segment", {}),
        ("W1", "weather", {}),
    ]
    return {i: Site(id=i, name=i, kind=kind, district="441802", facts=facts) for i, kind, facts in made}


def seen(metric: str, site: str, value: float | None, at: datetime = AT, **facts: Any) -> Observation:
    source = metric.partition(".")[0]
    return Observation(metric, site, source, at, value, **({"received": at + timedelta(minutes=5)} | facts))


def air(site: str, values: Mapping[str, float | None], at: datetime = AT, **facts: Any) -> list[Observation]:
    return [seen(f"air.{name}", site, value, at, **facts) for name, value in values.items()]


def values(found: list[Observation], metric: str) -> dict[tuple[str, datetime], float | None]:
    return {(o.site, o.at): o.value for o in found if o.metric == metric}


def test_the_index_and_its_pollutant_come_with_standard_source_and_arrival(
    metrics: dict[str, Metric], sites: dict[str, Site]
) -> None:
    late = AT + timedelta(minutes=9)
    batch = [*air("A1", CLEAN | {"pm25": 60.0, "pm10": 120.0, "co": None}), seen("air.co", "A1", 0.5, received=late)]
    index, primary = derive(batch, metrics, sites, {})
    assert index == Observation("air.aqi", "A1", "air", AT, 100.0, late, Quality.GOOD, "HJ 633-2026")
    assert aqi.pollutants(primary.value or 0) == ("PM10", "PM2.5")
    assert primary.standard == "HJ 633-2026"


def test_the_standard_follows_the_day_of_the_data(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    old = datetime(2026, 2, 28, 15, tzinfo=UTC)
    batch = air("A1", CLEAN | {"pm25": 60.0}, old) + air("A1", CLEAN | {"pm25": 60.0}, old + HOUR)
    found = [o for o in derive(batch, metrics, sites, {}) if o.metric == "air.aqi"]
    assert [(o.value, o.standard) for o in found] == [(82.0, "HJ 633-2012"), (100.0, "HJ 633-2026")]


def test_a_city_of_old_recordings_pins_the_edition(metric: Declare, sites: dict[str, Site]) -> None:
    pinned = {"air.aqi": metric(key="air.aqi", derive="aqi", standard="HJ 633-2012")}
    (found,) = derive(air("A1", CLEAN | {"pm25": 60.0, "co": None}), pinned, sites, {})
    assert (found.value, found.standard) == (82.0, "HJ 633-2012")


def test_a_withheld_index_is_stored_as_missing(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    found = derive(air("A1", CLEAN | {"co": None}), metrics, sites, {})
    assert [(o.value, o.quality) for o in found] == [(None, Quality.MISSING)] * 2


def test_what_is_not_in_the_programme_withholds_nothing(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    found = derive(air("A2", {k: v for k, v in CLEAN.items() if k != "co"}), metrics, sites, {})
    assert values(found, "air.aqi") == {("A2", AT): 30.0}


def test_inputs_of_another_batch_complete_the_moment(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    held = {(f"air.{name}", "A1"): value for name, value in CLEAN.items() if name != "pm25"}
    found = derive(air("A1", {"pm25": 60.0}), metrics, sites, held)
    assert values(found, "air.aqi") == {("A1", AT): 100.0}


def test_what_is_held_belongs_to_its_own_moment_only(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    held = {(f"air.{name}", "A1"): value for name, value in CLEAN.items() if name != "pm25"}
    batch = air("A1", {"pm25": 60.0}) + air("A1", {"pm25": 50.0}, AT - HOUR)
    assert values(derive(batch, metrics, sites, held), "air.aqi") == {("A1", AT): 100.0, ("A1", AT - HOUR): None}
    history = {key: {AT - HOUR: value} for key, value in held.items()}
    assert values(derive(batch, metrics, sites, held, history), "air.aqi")[("A1", AT - HOUR)] == 80.0


def test_a_withdrawn_input_is_not_replaced_by_what_was_held(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    batch = air("A1", CLEAN | {"pm25": None}, quality=Quality.MISSING)
    found = derive(batch, metrics, sites, {("air.pm25", "A1"): 60.0})
    assert values(found, "air.aqi") == {("A1", AT): None}


def test_the_later_arrival_counts(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    newer = seen("air.pm25", "A1", 60.0, received=AT + HOUR)
    batch = air("A1", CLEAN)
    for order in ([newer, *batch], [*batch, newer]):
        assert values(derive(order, metrics, sites, {}), "air.aqi") == {("A1", AT): 100.0}


def test_doubt_is_passed_on_and_invalid_values_are_not_used(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    doubtful = derive(air("A1", CLEAN, quality=Quality.SUSPECT), metrics, sites, {})
    assert {o.quality for o in doubtful} == {Quality.SUSPECT}
    invalid = [*air("A1", CLEAN), seen("air.pm25", "A1", 999.0, quality=Quality.INVALID, received=AT + HOUR)]
    assert values(derive(invalid, metrics, sites, {}), "air.aqi") == {("A1", AT): None}


def test_undeclared_sites_and_other_kinds_give_nothing(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    assert derive(air("elsewhere", CLEAN) + air("W1", CLEAN), metrics, sites, {}) == []


def test_water_is_judged_as_river_or_lake_and_against_its_target(
    metrics: dict[str, Metric], sites: dict[str, Site]
) -> None:
    batch = [
        seen(f"water.{k}", site, v) for site in ("R1", "L1", "N1") for k, v in (("tp", 0.05), ("do", 8.0), ("ph", 7.1))
    ]
    found = derive(batch, metrics, sites, {})
    assert values(found, "water.class") == {("R1", AT): 2.0, ("L1", AT): 3.0, ("N1", AT): 2.0}
    assert values(found, "water.good_rate") == {("R1", AT): 100.0, ("L1", AT): 0.0}
    assert {o.standard for o in found} == {"GB 3838-2002"}


def test_roads_get_the_standards_index_and_nobodys_ratio(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    found = derive([seen("traffic.speed", "S1", 30.0), seen("traffic.speed", "S2", 30.0)], metrics, sites, {})
    assert [(o.metric, o.site, o.value, o.standard) for o in found] == [
        ("traffic.delay_ratio", "S1", 2.0, ""),
        ("traffic.tpi", "S1", 4.0, "GB/T 33171-2016"),
    ]


def test_an_input_without_a_value_makes_the_derived_value_missing(
    metrics: dict[str, Metric], sites: dict[str, Site]
) -> None:
    found = derive([seen("traffic.speed", "S1", None)], metrics, sites, {("traffic.speed", "S1"): 50.0})
    assert [(o.value, o.quality) for o in found] == [(None, Quality.MISSING)] * 2


def hours(amounts: list[float], end: datetime = AT) -> dict[datetime, float]:
    return {end - HOUR * k: amount for k, amount in enumerate(reversed(amounts))}


def test_a_day_of_rain_is_summed_and_graded_in_one_go(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    history = {("weather.rain_1h", "W1"): hours([0.1] * 23, AT - HOUR)}
    found = derive([seen("weather.rain_1h", "W1", 7.7)], metrics, sites, {}, history)
    assert [(o.metric, o.value, o.quality) for o in found] == [
        ("weather.rain_24h", 10.0, Quality.GOOD),
        ("weather.rain_grade", 2.0, Quality.GOOD),
    ]


def test_too_few_hours_make_the_sum_suspect(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    for count, quality in ((19, Quality.GOOD), (18, Quality.SUSPECT)):
        history = {("weather.rain_1h", "W1"): hours([1.0] * count, AT - HOUR)}
        found = derive([seen("weather.rain_1h", "W1", 1.0)], metrics, sites, {}, history)
        assert {o.quality for o in found} == {quality}


def test_a_late_hour_repairs_the_sums_after_it(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    history = {("weather.rain_1h", "W1"): hours([1.0] * 30)}
    late = seen("weather.rain_1h", "W1", 5.0, AT - HOUR * 3, received=AT + HOUR)
    found = derive([late], metrics, sites, {}, history)
    sums = values(found, "weather.rain_24h")
    assert sums == {("W1", AT - HOUR * k): 28.0 for k in range(4)}
    assert {o.received for o in found} == {AT + HOUR}


def test_a_total_that_a_station_sends_is_graded_as_it_is(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    found = derive([seen("weather.rain_24h", "W1", 49.95)], metrics, sites, {})
    assert [(o.metric, o.value, o.standard) for o in found] == [("weather.rain_grade", 4.0, "GB/T 28592-2012")]


def test_the_order_of_arrival_does_not_matter(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    batch = [
        *air("A1", CLEAN),
        *air("A2", CLEAN, AT - HOUR),
        seen("traffic.speed", "S1", 33.3),
        seen("water.do", "R1", 6.0),
    ]
    assert derive(batch[::-1], metrics, sites, {}) == derive(batch, metrics, sites, {})


def test_nothing_touched_derives_nothing(metrics: dict[str, Metric], sites: dict[str, Site]) -> None:
    assert derive([seen("service.cases", "441802", 3.0)], metrics, sites, {}) == []
    assert derive([], metrics, sites, {}) == []


def test_inputs_and_reach_are_told(metrics: dict[str, Metric]) -> None:
    assert set(needs(metrics["air.aqi"])) == {f"air.{name}" for name in CLEAN}
    assert needs(metrics["traffic.tpi"]) == ("traffic.speed",)
    assert needs(metrics["system.health_rate"]) == needs(metrics["air.pm25"]) == ()
    assert span(metrics["weather.rain_24h"]) == HOUR * 23
    assert span(metrics["air.aqi"]) == span(metrics["air.pm25"]) == timedelta(0)
    assert {"aqi", "aqi_primary", "water_class", "delay_ratio", "tpi", "rain_24h", "rain_grade"} <= NAMES


@given(
    st.lists(
        st.one_of(st.none(), st.floats(0, 130), st.integers(0, 1300).map(lambda n: n / 10)), min_size=1, max_size=40
    )
)
def test_many_moments_of_one_site_give_what_each_alone_gives(speeds: list[float | None]) -> None:
    """From some moments on a column is computed: the same values, arrivals and qualities, whatever the digits."""
    base = {"unit": "", "topic": "traffic", "definition": "test", "department": "d", "every": "5m", "name": "n"}
    metrics = {
        key: Metric.model_validate(base | {"key": key, "derive": derive_name})
        for key, derive_name in (("traffic.tpi", "tpi"), ("traffic.delay_ratio", "delay_ratio"))
    }
    sites = {
        "S1": Site(id="S1", name="S1", kind="segment", district="441802", facts={"free_flow_kmh": 60}),
        "S2": Site(id="S2", name="S2", kind="segment", district="441802"),
    }
    batch = [
        seen(
            "traffic.speed",
            site,
            speed,
            AT + i * timedelta(minutes=5),
            quality=Quality(i % 3 if speed is not None else 2),
        )
        for site in sites
        for i, speed in enumerate(speeds)
    ]
    alone = [made for one in batch for made in derive([one], metrics, sites, {})]
    order = {key: n for n, key in enumerate(metrics)}
    assert derive(batch, metrics, sites, {}) == sorted(alone, key=lambda o: (order[o.metric], o.site, o.at))
