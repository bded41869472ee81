"""What holds notices back, in words."""

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from domain.account import Role
from domain.silence import Matcher, Silence, Weekly
from layouts.alerts import quiet, rules
from tests.layouts.accounts.people import pressed_ids
from tests.layouts.alerts.duty import HOUR, PHONE, case, desk
from tests.layouts.test_screen import texts
from tests.store.values import NOW

RULE, P3 = Matcher("rule", ("high",)), Matcher("level", ("P3",))


def silence(*matchers: Matcher, **given: Any) -> Silence:
    base = Silence(7, matchers or (RULE, P3), NOW, NOW + HOUR, f"检修 {PHONE}", "li.wei", NOW)
    return replace(base, **given)


def test_a_silence_is_told_with_who_until_and_why() -> None:
    told = quiet.hidden_by(desk(), case(hidden="silence:7"), [silence()])
    assert told == f"静默 7 号：li.wei 设置，到 2026-11-24 15:34，原因：检修 {PHONE}"
    assert PHONE not in quiet.hidden_by(desk(Role.LEADER), case(hidden="silence:7"), [silence()])


def test_an_ended_silence_is_told_by_its_number() -> None:
    assert quiet.hidden_by(desk(), case(hidden="silence:9"), [silence()]) == "静默 9 号"


def test_an_inhibition_is_told_by_its_sentence_and_the_hiding_case() -> None:
    hidden = case(hidden="inhibition:night:dusty|a")
    hiding = case(id="GJ-20261124-0009")
    assert quiet.hidden_by(desk(), hidden, [], hiding) == "抑制：夜间施工（GJ-20261124-0009）"
    assert quiet.hidden_by(desk(), case(hidden="inhibition:gone"), []) == "抑制：gone"
    assert quiet.hidden_by(desk(), case(), []) == ""


@pytest.mark.parametrize(("role", "ends"), [(Role.DUTY, {("unsilence", "7")}), (Role.LEADER, set())])
def test_only_who_may_act_ends_a_silence(role: Role, ends: set[tuple[str, str]]) -> None:
    drawn = quiet.body(desk(role), rules.Asked(show="quiet"), [silence()], {"silence:7": 3, "inhibition:night": 2})
    assert pressed_ids(drawn) == ends
    told = texts(drawn)
    assert {"当前隐藏 3 件", "当前隐藏 2 件", "夜间施工", "生效中"} <= set(told)


def test_nothing_in_force_is_said() -> None:
    assert any("没有生效或待生效的静默" in word for word in texts(quiet.body(desk(), rules.Asked(), [], {})))


def test_a_weekly_silence_outside_its_hours_is_not_in_force() -> None:
    weekly = silence(weekly=Weekly((1, 5), time(3), 60), end=NOW + 24 * 20 * HOUR)
    told = texts(quiet.silence(desk(), rules.PAGE, weekly, 0))
    assert "未到时间" in told
    assert "每周周一、周五 03:00 起 60 分钟" in told


def test_a_silence_concerns_the_rules_it_may_match() -> None:
    assert quiet.concerns(silence(), "high", "water")
    assert not quiet.concerns(silence(), "dusty", "environment")
    assert quiet.concerns(silence(P3), "dusty", "environment")
    assert not quiet.concerns(silence(Matcher("topic", ("water",))), "dusty", "environment")


def test_the_form_offers_what_can_be_silenced() -> None:
    assert quiet.form(desk(Role.LEADER), rules.PAGE, "high", ["P3"]) is None
    assert pressed_ids(quiet.form(desk(), rules.PAGE, "high", ["P1"])) == set()
    drawn = str(quiet.form(desk(), rules.PAGE, "high", ["P1", "P2", "P3"]))
    assert "'value': ['P3']" in drawn  # P2 is the shift leader's
    assert "'43200'" not in drawn  # 30 days are for P4 alone
