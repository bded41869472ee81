"""Pages about the desk's own papers, wired alike: rows that follow the news, a pane of forms that does not, and presses."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, no_update

from access.ask import deed
from access.verbs import Verb
from access.viewer import current
from callbacks import accounts_press as press
from callbacks.accounts_press import Act, Done
from callbacks.accounts_services import AccountServices
from domain.account import Right, Viewer
from domain.errors import StoreError, TransitionRefused
from duty.order_notices import telling
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import news
from layouts.duty.papers import Ids
from layouts.tags import Child
from store.duty import Desktop, Outcome

log = logging.getLogger(__name__)
Draw = Callable[[AccountServices, Desk, str], list[Child]]
Mark = Callable[[AccountServices, Desk, str], str]


@dataclass(frozen=True, slots=True)
class Paper:
    """A page: what fills it, what tells that its pane has moved, and what its buttons do.

    live: it is read again with each piece of news; what takes long to count is not.
    """

    ids: Ids
    body: Draw
    pane: Draw
    mark: Mark
    acts: Mapping[str, Act]
    live: bool = True

    @property
    def access(self) -> dict[str, Right]:
        """Everybody who sees the page may press; whether it helps is decided with the paper in hand."""
        outputs = (f"{self.ids.body}.children", f"{self.ids.pane}.children", f"{self.ids.shows}.data")
        return dict.fromkeys((*outputs, f"{self.ids.said}.children", f"{self.ids.changed}.data"), Right.VIEW)


def decided(
    services: AccountServices,
    desk: Desk,
    decision: Callable[[Desktop], Outcome],
    done: tuple[Verb, str, str],
    text: str,
    kind: str = "good",
) -> Done:
    """Make a decision and say so; a refusal is said too, and what is shown is read again. done: verb, thing, reason.

    Units are told of the orders in it.
    """
    verb, thing, reason = done
    kept = deed(desk.viewer, verb, thing, desk.now, reason=reason)
    try:
        receivers = services.city.receivers.values()
        services.store.duty.decide(telling(decision, receivers, desk.now), kept, desk.now)
    except TransitionRefused as error:
        return Done(frame.notice(desk, "bad", desk.said(str(error))), changed=True)
    return Done(frame.notice(desk, kind, text))


def refused(desk: Desk, text: str) -> Done:
    """Nothing was done, and why."""
    return Done(frame.notice(desk, "bad", text), changed=False)


def drawn(made: Draw, services: AccountServices, viewer: Viewer, search: str) -> list[Child]:
    """A part of a page, or that the store does not answer."""
    desk = services.desk(viewer, search)
    try:
        return made(services, desk, search)
    except StoreError as error:
        log.warning("a page could not be read: %s", error)
        return [frame.failed(desk)]


def marked(paper: Paper, services: AccountServices, viewer: Viewer, search: str) -> str:
    """What the pane would be about; "" when the store does not answer."""
    try:
        return f"{search} {paper.mark(services, services.desk(viewer, search), search)}"
    except StoreError:
        return ""


def wire(app: Dash, services: AccountServices, paper: Paper) -> None:
    """Three callbacks: the rows, the pane, the presses."""
    ids = paper.ids
    # A state in the place of the input: the callbacks look the same, and nothing wakes them.
    told = Input(news.STORE, "data") if paper.live else State(news.STORE, "data")
    inputs = (Input(frame.URL, "search"), Input(ids.changed, "data"), told)

    aged = (Input(ids.tick, "n_intervals"),) if ids.every else ()

    @app.callback(Output(ids.body, "children"), *inputs, *aged)
    async def show_body(search: str | None, *_woken: object) -> Any:
        viewer = current()
        return (
            no_update if viewer is None else await asyncio.to_thread(drawn, paper.body, services, viewer, search or "")
        )

    @app.callback(Output(ids.pane, "children"), Output(ids.shows, "data"), *inputs, State(ids.shows, "data"))
    async def show_pane(search: str | None, _changed: object, _news: object, shown: object) -> Any:
        viewer = current()
        if viewer is None:
            return no_update, no_update
        mark = await asyncio.to_thread(marked, paper, services, viewer, search or "")
        if mark == shown:  # somebody may be filling it in
            return no_update, no_update
        return await asyncio.to_thread(drawn, paper.pane, services, viewer, search or ""), mark

    press.wire(app, services, press.Pressed(ids.page, ids.said, ids.changed), paper.acts)
