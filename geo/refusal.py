"""Why an import is refused: one clear sentence each, with the first few of many places where it is so."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

SHOWN: Final = 5


class Refused(ValueError):
    """The import cannot go on; the message is the sentence for the person who started it."""


def few(items: Iterable[object]) -> str:
    """The first five of a list, and how many more there are."""
    texts = [str(item) for item in items]
    more = len(texts) - SHOWN
    return ", ".join(texts[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def require(wanted: Iterable[str], columns: Iterable[object]) -> None:
    """Refused when a wanted column is not among the columns; the sentence says which there are."""
    known = [str(column) for column in columns if column != "geometry"]
    for name in wanted:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the columns are: {', '.join(known) or 'none'}"
            raise Refused(f"there is no column {name!r}; {hint}")
