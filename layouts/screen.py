"""A screen: its panels built once, rendered on every snapshot, each guarded so that one failure stays one tile."""

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from dash import html

from domain.screen import Item, PanelSpec, Screen
from domain.wall import WALL
from layouts import frame, shell, tools
from layouts.alerts import news
from layouts.panels import KINDS, LISTS
from layouts.screens.keys import is_draft, plain
from layouts.tags import Node, Parts, id_json
from layouts.topics import found
from layouts.view import View, plain_layer_url
from layouts.wall import calls, page
from snapshot.model import Snapshot

log = logging.getLogger(__name__)


def render(screen: Screen, view: View) -> dict[str, dict[str, Any]]:
    """Every live part of a screen: id as Dash's canonical JSON to props. Pure but for the log of a failed panel."""
    out = {id_json(shell.KEY, part): props for part, props in shell.render(view).items()}
    out[news.ID] = news.render(view)
    if screen.key == WALL:
        out |= {id_json(calls.KEY, part): props for part, props in page.render(view).items()}
    for spec in screen.panels:
        out |= {id_json(spec.key, part): props for part, props in guarded(spec, view).items()}
    return out


def draws(
    screen: Screen, place: str = "", lang: str = "zh", layer_url: Callable[[str], str] = plain_layer_url
) -> dict[str, Callable[[Snapshot], dict[str, dict[str, Any]]]]:
    """The screen's live parts panel by panel, each a function of a snapshot: what the broadcaster draws separately."""

    def of_panel(spec: PanelSpec, snapshot: Snapshot) -> dict[str, dict[str, Any]]:
        view = View(snapshot, place, lang, layer_url)
        return {id_json(spec.key, part): props for part, props in guarded(spec, view).items()}

    def of_shell(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
        view = View(snapshot, place, lang, layer_url)
        return {id_json(shell.KEY, part): props for part, props in shell.render(view).items()}

    def of_wall(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
        view = View(snapshot, place, lang, layer_url)
        return {id_json(calls.KEY, part): props for part, props in page.render(view).items()}

    own = {calls.KEY: of_wall} if screen.key == WALL else {}
    return (
        own
        | news.draws(place, lang)
        | {shell.KEY: of_shell}
        | {spec.key: partial(of_panel, spec) for spec in screen.panels}
    )


def guarded(spec: PanelSpec, view: View) -> Parts:
    """One panel's parts; a failure becomes an error tile, and the next good render takes it away again.

    A panel none of whose numbers may be read is not drawn at all.
    """
    if is_refused(spec, view):
        return {
            "frame": {"className": f"panel kind-{spec.kind} is-refused"},
            "error": {"hidden": False, "children": frame.refused(view)},
        }
    try:
        parts = KINDS[spec.kind][2](spec, view)
    except Exception:
        log.exception("panel %s (%s) could not be drawn", spec.key, spec.kind)
        return {
            "frame": {"className": f"panel kind-{spec.kind} is-failed"},
            "error": {"hidden": False, "children": frame.failed(view)},
        }
    return parts | {"error": {"hidden": True, "children": None}}


def is_refused(spec: PanelSpec, view: View) -> bool:
    """Whether a panel is about numbers, and none of them may be read by those who look."""
    if view.snapshot.reach.whole or spec.kind in LISTS:
        return False
    asked = [item.metric for item in items(spec)]
    return bool(asked) and not any(map(view.may_read, asked))


def items(spec: PanelSpec) -> Iterator[Item]:
    """Every number a panel declares, in whichever of its kind's keys."""
    for name in type(spec).model_fields:
        value = getattr(spec, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Item):
                yield one


def build(screen: Screen, view: View) -> html.Div:
    """The whole page as a Dash component, filled with the first snapshot, so that the first paint carries numbers."""
    if screen.key == WALL:
        return _wall(screen, view)
    panels = [_equipped(KINDS[spec.kind][1](spec, view), spec, view, screen) for spec in screen.panels]
    tree = shell.build(screen, view, panels)
    fill(tree, render(screen, view))
    # A screen of the city's folder is composed to fit; a page made by a template may scroll.
    return html.Div(children=tree["props"]["children"], id="page", className=_class(screen, view), lang=view.lang)


def _class(screen: Screen, view: View) -> str:
    key = plain(screen.key)
    made_by_template = key.partition("/")[0] in found.FAMILIES
    return f"page is-page is-{key.partition('/')[0]}" if made_by_template and key not in view.city.screens else "page"


def _equipped(panel: Node, spec: PanelSpec, view: View, screen: Screen) -> Node:
    """The panel with its tools; of a draft nothing is taken away."""
    return panel if is_draft(screen.key) else tools.equip(panel, spec, view)


def _wall(screen: Screen, view: View) -> html.Div:
    """The wall: nobody clicks there, so its panels carry no tools."""
    tree = page.build(screen, view, [KINDS[spec.kind][1](spec, view) for spec in screen.panels])
    fill(tree, render(screen, view))
    return html.Div(children=tree["props"]["children"], id="page", className="page is-wall", lang=view.lang)


def fill(tree: Node, parts: Mapping[str, Mapping[str, Any]]) -> None:
    """Write rendered props into the freshly built tree, found by id."""
    props = tree["props"]
    ident = props.get("id")
    if isinstance(ident, dict):
        props.update(parts.get(id_json(ident["panel"], ident["part"]), {}))
    children = props.get("children")
    for child in children if isinstance(children, list) else [children]:
        if isinstance(child, dict) and "props" in child:
            fill(child, parts)
