"""How far a table has been read, ties included."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b

from domain.errors import SourceError

_MOST_TIES = 50_000


class Seen:
    """How far the feed has been read: the newest value and which rows with exactly that value are known."""

    def __init__(self, value: object, digests: Sequence[str] = ()) -> None:
        self.value = value
        self._digests = set(digests)

    @classmethod
    def parse(cls, cursor: str) -> "Seen":
        """Read what `cursor` wrote; SourceError when it is something else."""
        try:
            held = json.loads(cursor)
            return cls(_READ[held["type"]](held["value"]), held["rows"])
        except (ValueError, KeyError, TypeError) as error:
            raise SourceError(f"the stored cursor {cursor[:60]!r} is not this source's", permanent=True) from error

    def cursor(self) -> str | None:
        """The position as text; None while nothing moved it."""
        if self.value is None:
            return None
        kind = next((name for name, type_ in _TYPES.items() if isinstance(self.value, type_)), "")
        if not kind:
            raise SourceError(f"a watermark cannot be of type {type(self.value).__name__}", permanent=True)
        value = self.value.isoformat() if isinstance(self.value, date) else str(self.value)
        return json.dumps({"type": kind, "value": value, "rows": sorted(self._digests)})

    def is_new(self, value: object, row: Sequence[object]) -> bool:
        """Whether this row was not read before; rows come in the watermark's order."""
        digest = blake2b(repr(tuple(row)).encode("utf-8", "replace"), digest_size=8).hexdigest()
        if value != self.value:
            self.value = value
            self._digests = set()
        elif digest in self._digests:
            return False
        if len(self._digests) >= _MOST_TIES:
            raise SourceError(
                f"more than {_MOST_TIES:,} rows share one watermark: choose a finer column", permanent=True
            )
        self._digests.add(digest)
        return True


# The first type that fits names the cursor's: datetime, being a date, comes before date.
_TYPES: dict[str, type] = {
    "datetime": datetime,
    "date": date,
    "int": int,
    "float": float,
    "decimal": Decimal,
    "str": str,
}
_READ: dict[str, Callable[[str], object]] = {
    "datetime": datetime.fromisoformat, "date": date.fromisoformat, "int": int, "float": float, "decimal": Decimal,
    "str": str,
}  # fmt: skip
