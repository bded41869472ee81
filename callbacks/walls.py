"""The page of the walls: what they report, and orders to them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from dash import Dash, Input, Output, no_update

from access.ask import deed
from access.verbs import Verb
from access.viewer import current
from callbacks.accounts_press import Act, Done, Press, Pressed, wire
from callbacks.accounts_services import AccountServices
from domain.account import Right
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import news
from layouts.wall import displays as page
from snapshot.displays import Display, Displays, Orders

ACCESS: dict[str, Right] = {
    f"{page.BODY}.children": Right.OPERATE,
    f"{page.SAID}.children": Right.OPERATE,
    f"{page.CHANGED}.data": Right.OPERATE,
}


def ordered(walls: Displays, services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """Push a scene or a message to one wall or to all; refused with a sentence when nothing would follow."""
    wanted = pressed.text("wall.id")
    found = [one for one in walls.all() if wanted in ("*", one.id)]
    scene, minutes = pressed.text("wall.scene"), pressed.text("wall.minutes")
    message = pressed.text("wall.message")[:60]
    if not found:
        return Done(frame.notice(desk, "bad", desk.t("没有这块大屏")))
    if scene and scene not in desk.city.scenes:
        return Done(frame.notice(desk, "bad", desk.t("没有这个场景")), changed=False)
    if minutes not in page.SPANS:
        return Done(frame.notice(desk, "bad", desk.t("请选择多久")), changed=False)
    until = desk.now + timedelta(minutes=int(minutes)) if int(minutes) and (scene or message) else None
    return _tell(
        walls, services, desk, found, lambda one: replace(one.orders, scene=scene, until=until, message=message)
    )


def freed(walls: Displays, services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """Back to the round, without a message."""
    found = [one for one in walls.all() if one.id == pressed.of]
    return _tell(walls, services, desk, found, lambda one: replace(one.orders, scene="", until=None, message=""))


def reloaded(walls: Displays, services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """Fetch the page afresh."""
    found = [one for one in walls.all() if one.id == pressed.of]
    return _tell(walls, services, desk, found, lambda one: replace(one.orders, reload=desk.now))


def pictured(walls: Displays, services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """Ask for a picture of what the room sees."""
    found = [one for one in walls.all() if one.id == pressed.of]
    return _tell(walls, services, desk, found, lambda one: replace(one.orders, picture=desk.now))


def _tell(walls: Displays, services: AccountServices, desk: Desk, found: list[Display], change: Any) -> Done:
    for one in found:
        new: Orders = change(one)
        told = {"scene": new.scene, "until": new.until, "message": new.message, "reload": new.reload}
        told |= {"picture": new.picture} if new.picture != one.orders.picture else {}
        services.store.audit.append(deed(desk.viewer, Verb.WALL, f"wall:{one.id}", desk.now, told))
        walls.order(one.id, new)
    return Done(frame.notice(desk, "good", desk.t("已下发，20 秒内生效")))


def register(app: Dash, services: AccountServices, walls: Displays) -> None:
    """Two callbacks: the list, and the orders."""
    acts: Mapping[str, Act] = {
        "order": partial(ordered, walls),
        "free": partial(freed, walls),
        "reload": partial(reloaded, walls),
        "picture": partial(pictured, walls),
    }

    @app.callback(
        Output(page.BODY, "children"),
        Input(frame.URL, "search"),
        Input(news.STORE, "data"),
        Input(page.CHANGED, "data"),
    )
    async def show(search: str | None, _news: object, _changed: object) -> Any:
        viewer = current()
        if viewer is None:
            return no_update
        return page.body(services.desk(viewer, search or ""), await asyncio.to_thread(walls.all))

    wire(app, services, Pressed(page.PAGE, page.SAID, page.CHANGED), acts)
