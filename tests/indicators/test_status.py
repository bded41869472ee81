from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert import Alert, AlertLevel, Condition
from domain.health import Freshness, SourceHealth
from domain.incident import Incident
from domain.incident_file import Facts, IncidentFile
from indicators.status import health_share, status

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def alert(level: AlertLevel, condition: Condition = Condition.FIRING, mark: str = "a") -> Alert:
    return Alert(f"{mark}|s", "rule", "air.pm25", "s", level, condition, NOW, NOW, 1.0, "英德站 PM2.5 168 µg/m³")


def incident(grade: Any, state: Any = "open", mark: str = "1") -> Incident:
    return Incident(mark, "incidents", "fire", "城南仓库火灾", NOW, NOW, NOW, state, grade)


def health(**states: Freshness) -> dict[str, SourceHealth]:
    return {key: SourceHealth(key, state) for key, state in states.items()}


def test_a_quiet_city_is_normal_and_needs_no_reason() -> None:
    found = status([], [], health(air=Freshness.LIVE, hall=Freshness.LATE))
    assert (found.stage, found.name, found.reasons) == (1, "正常", ())


@pytest.mark.parametrize(
    ("grade", "stage", "name"), [(1, 5, "应急"), (2, 4, "响应"), (3, 3, "预警"), (4, 2, "关注"), (None, 2, "关注")]
)
def test_open_incidents_count_by_grade(grade: Any, stage: int, name: str) -> None:
    found = status([], [incident(grade)], {})
    assert (found.stage, found.name) == (stage, name)
    assert found.reasons[0].ref == "1"
    assert found.reasons[0].text.endswith("事件：城南仓库火灾")


@pytest.mark.parametrize(
    ("level", "stage"), [(AlertLevel.P1, 4), (AlertLevel.P2, 3), (AlertLevel.P3, 2), (AlertLevel.P4, 1)]
)
def test_alerts_count_by_level(level: AlertLevel, stage: int) -> None:
    assert status([alert(level)], [], {}).stage == stage


@pytest.mark.parametrize("condition", [Condition.NORMAL, Condition.PENDING, Condition.CLEARED])
def test_what_is_not_firing_is_no_reason(condition: Condition) -> None:
    assert status([alert(AlertLevel.P1, condition)], [incident(1, "closed")], {}).stage == 1


def test_an_alert_that_is_recovering_still_counts() -> None:
    assert status([alert(AlertLevel.P2, Condition.RECOVERING)], [], {}).stage == 3


def test_a_source_that_is_down_asks_for_attention_by_name() -> None:
    found = status([], [], health(fume=Freshness.DOWN, air=Freshness.LIVE), {"fume": "油烟监测"}.__getitem__)
    assert (found.stage, [r.text for r in found.reasons]) == (2, ["数据源中断：油烟监测"])


def test_stale_sources_count_once_the_picture_is_incomplete() -> None:
    many = {f"s{i}": Freshness.LIVE for i in range(19)}
    assert status([], [], health(late=Freshness.STALE, **many)).stage == 1
    found = status([], [], health(late=Freshness.STALE, later=Freshness.STALE, **many))
    assert [r.ref for r in found.reasons] == ["late", "later"]


def test_sources_that_never_ran_are_not_healthy() -> None:
    assert health_share(health(a=Freshness.NONE, b=Freshness.LIVE)) == 0.5
    assert health_share({}) is None


alerts = st.builds(
    alert, st.sampled_from(AlertLevel), st.sampled_from(Condition), st.text("ab", min_size=1, max_size=4)
)
incidents = st.builds(incident, st.sampled_from([1, 2, 3, 4, None]), st.sampled_from(["open", "handling", "closed"]), st.text("12", min_size=1, max_size=4))  # fmt: skip


@given(st.lists(alerts, max_size=6), st.lists(incidents, max_size=6))
def test_the_status_is_its_gravest_reason_in_any_order(found: list[Alert], happened: list[Incident]) -> None:
    told = status(found, happened, {})
    assert told.stage == max((r.stage for r in told.reasons), default=1)
    assert [r.stage for r in told.reasons] == sorted((r.stage for r in told.reasons), reverse=True)
    again = status(found[::-1], happened[::-1], {})
    assert (again.stage, set(again.reasons)) == (told.stage, set(told.reasons))


@given(st.lists(alerts, max_size=4), st.lists(incidents, max_size=4), alerts)
def test_one_more_alert_never_lowers_the_status(found: list[Alert], happened: list[Incident], more: Alert) -> None:
    assert status([*found, more], happened, {}).stage >= status(found, happened, {}).stage


def file(state: str = "active", **given: Any) -> IncidentFile:
    facts = Facts(kind="flood", title="河水漫堤", happened=NOW, told=NOW)
    base = {
        "id": "SJ-20261124-0001",
        "state": state,
        "opened": NOW,
        "updated": NOW,
        "title": "河水漫堤",
        "facts": facts,
    }
    return IncidentFile.model_validate(base | given)


@pytest.mark.parametrize(
    ("given", "stage", "reasons"),
    [
        ({}, 2, ["未定级事件：河水漫堤"]),
        ({"grade": 3}, 3, ["较大事件：河水漫堤"]),
        ({"grade": 3, "response": 4}, 4, ["Ⅳ级应急响应：河水漫堤", "较大事件：河水漫堤"]),
        ({"grade": 4, "response": 2}, 5, ["Ⅱ级应急响应：河水漫堤", "一般事件：河水漫堤"]),
        ({"state": "controlled", "grade": 1}, 1, []),
        ({"state": "controlled", "response": 3}, 4, ["Ⅲ级应急响应：河水漫堤"]),
        ({"state": "closed", "grade": 1}, 1, []),
        ({"grade": 1, "response": 1, "exercise": True}, 1, []),
    ],
)
def test_the_desks_own_incidents_and_responses_are_reasons(
    given: dict[str, Any], stage: int, reasons: list[str]
) -> None:
    found = status([], [], {}, files=[file(**given)])
    assert (found.stage, [reason.text for reason in found.reasons]) == (stage, reasons)
