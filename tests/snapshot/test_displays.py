"""Walls report to one process and are ordered about by another: what they say is the store's."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from snapshot.displays import FORGOTTEN, MOST, Displays, Orders, last_seen
from store import Store, open_store
from tests.store.values import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'city.sqlite'}") as opened:
        yield opened


def test_another_process_hears_what_a_wall_said_and_the_wall_hears_what_it_was_told_there(
    store: Store, tmp_path: Path
) -> None:
    here = Displays(store.walls)
    here.beat("wall.hall", "", "10.0.0.1", {"scene": "traffic", "fps": 59.0}, NOW)
    with open_store(f"sqlite:///{tmp_path / 'city.sqlite'}") as other:
        there = Displays(other.walls)
        (seen,) = there.all()
        assert (seen.id, seen.address, seen.seen, seen.facts["fps"]) == ("wall.hall", "10.0.0.1", NOW, 59.0)
        told = Orders("data", NOW + timedelta(minutes=5), "紧急通知", NOW)
        assert there.order("wall.hall", told)
    assert here.beat("wall.hall", "", "10.0.0.1", {}, NOW + SECOND) == told
    assert here.all()[0].since == NOW


def test_an_unknown_wall_cannot_be_told_anything(store: Store) -> None:
    assert not Displays(store.walls).order("nobody", Orders("data"))


def test_a_report_does_not_undo_an_order_and_an_order_no_report(store: Store) -> None:
    walls = Displays(store.walls)
    walls.beat("hall", "left", "", {"scene": "a"}, NOW)
    walls.order("hall/left", Orders(message="x"))
    walls.beat("hall", "left", "", {"scene": "b"}, NOW + SECOND)
    (one,) = walls.all()
    assert (one.facts["scene"], one.orders.message) == ("b", "x")


def test_it_is_known_when_each_wall_reported_last(store: Store) -> None:
    walls = Displays(store.walls)
    walls.beat("a", "", "", {}, NOW)
    walls.beat("a", "", "", {}, NOW + SECOND)
    assert last_seen(store.walls) == {"a": NOW + SECOND}


def test_a_wall_is_known_by_its_login_and_the_name_it_gives_itself(store: Store) -> None:
    walls = Displays(store.walls)
    walls.beat("wall.hall", "", "10.0.0.1", {"scene": "overview"}, NOW)
    walls.beat("wall.hall", "left", "10.0.0.2", {"scene": "traffic"}, NOW)
    walls.beat("wall.hall", "", "10.0.0.1", {"scene": "data"}, NOW + SECOND)
    assert [(one.id, one.facts["scene"], one.seen - one.since) for one in walls.all()] == [
        ("wall.hall", "data", SECOND),
        ("wall.hall/left", "traffic", timedelta(0)),
    ]


def test_a_wall_that_reports_no_more_is_kept_for_a_week_and_then_forgotten(store: Store) -> None:
    walls = Displays(store.walls)
    walls.beat("a", "", "", {}, NOW)
    walls.beat("b", "", "", {}, NOW + FORGOTTEN - SECOND)
    assert [one.id for one in walls.all()] == ["a", "b"]
    walls.beat("b", "", "", {}, NOW + FORGOTTEN)
    assert [one.id for one in walls.all()] == ["b"]
    assert walls.beat("a", "", "", {}, NOW + FORGOTTEN) == Orders()


def test_what_a_wall_is_told_reaches_it_with_every_report_until_it_is_taken_back(store: Store) -> None:
    walls = Displays(store.walls)
    assert walls.beat("a", "", "", {}, NOW) == Orders()
    told = Orders("traffic", NOW + SECOND, "防汛Ⅲ级响应")
    assert walls.order("a", told)
    assert walls.beat("a", "", "", {}, NOW) == told
    assert walls.beat("a", "", "", {}, NOW + SECOND) == told
    assert walls.order("a", Orders())
    assert walls.beat("a", "", "", {}, NOW) == Orders()
    assert not walls.order("nobody", told)


def test_a_picture_is_sent_once_for_each_time_that_somebody_asks_and_goes_with_its_wall(store: Store) -> None:
    walls = Displays(store.walls)
    walls.beat("hall", "left", "", {}, NOW)
    assert not walls.send("hall", "left", b"unasked", NOW)
    walls.order("hall/left", Orders(picture=NOW + SECOND))
    assert walls.beat("hall", "left", "", {}, NOW + SECOND).picture == NOW + SECOND
    assert not walls.send("hall", "", b"another's", NOW + SECOND)
    assert walls.send("hall", "left", b"seen", NOW + 2 * SECOND)
    assert walls.beat("hall", "left", "", {}, NOW + 3 * SECOND).picture is None
    assert not walls.send("hall", "left", b"again", NOW + 3 * SECOND)
    (one,) = walls.all()
    assert (one.pictured, one.size, walls.picture("hall/left")) == (NOW + 2 * SECOND, 4, b"seen")
    walls.beat("b", "", "", {}, NOW + 2 * FORGOTTEN)
    assert walls.picture("hall/left") == b""


class Memory:
    """A place for reports that is quick enough for hundreds."""

    def __init__(self) -> None:
        self._reports: dict[str, str] = {}

    def report(self, wall: str, text: str) -> None:
        self._reports[wall] = text

    def order(self, wall: str, text: str) -> None:
        raise AssertionError("nothing is ordered here")

    def reports(self) -> dict[str, str]:
        return self._reports

    def orders(self) -> dict[str, str]:
        return {}

    def picture(self, wall: str, at: str, image: str) -> None:
        raise AssertionError("no picture is kept here")

    def pictured(self) -> dict[str, str]:
        return {}

    def picture_of(self, wall: str) -> str:
        return ""

    def forget(self, wall: str) -> None:
        del self._reports[wall]


def test_a_browser_that_invents_names_fills_nothing_and_the_newest_stay() -> None:
    walls = Displays(Memory())
    for number in range(MOST + 5):
        walls.beat("hall", f"n{number}", "", {}, NOW + number * SECOND)
    known = {one.id for one in walls.all()}
    assert len(known) == MOST
    assert "hall/n0" not in known
    assert f"hall/n{MOST + 4}" in known
