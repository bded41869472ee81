"""What an address asks of a page: words by name, trimmed and cut; what is not known is left out."""

from collections.abc import Collection
from urllib.parse import parse_qs


def words(search: str, names: Collection[str], longest: int = 100) -> dict[str, str]:
    """The last word of each name in a query string. longest: characters that are read of it."""
    found = parse_qs(search.removeprefix("?"))
    return {name: found[name][-1].strip()[:longest] for name in names if name in found}
