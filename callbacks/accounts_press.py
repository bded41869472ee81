"""Buttons of the pages about people: which one was pressed, with what filled in, and what came of it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update

from access.refused import AccessRefused
from access.viewer import current
from callbacks.accounts_services import AccountServices
from domain.errors import StoreError
from layouts.accounts import frame, words
from layouts.accounts.desk import Desk
from layouts.tags import Node

log = logging.getLogger(__name__)

# Every control that `frame.named` names, whichever of them the page has.
FIELDS = State({"field": ALL}, "value")
LONGEST = 1000  # characters of a text field that are looked at
MOST = 200  # chosen of a list


def presses(page: str) -> Input:
    """Every button that `frame.press` makes for a page. Without the page in it, another page's callback would listen too."""
    return Input({"page": page, "press": ALL, "of": ALL}, "n_clicks")


@dataclass(frozen=True, slots=True)
class Press:
    """A button's name, the thing it is about, and the page's fields as the browser sent them: believe nothing."""

    name: str
    of: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text field; "" when it is missing or something else."""
        value = self.fields.get(name)
        return value.strip()[:LONGEST] if isinstance(value, str) else ""

    def chosen(self, name: str) -> frozenset[str]:
        """What is chosen of a list."""
        value = self.fields.get(name)
        return frozenset(v for v in value[:MOST] if isinstance(v, str)) if isinstance(value, list) else frozenset()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a press: the notice, whether the page has to be read again, and where the address goes ("" = stays)."""

    notice: Node
    changed: bool = True
    search: str = ""


Act = Callable[[AccountServices, Desk, Press], Done]


def press(triggered: object, clicks: Iterable[object], states: Sequence[Any]) -> Press | None:
    """The press behind a callback; None when buttons only appeared. states: `ctx.states_list` of FIELDS."""
    if not isinstance(triggered, Mapping) or not any(clicks):
        return None
    name, of = triggered.get("press"), triggered.get("of")
    if not isinstance(name, str) or not isinstance(of, str):
        return None
    filled = {s["id"]["field"]: s.get("value") for s in states if isinstance(s, dict) and "field" in s.get("id", {})}
    return Press(name, of, filled)


def perform(acts: Mapping[str, Act], services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """Do what a button says; a refusal and a store that does not answer become notices."""
    act = acts.get(pressed.name)
    if act is None:
        return Done(frame.notice(desk, "bad", desk.t("没有这个操作")), changed=False)
    try:
        return act(services, desk, pressed)
    except AccessRefused as error:
        return Done(frame.notice(desk, "bad", desk.t(words.REASONS[error.reason])), changed=False)
    except StoreError as error:
        log.warning("%s by %s failed: %s", pressed.name, desk.viewer.login, error)
        return Done(frame.notice(desk, "bad", desk.t("数据库没有应答，什么都没有改变；请稍后再试。")), changed=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """The parts of a page that its buttons write to: what was said, and that the page has to be read again."""

    page: str
    said: str
    changed: str


def wire(app: Dash, services: AccountServices, parts: Pressed, acts: Mapping[str, Act]) -> None:
    """The callback of a page's buttons. `changed` gets another text each time, so that every reader of it is woken."""

    @app.callback(
        Output(parts.said, "children"),
        Output(parts.changed, "data"),
        presses(parts.page),
        FIELDS,
        State(frame.URL, "search"),
        prevent_initial_call=True,
    )
    async def act(clicks: list[int | None], _fields: object, search: str | None) -> Any:
        viewer, pressed = current(), press(ctx.triggered_id, clicks, ctx.states_list[0])
        if viewer is None or pressed is None:
            return no_update, no_update
        desk = services.desk(viewer, search or "")
        done = await asyncio.to_thread(perform, acts, services, desk, pressed)
        return done.notice, f"{pressed.of} {services.now().isoformat()}" if done.changed else no_update
