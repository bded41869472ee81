from datetime import timedelta

import pytest

from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.batch import Batch
from domain.incident import Incident
from tests.cities import EAST, NOW, WEST, observed
from tests.snapshot.conftest import Desk, ago

HOUR = timedelta(hours=1)


def test_a_trend_has_one_value_for_each_hour_and_ends_with_the_running_one(desk: Desk) -> None:
    desk.put(
        *(observed("hydro.level", "gauge-1", h, ago(minutes=32, hours=h), "hydro") for h in range(6)),
        observed("hydro.level", "gauge-1", 100, ago(2), "hydro"),
    )
    trend = desk.live().trend("hydro.level", "gauge-1", 6)
    assert trend.at[-1] == ago(32)
    assert trend.step == HOUR
    assert trend.values == (5, 4, 3, 2, 1, 50)


def test_a_trend_can_end_earlier_and_have_finer_steps(desk: Desk) -> None:
    desk.put(*(observed("hydro.level", "gauge-1", i, ago(2 + 5 * i), "hydro") for i in range(30)))
    trend = desk.live().trend("hydro.level", "gauge-1", 1, timedelta(minutes=5), end=ago(62))
    assert len(trend.values) == 12
    assert trend.at[-1] == ago(62)
    assert trend.values[-1] == 12
    assert trend.values[0] == 23


def test_gaps_stay_gaps(desk: Desk) -> None:
    desk.put(
        observed("hydro.level", "gauge-1", 1, ago(hours=3), "hydro"),
        observed("hydro.level", "gauge-1", 2, ago(2), "hydro"),
    )
    assert desk.live().trend("hydro.level", "gauge-1", 4).values == (1, None, None, 2)


def test_the_running_hour_of_a_sum_is_left_out(desk: Desk) -> None:
    desk.put(*(observed("service.cases", d, 1, ago(2 + 5 * i)) for i in range(40) for d in (EAST, WEST)))
    values = desk.live().trend("service.cases", "", 3).values
    assert values[-1] is None
    assert values[:-1] == (24, 24)


def test_a_sum_over_places_is_left_out_when_too_many_are_silent(desk: Desk) -> None:
    desk.put(
        *(observed("service.cases", EAST, 1, ago(2 + 5 * i)) for i in range(40)),
        *(observed("service.cases", WEST, 1, ago(minutes=32 + 5 * i)) for i in range(1, 8)),
    )
    assert desk.live().trend("service.cases", "", 3).values == (None, 19, None)


def test_today_begins_at_local_midnight_and_yesterday_is_whole(desk: Desk) -> None:
    midnight = ago(minutes=32, hours=14)
    desk.put(
        *(observed("hydro.level", "gauge-1", i, midnight + i * HOUR, "hydro") for i in range(-24, 15)),
    )
    snapshot = desk.live()
    today = snapshot.today("hydro.level", "gauge-1")
    assert (today.at[0], len(today.values)) == (midnight, 15)
    assert today.values == tuple(range(15))
    yesterday = snapshot.today("hydro.level", "gauge-1", days_ago=1)
    assert (yesterday.at[0], len(yesterday.values)) == (midnight - timedelta(days=1), 24)
    assert yesterday.values == tuple(range(-24, 0))


def test_a_ratios_course_is_of_sums(desk: Desk) -> None:
    for i in range(30):
        for place, closed, due in ((EAST, 9, 10), (WEST, 1, 2)):
            desk.put(
                observed("service.closed_on_time", place, closed, ago(2 + 5 * i)),
                observed("service.due", place, due, ago(2 + 5 * i)),
            )
    values = desk.live().trend("service.on_time_rate", "", 2).values
    assert values[0] == pytest.approx(10 / 12 * 100)


def test_an_index_has_a_course_too(desk: Desk) -> None:
    desk.put(*(observed("air.aqi", f"air-{s}", 50 * (h + 1), ago(32, h), "air") for s in (1, 2, 3) for h in range(3)))
    assert desk.live().trend("city.index", "", 3).values == pytest.approx((100 * 100 / 150, 100, 100))


def test_steps_older_than_the_hot_window_come_from_roll_ups(desk: Desk) -> None:
    desk.put(*(observed("hydro.level", "gauge-1", h, ago(32, h), "hydro") for h in range(24 * 10)))
    desk.store.close_buckets(NOW)
    snapshot = desk.live()
    values = snapshot.trend("hydro.level", "gauge-1", 24 * 9).values
    assert values == tuple(float(h) for h in reversed(range(24 * 9)))
    days = snapshot.trend("hydro.level", "gauge-1", 24 * 8, timedelta(days=1))
    assert len(days.values) == 8
    assert days.values[-2] == pytest.approx(sum(range(15, 39)) / 24)
    assert days.values[0] == pytest.approx(sum(range(15 + 144, 39 + 144)) / 24)
    fine = snapshot.trend("hydro.level", "gauge-1", 2, timedelta(minutes=30), end=ago(32, 100)).values
    assert fine == (None, 101, None, 100)


def test_long_windows_add_roll_ups_and_the_hot_window_without_a_seam(desk: Desk) -> None:
    desk.put(*(observed("service.cases", EAST, 1, ago(32, h)) for h in range(24 * 35)))
    desk.store.close_buckets(NOW)
    snapshot = desk.live()
    since_midnight_29_days_ago = 29 * 24 + 15
    assert snapshot.reading("service.cases", EAST, "d30").value == since_midnight_29_days_ago
    assert snapshot.reading("service.cases", EAST, "d30").coverage == pytest.approx(1, abs=0.1)
    assert snapshot.reading("service.cases", EAST, "month").value == 23 * 24 + 15
    assert snapshot.reading("service.cases", EAST, "year").value == 24 * 35


def test_events_count_alerts_fired_and_incidents_begun(desk: Desk) -> None:
    desk.store.write(
        Batch(
            "incidents",
            NOW,
            incidents=(
                Incident("1", "incidents", "fire", "火情", ago(3), ago(3), NOW, district=EAST, grade=2),
                Incident("2", "incidents", "flood", "内涝", ago(70), ago(70), NOW, status="closed"),
            ),
        )
    )
    fired = Alert(
        "r|hall-1",
        "r",
        "service.queue",
        "hall-1",
        AlertLevel.P2,
        Condition.FIRING,
        ago(9),
        ago(8),
        3.0,
        "说明",
        fired=ago(8),
    )
    step = Transition(
        fired.fingerprint, ago(8), Condition.NORMAL, Condition.FIRING, AlertLevel.P2, 3.0, Reason.BREACHED
    )
    assert desk.store.save_alerts([fired], [step])
    snapshot = desk.live()
    trend = snapshot.events_per(30, 24)
    assert len(trend.values) == 48
    assert trend.at[-1] == ago(2)
    assert trend.values[-4:] == (1, 0, 2, 0)
    assert [a.fingerprint for a in snapshot.alerts] == [fired.fingerprint]
    assert [i.id for i in snapshot.incidents] == ["1", "2"]
    status = snapshot.reading("city.status")
    assert status.value == 4
    assert status.note.startswith("重大事件：火情")
    assert snapshot.reading("city.status", WEST).value == 1
