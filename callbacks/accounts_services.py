"""What the pages about people ask of the running cockpit; composition hands it over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from access.opening import Access
from domain.account import Viewer
from domain.city import City
from layouts import address
from layouts.accounts.desk import Desk
from store import Store


@dataclass(frozen=True)
class AccountServices:
    """All of them read or write the store, so callbacks use them in a thread. now: the clock, aware UTC."""

    city: City
    store: Store
    access: Access
    now: Callable[[], datetime]

    def desk(self, viewer: Viewer, search: str) -> Desk:
        """How the viewer looks at a page of this address."""
        return Desk(self.city, viewer, address.read(search, self.city).lang, self.now())
