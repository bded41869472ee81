from dataclasses import replace
from datetime import UTC, datetime

from domain.alert import AlertLevel, Condition
from domain.health import Freshness
from domain.incident import Incident
from domain.screen import Item
from layouts import severity
from layouts.severity import official
from layouts.view import View
from tests.layouts.fake import FakeSnapshot, city


def test_alerts_come_gravest_first_then_newest(view: View) -> None:
    found = severity.open_alerts(view)
    assert [int(a.level) for a in found] == [1, 2, 3, 3, 4]
    assert found[2].say.startswith("英德站")


def test_a_district_shows_only_its_own_alerts_and_incidents() -> None:
    view = View(FakeSnapshot(), "441881")
    assert {a.site for a in severity.open_alerts(view)} == {"gauge-441881", "air-441881-1"}
    assert not severity.open_incidents(view)


def test_a_cleared_alert_is_not_in_force(view: View) -> None:
    snapshot = FakeSnapshot()
    snapshot.__dict__["alerts"] = [replace(a, condition=Condition.CLEARED) for a in snapshot.alerts]
    assert not severity.open_alerts(View(snapshot))


def test_a_stations_alert_does_not_colour_the_citys_number(view: View) -> None:
    assert severity.of_place(view.snapshot.alerts, "air.aqi", "441800") is None
    assert severity.of_place(view.snapshot.alerts, "air.aqi", "air-441881-1") == AlertLevel.P3


def test_the_status_and_grave_incidents_colour_their_cards(view: View) -> None:
    status, incidents = Item(metric="city.status"), Item(metric="emergency.incidents_open")
    assert severity.of_item(view, status, view.reading(status)) == 2
    assert severity.of_item(view, incidents, view.reading(incidents)) == 2


def test_too_few_sources_colour_the_data_health() -> None:
    health = Item(metric="system.health_rate")
    metrics = city().metrics
    rate = metrics[health.metric].model_copy(update={"target": 95.0})
    view = View(FakeSnapshot(city=city(metrics=metrics | {health.metric: rate})))
    reading = view.reading(health)
    assert severity.of_item(view, health, reading) is None  # 95 % is the target itself
    assert severity.of_item(view, health, replace(reading, value=94.9)) == 2


def test_a_stale_number_is_never_coloured() -> None:
    view = View(FakeSnapshot(states={"city": Freshness.STALE}))
    status = Item(metric="city.status")
    assert severity.of_item(view, status, view.reading(status)) is None


def test_bands_end_in_red() -> None:
    bands = (1.5, 1.8, 2.2)
    assert [severity.of_bands(v, bands) for v in (None, 1.2, 1.5, 1.79, 1.8, 2.2, 9.0)] == [None, None, 3, 3, 2, 1, 1]
    assert severity.of_bands(3.0, ()) is None


def test_an_official_warning_ranks_by_its_own_colour_and_an_incident_by_none() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    warning = Incident("w", "met", "official_warning", "暴雨橙色预警", at, at, at, detail={"颜色": "橙色"})
    assert official(warning) == 2
    assert official(replace(warning, kind="flood")) is None
