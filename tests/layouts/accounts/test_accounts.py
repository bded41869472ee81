from datetime import timedelta

import pytest

from domain.account import Reach, Role
from layouts.accounts import account as one
from layouts.accounts import accounts
from tests.layouts.accounts.people import NOW, account, desk, find, plain, pressed_ids, session, token
from tests.layouts.test_screen import texts


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "● 正常"),
        ({"must_change": True}, "◐ 待改密码"),
        ({"locked_until": NOW + timedelta(minutes=4)}, "■ 锁定 4 分钟"),
        ({"locked_until": NOW - timedelta(minutes=4)}, "● 正常"),
        ({"disabled": True, "must_change": True}, "○ 已停用"),
    ],
)
def test_a_state_is_told_by_shape_and_word(facts: dict[str, object], told: str) -> None:
    assert one.state(desk(), account(**facts)) == told


def test_the_list_says_how_many_there_are_and_marks_the_open_one() -> None:
    shown = accounts.body(desk(), [account(), account("wu.gang", disabled=True)], accounts.read("?login=zhao.min"))
    assert "共 2 个账号，1 个可用" in texts(shown)
    rows = find(shown, "grid-box")[0]["props"]["children"][0]["props"]["rowData"]
    assert [(r["id"], r["open"], r["off"]) for r in rows] == [("zhao.min", True, False), ("wu.gang", False, True)]


def test_an_account_offers_what_an_administrator_can_do() -> None:
    pane = one.render(desk(), account(), [session("a", "zhao.min"), session("b", "zhao.min")], [token()])
    assert pressed_ids(pane) == {
        ("account.save", "zhao.min"), ("account.reset", "zhao.min"), ("account.disable", "zhao.min"),
        ("session.end", "a"), ("session.end", "b"), ("session.end_all", "zhao.min"), ("token.revoke", "t1"),
    }  # fmt: skip


def test_a_disabled_account_can_be_enabled_again() -> None:
    pressed = pressed_ids(one.render(desk(), account(disabled=True), [], []))
    assert ("account.enable", "zhao.min") in pressed
    assert ("account.disable", "zhao.min") not in pressed


def test_nobody_is_offered_to_change_his_own_rights() -> None:
    pane = one.render(desk(), account("li.wei"), [session()], [])
    assert pressed_ids(pane) == set()
    assert "我的账号" in texts(pane)


def test_the_demonstrations_accounts_are_only_shown() -> None:
    assert pressed_ids(one.render(desk(), account("demo.wall", Role.WALL), [], [])) == set()


def test_everything_and_nothing_chosen_are_told_apart() -> None:
    whole, some = one.reach(desk())[0], one.reach(desk(), Reach(frozenset({"441802"})))[0]
    modes = [find(group, "choices")[0]["props"]["value"] for group in (whole, some)]
    chosen = [find(group, "choices")[1]["props"]["value"] for group in (whole, some)]
    assert modes == ["all", "some"]
    assert chosen == [[], ["441802"]]


def test_a_login_that_is_not_there_is_told() -> None:
    assert "没有这个账号" in texts(accounts.pane(desk(), accounts.read("?login=nobody"), None))


def test_the_address_opens_nothing_or_the_form_for_a_new_account() -> None:
    assert accounts.pane(desk(), accounts.read("?lang=en"), None) == []
    pane = accounts.pane(desk(), accounts.read("?new=1&login=x"), None)
    assert pressed_ids(pane) == {("account.add", "")}


def test_the_page_stands_before_anything_is_read() -> None:
    assert "正在读取…" in texts(plain(accounts.page(desk())))
    assert "Accounts" in texts(plain(accounts.page(desk(lang="en"))))
