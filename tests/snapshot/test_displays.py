"""Walls as they report themselves."""

from datetime import timedelta

from snapshot.displays import FORGOTTEN, MOST, SILENT, Displays, Orders
from tests.store.values import NOW

SECOND = timedelta(seconds=1)


def test_a_wall_is_known_by_its_login_and_the_name_it_gives_itself() -> None:
    walls = Displays()
    walls.beat("wall.hall", "", "10.0.0.1", {"scene": "overview"}, NOW)
    walls.beat("wall.hall", "left", "10.0.0.2", {"scene": "traffic"}, NOW)
    walls.beat("wall.hall", "", "10.0.0.1", {"scene": "data"}, NOW + SECOND)
    assert [(one.id, one.facts["scene"], one.seen - one.since) for one in walls.all()] == [
        ("wall.hall", "data", SECOND),
        ("wall.hall/left", "traffic", timedelta(0)),
    ]


def test_a_wall_that_reports_no_more_is_silent_and_at_last_forgotten() -> None:
    walls = Displays()
    walls.beat("a", "", "", {}, NOW)
    (one,) = walls.all()
    assert not one.silent(NOW + SILENT)
    assert one.silent(NOW + SILENT + SECOND)
    walls.beat("b", "", "", {}, NOW + FORGOTTEN)
    assert [one.id for one in walls.all()] == ["b"]


def test_what_a_wall_is_told_reaches_it_with_every_report_until_it_is_taken_back() -> None:
    walls = Displays()
    assert walls.beat("a", "", "", {}, NOW) == Orders()
    told = Orders("traffic", NOW + SECOND, "防汛Ⅲ级响应")
    assert walls.order("a", told)
    assert walls.beat("a", "", "", {}, NOW) == told
    assert walls.order("a", Orders())
    assert walls.beat("a", "", "", {}, NOW) == Orders()
    assert not walls.order("nobody", told)


def test_a_browser_that_invents_names_fills_no_memory() -> None:
    walls = Displays()
    for number in range(MOST + 50):
        walls.beat("a", f"n{number}", "", {}, NOW + number * SECOND)
    assert len(walls.all()) == MOST
    assert walls.all()[-1].id == "a/n99"
    assert "a/n0" not in {one.id for one in walls.all()}
