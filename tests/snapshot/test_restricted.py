from dataclasses import replace
from datetime import timedelta

import pytest

from access.reach import REFUSED
from domain.account import WHOLE, Reach
from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.case import Case, CaseStep
from domain.incident import Incident
from domain.run import SourceRun
from snapshot.channel import Topic
from snapshot.hub import Hub
from snapshot.model import Snapshot
from snapshot.restricted import Lens, Restricted
from store.desk import Planned
from tests.cities import CITY, EAST, NOW, WEST, observed
from tests.snapshot.conftest import Desk, ago

AIR_EAST = Reach(frozenset({EAST}), frozenset({"environment"}))
SYSTEM_TOO = Reach(None, frozenset({"environment", "system"}))


@pytest.fixture
def snapshot(desk: Desk) -> Snapshot:
    """Air everywhere, cases everywhere, an alert and an incident in each district, sources that ran."""
    desk.put(
        *(observed("air.pm25", site, value, ago(minutes=5), "air") for site, value in (("air-1", 10), ("air-3", 90))),
        *(observed("service.cases", place, 7, ago(minutes=5)) for place in (EAST, WEST)),
        *(observed("service.due", place, 7, ago(minutes=5)) for place in (EAST, WEST)),
        *(observed("service.closed_on_time", place, 7, ago(minutes=5)) for place in (EAST, WEST)),
    )
    for site in ("air-1", "air-3"):
        alert = Alert(site, "r", "air.pm25", site, AlertLevel.P2, Condition.FIRING, ago(9), ago(9), 1.0, site, ago(9))
        step = Transition(site, ago(9), Condition.NORMAL, Condition.FIRING, AlertLevel.P2, 1.0, Reason.BREACHED)
        assert desk.store.save_alerts([alert], [step])
    return desk.live()


def test_a_whole_reach_sees_the_snapshot_itself(snapshot: Snapshot) -> None:
    assert Lens(WHOLE)(snapshot) is snapshot


def test_one_snapshot_is_restricted_once_for_a_reach(snapshot: Snapshot) -> None:
    lens = Lens(AIR_EAST)
    seen = lens(snapshot)
    assert lens(snapshot) is seen
    assert (seen.reach, seen.at, seen.version, seen.live) == (AIR_EAST, snapshot.at, snapshot.version, snapshot.live)


def test_figures_inside_are_the_same_and_those_outside_are_refused(snapshot: Snapshot) -> None:
    seen = Restricted(snapshot, AIR_EAST)
    assert seen.reading("air.pm25", EAST) == snapshot.reading("air.pm25", EAST)
    assert seen.trend("air.pm25", "air-1") == snapshot.trend("air.pm25", "air-1")
    assert seen.today("air.pm25", EAST) == snapshot.today("air.pm25", EAST)
    assert seen.compare("air.pm25", EAST) == snapshot.compare("air.pm25", EAST)
    for metric, place in (("air.pm25", ""), ("air.pm25", WEST), ("air.pm25", "air-3"), ("service.cases", EAST)):
        refused = seen.reading(metric, place)
        assert (refused.value, refused.note, refused.at) == (None, REFUSED, None)
        assert refused.place == (place or CITY)
        assert seen.trend(metric, place).values == ()
        assert seen.today(metric, place).values == ()
        assert seen.compare(metric, place).refused == REFUSED
        assert seen.compare(metric, place).base is None


def test_lists_are_shorter(snapshot: Snapshot) -> None:
    seen = Restricted(snapshot, AIR_EAST)
    assert {r.place for r in snapshot.readings("air.pm25")} == {"air-1", "air-3"}
    assert [r.place for r in seen.readings("air.pm25")] == ["air-1"]
    assert seen.readings("air.pm25", WEST) == ()
    assert [r.place for r in seen.by_district("air.pm25")] == [EAST]
    assert seen.by_district("service.cases") == ()
    assert list(seen.city.districts) == [EAST]


def test_a_rank_among_others_is_not_told(snapshot: Snapshot) -> None:
    [own] = Restricted(snapshot, Reach(frozenset({EAST}))).ranking("service.on_time_rate")
    assert (own.place, own.rank, own.before, own.refused) == (EAST, None, None, REFUSED)
    assert own.value == 100
    service = Restricted(snapshot, Reach(None, frozenset({"service"})))
    assert service.ranking("service.on_time_rate") == snapshot.ranking("service.on_time_rate")


def test_alerts_and_what_they_count_are_those_inside(snapshot: Snapshot) -> None:
    seen = Restricted(snapshot, AIR_EAST)
    assert [a.site for a in seen.alerts] == ["air-1"]
    whole, own = snapshot.events_per(), seen.events_per()
    assert (sum(v or 0 for v in whole.values), sum(v or 0 for v in own.values)) == (2, 1)
    assert own.at == whole.at


def test_incidents_need_their_topic_and_district(desk: Desk) -> None:
    told = Incident("1", "incidents", "fire", "!", ago(9), ago(9), ago(9), district=EAST)
    snapshot = desk.live()
    snapshot._moment = replace(snapshot.moment, incidents=(told, replace(told, id="2", district="")))
    emergency = Reach(frozenset({EAST}), frozenset({"emergency"}))
    assert [i.id for i in Restricted(snapshot, emergency).incidents] == ["1"]
    assert Restricted(snapshot, AIR_EAST).incidents == ()


def test_of_a_source_that_feeds_others_too_only_the_state_is_told(desk: Desk) -> None:
    run = SourceRun("air", ago(2), ago(1), False, 5, 5, 0, 5, "row of 清新区 is broken")
    desk.store.record_run(run)
    snapshot = desk.live()
    seen = Restricted(snapshot, AIR_EAST).sources
    assert set(seen) == {"air"}
    assert seen["air"].state is snapshot.sources["air"].state
    assert (seen["air"].rows, seen["air"].rejected, seen["air"].error, seen["air"].latency) == (0, 0, "", None)
    whole_air = Restricted(snapshot, Reach(None, frozenset({"environment"}))).sources["air"]
    assert whole_air == snapshot.sources["air"]


def test_the_reasons_of_a_status_are_not_told_to_those_who_may_not_read_all_topics(snapshot: Snapshot) -> None:
    assert "air-1" in snapshot.reading("city.status").note
    seen = Restricted(snapshot, SYSTEM_TOO).reading("city.status")
    assert (seen.value, seen.note) == (snapshot.reading("city.status").value, "")


async def test_equal_reaches_share_one_drawing(snapshot: Snapshot) -> None:
    drawn: list[Snapshot] = []

    def panels(_topic: Topic):  # type: ignore[no-untyped-def]
        def panel(seen: Snapshot):  # type: ignore[no-untyped-def]
            drawn.append(seen)
            return {"x": {"children": seen.reading("air.pm25", EAST).value, "city": seen.reading("air.pm25").value}}

        return {"panel": panel}

    hub = Hub(panels, Topic("overview"))
    await hub.publish(snapshot)
    same = [Topic("overview", EAST, "zh", Reach(frozenset([EAST]), frozenset(["environment"]))) for _ in range(3)]
    feeds = [await hub.subscribe(topic) for topic in same]
    assert hub.topics == 2
    assert len(drawn) == 2
    first, *others = [await feed.take() for feed in feeds]
    assert first is not None
    assert all(other is first for other in others)  # the very same bytes
    assert b'"city":null' in first.plain
    assert b'"children":10' in first.plain
    hub.close()


def test_a_replayed_moment_is_restricted_like_any_other(desk: Desk) -> None:
    desk.put(*(observed("air.pm25", s, v, ago(hours=3), "air") for s, v in (("air-1", 10), ("air-3", 90))))
    seen = Restricted(desk.builder.at(NOW - timedelta(hours=2)), AIR_EAST)
    assert seen.reading("air.pm25", EAST).value == 10
    assert seen.reading("air.pm25").note == REFUSED
    assert [r.place for r in seen.readings("air.pm25")] == ["air-1"]


@pytest.mark.parametrize(
    ("site", "topic_of", "seen"),
    [("air-1", "air.pm25", True), ("air-3", "air.pm25", False), (EAST, "service.cases", False)],
)
def test_a_case_is_seen_where_its_alert_would_be(desk: Desk, site: str, topic_of: str, seen: bool) -> None:
    case = Case("", f"r|{site}", "r", topic_of, site, EAST, "x", AlertLevel.P1, "", Condition.CLEARED, ago(9), ago(9))
    assert desk.store.desk.save((), (), Planned([CaseStep(case, "open", ago(9))]), ago(9)).cases
    assert (set(Restricted(desk.live(), AIR_EAST).cases) == {f"r|{site}"}) is seen
