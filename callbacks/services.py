"""What callbacks ask of the running cockpit; app.py hands it over."""

from typing import Protocol

from layouts.address import Address
from layouts.view import View


class Services(Protocol):
    """Both methods may read the store (a replayed moment), so callbacks call them in a thread."""

    def address(self, search: str) -> Address:
        """What a query string asks of this city."""
        ...

    def view(self, address: Address) -> View | None:
        """The city as the address wants it seen: its moment, district and language. None before the first snapshot."""
        ...
