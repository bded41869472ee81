"""Everybody's accounts: the list, the account that is open, and what an administrator does."""

import asyncio
import logging
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, ctx, no_update

from access.refused import AccessRefused
from access.viewer import current
from callbacks.accounts_press import FIELDS, Act, Done, Press, perform, press, presses
from callbacks.accounts_services import AccountServices
from domain.account import Account, Reach, Right, Role, Viewer
from domain.errors import StoreError
from layouts.accounts import account as one
from layouts.accounts import accounts, frame
from layouts.accounts.desk import Desk
from layouts.drawer import TOPICS
from layouts.tags import Child

log = logging.getLogger(__name__)

ACCESS: dict[str, Right] = {
    f"{accounts.BODY}.children": Right.ACCOUNTS,
    f"{accounts.PANE}.children": Right.ACCOUNTS,
    f"{accounts.SAID}.children": Right.ACCOUNTS,
    f"{accounts.CHANGED}.data": Right.ACCOUNTS,
    f"{frame.URL}.search": Right.VIEW,
}


class Unfilled(Exception):
    """A form lacks something; the message is the Chinese sentence that says what."""


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The list."""
    try:
        return accounts.body(desk, services.access.people.accounts(desk.viewer), accounts.read(search))
    except (StoreError, AccessRefused) as error:
        log.warning("accounts could not be read for %s: %s", desk.viewer.login, error)
        return [frame.failed(desk)]


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The account that the address opens, read afresh."""
    asked = accounts.read(search)
    if not asked.login:
        return accounts.pane(desk, asked, None)
    try:
        found = services.access.people.account(asked.login)
        if found is None:
            return accounts.pane(desk, asked, None)
        sessions = services.access.sessions.of(found.login, desk.viewer, desk.now)
        tokens = services.access.tokens.of(found.login, desk.viewer)
    except (StoreError, AccessRefused) as error:
        log.warning("an account could not be read for %s: %s", desk.viewer.login, error)
        return [frame.failed(desk)]
    return accounts.pane(desk, asked, found, sessions, tokens)


def reach_of(pressed: Press, desk: Desk) -> Reach:
    """The reach a form describes; Unfilled when it is limited to nothing."""
    found: dict[str, frozenset[str] | None] = {}
    known = {"districts": frozenset(desk.city.districts), "topics": frozenset(TOPICS)}
    for name in known:
        some = pressed.text(f"{name}.mode") == one.SOME
        found[name] = pressed.chosen(name) & known[name] if some else None
        if found[name] is not None and not found[name]:
            raise Unfilled("请至少选择一个区县" if name == "districts" else "请至少选择一个专题")
    return Reach(found["districts"], found["topics"])


def filled(login: str, pressed: Press, desk: Desk) -> Account:
    """The account a form describes; Unfilled when no known role is chosen."""
    role = pressed.text("role")
    if role not in set(Role):
        raise Unfilled("请选择角色")
    return Account(login, pressed.text("name"), Role(role), reach_of(pressed, desk), pressed.text("department"))


def _once(desk: Desk, title: str, password: str) -> Any:
    told = desk.t("一次性密码只显示这一次，请当面或电话告知本人；首次登录必须修改。")
    return frame.notice(desk, "secret", title, told, frame.secret(desk, password))


def _add(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    try:
        wanted = filled(pressed.text("login"), pressed, desk)
    except Unfilled as error:
        return Done(frame.notice(desk, "bad", desk.t(str(error))), changed=False)
    password = services.access.people.add(wanted, desk.viewer, desk.now)
    made = services.access.people.account(wanted.login) or wanted
    query = {"login": made.login} | ({} if desk.lang == "zh" else {"lang": desk.lang})
    return Done(_once(desk, desk.t("账号 {login} 已新增", login=made.login), password), search=f"?{urlencode(query)}")


def _save(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    try:
        wanted = filled(pressed.of, pressed, desk)
    except Unfilled as error:
        return Done(frame.notice(desk, "bad", desk.t(str(error))), changed=False)
    services.access.people.set_role(wanted, desk.viewer, desk.now)
    return Done(frame.notice(desk, "good", desk.t("{login} 已保存", login=pressed.of)))


def _reset(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    password = services.access.people.set_password(pressed.of, desk.viewer, desk.now)
    return Done(_once(desk, desk.t("{login} 的密码已重置", login=pressed.of), password))


def _disable(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    reason = pressed.text("reason")
    if not reason:
        return Done(frame.notice(desk, "bad", desk.t("请写明停用的原因")), changed=False)
    services.access.people.disable(pressed.of, desk.viewer, desk.now, reason)
    return Done(frame.notice(desk, "good", desk.t("{login} 已停用", login=pressed.of)))


def _enable(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    services.access.people.enable(pressed.of, desk.viewer, desk.now)
    return Done(frame.notice(desk, "good", desk.t("{login} 已恢复启用", login=pressed.of)))


def _end(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    services.access.sessions.revoke(pressed.of, desk.viewer, desk.now)
    return Done(frame.notice(desk, "good", desk.t("该设备已退出")))


def _end_all(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    ended = services.access.sessions.revoke_all(pressed.of, desk.viewer, desk.now, keep=desk.viewer.session)
    return Done(frame.notice(desk, "good", desk.t("{login} 的 {n} 处设备已退出", login=pressed.of, n=ended)))


def _revoke(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    services.access.tokens.revoke(pressed.of, desk.viewer, desk.now)
    return Done(frame.notice(desk, "good", desk.t("令牌已吊销")))


ACTS: dict[str, Act] = {
    "account.add": _add,
    "account.save": _save,
    "account.reset": _reset,
    "account.disable": _disable,
    "account.enable": _enable,
    "session.end": _end,
    "session.end_all": _end_all,
    "token.revoke": _revoke,
}


def register(app: Dash, services: AccountServices) -> None:
    """Three callbacks: the list, the open account, the buttons."""

    def draw(made: Any, viewer: Viewer, search: str) -> list[Child]:
        found: list[Child] = made(services, services.desk(viewer, search), search)
        return found

    @app.callback(Output(accounts.BODY, "children"), Input(frame.URL, "search"), Input(accounts.CHANGED, "data"))
    async def show_list(search: str | None, _changed: object) -> Any:
        viewer = current()
        return no_update if viewer is None else await asyncio.to_thread(draw, body, viewer, search or "")

    @app.callback(Output(accounts.PANE, "children"), Input(frame.URL, "search"), Input(accounts.CHANGED, "data"))
    async def show_account(search: str | None, _changed: object) -> Any:
        viewer = current()
        return no_update if viewer is None else await asyncio.to_thread(draw, pane, viewer, search or "")

    @app.callback(
        Output(accounts.SAID, "children"),
        Output(accounts.CHANGED, "data"),
        Output(frame.URL, "search"),
        presses(one.PAGE),
        FIELDS,
        State(frame.URL, "search"),
        prevent_initial_call=True,
    )
    async def act(clicks: list[int | None], _values: list[object], search: str | None) -> Any:
        viewer, pressed = current(), press(ctx.triggered_id, clicks, ctx.states_list[0])
        if viewer is None or pressed is None:
            return no_update, no_update, no_update
        desk = services.desk(viewer, search or "")
        done = await asyncio.to_thread(perform, ACTS, services, desk, pressed)
        return done.notice, desk.now.isoformat() if done.changed else no_update, done.search or no_update
