from dataclasses import replace

import pytest

from access.reach import (
    NOTHING,
    TOPICS,
    Sight,
    fitted,
    metrics_of,
    narrowed,
    placed,
    places_of,
    reach_of,
    sees,
    sees_alert,
    sees_incident,
    series_of,
    sight_of,
)
from domain.account import WHOLE, Reach, Right, Role, Viewer
from domain.alert import Alert, AlertLevel, Condition
from domain.city import City
from domain.health import source_place
from domain.incident import Incident
from domain.observation import SeriesKey
from domain.rule import Rule
from tests.cities import CITY, EAST, NOW, WEST, source, tiny_city

AIR_EAST = Reach(frozenset({EAST}), frozenset({"environment"}))
AIR = Reach(None, frozenset({"environment"}))
IN_EAST = Reach(frozenset({EAST}), None)


@pytest.fixture(scope="module")
def city() -> City:
    return tiny_city()


@pytest.mark.parametrize(
    ("reach", "metric", "place", "seen"),
    [
        (WHOLE, "air.pm25", "", True),
        (AIR_EAST, "air.pm25", "air-1", True),
        (AIR_EAST, "air.pm25", EAST, True),
        (AIR_EAST, "air.pm25", "air-3", False),
        (AIR_EAST, "air.pm25", WEST, False),
        (AIR_EAST, "air.pm25", CITY, False),
        (AIR_EAST, "air.pm25", "", False),
        (AIR_EAST, "air.pm25", "a place nobody knows", False),
        (AIR_EAST, "service.cases", EAST, False),
        (AIR, "air.pm25", "", True),
        (AIR, "service.cases", "", False),
        (AIR, "no.such.metric", "", False),
        (IN_EAST, "service.cases", EAST, True),
        (IN_EAST, "city.index", "", False),
        (IN_EAST, "city.status", EAST, True),
        (IN_EAST, "system.health_rate", EAST, False),
        (AIR, "system.health_rate", "", False),
        (NOTHING, "air.pm25", EAST, False),
    ],
)
def test_a_figure_is_seen_by_topic_and_district_and_a_citys_needs_all_districts(
    city: City, reach: Reach, metric: str, place: str, seen: bool
) -> None:
    assert sees(reach, city, metric, place) is seen


def test_a_sources_own_figures_need_all_that_it_feeds(city: City) -> None:
    mixed = source("mixed", ["air.pm25", "service.cases"])
    city = replace(city, sources={**city.sources, "mixed": mixed})
    assert sight_of(AIR, city, "air") is Sight.WHOLE
    assert sight_of(AIR, city, "mixed") is Sight.STATE
    assert sight_of(AIR, city, "hall") is Sight.NONE
    assert sight_of(IN_EAST, city, "hall") is Sight.STATE  # counts and records are of the whole city
    assert sight_of(AIR, city, "unknown") is Sight.NONE
    assert sight_of(WHOLE, city, "mixed") is Sight.WHOLE
    assert sees(AIR, city, "source.rows", source_place("air"))
    assert not sees(AIR, city, "source.rows", source_place("mixed"))


def test_a_source_of_incidents_belongs_to_those_who_see_incidents(city: City) -> None:
    told = source("told", ["no.metric"]).model_copy(update={"incident": object()})
    city = replace(city, sources={"told": told})
    assert sight_of(Reach(None, frozenset({"emergency"})), city, "told") is Sight.WHOLE
    assert sight_of(AIR, city, "told") is Sight.NONE


def test_alerts_and_incidents_follow_their_place(city: City) -> None:
    alert = Alert("r|air-1", "r", "air.pm25", "air-1", AlertLevel.P1, Condition.FIRING, NOW, NOW, 1.0, "!")
    assert sees_alert(AIR_EAST, city, alert)
    assert not sees_alert(AIR_EAST, city, replace(alert, site="air-3"))
    assert not sees_alert(AIR_EAST, city, replace(alert, metric="traffic.speed"))
    incident = Incident("1", "s", "fire", "!", NOW, NOW, NOW, district=EAST)
    emergency = Reach(frozenset({EAST}), frozenset({"emergency"}))
    assert sees_incident(emergency, incident)
    assert not sees_incident(emergency, replace(incident, district=WEST))
    assert not sees_incident(emergency, replace(incident, district=""))
    assert not sees_incident(AIR, incident)


def test_an_alert_belongs_to_all_that_its_rule_rests_on(city: City) -> None:
    def rule(key: str, when: dict[str, object], **more: object) -> Rule:
        made = {"key": key, "when": when, "say": "!", "tests": [{"at": "0m", "value": 1, "expect": "normal"}], **more}
        return Rule.model_validate(made)

    both = [{"metric": key, "above": {"P1": 1}} for key in ("air.pm25", "traffic.speed")]
    records = {"records": {}, "above": {"P1": 1}}
    rules = [rule("both", {"all": both}), rule("many", records), rule("floods", records, topic="water")]
    city = replace(city, rules={one.key: one for one in rules})
    alert = Alert("r|x", "both", "", "air-1", AlertLevel.P1, Condition.FIRING, NOW, NOW, 1.0, "!")
    assert not sees_alert(AIR, city, alert)
    assert sees_alert(Reach(None, frozenset({"environment", "traffic"})), city, alert)
    assert sees_alert(Reach(None, frozenset({"emergency"})), city, replace(alert, rule="many", site=EAST))
    assert sees_alert(Reach(None, frozenset({"water"})), city, replace(alert, rule="floods", site=EAST))
    assert not sees_alert(AIR, city, replace(alert, rule="many", site=EAST))
    assert not sees_alert(IN_EAST, city, replace(alert, rule="many", site=WEST))


def test_the_place_looked_at_is_forced_into_the_reach(city: City) -> None:
    assert placed(AIR_EAST, city, WEST) == EAST
    assert placed(AIR_EAST, city, "") == EAST
    assert placed(WHOLE, city, WEST) == WEST
    assert placed(Reach(frozenset({WEST, EAST})), city, WEST) == WEST
    assert placed(NOTHING, city, WEST) == ""


def test_all_of_them_by_name_is_the_whole_reach(city: City) -> None:
    assert fitted(Reach(frozenset({EAST, WEST, "999999"}), TOPICS), city) == WHOLE
    assert fitted(Reach(frozenset({"999999"}), frozenset({"poetry"})), city) == NOTHING
    assert fitted(AIR_EAST, city) == AIR_EAST


def test_nobody_reaches_nothing(city: City) -> None:
    viewer = Viewer("li", "李", Role.CLERK, frozenset({Right.VIEW}), AIR_EAST)
    assert reach_of(None, city) == NOTHING
    assert reach_of(viewer, city) == AIR_EAST


def test_a_narrowed_city_holds_only_what_may_be_read(city: City) -> None:
    seen = narrowed(city, AIR_EAST)
    assert list(seen.districts) == [EAST]
    assert set(seen.sites) == {"air-1", "air-2"}
    assert set(seen.sources) == {"air"}
    assert seen.metrics == city.metrics
    assert narrowed(city, WHOLE) is city
    assert set(narrowed(city, AIR).sites) == {"air-1", "air-2", "air-3"}


def test_the_stores_queries_are_narrowed_by_names_and_numbers(city: City) -> None:
    assert metrics_of(AIR, city) == {"air.pm25", "air.aqi", "air.primary"}
    assert metrics_of(IN_EAST, city) is None
    assert places_of(AIR_EAST, city) == {EAST, "hall-1", "air-1", "air-2", "road-1", "road-2"}
    assert places_of(AIR, city) is None
    series = {1: SeriesKey("air.pm25", "air-1", "air"), 2: SeriesKey("air.pm25", "air-3", "air")}
    assert series_of(AIR_EAST, city, series) == {1}
    assert series_of(WHOLE, city, series) is None
