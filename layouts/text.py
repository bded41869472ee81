"""The message catalogue: Chinese source strings, English by Babel's messages.po."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
_LOCALE = Path(__file__).with_name("locale")


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Chinese to `lang`; empty for Chinese itself and for a language nobody translated."""
    path = _LOCALE / lang / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


def translate(text: str, lang: str, **values: object) -> str:
    """The text in `lang` with its {placeholders} filled; an untranslated text stays Chinese."""
    found = catalogue(lang).get(text, text)
    return found.format(**values) if values else found
