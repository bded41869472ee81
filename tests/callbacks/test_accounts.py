"""The pages about people against a real store: what they read, what their buttons do, and that they are wired."""

import json
import re
from typing import Any

import pytest
from dash import Dash

from access.opening import Access
from access.verbs import Verb
from callbacks import accounts, accounts_audit, accounts_mine, accounts_people
from callbacks.accounts_press import LONGEST, Done, Press, perform, press
from callbacks.accounts_services import AccountServices
from domain.account import Reach, Right, Role
from domain.errors import StoreError
from layouts.accounts import accounts as people_page
from layouts.accounts import audit as audit_page
from layouts.accounts import mine as my_page
from layouts.accounts.desk import Desk
from store import Store
from tests.access.conftest import (  # noqa: F401 - fixtures
    ADDRESS,
    PASSWORD,
    access,
    address,
    admin,
    empty_address,
    let_in,
    of,
    postgres,
    sqlite_store,
)
from tests.layouts.accounts.people import city, find, plain
from tests.layouts.test_screen import ids, texts
from tests.store.values import NOW

FORM: dict[str, object] = {
    "login": " Zhao.Min ",
    "name": "赵敏",
    "department": "市水利局",
    "role": "clerk",
    "districts.mode": "some",
    "districts": ["441802", "999999"],
    "topics.mode": "all",
    "topics": [],
}


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    return AccountServices(city(), sqlite_store, access, lambda: NOW)


@pytest.fixture
def chief(services: AccountServices) -> Desk:
    """The administrator's view."""
    return services.desk(admin(services.access), "")


def do(services: AccountServices, desk: Desk, press: str, thing: str = "", /, **fields: object) -> Done:
    acts = accounts_mine.ACTS if desk.viewer.role is not Role.ADMIN else accounts_people.ACTS
    return perform(acts, services, desk, Press(press, thing, fields))


def told(done: Done) -> str:
    return " ".join(texts(done.notice))


def verbs(services: AccountServices) -> list[str]:
    return [row.verb for row in services.store.audit.search()]


# -- presses


def test_a_press_carries_what_was_filled_in() -> None:
    states = [{"id": {"field": "name"}, "property": "value", "value": " 赵敏 "}]
    pressed = press({"page": "accounts", "press": "account.add", "of": ""}, [1], states)
    assert pressed == Press("account.add", "", {"name": " 赵敏 "})
    assert pressed.text("name") == "赵敏"


def test_buttons_that_only_appear_are_not_pressed() -> None:
    assert press({"page": "me", "press": "session.end", "of": "a"}, [None, 0], []) is None
    assert press(None, [1], []) is None
    assert press({"press": 7, "of": "a"}, [1], []) is None


def test_a_field_of_another_shape_counts_as_empty() -> None:
    pressed = Press("x", "", {"name": ["a"], "topics": "water", "sources": [1, "air"], "long": "x" * 9999})
    assert (pressed.text("name"), pressed.text("gone")) == ("", "")
    assert (pressed.chosen("topics"), pressed.chosen("sources")) == (frozenset(), frozenset({"air"}))
    assert len(pressed.text("long")) == LONGEST


def test_a_button_nobody_made_does_nothing(services: AccountServices, chief: Desk) -> None:
    before = verbs(services)
    assert not do(services, chief, "account.crown", "admin").changed
    assert verbs(services) == before


# -- everybody's accounts


def test_an_account_is_added_with_a_password_shown_once(services: AccountServices, chief: Desk) -> None:
    done = do(services, chief, "account.add", **FORM)
    assert done.search == "?login=zhao.min"
    made = services.access.people.account("zhao.min")
    assert made is not None
    assert (made.role, made.reach, made.must_change) == (Role.CLERK, Reach(frozenset({"441802"})), True)
    secret = texts(find(done.notice, "secret-value"))[0]
    row = services.store.audit.search()[0]
    assert (row.verb, row.thing, row.actor) == ("account.add", "account:zhao.min", "admin")
    assert secret not in json.dumps([dict(row.before), dict(row.after), row.reason])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"login": "z"}, "登录名为"),
        ({"name": ""}, "姓名为"),
        ({"role": "emperor"}, "请选择角色"),
        ({"role": None}, "请选择角色"),
        ({"department": ""}, "必须填写部门"),
        ({"districts": []}, "至少选择一个区县"),
        ({"topics.mode": "some"}, "至少选择一个专题"),
        ({"login": "admin"}, "已有人使用"),
    ],
)
def test_a_form_with_a_mistake_changes_nothing(
    services: AccountServices, chief: Desk, wrong: dict[str, object], said: str
) -> None:
    done = do(services, chief, "account.add", **{**FORM, **wrong})
    assert said in told(done)
    assert not done.changed
    assert services.access.people.account("zhao.min") is None


def test_saving_changes_role_and_reach_and_ends_sessions(services: AccountServices, chief: Desk) -> None:
    entered = let_in(services.access, of(Role.LEADER))
    done = do(services, chief, "account.save", "li.wei", **FORM)
    assert "li.wei 已保存" in told(done)
    changed = services.access.people.account("li.wei")
    assert changed is not None
    assert (changed.role, changed.name) == (Role.CLERK, "赵敏")
    assert services.access.sessions.viewer_of_cookie(entered.cookie, ADDRESS, NOW) is None


def test_disabling_wants_a_reason_and_keeps_it(services: AccountServices, chief: Desk) -> None:
    let_in(services.access, of(Role.DUTY))
    assert "原因" in told(do(services, chief, "account.disable", "li.wei", reason="  "))
    assert do(services, chief, "account.disable", "li.wei", reason="调离").changed
    assert services.store.audit.search()[0].reason == "调离"
    assert do(services, chief, "account.enable", "li.wei").changed
    back = services.access.people.account("li.wei")
    assert back is not None
    assert not back.disabled


def test_a_reset_hands_out_a_new_first_password(services: AccountServices, chief: Desk) -> None:
    let_in(services.access, of(Role.DUTY))
    done = do(services, chief, "account.reset", "li.wei")
    secret = texts(find(done.notice, "secret-value"))[0]
    again = services.access.people.sign_in("li.wei", secret, _visit())
    assert again.viewer.must_change  # type: ignore[union-attr]


def test_the_last_administrator_stays(services: AccountServices, chief: Desk) -> None:
    assert "不能修改自己" in told(do(services, chief, "account.disable", "admin", reason="x"))


def test_sessions_and_tokens_of_others_are_ended_from_the_list(services: AccountServices, chief: Desk) -> None:
    first, second = (let_in(services.access, of(Role.DUTY)), _again(services))
    assert do(services, chief, "session.end", first.session.id).changed
    assert "1 处" in told(do(services, chief, "session.end_all", "li.wei"))
    assert services.access.sessions.viewer_of_cookie(second.cookie, ADDRESS, NOW) is None
    assert "没有这个账号、会话或令牌" in told(do(services, chief, "token.revoke", "nothing"))


def test_without_the_right_no_button_works_even_when_pressed(services: AccountServices) -> None:
    clerk = services.desk(let_in(services.access, of(Role.CLERK)).viewer, "")
    for name in accounts_people.ACTS:
        done = perform(accounts_people.ACTS, services, clerk, Press(name, "admin", {**FORM, "reason": "x"}))
        assert not done.changed, name
    assert [a.login for a in services.store.people.accounts()] == ["admin", "li.wei"]


def test_the_list_and_the_open_account_are_read(services: AccountServices, chief: Desk) -> None:
    let_in(services.access, of(Role.DUTY))
    grid = find(accounts_people.body(services, chief, "?login=li.wei"), "grid-box")[0]["props"]["children"][0]
    assert [(r["id"], r["open"]) for r in grid["props"]["rowData"]] == [("admin", False), ("li.wei", True)]
    assert "李伟" in texts(accounts_people.pane(services, chief, "?login=li.wei"))
    assert "没有这个账号" in texts(accounts_people.pane(services, chief, "?login=nobody"))
    assert accounts_people.pane(services, chief, "") == []


# -- my own account


def test_i_see_myself_my_devices_and_my_tokens(services: AccountServices) -> None:
    entered = let_in(services.access, of(Role.CLERK))
    shown = texts(accounts_mine.read(services, services.desk(entered.viewer, "")))
    assert {"李伟", "li.wei", "部门经办", "本机", "没有令牌"} <= set(shown)


def test_i_end_my_other_devices_and_stay(services: AccountServices) -> None:
    entered = let_in(services.access, of(Role.DUTY))
    _again(services)
    desk = services.desk(entered.viewer, "")
    assert "其他 1 处" in told(do(services, desk, "session.end_others"))
    assert services.access.sessions.viewer_of_cookie(entered.cookie, ADDRESS, NOW) is not None


def test_i_cannot_end_somebody_elses_session(services: AccountServices, chief: Desk) -> None:
    desk = services.desk(let_in(services.access, of(Role.DUTY)).viewer, "")
    assert not do(services, desk, "session.end", chief.viewer.session).changed
    assert services.access.sessions.of("admin", chief.viewer, NOW)


def test_a_token_is_issued_shown_once_and_revoked(services: AccountServices) -> None:
    desk = services.desk(let_in(services.access, of(Role.DUTY)).viewer, "")
    fields: dict[str, object] = {"token.name": "每日抽取", "token.scopes": ["read", "everything"], "token.days": "90"}
    done = do(services, desk, "token.issue", **fields)
    secret = texts(find(done.notice, "secret-value"))[0]
    assert services.access.tokens.viewer_of_token(secret, ADDRESS, NOW) is not None
    kept = services.access.tokens.of("li.wei", desk.viewer)
    assert [(t.name, (t.expires - NOW).days) for t in kept] == [("每日抽取", 90)]
    assert do(services, desk, "token.revoke", kept[0].id).changed
    assert services.access.tokens.viewer_of_token(secret, ADDRESS, NOW) is None


def test_a_token_with_nothing_allowed_is_refused(services: AccountServices) -> None:
    desk = services.desk(let_in(services.access, of(Role.LEADER)).viewer, "")
    assert "至少选择一项" in told(do(services, desk, "token.issue", **{"token.name": "x", "token.scopes": ["push"]}))


def test_my_password_changes_only_with_the_old_one(services: AccountServices) -> None:
    desk = services.desk(let_in(services.access, of(Role.DUTY)).viewer, "")
    change = accounts_mine.change_password
    new = "床前明月光 疑是地上霜"
    assert change(services, desk, "", new, new)[1] is False
    assert "不一致" in " ".join(texts(change(services, desk, PASSWORD, new, new + "!")[0]))
    assert "当前密码不对" in " ".join(texts(change(services, desk, "wrong", new, new)[0]))
    assert "至少 10" in " ".join(texts(change(services, desk, PASSWORD, "short", "short")[0]))
    assert change(services, desk, PASSWORD, new, new)[1] is True
    assert "password.change" in verbs(services)


# -- the audit log


def test_the_log_is_searched_and_a_row_opened(services: AccountServices, chief: Desk) -> None:
    do(services, chief, "account.add", **FORM)
    shown = accounts_audit.body(services, chief, "?thing=account:zhao.min")
    rows = find(shown, "grid-box")[0]["props"]["children"][0]["props"]["rowData"]
    assert [r["thing"] for r in rows] == ["account:zhao.min"]
    assert "zhao.min" in " ".join(texts(accounts_audit.pane(services, chief, f"?row={rows[0]['id']}")))
    assert "没有这条记录" in texts(accounts_audit.pane(services, chief, "?row=9999"))
    assert accounts_audit.pane(services, chief, "?row=x") == []


def test_a_check_of_the_chain_is_itself_kept(services: AccountServices, chief: Desk) -> None:
    assert "✓ 日志完整" in texts(accounts_audit.verify(services, chief, ""))
    assert services.store.audit.search()[0].verb == Verb.AUDIT_VERIFY
    noted = services.store.audit.head()
    assert "✓ 日志完整" in texts(accounts_audit.verify(services, chief, f"{noted.id}-{noted.hash}"))
    assert "✕ 日志不完整" in texts(accounts_audit.verify(services, chief, f"1-{'0' * 64}"))
    assert "指纹不完整" in " ".join(texts(accounts_audit.verify(services, chief, "7")))


# -- a store that does not answer


class _Away:
    """Stands for the store's parts while it is away."""

    def __getattr__(self, name: str) -> Any:
        raise StoreError("the store does not answer", permanent=False)


def test_a_store_that_does_not_answer_is_told(services: AccountServices, chief: Desk, monkeypatch: Any) -> None:
    for part in ("people", "audit"):
        monkeypatch.setattr(services.store, part, _Away())
    monkeypatch.setattr(services.access.people, "_people", _Away())
    assert "暂时读不到" in texts(accounts_people.body(services, chief, ""))
    assert "暂时读不到" in texts(accounts_people.pane(services, chief, "?login=admin"))
    assert "暂时读不到" in texts(accounts_mine.read(services, chief))
    assert "暂时读不到" in texts(accounts_audit.body(services, chief, ""))
    assert "暂时读不到" in texts(accounts_audit.pane(services, chief, "?row=1"))
    assert "没有校验完" in " ".join(texts(accounts_audit.verify(services, chief, "")))
    assert "什么都没有改变" in told(do(services, chief, "account.enable", "li.wei"))


# -- wiring


def wired(services: AccountServices) -> Dash:
    app = Dash(__name__, suppress_callback_exceptions=True)
    accounts.register(app, services)
    return app


def test_every_output_says_who_may_fill_it(services: AccountServices) -> None:
    outputs = {
        part
        for key in wired(services).callback_map
        for part in (key[2:-2].split("...") if key.startswith("..") else [key])
    }
    assert outputs == set(accounts.ACCESS)


def test_every_id_a_callback_names_is_on_its_page(services: AccountServices, chief: Desk) -> None:
    pages = [page.page(chief) for page in (people_page, audit_page, my_page)]
    known = {i for page in pages for i in ids(plain(page))}
    app = wired(services)
    named = {
        json.dumps(part["id"])
        for callback in app._callback_list
        for side in ("inputs", "state")
        for part in callback[side]
        if not part["id"].startswith("{")
    }
    filled = {json.dumps(re.sub(r"\.\w+$", "", output)) for output in accounts.ACCESS}
    assert len(named | filled) > 10
    assert not (named | filled) - known


@pytest.mark.parametrize("right", [Right.ACCOUNTS, Right.AUDIT])
def test_what_others_must_not_see_is_declared_so(right: Right) -> None:
    outputs = [output for output, needed in accounts.ACCESS.items() if needed is right]
    assert all(output.startswith(("accounts-", "audit-")) for output in outputs)
    assert outputs


def _visit() -> Any:
    from tests.access.conftest import visit

    return visit()


def _again(services: AccountServices) -> Any:
    from tests.access.conftest import come_in

    return come_in(services.access, "li.wei", PASSWORD)
