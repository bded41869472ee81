"""The page of alerts: what the address asks of it, the case that is open, and what people do with it."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from access.ask import deed
from access.verbs import Verb
from access.viewer import current
from alerts.cases import SPOKEN, VERBS, Fill, act
from alerts.inhibit import Hidden
from callbacks import silencing
from callbacks.accounts_press import Act, Done, Press, Pressed, wire
from callbacks.accounts_services import AccountServices
from domain.account import Right, Viewer
from domain.case import Case
from domain.errors import StoreError, TransitionRefused
from domain.silence import Matcher
from duty.orders import guard
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import case as one
from layouts.alerts import news, page, query, quiet
from layouts.tags import Child

log = logging.getLogger(__name__)

ACCESS: dict[str, Right] = {
    f"{page.BODY}.children": Right.VIEW,
    f"{page.PANE}.children": Right.VIEW,
    f"{page.SHOWS}.data": Right.VIEW,
    f"{page.SAID}.children": Right.ACT,
    f"{page.CHANGED}.data": Right.ACT,
}

PAGES = 20  # of the store that are looked through for one page of what may be read


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The filters and the cases they find, inside the viewer's reach."""
    asked = query.read(search)
    try:
        found = _matching(services, desk, asked)
    except StoreError as error:
        log.warning("cases could not be read: %s", error)
        return [frame.failed(desk)]
    return page.body(desk, asked, found)


def _matching(services: AccountServices, desk: Desk, asked: query.Asked) -> list[Case]:
    """A page of the cases that are asked for. Words that are masked for the person find nothing, or they could be guessed."""
    wanted, before = asked.query(desk.viewer.reach), asked.before or None
    found: list[Case] = []
    for _ in range(PAGES):
        part = services.store.desk.cases(wanted, page.SHOWN, before)
        found += [case for case in part if page.holds(desk, case, asked.text)]
        if len(part) < page.SHOWN or len(found) >= page.SHOWN:
            break
        before = part[-1].id
    return found[: page.SHOWN]


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The case that the address opens."""
    asked = query.read(search)
    if not asked.case:
        return []
    try:
        found = services.store.desk.case(asked.case)
        events, notices = services.store.desk.history(asked.case) if found else ([], [])
        held = _held(services, desk, found) if found else ""
    except StoreError as error:
        log.warning("a case could not be read: %s", error)
        return [frame.failed(desk)]
    return one.render(desk, found, events, notices, held)


def marked(search: str, told: object) -> str:
    """The open case with its version, as the newest news tells it ("GJ-…:3"); without one when they tell nothing of it."""
    asked = query.read(search).case
    marks = str(told.get("mark", "")).split() if isinstance(told, Mapping) and asked else []
    bare = f"{asked}:" if asked else ""
    return next((mark for mark in marks if mark.startswith(bare)), bare)


def moved(search: str, told: object, shown: object) -> bool:
    """Whether news change what is shown: another case's must not empty a form that somebody fills in."""
    mark = marked(search, told)
    return bool(mark) and mark != shown


def _held(services: AccountServices, desk: Desk, case: Case) -> str:
    """What holds a case's notices back, in words; a hiding case by its number when the viewer may see it. StoreError."""
    hidden = Hidden.read(case.hidden)
    if hidden is None:
        return ""
    hiding = services.store.desk.newest([hidden.by]).get(hidden.by) if hidden.by else None
    if hiding is not None and not desk.viewer.reach.covers(hiding.topic, hiding.district):
        hiding = None
    return quiet.hidden_by(desk, case, services.store.desk.silences(desk.now), hiding)


def _step(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """A person's step with a case: done, or refused with a sentence that says why."""
    minutes = pressed.text("minutes")
    until = desk.now + timedelta(minutes=int(minutes)) if minutes.isdigit() and len(minutes) < 6 else None
    fill = Fill(pressed.text("reason"), pressed.text("cause"), until)
    told = {
        "cause": fill.cause if pressed.name == "false_alarm" else "",
        "until": until if pressed.name == "shelve" else None,
    }
    done = deed(desk.viewer, Verb.CASE, f"case:{pressed.of}", desk.now, {"step": pressed.name, **told}, fill.reason)
    try:
        services.store.duty.look(lambda top: guard(top, pressed.of, pressed.name))
        moved = services.store.desk.act(
            pressed.of, pressed.name, lambda held: act(held, pressed.name, desk.viewer, fill, desk.now), done
        )
    except TransitionRefused as error:
        return Done(frame.notice(desk, "bad", desk.said(str(error))), changed=True)
    text = desk.t("{id}：{state}", id=moved.id, state=desk.t(SPOKEN[moved.handling]))
    return Done(frame.notice(desk, "good", text))


def _silence(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """Hold back what the rule of a case tells of its place."""
    case = services.store.desk.case(pressed.of)
    if case is None or not desk.viewer.reach.covers(case.topic, case.district):
        return Done(frame.notice(desk, "bad", desk.t("没有这件告警")), changed=False)
    about = (Matcher("rule", (case.rule,)), Matcher("site", (case.site,)))
    return silencing.add(services, desk, pressed, about, case.topic)


ACTS: Mapping[str, Act] = {**dict.fromkeys(VERBS, _step), "silence": _silence}


def register(app: Dash, services: AccountServices) -> None:
    """Three callbacks: the rows, the open case, the steps. Rows and case are read again with every piece of news."""

    def draw(made: Any, viewer: Viewer, search: str) -> Any:
        return made(services, services.desk(viewer, search), search)

    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("cockpit", "news"), Input(news.STORE, "data")
    )
    inputs = (Input(frame.URL, "search"), Input(news.STORE, "data"), Input(page.CHANGED, "data"))

    @app.callback(Output(page.BODY, "children"), *inputs)
    async def show_rows(search: str | None, _news: object, _changed: object) -> Any:
        viewer = current()
        return no_update if viewer is None else await asyncio.to_thread(draw, body, viewer, search or "")

    @app.callback(Output(page.PANE, "children"), Output(page.SHOWS, "data"), *inputs, State(page.SHOWS, "data"))
    async def show_case(search: str | None, told: object, _changed: object, shown: object) -> Any:
        viewer = current()
        if viewer is None or (ctx.triggered_id == news.STORE and not moved(search or "", told, shown)):
            return no_update, no_update
        drawn = await asyncio.to_thread(draw, pane, viewer, search or "")
        return drawn, marked(search or "", told)

    wire(app, services, Pressed(one.PAGE, page.SAID, page.CHANGED), ACTS)
