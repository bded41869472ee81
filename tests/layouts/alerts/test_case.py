"""One case beside the list: who may do what, and what holds its notices back."""

from dataclasses import replace

import pytest

from domain.account import Reach, Role
from domain.alert import AlertLevel
from domain.case import Handling
from layouts.alerts import case as one
from tests.layouts.accounts.people import pressed_ids
from tests.layouts.alerts.duty import PHONE, case, desk
from tests.layouts.test_screen import texts

NUMBER = "GJ-20261124-0001"


def test_an_officer_may_sign_close_and_silence() -> None:
    fresh = {what for what, _ in pressed_ids(one.render(desk(), case(id=NUMBER)))}
    signed = {what for what, _ in pressed_ids(one.render(desk(), case(id=NUMBER, handling=Handling.ACKNOWLEDGED)))}
    assert fresh == {"acknowledge", "silence"}
    assert signed == {"shelve", "false_alarm", "finish", "silence"}


@pytest.mark.parametrize("role", [Role.LEADER, Role.WALL, Role.ADMIN, Role.CLERK])
def test_who_may_not_act_has_no_button_and_is_told_who_may(role: Role) -> None:
    drawn = one.render(desk(role), case(id=NUMBER))
    assert pressed_ids(drawn) == set()
    assert "签收和处置由值班员、值班长操作。" in texts(drawn)


def test_p1_is_neither_shelved_nor_silenced() -> None:
    drawn = one.render(desk(Role.SHIFT), case(id=NUMBER, rule="gone", level=AlertLevel.P1))
    assert not {"shelve", "silence"} & {what for what, _ in pressed_ids(drawn)}
    assert "P1 告警不能静默。" in texts(drawn)


def test_what_is_over_is_not_silenced() -> None:
    drawn = one.render(desk(), case(id=NUMBER, handling=Handling.DONE))
    assert "silence" not in {what for what, _ in pressed_ids(drawn)}


def test_personal_text_is_masked_for_who_may_not_read_it() -> None:
    held = case(id=NUMBER)
    assert PHONE in " ".join(texts(one.render(desk(), held)))
    assert PHONE not in " ".join(texts(one.render(desk(Role.LEADER), held)))


def test_outside_the_reach_there_is_no_case() -> None:
    held = case(id=NUMBER)
    assert "没有这件告警" in texts(one.render(desk(reach=Reach(frozenset({"441881"}))), held))
    assert "没有这件告警" in texts(one.render(desk(), None))


def test_what_hides_it_is_said_in_words() -> None:
    held = replace(case(id=NUMBER), hidden="silence:7")
    assert "静默 7 号：检修" in texts(one.render(desk(), held, held="静默 7 号：检修"))
