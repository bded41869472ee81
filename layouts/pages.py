"""The page as it is first served, and the city as a callback asks to see it: both follow the address bar."""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from dash import html

from domain.city import City
from domain.errors import StoreError
from domain.screen import Screen
from layouts import address, screen
from layouts.address import Address
from layouts.source import Records
from layouts.view import View
from snapshot.model import Snapshot

log = logging.getLogger(__name__)
_KEPT = 32  # first paints kept: one for each district and language in use


def _nothing_kept(_source: str) -> Records:
    return Records()


class Pages:
    """Serves one home screen. `live` gives the newest snapshot (None before the first), `replay` an earlier moment's.

    `keep` reads what the store keeps of a source; it may raise StoreError.

    Safe to use from several threads. Implements callbacks.services.Services.
    """

    def __init__(
        self,
        city: City,
        home: Screen,
        live: Callable[[], Snapshot | None],
        replay: Callable[[datetime], Snapshot],
        layer_url: Callable[[str], str],
        keep: Callable[[str], Records] = _nothing_kept,
    ) -> None:
        self._city, self._home = city, home
        self._live, self._replay, self._layer_url, self._kept_of = live, replay, layer_url, keep
        self._painted: dict[tuple[str, str, int], html.Div] = {}
        self._lock = Lock()

    def address(self, search: str) -> Address:
        """What a query string asks of this city."""
        return address.read(search, self._city)

    def view(self, asked: Address) -> View | None:
        """The city as the address wants it seen; None before the first snapshot."""
        snapshot = self._live() if asked.at is None else self._replay(asked.at)
        return None if snapshot is None else View(snapshot, asked.district, asked.lang, self._layer_url)

    def records(self, source: str) -> Records:
        """What the store keeps of a source; a store that cannot be read is told as such, not raised."""
        try:
            return self._kept_of(source)
        except StoreError as error:
            log.warning("records of source %s could not be read: %s", source, error)
            return Records(failed=True)

    def page(self, search: str = "") -> html.Div:
        """The whole page filled with the newest numbers; painted once for all who open the same view of one snapshot."""
        asked = self.address(search)
        view = self.view(asked)
        if view is None:
            return html.Div("正在启动…", id="page")
        key = (asked.district, asked.lang, view.snapshot.version)
        with self._lock:
            painted = self._painted.get(key)
            if painted is None:
                painted = self._painted[key] = screen.build(self._home, view)
                while len(self._painted) > _KEPT:
                    self._painted.pop(next(iter(self._painted)))
        return painted
