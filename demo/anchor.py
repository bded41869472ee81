"""Whether the demonstration city has its history; apart from the history itself, so that a later start asks quickly."""

from typing import Final

from store import Store

ANCHOR: Final = "demo.history"  # the moment of a history that was begun, so that one cut short is finished, not doubled


def finished(store: Store) -> bool:
    """Whether a history was written to its end: the last step leaves the sources' cursors."""
    return store.cursor(ANCHOR) is not None and store.cursor("incidents") is not None
