import gzip
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import aqi
from indicators.hj633 import BREAKPOINTS, HJ633_2012, HJ633_2026, POLLUTANTS, SCALE, Edition

EDITIONS: tuple[Edition, ...] = (HJ633_2026, HJ633_2012)
editions = st.sampled_from(EDITIONS)
items = st.sampled_from(sorted(BREAKPOINTS[HJ633_2026]))
concentrations = st.decimals(0, 5000, places=2)
CLEAN = {"SO2": 10, "NO2": 20, "CO": 0.5, "O3": 60, "PM10": 30, "PM2.5": 15}


def test_every_known_vector_holds(fixtures: Path) -> None:
    vectors = json.loads((fixtures / "iaqi.json").read_text(encoding="utf-8"))["vectors"]
    assert len(vectors) == 127
    for item, text, new, old in vectors:
        for value in (float(text), Decimal(text)):
            assert (aqi.iaqi(item, value, HJ633_2026), aqi.iaqi(item, value, HJ633_2012)) == (new, old), (item, text)


def oracle(item: str, value: Decimal, edition: Edition) -> int | None:
    """The formula as printed, segment by segment."""
    points = BREAKPOINTS[edition][item]
    c = round(Fraction(value), 1 if item.startswith("CO") else 0)
    for i in range(1, len(points)):
        if points[i - 1] < c <= points[i]:
            return ceil(
                Fraction(SCALE[i] - SCALE[i - 1]) / (points[i] - points[i - 1]) * (c - points[i - 1]) + SCALE[i - 1]
            )
    if c <= 0:
        return 0
    if len(points) == len(SCALE):
        return 500
    return {"SO2_1H": 200, "O3_8H": 300}[item] if edition == HJ633_2026 else None


@given(items, concentrations, editions)
def test_the_formula_is_exact(item: str, value: Decimal, edition: Edition) -> None:
    assert aqi.iaqi(item, float(value), edition) == oracle(item, value, edition)


@given(items, concentrations, concentrations, editions)
def test_more_pollution_never_lowers_a_sub_index(item: str, a: Decimal, b: Decimal, edition: Edition) -> None:
    low, high = (aqi.iaqi(item, v, edition) for v in sorted((a, b)))
    assert low is None or high is None or 0 <= low <= high <= 500


def test_no_float_error_lifts_a_sub_index() -> None:
    assert aqi.iaqi("CO_24H", 2.2, HJ633_2026) == 55
    assert aqi.iaqi("CO_1H", 65.4, HJ633_2026) == 218


@pytest.mark.parametrize(
    ("item", "value", "as_if"),
    [("PM25_1H", 60.5, 60), ("PM25_1H", 61.5, 62), ("PM25_1H", 60.51, 61), ("CO_1H", 0.25, 0.2), ("CO_1H", 0.35, 0.4),
     ("PM10_1H", 0.4, 0), ("PM10_1H", 0.5, 0), ("PM25_1H", -3, 0)],
)  # fmt: skip
def test_concentrations_are_rounded_half_to_even_first(item: str, value: float, as_if: float) -> None:
    assert aqi.iaqi(item, value, HJ633_2026) == aqi.iaqi(item, as_if, HJ633_2026)


def test_above_the_last_breakpoint_the_index_stays_at_500_and_says_so() -> None:
    index = aqi.hourly(CLEAN | {"PM2.5": 677}, HJ633_2026)
    assert (index.value, index.primary, index.beyond) == (500, ("PM2.5",), ("PM25_1H",))


def test_sulphur_dioxide_above_800_is_200_now_and_the_days_mean_before() -> None:
    values = CLEAN | {"SO2": 900}
    assert aqi.hourly(values, HJ633_2026).value == 200
    assert aqi.hourly(values, HJ633_2012).value is None
    assert aqi.hourly(values, HJ633_2012).missing == ("SO2",)
    assert aqi.hourly(values, HJ633_2012, instead={"SO2_24H": 801}).value == 201


def test_ozone_of_eight_hours_above_800_is_300_now_and_the_hours_index_before() -> None:
    day = {"SO2_24H": 10, "NO2_24H": 20, "CO_24H": 0.5, "PM10_24H": 30, "PM25_24H": 15, "O3_8H": 801, "O3_1H": 900}
    assert aqi.daily(day, HJ633_2026).value == 300
    assert aqi.daily(day, HJ633_2012).value == 350
    assert aqi.daily(day, HJ633_2012).primary == ("O3",)


def test_the_days_ozone_hour_counts_in_2012_only() -> None:
    day = {"SO2_24H": 10, "NO2_24H": 20, "CO_24H": 0.5, "PM10_24H": 30, "PM25_24H": 15, "O3_8H": 90, "O3_1H": 250}
    assert aqi.daily(day, HJ633_2026).value == 45
    assert aqi.daily(day, HJ633_2012).value == 125
    assert aqi.daily(day, HJ633_2012).exceeded == ("O3",)


def test_the_largest_sub_indices_are_all_primary() -> None:
    index = aqi.hourly(CLEAN | {"PM10": 120, "PM2.5": 60, "O3": 200}, HJ633_2026)
    assert (index.value, index.primary) == (100, ("O3", "PM10", "PM2.5"))
    assert index.exceeded == ()


def test_up_to_50_nothing_is_primary() -> None:
    assert aqi.hourly(CLEAN | {"PM10": 50}, HJ633_2026).primary == ()
    assert aqi.hourly(CLEAN | {"PM10": 51}, HJ633_2026).primary == ("PM10",)


def test_a_missing_pollutant_withholds_the_index_up_to_100() -> None:
    some = CLEAN | {"CO": None}
    at_limit = aqi.hourly(some | {"PM2.5": 60}, HJ633_2026)
    assert (at_limit.value, at_limit.primary, at_limit.missing) == (None, (), ("CO",))
    assert at_limit.iaqi["PM25_1H"] == 100
    above = aqi.hourly(some | {"PM2.5": 61}, HJ633_2026)
    assert (above.value, above.primary) == (101, ("PM2.5",))


def test_a_pollutant_outside_the_programme_withholds_nothing() -> None:
    some = {k: v for k, v in CLEAN.items() if k != "CO"}
    assert aqi.hourly(some, HJ633_2026, monitored=[p for p in POLLUTANTS if p != "CO"]).value == 30


def test_before_2026_the_rest_made_the_index() -> None:
    assert aqi.hourly(CLEAN | {"PM10": None}, HJ633_2012).value == 22


@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_measured_is_no_index(edition: Edition) -> None:
    index = aqi.hourly({}, edition)
    assert (index.value, index.primary, index.iaqi) == (None, (), {})


@given(st.sets(st.sampled_from(POLLUTANTS)))
def test_the_stored_code_gives_the_pollutants_back(names: set[str]) -> None:
    assert set(aqi.pollutants(float(aqi.mask(names)))) == names


@given(
    st.dictionaries(st.sampled_from(POLLUTANTS), st.decimals(0, 1500, places=1), min_size=1),
    editions,
)
def test_the_index_is_the_largest_part_and_its_pollutants_are_primary(
    values: dict[str, Decimal], edition: Edition
) -> None:
    index = aqi.hourly(values, edition)
    if index.value is None:
        assert index.primary == ()
        return
    assert index.value == max(index.iaqi.values())
    assert bool(index.primary) == (index.value > 50)


# ---- recordings: the national feed swaps the labels of the hour's ozone and the day's running maximum

NAMES = {"二氧化硫": "SO2", "二氧化氮": "NO2", "一氧化碳": "CO", "臭氧": "O3", "PM10": "PM10", "PM2.5": "PM2.5"}


def national(folder: Path) -> Iterator[Mapping[str, str]]:
    with gzip.open(folder / "cnemc_air_20180220T07_national.geojson.gz", "rt", encoding="utf-8") as file:
        for feature in json.load(file)["features"]:
            yield feature["properties"]


def hebei(folder: Path) -> Iterator[Mapping[str, str]]:
    text = gzip.decompress((folder / "cnemc_air_20170707T16_hebei.xml.gz").read_bytes()).decode()
    declared = re.sub(r"&(?!amp;|lt;|gt;|quot;|apos;|#)\w+;", "", text)  # the feed uses HTML's entities in XML
    for node in ElementTree.fromstring(declared).iterfind(".//{*}AQIDataPublishLive"):
        yield {child.tag.rpartition("}")[2].lower(): child.text or "" for child in node}


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def published_primary(text: str) -> set[str]:
    return {pollutant for name, pollutant in NAMES.items() if name in text}


@pytest.mark.replay
@pytest.mark.parametrize(("read", "stations"), [(national, 1475), (hebei, 53)])
def test_index_and_primary_equal_the_published_ones(read: object, stations: int, recordings: Path) -> None:
    assert callable(read)
    compared = 0
    for row in read(recordings):
        published = number(row["aqi"])
        if published is None:
            continue
        keys = {"SO2": "so2", "NO2": "no2", "CO": "co", "O3": "o3_24h", "PM10": "pm10", "PM2.5": "pm2_5"}
        index = aqi.hourly({p: number(row[key]) for p, key in keys.items()}, HJ633_2012)
        assert index.value == published, row
        assert set(index.primary) == published_primary(row["primarypollutant"]), row
        compared += 1
    assert compared == stations
