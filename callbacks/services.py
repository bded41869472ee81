"""What callbacks ask of the running cockpit; app.py hands it over."""

from typing import Protocol

from domain.account import Viewer
from layouts.address import Address
from layouts.source import Records
from layouts.view import View


class Services(Protocol):
    """Methods may read the store (a replayed moment, a source's records), so callbacks call them in a thread."""

    def address(self, search: str, viewer: Viewer | None) -> Address:
        """What a query string asks of this city, as far as the viewer may see it."""
        ...

    def view(self, asked: Address, viewer: Viewer | None) -> View | None:
        """The city as the address wants it seen and the viewer may see it. None before the first snapshot."""
        ...

    def records(self, source: str, viewer: Viewer | None) -> Records:
        """Runs and quarantined records of a source; `failed` when the store cannot be read."""
        ...
