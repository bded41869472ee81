"""The audit log: what the address asks of it, the row that is open, and the check of the chain."""

import asyncio
import logging
from typing import Any

from dash import Dash, Input, Output, State, no_update

from access.ask import deed
from access.verbs import Verb
from access.viewer import current
from callbacks.accounts_services import AccountServices
from domain.account import Right, Viewer
from domain.errors import StoreError
from layouts.accounts import audit, audit_query, audit_row, frame
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node
from store.audit import AuditQuery

log = logging.getLogger(__name__)

ACCESS: dict[str, Right] = {
    f"{audit.BODY}.children": Right.AUDIT,
    f"{audit.PANE}.children": Right.AUDIT,
    f"{audit.VERDICT}.children": Right.AUDIT,
}


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The filters and the rows they find."""
    asked = audit_query.read(search, desk.city.zone)
    try:
        rows = services.store.audit.search(asked.query, audit.SHOWN, asked.before)
    except StoreError as error:
        log.warning("the audit log could not be read: %s", error)
        return [frame.failed(desk)]
    return audit.body(desk, asked, rows)


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The row that the address opens."""
    number = audit_query.read(search, desk.city.zone).row
    if number is None:
        return []
    try:
        found = services.store.audit.search(AuditQuery(), 1, number + 1)
    except StoreError as error:
        log.warning("the audit log could not be read: %s", error)
        return [frame.failed(desk)]
    row = found[0] if found and found[0].id == number else None
    return audit_row.render(desk, row, number)


def verify(services: AccountServices, desk: Desk, typed: object) -> Node:
    """Check the whole chain, and keep that it was checked."""
    text = typed.strip() if isinstance(typed, str) else ""
    noted = audit_row.noted(text)
    if text and noted is None:
        return frame.notice(desk, "bad", desk.t("指纹不完整：应为编号、连字符和 64 位字符"))
    try:
        found = services.store.audit.verify(noted)
        told: dict[str, object] = {"ok": found.ok, "rows": found.rows}
        if not found.ok:
            told |= {"broken_at": found.broken_at, "why": found.why}
        services.store.audit.append(deed(desk.viewer, Verb.AUDIT_VERIFY, "audit", desk.now, told))
    except StoreError as error:
        log.warning("the audit log could not be checked: %s", error)
        return frame.notice(desk, "bad", desk.t("数据库没有应答，没有校验完；请稍后再试。"))
    if not found.ok:
        log.error("the audit log is broken at row %s: %s", found.broken_at, found.why)
    return audit_row.verdict(desk, found)


def register(app: Dash, services: AccountServices) -> None:
    """Three callbacks: the rows, the open row, the check."""

    def draw(made: Any, viewer: Viewer, given: str, search: str) -> Any:
        return made(services, services.desk(viewer, search), given)

    @app.callback(Output(audit.BODY, "children"), Input(frame.URL, "search"))
    async def show_rows(search: str | None) -> Any:
        viewer, given = current(), search or ""
        return no_update if viewer is None else await asyncio.to_thread(draw, body, viewer, given, given)

    @app.callback(Output(audit.PANE, "children"), Input(frame.URL, "search"))
    async def show_row(search: str | None) -> Any:
        viewer, given = current(), search or ""
        return no_update if viewer is None else await asyncio.to_thread(draw, pane, viewer, given, given)

    @app.callback(
        Output(audit.VERDICT, "children"),
        Input(audit.VERIFY, "n_clicks"),
        State(audit.NOTED, "value"),
        State(frame.URL, "search"),
        prevent_initial_call=True,
    )
    async def check(clicks: int | None, noted: str | None, search: str | None) -> Any:
        viewer = current()
        if viewer is None or not clicks:
            return no_update
        return await asyncio.to_thread(draw, verify, viewer, noted or "", search or "")
