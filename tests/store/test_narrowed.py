"""What a viewer of some districts and topics is given: the rows are left out by the store, not by the screen."""

from dataclasses import replace

from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.batch import Batch
from domain.place import Site
from store import Store
from tests.store.values import HOUR, MINUTE, NOW, incident, seen

DAY = 24 * HOUR


def _fire(store: Store, metric: str, site: str) -> Alert:
    key = f"{metric}|{site}"
    fired = Alert(key, metric, metric, site, AlertLevel.P3, Condition.FIRING, NOW, NOW, 1.0, "!", NOW)
    store.save_alerts(
        [fired], [Transition(key, NOW, Condition.NORMAL, Condition.FIRING, AlertLevel.P3, 1.0, Reason.BREACHED)]
    )
    return fired


def test_incidents_of_other_districts_are_not_read(store: Store) -> None:
    here, there, nowhere = incident("1", district="441802"), incident("2", district="441881"), incident("3")
    store.write(Batch("incidents", NOW, incidents=(here, there, nowhere)))
    assert store.incidents(NOW, NOW - DAY, {"441802"}) == [here]
    assert store.incidents(NOW, NOW - DAY, ()) == []
    assert len(store.incidents(NOW, NOW - DAY)) == 3


def test_an_incident_that_moved_belongs_to_where_it_was_known_to_be_then(store: Store) -> None:
    first = incident("1", district="441802")
    moved = replace(first, district="441881", updated=NOW + HOUR, received=NOW + HOUR)
    store.write(Batch("incidents", NOW, incidents=(first,)))
    store.write(Batch("incidents", NOW, incidents=(moved,)))
    assert store.incidents(NOW + MINUTE, NOW - DAY, {"441802"}) == [first]
    assert store.incidents(NOW + MINUTE, NOW - DAY, {"441881"}) == []
    assert store.incidents(NOW + 2 * HOUR, NOW - DAY, {"441802"}) == []
    assert store.incidents(NOW + 2 * HOUR, NOW - DAY, {"441881"}) == [moved]


def test_alerts_are_read_by_metric_and_site_now_and_in_the_past(store: Store) -> None:
    one, other = _fire(store, "air.pm25", "a"), _fire(store, "hydro.level", "b")
    assert store.alerts(NOW, NOW - DAY, metrics={"air.pm25"}) == [one]
    assert store.alerts(NOW, NOW - DAY, sites={"b"}) == [other]
    assert store.alerts(NOW, NOW - DAY, {"air.pm25"}, {"b"}) == []
    later = replace(one, updated=NOW + HOUR, level=AlertLevel.P2)
    store.save_alerts([later], [])
    assert [a.level for a in store.alerts(NOW + MINUTE, NOW - DAY, {"air.pm25"})] == [AlertLevel.P3]
    assert store.alerts(NOW + MINUTE, NOW - DAY, {"hydro.level"}, {"a"}) == []


def test_newest_values_are_read_by_metric_and_site(store: Store) -> None:
    store.write(Batch("air", NOW, (seen(1, site="a"), seen(2, site="b"))))
    assert [one.key.site for one in store.latest(sites=["b"])] == ["b"]
    assert store.latest(["no.such"], ["b"]) == []
    assert len(store.latest()) == 2


def test_learnt_sites_are_read_by_district(store: Store) -> None:
    here = Site(id="x", name="甲站", kind="air", district="441802", lon=113.0, lat=23.7)
    there = here.model_copy(update={"id": "y", "district": "441881"})
    store.write(Batch("air", NOW, sites=(here, there)))
    assert store.sites({"441881"}) == [there]
