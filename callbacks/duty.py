"""The duty desk: its queue, the open case with what belongs to it, and what an officer does. Drawn again with every piece of news."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from access.viewer import current
from callbacks import accounts_press as press
from callbacks import duty_acts, incidents_acts
from callbacks.accounts_services import AccountServices
from callbacks.alerts import marked
from callbacks.duty_queue import Queues
from callbacks.services import Services
from domain.account import Right, Viewer
from domain.case import Case
from domain.errors import StoreError
from domain.incident_file import IncidentFile
from domain.order import Order
from duty import shifts
from geo.resources import Surroundings
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import news, query
from layouts.duty import desk_case, desk_forms, desk_links, desk_map, desk_page, desk_queue, desk_side
from layouts.tags import Child, part_id
from layouts.view import View
from store.duty import DossierQuery

log = logging.getLogger(__name__)

ACCESS: dict[str, Right] = {
    f"{desk_page.ROWS}.data": Right.VIEW,
    f"{desk_page.WATCH}.children": Right.VIEW,
    f"{desk_page.CASE}.children": Right.VIEW,
    f"{desk_page.SIDE}.children": Right.VIEW,
    f"{desk_page.SPOT}.data": Right.VIEW,
    f"{desk_page.ACTS}.data": Right.VIEW,
    f"{desk_page.ANSWER}.data": Right.ACT,
    f"{desk_page.STEP_SAID}.children": Right.ACT,
    f"{desk_page.STEPPED}.data": Right.ACT,
}
STEPS: Mapping[str, press.Act] = {"done": incidents_acts.ACTS["done"]}


class DutyPage:
    """What the callbacks draw; every method reads the store, so they run in a thread."""

    def __init__(self, people: AccountServices, shown: Services) -> None:
        self._people, self._shown, self._queues = people, shown, Queues(people.store)

    def queue(self, viewer: Viewer, search: str) -> tuple[Any, list[Child]]:
        """The rows and the header's names; rows of a store that does not answer say so."""
        desk = self._people.desk(viewer, search)
        try:
            on = self._watch(desk)
            end = on.shift.end if on.shift is not None else None
            drawn = self._queues.rows(desk, end)
        except StoreError as error:
            log.warning("the queue could not be read: %s", error)
            return {"rows": [], "failed": desk.t("暂时读不到，数据库没有应答。")}, []
        ends = int(end.timestamp() * 1000) if end is not None else None
        return {"rows": drawn, "failed": "", "ends": ends, "full": len(drawn) >= desk_queue.MOST}, desk_page.watch(
            desk, on
        )

    def _watch(self, desk: Desk) -> desk_page.Watch:
        on = shifts.on_shift(self._people.store, desk.now)
        called = duty_acts.names(self._people, sorted(on.logins))

        def each(logins: tuple[str, ...]) -> list[str]:
            return [called.get(login, login) for login in logins]

        held = on.shifts[0] if on.shifts else None
        return desk_page.Watch(held, each(on.officers), each(on.shift_leader), each(on.leader))

    def case(self, viewer: Viewer, search: str) -> tuple[list[Child], list[Child], Any, Any]:
        """The open case, what belongs to it, where it lies, and what may be done with it."""
        desk, key = self._people.desk(viewer, search), query.read(search).case
        if not key:
            return [frame.none(desk.t("先选择一件告警"), desk.t("用 J / K 移动，Enter 打开。"))], [], None, None
        try:
            found = self._people.store.desk.case(key)
            if found is None or not viewer.reach.covers(found.topic, found.district):
                return desk_case.missing(desk), [], None, None
            return self._drawn(desk, found, search)
        except StoreError as error:
            log.warning("a case could not be read: %s", error)
            return [frame.failed(desk)], [], None, None

    def _drawn(self, desk: Desk, case: Case, search: str) -> tuple[list[Child], list[Child], Any, Any]:
        events, notices = self._people.store.desk.history(case.id)
        called = duty_acts.names(self._people, [case.owner, *(event.actor for event in events)])
        view = self._view(desk.viewer, search)
        at = desk_map.spot(desk.city, case)
        near = self._near(desk, at) + desk_side.near(desk.city, at, case.site)
        spot = at | {
            "id": case.id,
            "level": int(case.level),
            "near": [[one.lon, one.lat, one.name, desk.t(one.kind)] for one in near[: desk_side.SHOWN]],
        }
        side = self._side(
            desk, case, near, desk_side.of_case(desk, events, called) + desk_side.of_notices(desk, notices)
        )
        acts = {"id": case.id, "version": case.version, "actions": desk_forms.spec(desk, case)}
        return (
            desk_case.render(desk, desk_case.Found(case, view, called)),
            desk_side.render(desk, case, side),
            spot,
            acts,
        )

    def _near(self, desk: Desk, at: Mapping[str, Any]) -> list[desk_side.Near]:
        """Resources within the widest ring; none where the case has no point."""
        if "lon" not in at:
            return []
        found = self._surroundings.within(at["lon"], at["lat"], desk_map.RINGS[-1])
        told = [
            (
                desk_side.Near(
                    desk_side.RESOURCES.get(one.resource.kind, one.resource.kind),
                    one.resource.name,
                    one.metres / 1000,
                    one.resource.lon,
                    one.resource.lat,
                    one.resource.note,
                ),
                one.resource.illustrative,
            )
            for one in found
        ]
        return desk_side.resources(told, desk)

    @cached_property
    def _surroundings(self) -> Surroundings:
        """Read when somebody first opens a case: the layers take a moment."""
        return Surroundings.of_city(self._people.city)

    def _side(
        self, desk: Desk, case: Case, near: Sequence[desk_side.Near], happened: list[desk_side.Happened]
    ) -> desk_side.Side:
        """Orders and incident of the case with their steps."""
        duty = self._people.store.duty
        orders = duty.dossiers(Order, DossierQuery(about=frozenset({case.id})))
        files = duty.dossiers(IncidentFile, DossierQuery(over=False))
        held = next((one for one in files if case.id in one.cases), None)
        events = duty.history([*(one.id for one in orders), *([held.id] if held is not None else [])])
        called = duty_acts.names(self._people, [event.actor for event in events])
        happened += desk_links.happened(desk, events, called)
        plan, caption = desk_links.plan(desk, held)
        return desk_side.Side(near, happened, plan, caption, desk_links.orders(desk, orders))

    def _view(self, viewer: Viewer, search: str) -> View | None:
        return self._shown.view(self._shown.address(search, viewer), viewer)

    def act(self, viewer: Viewer, search: str, data: object) -> Any:
        """What came of a press."""
        asked = duty_acts.read(data)
        if asked is None:
            return no_update
        return duty_acts.perform(self._people, self._people.desk(viewer, search), asked)


def register(app: Dash, people: AccountServices, shown: Services) -> None:
    """Three callbacks of the server, the map's of the browser."""
    page = DutyPage(people, shown)
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("cockpit", "dutyMap"),
        Output(desk_page.DRAWN, "data"),
        Input(part_id(desk_map.PANEL, "data"), "data"),
        Input(desk_page.ROWS, "data"),
        Input(desk_page.SPOT, "data"),
        Input(frame.URL, "search"),
        State(part_id(desk_map.PANEL, "config"), "data"),
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("cockpit", "duty"),
        Output(desk_page.FOLLOWED, "data"),
        Input(desk_page.ROWS, "data"),
        Input(desk_page.ACTS, "data"),
        Input(desk_page.ANSWER, "data"),
        Input(frame.URL, "search"),
    )

    @app.callback(
        Output(desk_page.ROWS, "data"),
        Output(desk_page.WATCH, "children"),
        Input(news.STORE, "data"),
        Input(desk_page.ANSWER, "data"),
        State(frame.URL, "search"),
    )
    async def show_queue(_news: object, _answer: object, search: str | None) -> Any:
        viewer = current()
        if viewer is None:
            return no_update, no_update
        return await asyncio.to_thread(page.queue, viewer, search or "")

    @app.callback(
        Output(desk_page.CASE, "children"),
        Output(desk_page.SIDE, "children"),
        Output(desk_page.SPOT, "data"),
        Output(desk_page.ACTS, "data"),
        Input(frame.URL, "search"),
        Input(news.STORE, "data"),
        Input(desk_page.ANSWER, "data"),
        Input(desk_page.PULSE, "data"),
        Input(desk_page.STEPPED, "data"),
        State(desk_page.ACTS, "data"),
    )
    async def show_case(search: str | None, told: object, *more: object) -> Any:
        viewer, acts = current(), more[-1]
        if viewer is None or (ctx.triggered_id == news.STORE and not moved(search or "", told, acts)):
            return (no_update,) * 4
        return await asyncio.to_thread(page.case, viewer, search or "")

    press.wire(app, people, press.Pressed(desk_links.STEP, desk_page.STEP_SAID, desk_page.STEPPED), STEPS)

    @app.callback(
        Output(desk_page.ANSWER, "data"),
        Input(desk_page.ASK, "data"),
        State(frame.URL, "search"),
        prevent_initial_call=True,
    )
    async def do(data: object, search: str | None) -> Any:
        viewer = current()
        return no_update if viewer is None else await asyncio.to_thread(page.act, viewer, search or "", data)


def moved(search: str, told: object, acts: object) -> bool:
    """Whether news are of the open case: another one's must not draw it again."""
    mark = marked(search, told)
    shown = f"{acts.get('id')}:{acts.get('version')}" if isinstance(acts, dict) else ""
    return bool(mark) and not mark.endswith(":") and mark != shown
