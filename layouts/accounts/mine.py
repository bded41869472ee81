"""My own account: who I am here, my password, the devices I am signed in on, and the tokens of my programs."""

from collections.abc import Sequence

from dash import html

from access.accounts import is_demo
from datasources.pushed import PushedSpec
from domain.account import Account, Right, Role
from domain.session import Scope, Session, Token
from layouts.accounts import frame, lists, words
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node, h, store

PATH, PAGE = "/me", "me"
BODY, SAID, CHANGED = "me-body", "me-said", "me-changed"
OLD, NEW, AGAIN, SET, PASSWORD_SAID = "me-old", "me-new", "me-again", "me-set", "me-password-said"
LIFETIMES = ((30, "30 天"), (90, "90 天"), (365, "一年"))  # days a token may last


def page(desk: Desk) -> html.Div:
    """The frame; what is read from the store comes with the first callback."""
    body: list[Child] = [
        store(CHANGED),
        h("Div", None, "desk-said", id=SAID, aria={"live": "polite"}),
        h(
            "Div",
            [
                h("Div", frame.waiting(desk), "desk-main", id=BODY),
                h("Div", [_no_password(desk) if is_demo(desk.viewer.login) else password(desk)], "desk-side"),
            ],
            "desk-two",
        ),
    ]
    return frame.page(desk, PATH, desk.t("我的账号"), body)


def password(desk: Desk) -> Node:
    """The form that changes my password."""
    rule = desk.t("至少 10 个字符，可用中文；不要用登录名或常见密码")
    form = [
        frame.field(desk.t("当前密码"), OLD, kind="password", autoComplete="current-password"),
        frame.field(desk.t("新密码"), NEW, rule, kind="password", autoComplete="new-password"),
        frame.field(desk.t("再输一次"), AGAIN, kind="password", autoComplete="new-password"),
        h("Div", h("Button", desk.t("修改密码"), "press is-main", id=SET, type="button"), "form-end"),
        h("Div", None, "desk-said", id=PASSWORD_SAID, aria={"live": "polite"}),
    ]
    return frame.panel(desk.t("修改密码"), h("Div", form, "form", data={"form": ""}))


def _no_password(desk: Desk) -> Node:
    return frame.panel(
        desk.t("修改密码"), h("P", desk.t("演示账号没有密码，由登录页一键进入，不能修改。"), "pane-note")
    )


def body(desk: Desk, account: Account, sessions: Sequence[Session], tokens: Sequence[Token]) -> list[Child]:
    """What the store knows of me."""
    parts: list[Child] = [_who(desk, account), _devices(desk, sessions)]
    if scopes(desk):
        parts.append(_programs(desk, tokens))
    return parts


def _who(desk: Desk, account: Account) -> Node:
    rights = [desk.t(name) for right, name in words.RIGHTS.items() if desk.may(right)]
    facts = [
        (desk.t("姓名"), account.name or account.login),
        (desk.t("登录名"), account.login),
        (desk.t("角色"), desk.role(account)),
        (desk.t("部门"), desk.said(account.department)),
        (desk.t("区县范围"), desk.districts(account.reach)),
        (desk.t("专题范围"), desk.topics(account.reach)),
        (desk.t("可以"), desk.listed(rights)),
    ]
    rows = [h("Div", [h("Dt", name), h("Dd", value)], "fact") for name, value in facts if value]
    return frame.panel(
        desk.t("身份与权限"), h("Dl", rows, "facts is-wide"), caption=desk.t("如有出入，请联系系统管理员")
    )


def _devices(desk: Desk, sessions: Sequence[Session]) -> Node:
    others = sum(session.id != desk.viewer.session for session in sessions)
    all_of_them = (
        frame.press(desk.t("退出其他全部设备"), f"{PAGE}:session.end_others", cls="is-quiet") if others else None
    )
    return frame.panel(
        desk.t("登录中的设备"),
        lists.sessions(desk, sessions, PAGE),
        h("Div", all_of_them, "form-end") if all_of_them else None,
        caption=desk.t("{n} 处", n=len(sessions)),
    )


def scopes(desk: Desk) -> list[Scope]:
    """What a token of mine can be good for."""
    if desk.viewer.role is Role.WALL:  # nobody stands in front of it
        return []
    asked = {Scope.READ: Right.VIEW, Scope.PUSH: Right.PUSH, Scope.OPERATE: Right.OPERATE}
    return [scope for scope, right in asked.items() if desk.may(right)]


def _programs(desk: Desk, tokens: Sequence[Token]) -> Node:
    me = desk.viewer
    own = {
        key: spec
        for key, spec in desk.city.sources.items()
        if isinstance(spec, PushedSpec) and (me.role is not Role.CLERK or spec.department == me.department)
    }
    options = [(scope.value, desk.t(words.SCOPES[scope])) for scope in scopes(desk)]
    sources = [(key, desk.said(spec.name or key)) for key, spec in sorted(own.items())] if desk.may(Right.PUSH) else []
    days = [(str(n), desk.t(name)) for n, name in LIFETIMES]
    to_feed = frame.some_of(frame.named("token.sources"), sources, [])
    form: list[Child] = [
        frame.field(
            desk.t("用途"), frame.named("token.name"), desk.t("写明哪个系统使用，日后凭它辨认"), maxLength=60, value=""
        ),
        frame.group(desk.t("允许"), frame.some_of(frame.named("token.scopes"), options, [options[0][0]])),
        frame.group(desk.t("可推送的来源"), to_feed, desk.t("只对“推送数据”有效")) if sources else None,
        frame.group(desk.t("有效期"), frame.one_of(frame.named("token.days"), days, "90")),
        h("Div", frame.press(desk.t("签发令牌"), f"{PAGE}:token.issue", cls="is-main"), "form-end"),
    ]
    add = h("Details", [h("Summary", desk.t("签发新令牌"), "press"), h("Div", form, "form", data={"form": ""})], "fold")
    return frame.panel(desk.t("程序令牌"), lists.tokens(desk, tokens, PAGE), add, caption=desk.t("供程序调用接口"))
