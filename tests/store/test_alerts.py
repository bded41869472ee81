from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Barrier

from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from store import Store, open_store
from tests.store.values import HOUR, MINUTE, NOW


def alert(
    condition: Condition = Condition.PENDING, *, at: datetime = NOW, since: datetime = NOW, site: str = "a"
) -> Alert:
    return Alert(f"pm25|{site}", "pm25", "air.pm25", site, AlertLevel.P3, condition, since, at, 120.0, "PM2.5 120")


def step(old: Condition, new: Condition, at: datetime = NOW, site: str = "a") -> Transition:
    return Transition(f"pm25|{site}", at, old, new, AlertLevel.P3, 120.0, Reason.BREACHED)


def _fire(store: Store, at: datetime = NOW) -> Alert:
    firing = replace(alert(Condition.FIRING, at=at, since=at), fired=at, peak=120.0)
    steps = [step(Condition.NORMAL, Condition.PENDING, at), step(Condition.PENDING, Condition.FIRING, at)]
    assert store.save_alerts([firing], steps) == {"pm25|a"}
    return firing


def test_an_alert_comes_back_as_it_was_saved(store: Store) -> None:
    firing = _fire(store)
    assert store.open_alerts() == [firing]
    assert store.alerts(NOW, NOW - HOUR) == [firing]
    assert [(one.old, one.new) for one in store.transitions(NOW, NOW + MINUTE)] == [
        (Condition.NORMAL, Condition.PENDING),
        (Condition.PENDING, Condition.FIRING),
    ]
    assert store.changes(0).kinds == {"alerts"}


def test_a_change_from_a_state_that_is_gone_is_refused_whole(store: Store) -> None:
    firing = _fire(store)
    version = store.version()
    lapsed = alert(Condition.NORMAL, at=NOW + MINUTE)
    assert store.save_alerts([lapsed], [step(Condition.PENDING, Condition.NORMAL, NOW + MINUTE)]) == frozenset()
    assert store.open_alerts() == [firing]
    assert store.version() == version
    assert store.transitions(NOW + MINUTE, NOW + HOUR) == []


def test_of_several_writers_exactly_one_moves_an_alert(store: Store, url: str) -> None:
    _fire(store)
    writers = 4
    start = Barrier(writers)

    def move(number: int) -> bool:
        with open_store(url) as other:
            start.wait()
            mine = replace(alert(Condition.RECOVERING, at=NOW + MINUTE), say=str(number))
            return bool(other.save_alerts([mine], [step(Condition.FIRING, Condition.RECOVERING, NOW + MINUTE)]))

    with ThreadPoolExecutor(writers) as pool:
        assert sum(pool.map(move, range(writers))) == 1
    assert len(store.transitions(NOW + MINUTE, NOW + HOUR)) == 1


def test_a_new_value_of_a_firing_alert_needs_no_transition(store: Store) -> None:
    firing = _fire(store)
    worse = replace(firing, value=180.0, peak=180.0, updated=NOW + MINUTE, level=AlertLevel.P2)
    assert store.save_alerts([worse], []) == {"pm25|a"}
    assert store.open_alerts() == [worse]
    assert store.alerts(NOW + 30 * MINUTE, NOW) == [worse]
    assert store.alerts(NOW, NOW) == [firing]


def test_the_past_is_shown_as_it_was(store: Store) -> None:
    firing = _fire(store)
    cleared = replace(firing, condition=Condition.CLEARED, cleared=NOW + HOUR, updated=NOW + HOUR)
    store.save_alerts([cleared], [step(Condition.FIRING, Condition.CLEARED, NOW + HOUR)])
    assert store.open_alerts() == []
    assert store.alerts(NOW + 30 * MINUTE, NOW + 20 * MINUTE) == [firing]
    assert store.alerts(NOW + 2 * HOUR, NOW + HOUR) == [cleared]
    assert store.alerts(NOW + 5 * HOUR, NOW + 4 * HOUR) == []
    assert store.alerts(NOW - HOUR, NOW - 2 * HOUR) == []


def test_what_comes_goes_and_comes_again_is_two_alerts(store: Store) -> None:
    first = _fire(store)
    cleared = replace(first, condition=Condition.CLEARED, cleared=NOW + HOUR, updated=NOW + HOUR)
    store.save_alerts([cleared], [step(Condition.FIRING, Condition.CLEARED, NOW + HOUR)])
    second = _fire(store, NOW + 2 * HOUR)
    assert store.alerts(NOW + 3 * HOUR, NOW - HOUR) == [second, cleared]
    assert store.open_alerts() == [second]


def test_what_never_fired_is_not_listed_when_it_lapsed(store: Store) -> None:
    assert store.save_alerts([alert()], [step(Condition.NORMAL, Condition.PENDING)]) == {"pm25|a"}
    lapsed = alert(Condition.NORMAL, at=NOW + MINUTE)
    store.save_alerts([lapsed], [step(Condition.PENDING, Condition.NORMAL, NOW + MINUTE)])
    assert store.alerts(NOW + HOUR, NOW - HOUR) == []
    assert len(store.alerts(NOW, NOW - HOUR)) == 1


def test_nothing_to_save_is_nothing_told(store: Store) -> None:
    assert store.save_alerts([], []) == frozenset()
    assert store.version() == 0
