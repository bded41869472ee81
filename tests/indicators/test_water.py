import csv
import gzip
import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators import water
from indicators.gb3838 import CLASS_NAMES, EVALUATED, ITEMS, Body

bodies: st.SearchStrategy[Body] = st.sampled_from(["river", "lake"])
keys = st.sampled_from(EVALUATED)
amounts = st.decimals(0, 50, places=5)


def test_every_known_section_holds(fixtures: Path) -> None:
    sections = json.loads((fixtures / "gb3838.json").read_text(encoding="utf-8"))["sections"]
    for body, values, expected, determining in sections:
        found = water.classify({key: float(text) for key, text in values.items()}, body)
        assert found.value == expected, values
        assert not determining or found.determining == tuple(determining), values


@pytest.mark.parametrize("key", [key for key, item in ITEMS.items() if item.evaluated])
def test_a_value_on_the_limit_is_still_in_the_class(key: str) -> None:
    item = ITEMS[key]
    for limit in item.limits:
        best = item.limits.index(limit) + 1
        assert water.item_class(key, float(limit)) == best
        worse = limit * Fraction(999, 1000) if item.least else limit * Fraction(1001, 1000)
        assert (water.item_class(key, worse) or 0) > best


def test_ph_is_one_range_for_all_classes() -> None:
    assert [water.item_class("ph", v) for v in (5.99, 6, 7.5, 9, 9.01)] == [6, 1, 1, 1, 6]


def test_missing_items_are_not_judged_and_none_at_all_is_no_class() -> None:
    assert water.classify({"do": 8, "tp": None}).value == 1
    assert water.classify({"do": None}).value is None
    assert water.classify({"tn": 9.0, "fecal_coli": 9e9, "temp": 20}).value is None


def test_total_nitrogen_is_judged_in_lakes_only_and_apart() -> None:
    assert water.item_class("tn", 0.6, "lake") == 3
    assert water.item_class("tn", 0.6, "river") is None


def test_saturation_makes_class_one_only_when_asked_for() -> None:
    warm = 468 / (31.6 + 28) * 0.9
    assert warm < 7.5
    assert water.classify({"do": 7.1}).value == 2
    assert water.classify({"do": 7.1}, temperature=28).value == 1
    assert water.classify({"do": 7.0}, temperature=28).value == 2


def test_exceeding_is_told_in_multiples_of_class_three() -> None:
    found = water.classify({"nh3n": 1.5, "codmn": 6, "do": 1, "ph": 3})
    assert dict(found.exceed) == {"nh3n": Fraction(1, 2)}
    assert water.exceed_multiple("tp", 0.1, "lake") == 1
    assert water.exceed_multiple("tp", 0.1, "river") is None
    assert water.exceed_multiple("temp", 40) is None


def test_the_main_pollutants_are_three_by_class_then_by_multiple() -> None:
    found = water.classify({"codmn": 9, "cod": 25, "nh3n": 1.9, "tp": 0.25, "bod5": 4})
    assert found.main == ("nh3n", "codmn", "cod")
    assert water.classify({"codmn": 6}).main == ()


def test_class_one_has_no_determining_item() -> None:
    assert water.classify({"do": 9, "tp": 0.01}).determining == ()


@given(keys, amounts, amounts, bodies)
def test_more_of_a_pollutant_is_never_a_better_class(key: str, a: float, b: float, body: Body) -> None:
    if key == "ph":
        return
    low, high = (water.item_class(key, v, body) or 0 for v in sorted((a, b)))
    assert 1 <= low <= 6
    assert low >= high if key == "do" else low <= high


@given(st.dictionaries(keys, amounts), bodies)
def test_a_section_is_as_bad_as_its_worst_item(values: dict[str, float], body: Body) -> None:
    found = water.classify(values, body)
    assert found.value == max((water.item_class(k, v, body) or 0 for k, v in values.items()), default=None)
    assert water.classify(dict(reversed(values.items())), body) == found


@pytest.mark.parametrize(
    ("classes", "name"),
    [([2] * 9 + [6], "优"), ([3] * 8 + [6] * 2, "良好"), ([3] * 3 + [4], "良好"), ([3] * 7 + [4] * 3, "轻度污染"),
     ([3] * 6 + [6] * 2 + [5] * 2, "中度污染"), ([3] * 6 + [6] * 4, "重度污染"), ([1] * 5 + [6] * 5, "重度污染"),
     ([4] * 10, "轻度污染")],
)  # fmt: skip
def test_a_basin_is_graded_by_shares(classes: list[int], name: str) -> None:
    found = water.basin(classes)
    assert found is not None
    assert (found.name, found.sections) == (name, len(classes))


def test_no_section_is_no_basin() -> None:
    assert water.basin([]) is None


def test_items_have_their_chinese_names() -> None:
    assert [water.item_name(k) for k in ("nh3n", "ph", "unknown")] == ["氨氮", "pH值", "unknown"]


COLUMNS = {
    "ph": "pH(无量纲)",
    "do": "溶解氧(mg/L)",
    "codmn": "高锰酸盐指数(mg/L)",
    "nh3n": "氨氮(mg/L)",
    "tp": "总磷(mg/L)",
}


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@pytest.mark.replay
def test_published_classes_are_found_again(recordings: Path) -> None:
    with gzip.open(recordings / "gjz_water_guangdong_20210401_05.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["水质类别"] in CLASS_NAMES]
    as_river = 0
    either = 0
    for row in rows:
        values = {key: number(row[column]) for key, column in COLUMNS.items()}
        published = CLASS_NAMES.index(row["水质类别"]) + 1
        river = water.classify(values).value == published
        as_river += river
        either += river or water.classify(values, "lake").value == published
    assert len(rows) == 2545
    assert as_river / len(rows) >= 0.985
    assert either / len(rows) >= 0.995
