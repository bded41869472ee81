"""What the routes need of the running web process; made by app.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from domain.account import Viewer
from domain.city import City
from domain.screen import Screen
from layouts.screens.drafts import Drafts
from layouts.screens.keys import is_draft
from layouts.topics import found
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
    drafts: Drafts = field(default_factory=Drafts)

    def screen(self, key: str, viewer: Viewer | None) -> Screen | None:
        """A screen of the city, or a draft of the viewer's own; None for one that does not exist for him."""
        if not is_draft(key):
            return found.screen(self.city, key)
        draft = self.drafts.of(key, viewer.login) if viewer is not None else None
        return draft.screen if draft is not None else None

    @cached_property
    def measured(self) -> Measured:
        """How good the data are, measured once for everybody."""
        return Measured(partial(measure, self.city, self.store))

    @cached_property
    def displays(self) -> Displays:
        """The walls, as the store keeps them."""
        return Displays(self.store.walls)
