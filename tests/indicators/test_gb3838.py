import json
from fractions import Fraction
from pathlib import Path

import pytest

from indicators.gb3838 import EVALUATED, ITEMS, class_name, quality_colour, quality_name


def numbers(text: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(n) for n in text.split())


def test_the_table_is_the_standards(fixtures: Path) -> None:
    rows = json.loads((fixtures / "gb3838.json").read_text(encoding="utf-8"))["limits"]
    assert [row[0] for row in rows] == list(ITEMS)
    for key, comparison, river, lake in rows:
        item = ITEMS[key]
        assert (item.limits, item.lake) == (numbers(river), numbers(lake)), key
        assert item.least == (comparison == ">="), key


def test_limits_never_get_stricter_towards_class_five() -> None:
    for item in ITEMS.values():
        for limits in (item.limits, item.lake):
            assert list(limits) == sorted(limits, reverse=item.least), item.key


def test_21_items_enter_the_class() -> None:
    assert len(EVALUATED) == 21
    assert {"tn", "fecal_coli", "temp"}.isdisjoint(EVALUATED)


def test_classes_have_names_states_and_colours() -> None:
    assert [class_name(n) for n in range(1, 7)] == ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"]
    assert [quality_name(n) for n in range(1, 7)] == ["优", "优", "良好", "轻度污染", "中度污染", "重度污染"]
    assert quality_colour(4) == "黄色"


@pytest.mark.parametrize("number", [0, 0.9, 6.1, 7])
def test_there_is_no_class_outside(number: float) -> None:
    with pytest.raises(IndexError):
        class_name(number)
