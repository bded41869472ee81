"""Anything a deed may say as canonical JSON text that both databases can hold; secrets are left out."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from math import isfinite

from store.driver import storable

LEFT_OUT = "***"
# A deed must not hold a secret. Whoever forgets that finds this instead.
SECRET_WORDS = ("password", "secret", "cookie", "bearer")


def plain_json(value: Mapping[str, object]) -> str:
    """Sorted keys, no spaces, Chinese as it is."""
    return storable(json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): LEFT_OUT if _secret(str(key)) else _plain(one) for key, one in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(_plain(one)) for one in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return _word(value)


def _word(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    return value if isinstance(value, float) and isfinite(value) else str(value)


def _secret(key: str) -> bool:
    return any(word in key.lower() for word in SECRET_WORDS)
