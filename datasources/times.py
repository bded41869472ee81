"""A record's time, read as its source declares it, in aware UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.source import AtSpec, ClockSpec

# A device whose clock was never set says 1970-01-01.
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_AHEAD = ClockSpec().ahead
_YEARS = ("%Y", "%y", "%G", "%c", "%x", "%s")
_Parse = Callable[[object, datetime], datetime]


class TimeReader:
    """Reads times of one declaration. Built once; ValueError when the zone or a format makes no sense."""

    def __init__(self, spec: AtSpec, ahead: timedelta = _AHEAD) -> None:
        self._ahead = ahead
        try:
            self._zone = ZoneInfo(spec.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"zone {spec.zone!r} is not in the time zone database") from error
        self._year = spec.year
        self._shift = spec.shift
        formats = (spec.format,) if isinstance(spec.format, str) else spec.format
        self._parsers: tuple[_Parse, ...] = tuple(self._parser(one) for one in formats)
        if not self._parsers:
            raise ValueError("format: give at least one")

    def read(self, raw: object, received: datetime) -> datetime:
        """The moment in UTC; ValueError with a sentence when `raw` is no time. `received` helps where the year is missing."""
        if raw is None or raw == "":
            raise ValueError("no time")
        try:
            if isinstance(raw, datetime):
                moment = self._aware(raw)
            elif isinstance(raw, date):
                moment = self._aware(datetime.combine(raw, time()))
            else:
                moment = self._text(raw, received)
            moment = moment.astimezone(UTC) + self._shift
        except OverflowError as error:
            raise ValueError(f"time {_short(raw)} lies outside the calendar") from error
        if moment < EARLIEST:
            raise ValueError(f"time {_short(raw)} is before 1970-01-02: a clock that was never set")
        return moment

    def in_future(self, raw: object, now: datetime) -> bool:
        """Whether `raw` is a time further in the future than a clock may err; False for what is no time."""
        try:
            return self.read(raw, now) > now + self._ahead
        except ValueError:
            return False

    def _text(self, raw: object, received: datetime) -> datetime:
        for parse in self._parsers:
            try:
                return parse(raw, received)
            except (ValueError, TypeError, OverflowError):
                continue
        raise ValueError(f"time {_short(raw)} is in none of the declared formats")

    def _aware(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=self._zone)

    def _parser(self, text: str) -> _Parse:
        if text == "iso":
            return self._iso
        if text == "epoch_s":
            return partial(_epoch, 1.0)
        if text == "epoch_ms":
            return partial(_epoch, 1000.0)
        if "%" not in text:
            raise ValueError(f'format {text!r} is neither "iso", "epoch_s", "epoch_ms" nor a strptime pattern with %')
        if any(mark in text for mark in _YEARS):
            return partial(self._pattern, text)
        return partial(self._yearless, text)

    def _iso(self, raw: object, _received: datetime) -> datetime:
        return self._aware(datetime.fromisoformat(_stripped(raw)))

    def _pattern(self, pattern: str, raw: object, _received: datetime) -> datetime:
        return self._aware(datetime.strptime(_stripped(raw), pattern))  # noqa: DTZ007 - the zone is added

    def _yearless(self, pattern: str, raw: object, received: datetime) -> datetime:
        """The declared year, or the year that puts the time nearest before its arrival (a December record read in January)."""
        text = _stripped(raw)
        here = received.astimezone(self._zone)
        if self._year is not None:
            return self._in_year(pattern, text, self._year)
        found = None
        for year in (here.year, here.year - 1, here.year - 2, here.year - 3, here.year - 4):  # 29 February needs four
            try:
                found = self._in_year(pattern, text, year)
            except ValueError:
                continue
            if found <= received + self._ahead:
                return found
        if found is None:
            raise ValueError("no such day")
        return found

    def _in_year(self, pattern: str, text: str, year: int) -> datetime:
        return self._aware(datetime.strptime(f"{year:04d} {text}", f"%Y {pattern}"))  # noqa: DTZ007 - the zone is added


def _epoch(per_second: float, raw: object, _received: datetime) -> datetime:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise TypeError("no number")
    # Added to the epoch in whole microseconds: exact, unlike fromtimestamp of a float with a large number.
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(float(raw) * 1e6 / per_second))


def _stripped(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise TypeError("no text")
    return str(raw).strip()


def _short(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."
