from dataclasses import replace
from datetime import timedelta

from domain.case import Case, Handling
from domain.incident_file import IncidentFile
from duty.found import Matter, by_hour, called_rules, matters
from tests.duty.incident_desk import NOW, facts
from tests.layouts.alerts.duty import rule
from tests.store.test_desk import case

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CALLED = frozenset({"reported"})


def finding(key: str, **more: object) -> Case:
    given: dict[str, object] = {"id": key, "opened": NOW, "topic": "water", "district": "441881", **more}
    return replace(case(), **given)  # type: ignore[arg-type]


def file(told_ago: timedelta = timedelta(0), **more: object) -> IncidentFile:
    happened = facts().model_copy(update={"told": NOW - told_ago})
    given: dict[str, object] = {"id": "SJ-1", "state": "active", "opened": NOW, "updated": NOW, "district": "441881"}
    return IncidentFile.model_validate({**given, "facts": happened, **more})


def test_an_alert_before_any_call_is_found_first() -> None:
    assert list(matters([finding("a")], [], CALLED)) == [Matter(NOW, "441881", True)]


def test_a_call_before_the_alert_wins_and_both_count_once() -> None:
    late = [finding("a"), finding("b", opened=NOW + MINUTE)]
    (one,) = matters(late, [file(10 * MINUTE, cases=("a", "b"))], CALLED)
    assert (one.first, one.at) == (False, NOW - 10 * MINUTE)


def test_an_incident_made_of_an_alert_was_found_first() -> None:
    (one,) = matters([finding("a", opened=NOW - HOUR)], [file(cases=("a",))], CALLED)
    assert (one.first, one.at) == (True, NOW - HOUR)


def test_what_only_repeats_a_report_was_called() -> None:
    (one,) = matters([finding("a", rule="reported")], [], CALLED)
    assert not one.first


def test_false_merged_and_self_closed_alerts_drills_and_the_cockpits_own_are_no_matters() -> None:
    none = [
        finding(str(n), handling=how)
        for n, how in enumerate((Handling.FALSE_ALARM, Handling.MERGED, Handling.SELF_CLOSED))
    ]
    assert not list(matters([*none, finding("own", topic="system")], [file(exercise=True)], CALLED))


def test_the_city_counts_every_matter_and_a_district_its_own() -> None:
    found = [Matter(NOW, "441881", True), Matter(NOW, "", False)]
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    assert by_hour(found, "441800") == {(hour, "441881"): (1, 1), (hour, "441800"): (1, 2)}


def test_rules_on_reported_records_are_called() -> None:
    records = rule("flood", when={"records": {"kinds": ["flood"]}, "above": {"P2": 1}})
    assert called_rules({"flood": records, "high": rule()}) == {"flood"}
