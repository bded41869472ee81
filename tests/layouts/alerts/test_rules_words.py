"""How rules are said in words."""

from typing import Any

import pytest

from layouts.alerts import rules, rules_words
from layouts.alerts.rules_words import Tally
from tests.layouts.alerts.duty import desk, rule


def test_levels_are_told_with_what_ends_them() -> None:
    assert rules_words.short(desk(), rule()) == "P2 ≥ 13 m（< 12.5） · P3 ≥ 11 m（< 10.5）"


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({"below": {"P3": 4}, "clear": "50%"}, "P3 ≤ 4 m（> 6）"),
        ({"above": {"P2": "warning_level"}, "clear": 0.1}, "P2 ≥ 警戒水位（回退 0.1）"),
        ({"outside": {"P3": [2, 9]}}, "P3 2 以下或 9 以上"),
        ({"silent": True, "above": {"P4": 60}}, "P4 ≥ 60 分钟（< 60）"),
        ({"share": {"above": 5}, "above": {"P3": 3}}, "P3 ≥ 3 处（< 3）"),
    ],
)
def test_every_kind_has_its_own_unit(when: dict[str, Any], told: str) -> None:
    assert rules_words.short(desk(), rule(when={"metric": "hydro.level", **when})) == told


def test_the_parts_of_a_combined_rule_tell_their_levels() -> None:
    parts = [{"metric": "hydro.level", "above": {"P3": 11}}, {"metric": "air.pm10", "above": {"P2": 100}}]
    both = rule(when={"all": parts}, topic="water")
    assert rules_words.levels(both) == ["P2", "P3"]
    assert rules_words.detail(desk(), both.when) == "同一地点 2 个条件同时成立"


def test_a_scope_is_told_by_place_and_time() -> None:
    scope = {"districts": ["441881"], "hours": [[7, 22]], "weekdays": [1], "months": [6]}
    assert rules_words.scope(desk(), rule(scope=scope)) == "英德市 · 6 月 · 周一 · 7:00–22:00"
    assert rules_words.scope(desk(), rule()) == "全市"


def test_a_sentence_shows_its_blanks() -> None:
    assert rules.sentence(desk(), rule()) == "〔地点〕水位 〔数值〕 m"


@pytest.mark.parametrize(
    ("tally", "told"),
    [(Tally(), "—"), (Tally(0, 9, 5, 1), "20%"), (Tally(0, 9, 4, 1), "▲ 25%"), (Tally(0, 9, 4, 0), "0%")],
)
def test_more_than_a_fifth_of_false_alarms_is_marked(tally: Tally, told: str) -> None:
    assert rules.rate(tally) == told
