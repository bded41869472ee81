"""My own account: what it shows, and the buttons on it."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output, State, no_update

from access.refused import AccessRefused
from access.tokens import Wish
from access.viewer import current
from callbacks.accounts_press import Act, Done, Press, Pressed, wire
from callbacks.accounts_services import AccountServices
from domain.account import Account, Right, Viewer
from domain.errors import StoreError
from domain.session import Scope
from layouts.accounts import frame, mine, words
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node

log = logging.getLogger(__name__)

ACCESS: dict[str, Right] = {
    f"{mine.BODY}.children": Right.VIEW,
    f"{mine.SAID}.children": Right.VIEW,
    f"{mine.CHANGED}.data": Right.VIEW,
    f"{mine.PASSWORD_SAID}.children": Right.VIEW,
    f"{mine.OLD}.value": Right.VIEW,
    f"{mine.NEW}.value": Right.VIEW,
    f"{mine.AGAIN}.value": Right.VIEW,
}


def read(services: AccountServices, desk: Desk) -> list[Child]:
    """The page's body as the store has it."""
    me = desk.viewer
    try:
        account = services.access.people.account(me.login)
        sessions = services.access.sessions.of(me.login, me, desk.now)
        tokens = services.access.tokens.of(me.login, me)
    except StoreError as error:
        log.warning("the account of %s could not be read: %s", me.login, error)
        return [frame.failed(desk)]
    shown = account or Account(me.login, me.name, me.role, me.reach, me.department)
    return mine.body(desk, shown, sessions, tokens)


def _end(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    services.access.sessions.revoke(pressed.of, desk.viewer, desk.now)
    return Done(frame.notice(desk, "good", desk.t("该设备已退出")))


def _end_others(services: AccountServices, desk: Desk, _: Press) -> Done:
    me = desk.viewer
    ended = services.access.sessions.revoke_all(me.login, me, desk.now, keep=me.session)
    return Done(frame.notice(desk, "good", desk.t("其他 {n} 处设备已退出", n=ended)))


def _issue(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    chosen = pressed.chosen("token.scopes")
    scopes = frozenset(scope for scope in Scope if scope.value in chosen)
    sources = pressed.chosen("token.sources") if Scope.PUSH in scopes else frozenset[str]()
    known = {str(days) for days, _ in mine.LIFETIMES}
    days = pressed.text("token.days")
    expires = desk.now + timedelta(days=int(days) if days in known else mine.LIFETIMES[0][0])
    wish = Wish(desk.viewer.login, pressed.text("token.name"), scopes, expires, sources)
    token, secret = services.access.tokens.issue(wish, desk.viewer, desk.now)
    told = desk.t("现在抄录或复制：离开本页后不再显示。")
    return Done(
        frame.notice(desk, "secret", desk.t("令牌“{name}”已签发", name=token.name), told, frame.secret(desk, secret))
    )


def _revoke(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    services.access.tokens.revoke(pressed.of, desk.viewer, desk.now)
    return Done(frame.notice(desk, "good", desk.t("令牌已吊销")))


ACTS: dict[str, Act] = {
    "session.end": _end,
    "session.end_others": _end_others,
    "token.issue": _issue,
    "token.revoke": _revoke,
}


def change_password(
    services: AccountServices, desk: Desk, old: object, new: object, again: object
) -> tuple[Node, bool]:
    """The notice, and whether it was done."""
    if not (isinstance(old, str) and isinstance(new, str) and old and new):
        return frame.notice(desk, "bad", desk.t("请填写当前密码和新密码")), False
    if new != again:
        return frame.notice(desk, "bad", desk.t("两次输入的新密码不一致")), False
    try:
        services.access.people.change_password(desk.viewer, old, new, desk.now)
    except AccessRefused as error:
        return frame.notice(desk, "bad", desk.t(words.REASONS[error.reason])), False
    except StoreError as error:
        log.warning("the password of %s could not be changed: %s", desk.viewer.login, error)
        return frame.notice(desk, "bad", desk.t("数据库没有应答，什么都没有改变；请稍后再试。")), False
    return frame.notice(desk, "good", desk.t("密码已修改，其他设备已退出")), True


def register(app: Dash, services: AccountServices) -> None:
    """Three callbacks: the body, the buttons, the password."""

    def fill(viewer: Viewer, search: str) -> list[Child]:
        return read(services, services.desk(viewer, search))

    @app.callback(Output(mine.BODY, "children"), Input(frame.URL, "search"), Input(mine.CHANGED, "data"))
    async def show(search: str | None, _changed: object) -> Any:
        viewer = current()
        return no_update if viewer is None else await asyncio.to_thread(fill, viewer, search or "")

    wire(app, services, Pressed(mine.PAGE, mine.SAID, mine.CHANGED), ACTS)

    @app.callback(
        Output(mine.PASSWORD_SAID, "children"),
        Output(mine.OLD, "value"),
        Output(mine.NEW, "value"),
        Output(mine.AGAIN, "value"),
        Input(mine.SET, "n_clicks"),
        State(mine.OLD, "value"),
        State(mine.NEW, "value"),
        State(mine.AGAIN, "value"),
        State(frame.URL, "search"),
        prevent_initial_call=True,
    )
    async def set_password(clicks: int | None, old: object, new: object, again: object, search: str | None) -> Any:
        viewer = current()
        if viewer is None or not clicks:
            return no_update, no_update, no_update, no_update
        desk = services.desk(viewer, search or "")
        notice, done = await asyncio.to_thread(change_password, services, desk, old, new, again)
        left = "" if done else no_update
        return notice, left, left, left
