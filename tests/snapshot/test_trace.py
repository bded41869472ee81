from datetime import timedelta

from snapshot.trace import Traced, holds
from tests.cities import EAST, NOW, observed
from tests.snapshot.conftest import Desk, ago


def test_a_panel_whose_answers_are_the_same_need_not_be_drawn(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(1), "hydro"))
    traced = Traced(desk.live())
    traced.reading("hydro.level", "gauge-1")
    traced.trend("hydro.level", "gauge-1", 6)
    desk.put(observed("service.cases", EAST, 5, ago(1)))
    assert holds(traced.asked, desk.live(NOW + timedelta(seconds=1)))
    desk.put(observed("hydro.level", "gauge-1", 2, ago(0), "hydro"))
    assert not holds(traced.asked, desk.live(NOW + timedelta(seconds=2)))


def test_age_alone_makes_a_panel_old(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(1), "hydro"))
    traced = Traced(desk.live())
    traced.reading("hydro.level", "gauge-1")
    assert holds(traced.asked, desk.live(NOW + timedelta(minutes=6)))
    assert not holds(traced.asked, desk.live(NOW + timedelta(minutes=8)))


def test_who_reads_the_clock_is_drawn_once_a_minute(desk: Desk) -> None:
    traced = Traced(desk.live())
    assert traced.at == NOW
    assert holds(traced.asked, desk.live(NOW + timedelta(seconds=29)))
    assert not holds(traced.asked, desk.live(NOW + timedelta(seconds=30)))


def test_every_question_is_passed_on_unchanged(desk: Desk) -> None:
    desk.put(observed("air.pm25", "air-1", 30, ago(32), "air"))
    snapshot = desk.live()
    traced = Traced(snapshot)
    assert traced.reading("air.pm25", EAST, "today") is snapshot.reading("air.pm25", EAST, "today")
    assert traced.readings("air.pm25", EAST) is snapshot.readings("air.pm25", EAST)
    assert traced.by_district("air.pm25") is snapshot.by_district("air.pm25")
    assert traced.trend("air.pm25", EAST, 3) is snapshot.trend("air.pm25", EAST, 3)
    assert traced.today("air.pm25", EAST, 1) is snapshot.today("air.pm25", EAST, 1)
    assert traced.compare("air.pm25", EAST, "week") is snapshot.compare("air.pm25", EAST, "week")
    assert traced.ranking("air.pm25") is snapshot.ranking("air.pm25")
    assert traced.source_of("air.pm25") == "air"
    assert traced.events_per(60, 12) is snapshot.events_per(60, 12)
    assert (traced.alerts, traced.incidents, traced.sources) == (snapshot.alerts, snapshot.incidents, snapshot.sources)
    assert (traced.version, traced.live, traced.city) == (snapshot.version, True, snapshot.city)
    assert len(traced.asked) == 13
