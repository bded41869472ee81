"""What each of the map's layers shows, to whom, and where a click leads."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.account import Reach
from domain.health import Freshness
from domain.incident import Incident
from domain.metric import Metric
from domain.place import Site
from geo.resources import Resource, Spot
from layouts import theme
from layouts.atlas import DRAWN, complaints, districts, page, vehicles, warnings
from layouts.atlas.picture import Asked, Ground, Picture
from layouts.panels.map import MapPanelSpec
from layouts.view import View
from snapshot.model import Reading
from snapshot.restricted import Restricted
from tests.layouts.fake import NOW, FakeSnapshot, city

GROUND = Ground(
    [
        Resource("r1", "store", "清城物资库", "441802", 113.1, 23.7, "雨衣 300 套"),
        Resource("r2", "team", "英德救援队", "441881", 113.4, 24.2),
    ],
    [Spot(113.08, 23.68, "441802", "洲心街道", "town")],
)


def command() -> MapPanelSpec:
    made = page.made(city())
    assert made is not None
    (panel,) = made.panels
    assert isinstance(panel, MapPanelSpec)
    return panel


def drawn(layer: str, view: View, metric: str = "") -> Picture:
    return DRAWN[layer](Asked(layer, command(), view, GROUND, metric))


class Told(FakeSnapshot):
    """The made-up city with incidents and readings of a test's own."""

    own: tuple[Incident, ...] = ()
    counts: dict[str, dict[str, float]] = {}  # noqa: RUF012  set per test on the instance

    @property
    def incidents(self) -> Any:
        return self.own

    def readings(self, metric: str, district: str = "") -> Any:
        if metric in self.counts:
            return [Reading(metric, place, v, NOW, NOW, Freshness.LIVE) for place, v in self.counts[metric].items()]
        return super().readings(metric, district)


def warning(number: int, colour: str, district: str) -> Incident:
    detail = {"颜色": colour, "灾种": "暴雨", "区域": "某区", "失效时间": "18:00"}
    return Incident(
        f"w{number}",
        "warnings",
        "official_warning",
        f"暴雨{colour}预警",
        NOW - timedelta(hours=number),
        NOW,
        NOW,
        district=district,
        detail=detail,
    )


def test_every_layer_of_the_command_map_that_the_server_draws_is_drawn() -> None:
    view = View(FakeSnapshot())
    for layer in (layer for layer in command().layers if layer in DRAWN):
        told = drawn(layer, view).told()
        assert told["title"], layer
        assert all(mark[3] < len(told["classes"]) for mark in told.get("marks", [])), layer


def test_districts_take_any_metric_and_tell_their_limits(view: View) -> None:
    shown = drawn("districts", view, "hotline.requests")
    assert (shown.title, shown.unit) == ("受理量", "件")
    assert len(shown.values) == 8
    assert shown.classes[-1].shape == "hatch"
    assert {step for step, _, _ in shown.values.values()} <= set(range(-1, 5))


def test_the_panels_own_metric_keeps_the_panels_limits(view: View) -> None:
    shown = drawn("districts", view)
    assert [c.text for c in shown.classes[:5]] == ["< 85", "85–90", "90–95", "95–98", "≥ 98"]
    assert shown.note == ""


def test_a_district_without_a_fresh_value_is_hatched() -> None:
    stale = FakeSnapshot(states={"hotline": Freshness.STALE})
    shown = drawn("districts", View(stale), "hotline.requests")
    assert {step for step, _, _ in shown.values.values()} == {-1}
    assert [c.shape for c in shown.classes] == ["hatch"]


def test_the_chooser_offers_what_has_values_of_districts_by_topic(view: View) -> None:
    offered: Any = districts.choices(view)
    keys = {key for group in offered for key, _ in group["metrics"]}
    assert "hotline.connect_rate" in keys
    assert all(group["topic"] and group["metrics"] for group in offered)


def test_warnings_wear_the_official_colours_and_the_gravest_fills_its_district() -> None:
    snapshot = Told()
    snapshot.own = (warning(1, "黄色", "441881"), warning(2, "红色", "441881"), warning(3, "蓝色", ""))
    shown = warnings.draw(Asked("warnings", command(), View(snapshot)))
    fills = {area.place: shown.classes[area.cls].colour for area in shown.areas}
    assert fills["441881"] == theme.OFFICIAL[1]
    assert fills["441802"] == theme.OFFICIAL[4]  # named no district: the whole city
    assert set(fills.values()).isdisjoint(theme.LEVELS.values())
    assert {area.go["incident"] for area in shown.areas} == {"w2", "w3"}
    assert shown.marks[0].label == "暴雨"


def test_sites_wear_an_alarm_colour_only_under_an_alert_in_force(view: View) -> None:
    shown = drawn("sites", view)
    alarmed = {m.id for m in shown.marks if shown.classes[m.cls].level}
    assert alarmed == {a.site for a in view.snapshot.alerts if a.condition in ("firing", "recovering")} & {
        m.id for m in shown.marks
    }
    assert all(m.go["metric"] == "air.aqi" and m.go["place"] == m.id for m in shown.marks if m.id.startswith("air-"))


def test_sites_that_fell_silent_look_different_from_those_in_time() -> None:
    shown = drawn("sites", View(FakeSnapshot(states={"air": Freshness.DOWN})))
    assert {shown.classes[m.cls].text for m in shown.marks if not shown.classes[m.cls].level} == {"过期或中断"}


def test_resources_tell_what_they_hold_and_lead_to_their_district(view: View) -> None:
    shown = drawn("resources", view)
    store = next(m for m in shown.marks if m.id == "r1")
    assert store.go["lines"] == ["物资库", "雨衣 300 套"]
    assert store.go["links"][0][0] == "清城区"


def test_what_lies_outside_the_reach_is_on_no_layer() -> None:
    narrow = View(Restricted(FakeSnapshot(), Reach(frozenset({"441881"}))))
    assert [m.id for m in drawn("resources", narrow).marks] == ["r2"]
    assert drawn("towns", narrow).marks == []
    assert {m.id.split("-")[1] for m in drawn("sites", narrow).marks} == {"441881"}


def test_vehicles_are_counted_by_fleet_and_no_plate_is_told() -> None:
    sites = {
        f"fleet-{i}": Site(id=f"fleet-{i}", name=f"车队{i}", kind="fleet", district="441802", lon=113 + i / 10, lat=24)
        for i in range(3)
    }
    snapshot = Told(city=_with(sites, "fleet.online", "辆", "fleet"))
    snapshot.counts = {"fleet.online": {"fleet-0": 45, "fleet-1": 640}}
    shown = vehicles.draw(Asked("vehicles", command(), View(snapshot)))
    assert {m.id: m.label for m in shown.marks} == {"fleet-0": "45", "fleet-1": "640", "fleet-2": ""}
    assert shown.classes[shown.marks[2].cls].text == "无数据"


def test_complaints_are_hexagons_and_few_are_not_counted_out() -> None:
    sites = {
        f"s{i}": Site(id=f"s{i}", name=f"小区{i}", kind="spot", district="441802", lon=113 + i / 5, lat=24)
        for i in range(3)
    }
    snapshot = Told(city=_with(sites, complaints.METRIC, "件", "spot"))
    snapshot.counts = {complaints.METRIC: {"s0": 40, "s1": 1, "s2": 0}}
    shown = complaints.draw(Asked("complaints", command(), View(snapshot)))
    assert [area.text for area in shown.areas] == ["40 件", "< 3 件"]
    assert all(len(area.place) == 7 for area in shown.areas)
    assert shown.areas[0].go["href"].startswith("/topic/hotline")


def test_complaints_of_districts_are_told_by_their_people_and_not_spread(view: View) -> None:
    shown = drawn("complaints", view)
    told = {r.place: r.value for r in view.snapshot.by_district("hotline.requests", "today")}
    assert len(shown.areas) == 8
    for area in shown.areas:
        assert area.text == f"每万人 {(told[str(area.place)] or 0) / 40:.2f} 件"


@pytest.mark.parametrize("layer", ["vehicles", "cameras"])
def test_a_city_without_the_metric_has_an_empty_layer_that_says_so(layer: str, view: View) -> None:
    assert drawn(layer, view).note == "无数据"


def _with(sites: dict[str, Site], key: str, unit: str, kind: str) -> Any:
    base = city()
    metric = Metric(
        key=key,
        name="数",
        unit=unit,
        topic="hotline",
        definition="测试所用的口径",
        department="部门",
        every="1h",
        site_kind=kind,
        across="sum",
        aggregate="sum",
    )
    return replace(base, sites=sites, metrics={**base.metrics, key: metric})
