"""The audit page's address as a question: filters, the row to continue below, the row that is open."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

from store.audit import AuditQuery

LONGEST = 200  # characters of a filter; nothing that is audited is longer in a single name
FILTERS = ("actor", "verb", "thing", "address", "text", "since", "until")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks. given: the filters as typed, days as YYYY-MM-DD; mistakes: filters that cannot be understood."""

    query: AuditQuery
    given: dict[str, str]
    before: int | None = None
    row: int | None = None
    mistakes: tuple[str, ...] = ()

    @property
    def search(self) -> str:
        """The filters as a query string: what an export of the same rows asks for."""
        return urlencode(self.given)


def read(search: str, zone: ZoneInfo) -> Asked:
    """Read a query string; a day is one of the city's, and `until` includes it."""
    query = {name: values[-1].strip()[:LONGEST] for name, values in parse_qs(search.removeprefix("?")).items()}
    given = {name: query[name] for name in FILTERS if query.get(name)}
    since, until = _day(given.get("since", "")), _day(given.get("until", ""))
    days = {"since": since, "until": until}
    mistakes = tuple(name for name, day in days.items() if name in given and day is None)
    texts = {name: given.get(name, "") for name in ("actor", "verb", "thing", "address", "text")}
    asked = AuditQuery(
        **texts,
        since=_midnight(since, zone),
        until=_midnight(until + timedelta(days=1), zone) if until else None,
    )
    return Asked(asked, given, _number(query.get("before", "")), _number(query.get("row", "")), mistakes)


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None  # years whose midnights every store can keep


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
