"""What callbacks ask of the running cockpit; app.py hands it over."""

from typing import Protocol

from layouts.address import Address
from layouts.source import Records
from layouts.view import View


class Services(Protocol):
    """Methods may read the store (a replayed moment, a source's records), so callbacks call them in a thread."""

    def address(self, search: str) -> Address:
        """What a query string asks of this city."""
        ...

    def view(self, address: Address) -> View | None:
        """The city as the address wants it seen: its moment, district and language. None before the first snapshot."""
        ...

    def records(self, source: str) -> Records:
        """Runs and quarantined records of a source; `failed` when the store cannot be read."""
        ...
