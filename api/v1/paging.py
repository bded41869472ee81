"""Long lists in pages: a cursor names the last item of a page by its sort key, so pages fit together while data move."""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from api.errors import ApiError

Item = TypeVar("Item")
Key = tuple[str | int, ...]
MOST = 1000  # items of a page
USUAL = 200


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """One page of a list; `following` is the cursor of the next, None after the last."""

    items: Sequence[Item]
    following: str | None


def paged(items: Sequence[Item], key: Callable[[Item], Key], limit: int, cursor: str) -> Part[Item]:
    """The page behind a cursor ("" = the first). `items` ascend by `key`, which tells each from every other."""
    start = bisect_right(items, unpacked(cursor, key(items[0])), key=key) if cursor and items else 0
    page = items[start : start + limit]
    more = start + limit < len(items)
    return Part(page, packed(key(page[-1])) if more else None)


def packed(key: Key) -> str:
    """A sort key as a cursor: safe in an address, and no promise of what is in it."""
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def unpacked(cursor: str, like: Key) -> Key:
    """The sort key in a cursor, of the same shape as `like`; ApiError when it is no cursor of this list."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        key = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        key = None
    if not isinstance(key, list) or [type(part) for part in key] != [type(part) for part in like]:
        raise ApiError(422, "unknown_cursor", "cursor is not one that this list gave; ask again without it.")
    return tuple(key)
