"""Durations as people write them in YAML: 90s, 5m, 2h, 30d, 1h30m."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def parse_duration(text: object) -> timedelta:
    """Read "1h30m" as a timedelta; ValueError with the accepted forms otherwise. A timedelta passes through."""
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not text or _PART.sub("", text):
        raise ValueError(f"{text!r} is not a duration; write 90s, 5m, 2h, 30d or 1h30m")
    parts = {_UNITS[unit]: float(number) for number, unit in _PART.findall(text)}
    return timedelta(**parts)


def format_duration(span: timedelta) -> str:
    """Write a timedelta the way `parse_duration` reads it."""
    left = int(span.total_seconds())
    out = ""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        out += f"{count}{unit}" if count else ""
    return out or "0s"
