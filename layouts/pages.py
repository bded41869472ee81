"""The pages as they are first served, and the city as a callback asks to see it: both follow the address bar and the viewer."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from types import MappingProxyType

from dash import html
from dash.development.base_component import Component

from access.reach import Sight, narrowed, placed, reach_of, sight_of
from domain.account import Reach, Right, Viewer
from domain.city import City
from domain.errors import StoreError
from domain.screen import Screen
from layouts import address, screen, shell
from layouts.address import Address
from layouts.moments import Moments
from layouts.source import Records
from layouts.tags import Child
from layouts.topics import found
from layouts.view import View
from snapshot.model import Snapshot

log = logging.getLogger(__name__)
_KEPT = 32  # first paints kept: one for each screen, district, language and reach in use

Route = Callable[[Viewer, Address], Component]
Keep = Callable[[str, bool], Records]
LayerUrl = Callable[[str, Reach], str]
Menu = Callable[[Viewer, Address], Child]


def _nothing_kept(_source: str, _raw: bool) -> Records:
    return Records()


class Pages:
    """Serves the screens, and the pages that `routes` adds by path ("/audit").

    layer_url: where a map layer is fetched by somebody of a reach. keep: what the store keeps of a source, with or without
    its quarantine; it may raise StoreError. menu: what the header shows of the viewer; it is drawn for each of them.

    Safe to use from several threads. Implements callbacks.services.Services.
    """

    def __init__(
        self,
        city: City,
        moments: Moments,
        layer_url: LayerUrl,
        keep: Keep = _nothing_kept,
        routes: Mapping[str, Route] = MappingProxyType({}),
        menu: Menu | None = None,
    ) -> None:
        self._city, self._moments, self._layer_url, self._kept_of = city, moments, layer_url, keep
        self._routes, self._menu = routes, menu
        self._home = min(city.screens.values(), key=lambda s: s.order)
        self._painted: dict[tuple[str, str, str, Reach, int], html.Div] = {}
        self._lock = Lock()

    def address(self, search: str, viewer: Viewer | None) -> Address:
        """What a query string asks of this city, as far as the viewer may see it."""
        return address.read(search, narrowed(self._city, reach_of(viewer, self._city)))

    def view(self, asked: Address, viewer: Viewer | None) -> View | None:
        """The city as the address wants it seen and the viewer may see it; None before the first snapshot."""
        reach = reach_of(viewer, self._city)
        snapshot = self._moments.shown(asked.at, reach)
        return None if snapshot is None else self._view(snapshot, asked, reach, viewer)

    def records(self, source: str, viewer: Viewer | None) -> Records:
        """What the store keeps of a source and the viewer may see; a store that cannot be read is told, not raised."""
        raw = viewer is not None and viewer.may(Right.RAW)
        if sight_of(reach_of(viewer, self._city), self._city, source) is not Sight.WHOLE:
            return Records(None, None)
        try:
            return self._kept_of(source, raw)
        except StoreError as error:
            log.warning("records of source %s could not be read: %s", source, error)
            return Records(failed=True)

    def page(self, path: str, search: str, viewer: Viewer | None) -> Component:
        """The page of a path: an added one, a screen by its key, else the home screen, filled with the newest numbers.

        A screen is painted once for all of equal reach who open the same view of one snapshot, so it shows nothing personal.
        Nobody is shown nothing.
        """
        if viewer is None:
            return html.Div(id="page")
        asked = self.address(search, viewer)
        route = self._routes.get(path)
        if route is not None:
            return route(viewer, asked)
        shown, district = found.at(self._city, path)
        view = self.view(replace(asked, district=district) if district else asked, viewer)
        if view is None:
            return html.Div("正在启动…", id="page")
        painted = self._paint(shown or self._home, view)
        if self._menu is None:
            return painted
        return shell.with_account(painted, self._menu(viewer, asked))

    def _view(self, snapshot: Snapshot, asked: Address, reach: Reach, viewer: Viewer | None) -> View:
        place = placed(reach, self._city, asked.district)
        rights, role = (viewer.rights, viewer.role) if viewer is not None else (frozenset[Right](), None)
        return View(snapshot, place, asked.lang, lambda name: self._layer_url(name, reach), rights, role)

    def _paint(self, shown: Screen, view: View) -> html.Div:
        key = (shown.key, view.place, view.lang, view.snapshot.reach, view.snapshot.version)
        with self._lock:
            painted = self._painted.get(key)
            if painted is None:
                painted = self._painted[key] = screen.build(shown, view.shared())
                while len(self._painted) > _KEPT:
                    self._painted.pop(next(iter(self._painted)))
        return painted
