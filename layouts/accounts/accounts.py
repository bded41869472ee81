"""Everybody's accounts, for the administrator: a list, and beside it the one that is open or the form for a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from dash import html

from domain.account import Account
from domain.session import Session, Token
from layouts.accounts import account as one
from layouts.accounts import frame, grid
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node, h, store

PATH = "/accounts"
BODY, PANE, SAID, CHANGED = "accounts-body", "accounts-pane", "accounts-said", "accounts-changed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address opens beside the list: an account, or the form for a new one."""

    login: str = ""
    new: bool = False


def read(search: str) -> Asked:
    """Read a query string."""
    given = parse_qs(search.removeprefix("?"))
    return Asked(given.get("login", [""])[-1][:200], "new" in given)


def page(desk: Desk) -> html.Div:
    """The frame; what is read from the store comes with the first callback."""
    body: list[Child] = [
        store(CHANGED),
        h(
            "Div",
            [
                h("Div", frame.waiting(desk), "desk-main", id=BODY),
                h(
                    "Aside",
                    [
                        h("Div", None, "desk-said", id=SAID, data={"passing": ""}, aria={"live": "polite"}),
                        h("Div", None, id=PANE),
                    ],
                    "pane",
                    aria={"label": desk.t("账号详情")},
                ),
            ],
            "desk-split",
        ),
    ]
    return frame.page(desk, PATH, desk.t("账号管理"), body, "is-fixed")


def body(desk: Desk, accounts: Sequence[Account], asked: Asked) -> list[Child]:
    """The list with what stands above it."""
    usable = sum(not found.disabled for found in accounts)
    caption = desk.t("共 {n} 个账号，{m} 个可用", n=len(accounts), m=usable)
    bar = h(
        "Div",
        [
            h("Span", caption, "bar-caption"),
            h("Span", None, "quick-slot", data={"quick": "accounts-grid", "label": desk.t("按姓名、登录名、部门筛选")}),
            h("Button", desk.t("新增账号"), "press is-main", data={"go": '{"new":"1","login":""}'}, type="button"),
        ],
        "bar",
    )
    if not accounts:
        return [bar, frame.none(desk.t("还没有账号"))]
    return [bar, _table(desk, accounts, asked.login)]


def _table(desk: Desk, accounts: Sequence[Account], opened: str) -> Node:
    more = {"sortable": True}
    columns = [
        grid.column("name", desk.t("姓名"), 110, 2, **more),
        grid.column("login", desk.t("登录名"), 140, 2, **more),
        grid.column("role", desk.t("角色"), 140, 1, **more),
        grid.column("state", desk.t("状态"), 132, 1, **more),
        grid.column("department", desk.t("部门"), 120, 2, **more),
        grid.column("districts", desk.t("区县范围"), 110, 2, **more),
        grid.column("topics", desk.t("专题范围"), 110, 2, **more),
        grid.column("seen", desk.t("最近登录"), 170, 0, **more),
    ]
    rows = [
        {
            "id": found.login,
            "name": found.name or found.login,
            "login": found.login,
            "role": desk.role(found),
            "state": one.state(desk, found),
            "department": desk.said(found.department) or "—",
            "districts": desk.districts(found.reach),
            "topics": desk.topics(found.reach),
            "seen": desk.moment(found.last_seen),
            "open": found.login == opened,
            "off": found.disabled,
        }
        for found in accounts
    ]
    return grid.table(desk, "accounts-grid", desk.t("账号列表"), columns, rows, "login")


def pane(
    desk: Desk, asked: Asked, found: Account | None, sessions: Sequence[Session] = (), tokens: Sequence[Token] = ()
) -> list[Child]:
    """What stands beside the list; nothing when the address opens nothing."""
    if asked.new:
        return one.new(desk)
    if not asked.login:
        return []
    if found is None:
        return [
            one.head(desk, desk.t("账号"), asked.login, "login"),
            frame.none(desk.t("没有这个账号"), desk.t("它可能写错了登录名。")),
        ]
    return one.render(desk, found, sessions, tokens)
