from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.metric import Metric
from domain.observation import Observation
from domain.place import Site
from indicators.columns import derive_columns
from indicators.derive import derive, needs
from indicators.exact import Floats

Declare = Callable[..., Metric]
START = datetime(2026, 2, 28, 12, tzinfo=UTC)  # four hours before the edition changes in China
HOUR_MS = 3_600_000
START_MS = int(START.timestamp()) * 1000


def declared(key: str, how: str, site_kind: str = "") -> Metric:
    return Metric.model_validate(
        {"key": key, "name": "n", "unit": "", "topic": "service", "definition": "test", "department": "d", "every": "1h",
         "derive": how, "site_kind": site_kind}
    )  # fmt: skip


AQI = declared("air.aqi", "aqi", "air")
PRIMARY = declared("air.primary", "aqi_primary", "air")
CLASS = declared("water.class", "water_class")
GOOD = declared("water.good_rate", "water_good")
RATIO = declared("traffic.delay_ratio", "delay_ratio")
TPI = declared("traffic.tpi", "tpi")
RAIN = declared("weather.rain_24h", "rain_24h")
GRADE = declared("weather.rain_grade", "rain_grade")


def site(kind: str = "air", **facts: object) -> Site:
    return Site(id="X", name="X", kind=kind, district="441802", facts=facts)


def one_by_one(
    metric: Metric, place: Site, at: list[int], inputs: dict[str, Floats]
) -> dict[tuple[int, str], tuple[object, int]]:
    moments = [datetime.fromtimestamp(ms / 1000, UTC) for ms in at]
    batch = [
        Observation(key, place.id, "s", moment, float(value), moment)
        for key, column in inputs.items()
        for moment, value in zip(moments, column, strict=True)
        if not np.isnan(value)
    ]
    found = derive(batch, {metric.key: metric}, {place.id: place}, {})
    return {(int(o.at.timestamp()) * 1000, o.standard): (o.value, int(o.quality)) for o in found}


def in_columns(
    metric: Metric, place: Site, at: list[int], inputs: dict[str, Floats]
) -> dict[tuple[int, str], tuple[object, int]]:
    return {
        (int(ms), column.standard): (None if np.isnan(value) else float(value), int(quality))
        for column in derive_columns(metric, place, np.array(at, dtype=np.int64), inputs)
        for ms, value, quality in zip(column.at, column.value, column.quality, strict=True)
    }


def column(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def amounts(top: float, size: int) -> st.SearchStrategy[list[float]]:
    """What departments print (few decimals), what simulations draw (all of them), and nothing."""
    printed = st.decimals(-1, int(top), places=2).map(float)
    return st.lists(printed | st.floats(0, top) | st.just(float("nan")), min_size=size, max_size=size)


SIZE = 8


@st.composite
def cases(draw: st.DrawFn, metric: Metric, tops: dict[str, float]) -> tuple[list[int], dict[str, Floats]]:
    names = draw(st.lists(st.sampled_from(sorted(tops)), min_size=1, unique=True))
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 2, 30]), min_size=SIZE, max_size=SIZE))
    at = [START_MS + HOUR_MS * sum(steps[:i]) for i in range(SIZE)]
    return at, {f"{metric.key.partition('.')[0]}.{name}": column(draw(amounts(tops[name], SIZE))) for name in names}


AIR_TOPS = {"so2": 900, "no2": 4000, "co": 170, "o3": 1300, "pm10": 700, "pm25": 600}


@pytest.mark.parametrize("metric", [AQI, PRIMARY])
@settings(max_examples=60)
@given(case=cases(AQI, AIR_TOPS), skipped=st.lists(st.sampled_from(["CO", "SO2", "PM10"]), unique=True))
def test_air_in_columns_equals_air_one_by_one(
    metric: Metric, case: tuple[list[int], dict[str, Floats]], skipped: list[str]
) -> None:
    place = site(not_monitored=skipped)
    assert in_columns(metric, place, *case) == one_by_one(metric, place, *case)


@pytest.mark.parametrize("metric", [CLASS, GOOD])
@settings(max_examples=60)
@given(
    case=cases(CLASS, {"ph": 14, "do": 10, "codmn": 20, "nh3n": 3, "tp": 1, "hg": 0.002, "cu": 2}),
    body=st.sampled_from(["river", "lake"]),
)
def test_water_in_columns_equals_water_one_by_one(
    metric: Metric, case: tuple[list[int], dict[str, Floats]], body: str
) -> None:
    place = site("section", body=body, class_target=3)
    assert in_columns(metric, place, *case) == one_by_one(metric, place, *case)


@pytest.mark.parametrize("metric", [RATIO, TPI])
@settings(max_examples=60)
@given(case=cases(TPI, {"speed": 130}), free=st.decimals(20, 120, places=1).map(float) | st.floats(20, 120))
def test_roads_in_columns_equal_roads_one_by_one(
    metric: Metric, case: tuple[list[int], dict[str, Floats]], free: float
) -> None:
    place = site("segment", free_flow_kmh=free)
    assert in_columns(metric, place, *case) == one_by_one(metric, place, *case)


@given(case=cases(GRADE, {"rain_24h": 300}))
def test_grades_in_columns_equal_grades_one_by_one(case: tuple[list[int], dict[str, Floats]]) -> None:
    assert in_columns(GRADE, site("weather"), *case) == one_by_one(GRADE, site("weather"), *case)


@given(
    st.lists(
        st.decimals(0, 90, places=1).map(float) | st.floats(0, 90) | st.just(float("nan")), min_size=1, max_size=60
    )
)
def test_sums_of_rain_in_columns_equal_sums_one_by_one(values: list[float]) -> None:
    at = [
        START_MS + HOUR_MS // 6 * i for i in range(0, len(values) * 4, 4)
    ]  # every 40 minutes: every third is an hour apart
    inputs = {"weather.rain_1h": column(values)}
    assert in_columns(RAIN, site("weather"), at, inputs) == one_by_one(RAIN, site("weather"), at, inputs)


def test_a_history_across_the_change_comes_in_two_parts() -> None:
    at = np.array([START_MS + HOUR_MS * i for i in range(8)])
    inputs = {key: np.full(8, 60.0) for key in needs(AQI)}
    old, new = derive_columns(AQI, site(), at, inputs)
    assert (old.standard, new.standard) == ("HJ 633-2012", "HJ 633-2026")
    assert old.at.tolist() + new.at.tolist() == at.tolist()
    assert len(old.at) == 4


def test_a_pinned_edition_holds_throughout() -> None:
    at = np.array([START_MS + HOUR_MS * i for i in range(8)])
    pinned = AQI.model_copy(update={"standard": "HJ 633-2012"})
    (found,) = derive_columns(pinned, site(), at, {key: np.full(8, 60.0) for key in needs(AQI)})
    assert (found.standard, len(found.at)) == ("HJ 633-2012", 8)


def test_a_site_without_the_fact_gives_no_column() -> None:
    speed = {"traffic.speed": np.array([30.0])}
    at = np.array([START_MS])
    assert derive_columns(TPI, site("segment"), at, speed) == []
    assert derive_columns(AQI, site("weather"), at, {"air.pm25": np.array([30.0])}) == []
    assert derive_columns(TPI, site("segment", free_flow_kmh=50), at, {}) == []
    assert derive_columns(GOOD, site("section"), at, {"water.do": np.array([8.0])}) == []


def test_columns_must_be_as_long_as_their_moments() -> None:
    with pytest.raises(ValueError, match="as long as"):
        derive_columns(TPI, site("segment", free_flow_kmh=50), np.array([1, 2]), {"traffic.speed": np.array([30.0])})


def test_only_derived_metrics_have_columns() -> None:
    with pytest.raises(KeyError):
        derive_columns(declared("air.pm25", ""), site(), np.array([1]), {})


def test_nothing_measured_leaves_nothing() -> None:
    nothing = np.full(3, np.nan)
    assert derive_columns(AQI, site(), np.arange(3), {"air.pm25": nothing}) == []


def test_a_long_history_keeps_its_order() -> None:
    start = START + timedelta(days=30)
    at = np.array([int(start.timestamp()) * 1000 + 300_000 * i for i in range(2000)])
    speeds = np.round(30 + 20 * np.sin(np.arange(2000) / 40), 1)
    (found,) = derive_columns(TPI, site("segment", free_flow_kmh=60.5), at, {"traffic.speed": speeds})
    assert found.at.tolist() == at.tolist()
    assert (np.diff(found.value)[np.diff(speeds) > 0] <= 0).all()
