"""The header's menu: as many screens and topics as there is room for, and all of them under 「更多」."""

from typing import NamedTuple

from domain.screen import Screen
from domain.topic import DISTRICT
from layouts import links
from layouts.tags import Node, h
from layouts.view import View

SURE = 2  # links that even a narrow header shows


class Way(NamedTuple):
    """One entry."""

    key: str
    title: str
    path: str


def menu(here: Screen, view: View) -> Node | None:
    """One link for each screen and topic; none while there is only one page.

    The row shows what fits and hides the rest, so that a narrow screen or a long place name costs no title.
    """
    ways = _ways(view)
    if len(ways) < 2:
        return None
    row = h("Div", [_link(way, view, here) for way in ways], "nav-row")
    # Far down the row the present page's own link may be hidden, so the fold bears its name.
    hidden = next((way.title for way in ways[SURE:] if way.key == here.key), "")
    summary = h("Summary", hidden or view.t("更多"), "is-here" if hidden else "")
    more = h("Details", [summary, h("Div", [_link(way, view, here) for way in ways], "nav-fold")], "nav-more")
    return h("Nav", [row, more], "nav", aria={"label": view.t("专题")})


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
