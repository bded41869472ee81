from datetime import timedelta

from domain.account import Role
from domain.session import Scope
from layouts.accounts import mine
from tests.layouts.accounts.people import NOW, account, desk, find, plain, pressed_ids, session, token
from tests.layouts.test_screen import texts


def body(role: Role = Role.ADMIN, **given: object) -> list[object]:
    sessions = given.get("sessions", [session("there"), session("here")])
    return mine.body(desk(role), account("li.wei", role), sessions, given.get("tokens", []))  # type: ignore[arg-type]


def test_my_own_device_comes_first_and_cannot_be_ended_by_mistake() -> None:
    shown = body()
    assert texts(find(shown, "thing")[0])[:2] == ["Chrome 126 · Windows", "本机"]
    assert {p for p in pressed_ids(shown) if p[0].startswith("session")} == {
        ("session.end", "there"),
        ("session.end_others", ""),
    }


def test_with_one_device_there_are_no_others_to_sign_out() -> None:
    assert not {p for p in pressed_ids(body(sessions=[session()])) if p[0].startswith("session")}


def test_tokens_that_are_over_stay_listed_and_cannot_be_revoked_again() -> None:
    old = token("t2", name="旧", expires=NOW - timedelta(days=1))
    gone = token("t3", name="废", revoked=NOW)
    shown = body(tokens=[old, gone, token()])
    assert texts(find(shown, "thing")[2])[0] == "每日抽取"
    assert {"已过期", "已吊销"} <= set(texts(shown))
    assert {p for p in pressed_ids(shown) if p[0] == "token.revoke"} == {("token.revoke", "t1")}


def test_a_token_offers_no_more_than_the_role_has() -> None:
    assert mine.scopes(desk(Role.ADMIN)) == [Scope.READ, Scope.PUSH, Scope.OPERATE]
    assert mine.scopes(desk(Role.CLERK)) == [Scope.READ, Scope.PUSH]
    assert mine.scopes(desk(Role.LEADER)) == [Scope.READ]


def test_a_wall_has_no_tokens() -> None:
    assert "程序令牌" not in texts(body(Role.WALL))


def test_a_demonstrations_account_is_not_asked_for_a_password() -> None:
    assert not find(plain(mine.page(desk(login="demo.leader"))), "entry")
    assert len(find(plain(mine.page(desk())), "entry")) == 3
