"""When departments' servers do not answer: seldom, mostly at night, and never while the city is quiet."""

from demo.outages import SERVERS, Outages
from demo.scenario import Script
from tests.demo.conftest import NOW, OFFSET

HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
PLAIN = Outages(20261123, OFFSET, Script())


def test_every_server_has_a_night_of_maintenance_a_week() -> None:
    found = PLAIN.between(NOW - 4 * WEEK, NOW)
    for server in SERVERS:
        own = [o for o in found if o.what == server]
        nights = [o for o in own if 2 * HOUR <= (o.start + OFFSET) % DAY < 3 * HOUR]
        assert 3 <= len(nights) <= 5, server
        assert all(20 * 60 <= o.end - o.start <= 60 * 60 for o in nights)


def test_something_unforeseen_is_seldom() -> None:
    by_day = [o for o in PLAIN.between(NOW - 365 * DAY, NOW) if 6 * HOUR < (o.start + OFFSET) % DAY < 23 * HOUR]
    assert 15 < len(by_day) < 90
    down = sum(o.end - o.start for o in PLAIN.between(NOW - 365 * DAY, NOW)) / (365 * DAY * len(SERVERS))
    assert 0.002 < down < 0.01


def test_an_outage_is_the_same_whoever_asks() -> None:
    found = PLAIN.between(NOW - 9 * DAY, NOW)
    assert Outages(20261123, OFFSET, Script()).between(NOW - 9 * DAY, NOW) == found
    for one in found:
        assert not PLAIN.down(one.what, one.start - 1)
        assert PLAIN.down(one.what, one.start)
        assert PLAIN.down(one.what, one.end - 1)


def test_the_outage_scenario_silences_what_it_says_while_it_is_played() -> None:
    played = Outages(20261123, OFFSET, Script().switched("feed_outage", NOW).switched("normal", NOW + HOUR))
    for what in ("traffic", "fume", "hotline"):
        assert [played.down(what, t) for t in (NOW - 1, NOW, NOW + HOUR - 1, NOW + HOUR)] == [False, True, True, False]
    assert not played.down("governance", NOW + 60)


def test_nothing_fails_in_the_quiet_scenario_and_what_failed_ends_with_its_start() -> None:
    first = next(o for o in PLAIN.between(NOW, NOW + WEEK) if o.start > NOW)
    before = Outages(20261123, OFFSET, Script().switched("quiet", first.start - 60))
    assert [o for o in before.between(NOW, NOW + 10 * WEEK) if o.start >= first.start - 60] == []
    during = Outages(20261123, OFFSET, Script().switched("quiet", first.start + 60))
    assert during.down(first.what, first.start + 59)
    assert not during.down(first.what, first.start + 60)
