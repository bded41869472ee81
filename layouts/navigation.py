"""The header's menu: screens and topics in their order, those beyond the first few under 「更多」."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.screen import Screen
from domain.topic import DISTRICT
from layouts import links
from layouts.tags import Child, Node, h
from layouts.view import View

SHOWN = 6  # as many as the header has room for beside the title at 1366 px


class Way(NamedTuple):
    """One entry."""

    key: str
    title: str
    path: str


def menu(here: Screen, view: View) -> Node | None:
    """One link for each screen and topic; none while there is only one page."""
    ways = _ways(view)
    if len(ways) < 2:
        return None
    first, rest = ways[:SHOWN], ways[SHOWN:]
    children: list[Child] = [_link(way, view, here) for way in first]
    if rest:
        children.append(_more(rest, view, here))
    return h("Nav", children, "nav", aria={"label": view.t("专题")})


def _ways(view: View) -> list[Way]:
    city = view.city
    screens = [
        (s.order, Way(s.key, view.title(s), "/" if s.order == 0 else f"/{s.key}")) for s in city.screens.values()
    ]
    topics = [
        (t.order, Way(f"topic/{t.key}", view.either(t.title, t.title_en), f"{links.TOPIC}{t.key}"))
        for t in city.topics.values()
        if t.key != DISTRICT
    ]
    return [way for _, way in sorted((*screens, *topics))]


def _link(way: Way, view: View, here: Screen) -> Node:
    is_here = way.key == here.key
    to = links.href(view, way.path, district=view.place)
    return h("A", way.title, "is-here" if is_here else "", href=to, aria={"current": "page"} if is_here else None)


def _more(rest: Sequence[Way], view: View, here: Screen) -> Node:
    """The others; the one that is looked at gives the fold its name, so that one always sees where one is."""
    current = next((way.title for way in rest if way.key == here.key), "")
    summary = h("Summary", current or view.t("更多"), "is-here" if current else "")
    return h("Details", [summary, h("Div", [_link(way, view, here) for way in rest], "nav-fold")], "nav-more")
