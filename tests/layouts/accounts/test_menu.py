import pytest

from domain.account import Role
from layouts.accounts import menu
from tests.layouts.accounts.people import viewer
from tests.layouts.test_screen import texts


@pytest.mark.parametrize(
    ("role", "last"),
    [
        (Role.ADMIN, ["/me", "/accounts", "/audit"]),
        (Role.SHIFT, ["/me"]),
        (Role.LEADER, ["/me"]),
        (Role.WALL, ["/me"]),
    ],
)
def test_the_menu_leads_where_the_role_may_go(role: Role, last: list[str]) -> None:
    paths = [place.path for place in menu.places(viewer(role))]
    desk, own = paths[: paths.index("/me")], paths[paths.index("/me") :]
    assert {"/duty", "/alerts", "/rules", "/handover", "/shifts", "/statistics", "/instructions"} <= set(desk)
    assert own == last


def test_the_menu_says_who_is_signed_in_and_how_to_leave() -> None:
    told = texts(menu.render(viewer(), "zh"))
    assert "系统管理员" in told
    assert "李伟" in told
    assert told[-1] == "退出登录"
    assert texts(menu.render(viewer(), "en"))[-1] == "Sign out"


def test_links_keep_the_language_and_mark_the_page() -> None:
    links = menu.render(viewer(), "en", "/audit")["props"]["children"][1]["props"]["children"][-4:-1]
    assert [link["props"]["href"] for link in links] == ["/me?lang=en", "/accounts?lang=en", "/audit?lang=en"]
    assert [link["props"].get("aria-current") for link in links] == [None, None, "page"]


def test_somebody_named_like_his_role_is_not_called_twice() -> None:
    from dataclasses import replace

    face = menu.render(replace(viewer(), name="系统管理员"), "zh")["props"]["children"][0]
    assert texts(face) == ["系统管理员"]
