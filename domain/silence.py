"""A silence: people hold back notices by matchers, once or every week; alerts go on and are shown as held back."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal, NamedTuple

Matched = Literal["rule", "site", "district", "topic", "level"]


class Matcher(NamedTuple):
    """What a case must be: one of the values of a name ("level": "P3", "P4")."""

    name: Matched
    values: tuple[str, ...]


class Weekly(NamedTuple):
    """Every week on some days (1 = Monday), from a local time for a local span of minutes."""

    days: tuple[int, ...]
    begin: time
    minutes: int


@dataclass(frozen=True, slots=True)
class Silence:
    """`id` is given by the store (0 before). All matchers must match. start <= t < end; weekly narrows that.

    approved: who agreed where the level needs it. ended: when somebody ended it early.
    """

    id: int
    matchers: tuple[Matcher, ...]
    start: datetime
    end: datetime
    reason: str
    author: str
    created: datetime
    weekly: Weekly | None = None
    approved: str = ""
    ended: datetime | None = None
