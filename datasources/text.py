"""Texts of foreign origin made safe to keep: what no database and no screen chokes on."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

RAW_LIMIT = 2000  # characters of a refused record that quarantine keeps
_LONGEST = 500


def clean(raw: object, limit: int = _LONGEST) -> str:
    """One value as text: trimmed, without NUL and lone surrogates (PostgreSQL and UTF-8 refuse them), at most `limit` long."""
    text = raw if isinstance(raw, str) else plain(raw)
    if text.isascii() and "\x00" not in text:
        return text.strip()[:limit]
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8").strip()[:limit]


def plain(raw: object) -> str:
    """A value as people write it: no quotes round texts, no .0 behind whole numbers (Excel's codes)."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, str | int | float | Decimal | date):
        return str(raw)
    return dump(raw)


def dump(raw: object) -> str:
    """A record as JSON text for quarantine, cut to the limit."""
    try:
        text = json.dumps(dict(raw) if isinstance(raw, Mapping) else raw, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = _told(raw)
    return cut(text)


def _told(raw: object) -> str:
    try:
        return repr(raw)
    except RecursionError:
        return f"a {type(raw).__name__} nested too deep to be shown"


def cut(text: str) -> str:
    """A raw text as quarantine keeps it."""
    return text[:RAW_LIMIT].replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
