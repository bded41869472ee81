"""What the routes need of the running web process; made by app.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from domain.city import City
from snapshot.builder import Builder
from snapshot.displays import Displays
from snapshot.hub import Hub
from snapshot.live import Live
from snapshot.quality import Measured, measure
from store import Store


def no_hashes() -> Sequence[str]:
    """No inline script is allowed."""
    return ()


@dataclass(frozen=True)
class Services:
    """now: the clock (aware UTC). build: changes with every release, so that open pages reload. cache: a folder for made files.

    csp_hashes: hashes of the page's inline scripts (`Dash.csp_hashes`), asked when the first page is served.
    """

    city: City
    store: Store
    builder: Builder
    hub: Hub
    live: Live
    build: str
    cache: Path
    now: Callable[[], datetime]
    csp_hashes: Callable[[], Sequence[str]] = no_hashes

    @cached_property
    def measured(self) -> Measured:
        """How good the data are, measured once for everybody."""
        return Measured(partial(measure, self.city, self.store))

    @cached_property
    def displays(self) -> Displays:
        """The walls, as the store keeps them."""
        return Displays(self.store.walls)
