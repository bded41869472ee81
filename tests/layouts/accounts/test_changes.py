from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.accounts.changes import changes, summary, value
from tests.layouts.accounts.people import desk

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["role", "districts", "topics", "expires", "agent", "disabled", "else"]) | st.text(max_size=9)


@pytest.mark.parametrize(
    ("name", "kept", "told"),
    [
        ("role", "duty_officer", "值班员"),
        ("role", "emperor", "emperor"),
        ("districts", ["441802", "441899"], "清城区、441899"),
        ("districts", None, "全市"),
        ("topics", None, "全部专题"),
        ("topics", ["water"], "水务水环境"),
        ("disabled", True, "是"),
        ("expires", "2026-11-23T06:34:08+00:00", "2026-11-23 14:34"),
        ("expires", "soon", "soon"),
        ("department", "", "—"),
        ("filters", {"actor": "li.wei", "since": "2026-11-01"}, "actor li.wei、since 2026-11-01"),
        ("rows", 12, "12"),
    ],
)
def test_a_kept_value_is_told_in_words(name: str, kept: object, told: str) -> None:
    assert value(desk(), name, kept) == told


def test_only_what_the_deed_turned_is_a_change() -> None:
    found = changes(desk(), {"role": "clerk"}, {"role": "leader", "name": "赵敏"})
    assert [(one.name, one.before, one.after, one.is_change) for one in found] == [
        ("姓名", "", "赵敏", False),
        ("角色", "部门经办", "领导", True),
    ]


def test_a_summary_is_one_line_with_the_reason_first() -> None:
    told = summary(desk(), {"role": "clerk"}, {"role": "leader"}, "调任")
    assert told == "调任 · 角色 部门经办 → 领导"


@settings(deadline=None)
@given(before=st.dictionaries(NAMES, JSON, max_size=4), after=st.dictionaries(NAMES, JSON, max_size=4))
def test_whatever_a_deed_says_can_be_shown(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = changes(desk(lang="en"), before, after)
    assert len(found) == len({*before, *after})
    assert isinstance(summary(desk(), before, after, ""), str)
