"""The pages about people by path: what `layouts.pages.Pages` adds to a city's screens."""

from collections.abc import Callable, Mapping
from datetime import datetime

from dash import html

from domain.account import Viewer
from domain.city import City
from layouts.accounts import accounts, audit, frame, menu, mine
from layouts.accounts.desk import Desk
from layouts.address import Address
from layouts.tags import Child

_PAGES: Mapping[str, Callable[[Desk], html.Div]] = {
    mine.PATH: mine.page,
    accounts.PATH: accounts.page,
    audit.PATH: audit.page,
}


def routes(city: City, now: Callable[[], datetime]) -> dict[str, Callable[[Viewer, Address], html.Div]]:
    """Path to page; a viewer without the right sees that he has none."""

    def of(place: menu.Place) -> Callable[[Viewer, Address], html.Div]:
        def page(viewer: Viewer, asked: Address) -> html.Div:
            desk = Desk(city, viewer, asked.lang, now())
            return _PAGES[place.path](desk) if viewer.may(place.right) else frame.refused(desk, place.path)

        return page

    return {place.path: of(place) for place in menu.PLACES}


def account_menu(viewer: Viewer, asked: Address) -> Child:
    """What the cockpit's header shows of the viewer."""
    return menu.render(viewer, asked.lang)
