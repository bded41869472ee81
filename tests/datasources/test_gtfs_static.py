"""The static feed of a transit agency: three tables of a zip, and nothing that a broken or hostile one can do."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.formats import gtfs_static
from datasources.formats.gtfs_static import Stop, read_static
from domain.errors import SourceError

STOPS = "stop_id,stop_name,stop_lat,stop_lon\ns1,市政府,23.68,113.05\ns2,,x,999\n"


def packed(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(f"feed/{name}.txt", text)
    return out.getvalue()


def test_stops_lines_and_trips_are_read_wherever_in_the_package_they_lie() -> None:
    told = read_static(
        packed(stops=STOPS, routes="route_id,route_short_name\nr1,1 路\n", trips="trip_id,route_id\nt1,r1\n"), "feed"
    )
    assert told.stops == {"s1": Stop("市政府", 113.05, 23.68), "s2": Stop("s2", None, None)}
    assert (told.routes, told.trips) == ({"r1": "1 路"}, {"t1": "r1"})


def test_what_is_not_there_counts_as_empty_and_timetables_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_static, "_LARGEST", 1_000)
    told = read_static(packed(stops=STOPS, stop_times="x" * 1_000_000), "feed")
    assert (set(told.stops), told.routes, told.trips) == ({"s1", "s2"}, {}, {})


def test_a_file_that_unpacks_to_more_than_the_bound_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gtfs_static, "_LARGEST", 1_000)
    with pytest.raises(SourceError, match=r"feed/feed/trips.txt: unpacks to more than 1,000 bytes"):
        read_static(packed(trips="x" * 1_000_000), "feed")


@given(st.binary(max_size=400) | st.binary(max_size=40).map(lambda noise: packed(stops=STOPS)[:-40] + noise))
def test_any_bytes_are_a_feed_or_refused(data: bytes) -> None:
    try:
        stops = read_static(data, "feed").stops
    except SourceError:
        return
    assert stops.keys() <= {"s1", "s2"}
