"""A filing (报表): one period of a form, as a department's clerk fills it in and signs it; and the periods there are."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.dossier import Dossier

Rhythm = Literal["month", "quarter", "day"]
DAY = timedelta(days=1)
_ABOUT = "form:"


class Filing(Dossier):
    """states: draft (being filled in), signed (its values are in the store), correcting (signed before, changed since).

    form: the source's key. period: its name, "2026-10". cells: "441802 visits" (place, column) -> what was typed.
    told: the cells of the newest signature. signer: of it, and `closed` its moment. signatures: how many there were.
    Its steps keep every earlier version with who and when.
    """

    PREFIX: ClassVar[str] = "BB"
    OVER: ClassVar[frozenset[str]] = frozenset({"signed"})

    form: str
    period: str
    cells: Mapping[str, str] = Field(default_factory=dict)
    told: Mapping[str, str] = Field(default_factory=dict)
    signer: str = ""
    signatures: int = 0


def about(form: str, period: str) -> str:
    """What the filing of a period is about."""
    return f"{_ABOUT}{form} {period}"


def about_what(text: str) -> tuple[str, str]:
    """Form and period of what a filing is about."""
    form, _, period = text.removeprefix(_ABOUT).partition(" ")
    return form, period


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch that a form is filled in for: its name (2026-10, 2026-Q3, 2026-11-24), first and last day.

    due: when it should be there, aware.
    """

    name: str
    first: date
    last: date
    due: datetime


def periods(rhythm: Rhythm, within: int, now: datetime, zone: ZoneInfo) -> Iterator[Period]:
    """The whole periods up to now, newest first, without end. within: days after its last day in which one is handed in."""
    begin = _begin(rhythm, now.astimezone(zone).date())
    while True:
        last = begin - DAY
        begin = _begin(rhythm, last)
        due = datetime.combine(last + DAY * (within + 1), time(), zone)
        yield Period(_name(rhythm, begin), begin, last, due)


def periods_since(rhythm: Rhythm, within: int, since: date, now: datetime, zone: ZoneInfo) -> list[Period]:
    """The whole periods that began on a day or later, newest first."""
    return list(takewhile(lambda one: one.first >= since, periods(rhythm, within, now, zone)))


def missed(awaited: Iterable[Period], told: Collection[str], now: datetime) -> datetime | None:
    """Since when something is overdue, of the periods that are awaited; None when nothing is. told: names of those that are there."""
    return min((one.due for one in awaited if one.name not in told and one.due <= now), default=None)


def _begin(rhythm: Rhythm, day: date) -> date:
    if rhythm == "day":
        return day
    return day.replace(day=1, month=day.month if rhythm == "month" else (day.month - 1) // 3 * 3 + 1)


def _name(rhythm: Rhythm, begin: date) -> str:
    if rhythm == "day":
        return begin.isoformat()
    return f"{begin:%Y-%m}" if rhythm == "month" else f"{begin.year}-Q{(begin.month + 2) // 3}"
