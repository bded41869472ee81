"""The message catalogue: Chinese source strings, English by Babel's messages.po."""

import re
from functools import cache, lru_cache
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


@cache
def _templates(lang: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Messages with {placeholders} as patterns, those with the most fixed text first."""
    asked = sorted((m for m in catalogue(lang) if "{" in m), key=lambda m: -len(re.sub(r"\{\w+\}", "", m)))
    return tuple((re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(m))), m) for m in asked)


@lru_cache(maxsize=4096)
def said(text: str, lang: str) -> str:
    """A finished sentence of another package in `lang`: looked up whole, else by the message it was made from."""
    if lang == "zh" or not text or text in catalogue(lang):
        return catalogue(lang).get(text, text)
    if "；" in text:
        return "; ".join(said(part, lang) for part in text.split("；"))
    for pattern, message in _templates(lang):
        found = pattern.fullmatch(text)
        if found:
            parts = {name: said(value, lang) for name, value in found.groupdict().items()}
            return catalogue(lang)[message].format(**parts)
    return _listed(text, lang)


def _listed(text: str, lang: str) -> str:
    """Words in a row, each in `lang`; what is none stays as it is."""
    parts = text.split("、")
    words = [said(part, lang) for part in parts] if len(parts) > 1 else parts
    return text if words == parts else ", ".join(words)


def translate(text: str, lang: str, **values: object) -> str:
    """The text in `lang` with its {placeholders} filled; an untranslated text stays Chinese."""
    found = catalogue(lang).get(text, text)
    return found.format(**values) if values else found
