"""The static feed beside a GTFS Realtime one: stops, lines and which trip is whose (gtfs.org/schedule)."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from datasources.formats.packed import unzip
from datasources.formats.tables import read_csv
from datasources.formats.text import decode

_LARGEST = 100_000_000  # bytes of the three files together, unpacked
_FILES = ("stops.txt", "routes.txt", "trips.txt")


class Stop(NamedTuple):
    """A stop's name and WGS-84 coordinates, None where the feed gives none."""

    name: str
    lon: float | None
    lat: float | None


class Timetable(NamedTuple):
    """Stops by id, lines' names by id, lines by trip. Empty until a static feed was read."""

    stops: Mapping[str, Stop]
    routes: Mapping[str, str]
    trips: Mapping[str, str]


NONE = Timetable({}, {}, {})


def read_static(data: bytes, where: str) -> Timetable:
    """stops.txt, routes.txt and trips.txt of a feed's zip; a file that is not there counts as empty.

    SourceError when it is no zip, they unpack to more than 100 MB or one is no table. Timetables (stop_times.txt) are not opened.
    """
    files: dict[str, bytes] = {}
    for path, content in unzip(where, data, _LARGEST, lambda path: _named_in(path) in _FILES):
        files.setdefault(_named_in(path), content)
    stops, routes, trips = (list(_rows(files.get(name), name, where)) for name in _FILES)
    return Timetable(
        {row["stop_id"]: _stop(row) for row in stops if row.get("stop_id")},
        {row["route_id"]: _named(row) for row in routes if row.get("route_id")},
        {row["trip_id"]: row.get("route_id", "") for row in trips if row.get("trip_id")},
    )


def _named_in(path: str) -> str:
    """A file's name, wherever in the package it lies."""
    return path.rpartition("/")[2]


def _rows(content: bytes | None, name: str, where: str) -> Iterator[dict[str, str]]:
    """The rows of one of its files."""
    if content is None:
        return
    records, _ = read_csv(decode(content, "auto", f"{where}/{name}"), ",", (), 0, f"{where}/{name}")
    for record in records:
        yield {str(key): str(value or "") for key, value in record.fields.items()}


def _named(row: Mapping[str, str]) -> str:
    return row.get("route_short_name") or row.get("route_long_name") or row["route_id"]


def _stop(row: Mapping[str, str]) -> Stop:
    return Stop(row.get("stop_name") or row["stop_id"], _number(row.get("stop_lon")), _number(row.get("stop_lat")))


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) <= 180 else None
