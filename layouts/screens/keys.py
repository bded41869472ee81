"""Keys of drafts: draft/<id>/<key of the screen it would be>."""

PREFIX = "draft"


def is_draft(key: str) -> bool:
    """Whether a screen's key is a draft's."""
    return key.startswith(f"{PREFIX}/") and key.count("/") > 1


def ident(key: str) -> str:
    """The part of a draft's key that names it."""
    return key.split("/")[1]


def plain(key: str) -> str:
    """A screen's key; of a draft that of the screen it would be."""
    return key.split("/", 2)[2] if is_draft(key) else key
