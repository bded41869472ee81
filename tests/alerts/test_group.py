"""Who is told of what, together with what, and when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.group import News, Telling, kind_of, notices, repeat, standing
from domain.alert import AlertLevel, Condition
from domain.case import Case, Handling
from domain.noise import Noise
from domain.notice import Notice, NoticeKind
from tests.alerts.desk import HOUR, MINUTE, NOW, ZONE, case, receiver

CALM = Telling(NOW, ZONE, Noise(), (receiver(),))
CLEARED = {"condition": Condition.CLEARED}


def told(*cases: Case, telling: Telling = CALM, kind: NoticeKind = NoticeKind.FIRED) -> list[Notice]:
    return [one for _, one in notices([News(i, one, kind) for i, one in enumerate(cases)], telling)]


def notice(kind: NoticeKind = NoticeKind.FIRED, **given: Any) -> Notice:
    return replace(Notice("n", kind, "duty", AlertLevel.P3, "g", (), NOW, NOW), **given)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (None, case(), NoticeKind.FIRED),
        (case(handling=Handling.DONE, **CLEARED), case(), NoticeKind.FIRED),
        (None, case(hidden="silence:1"), None),
        (None, case(flapping=40.0), NoticeKind.FLAPPING),
        (case(), case(level=AlertLevel.P2), NoticeKind.ROSE),
        (case(), case(level=AlertLevel.P4), None),
        (case(), case(condition=Condition.RECOVERING), None),
        (case(), case(**CLEARED), NoticeKind.CLEARED),
        (case(**CLEARED), case(**CLEARED), None),
        (case(**CLEARED), case(), NoticeKind.FIRED),
        (case(**CLEARED), case(handling=Handling.SELF_CLOSED, **CLEARED), None),
        (case(), case(hidden="silence:1"), None),
        (case(hidden="silence:1"), case(), NoticeKind.SILENCE_ENDED),
        (case(hidden="inhibition:higher_level"), case(), NoticeKind.FIRED),
        (case(hidden="silence:1", handling=Handling.ACKNOWLEDGED), case(handling=Handling.ACKNOWLEDGED), None),
        (case(), case(flapping=35.0, **CLEARED), NoticeKind.FLAPPING),
        (case(flapping=35.0), case(flapping=35.0, **CLEARED), None),
        (case(flapping=35.0, **CLEARED), case(flapping=35.0), None),
        (case(flapping=35.0), case(flapping=35.0, level=AlertLevel.P2), NoticeKind.ROSE),
        (case(flapping=20.0), case(), NoticeKind.FIRED),
        (case(flapping=20.0, **CLEARED), case(**CLEARED), NoticeKind.CLEARED),
        (case(handling=Handling.SHELVED), case(handling=Handling.SHELVED, value=3.0), None),
        (case(handling=Handling.SHELVED), case(handling=Handling.ACKNOWLEDGED), NoticeKind.FIRED),
    ],
)
def test_what_people_must_be_told_of_a_turn(old: Case | None, new: Case, kind: NoticeKind | None) -> None:
    assert kind_of(old, new) == kind


def test_one_group_is_one_notice_for_each_receiver() -> None:
    two = replace(CALM, receivers=(receiver("a"), receiver("b")))
    made = notices([News(i, case(f"g{i}"), NoticeKind.FIRED) for i in (3, 5)], two)
    assert [(steps, one.receiver) for steps, one in made] == [((3, 5), "a"), ((3, 5), "b")]


def test_other_groups_and_other_news_are_other_notices() -> None:
    made = notices(
        [
            News(0, case(), NoticeKind.FIRED),
            News(1, case(group="o"), NoticeKind.FIRED),
            News(2, case(), NoticeKind.ROSE),
        ],
        CALM,
    )
    assert {(one.group, one.kind) for _, one in made} == {
        ("water|r|441802", NoticeKind.FIRED),
        ("o", NoticeKind.FIRED),
        ("water|r|441802", NoticeKind.ROSE),
    }


@pytest.mark.parametrize(("level", "wait"), [(AlertLevel.P1, 0), (AlertLevel.P2, 30), (AlertLevel.P4, 30)])
def test_the_most_urgent_waits_for_nobody(level: AlertLevel, wait: int) -> None:
    (one,) = told(case(level=level))
    assert (one.level, one.due) == (level, NOW + timedelta(seconds=wait))


@pytest.mark.parametrize(
    ("kind", "level", "due"),
    [
        (NoticeKind.FIRED, AlertLevel.P2, 4 * MINUTE),
        (NoticeKind.CLEARED, AlertLevel.P3, 4 * MINUTE),
        (NoticeKind.ROSE, AlertLevel.P2, MINUTE / 2),
        (NoticeKind.FIRED, AlertLevel.P1, 0 * MINUTE),
    ],
)
def test_a_group_told_lately_waits_but_not_for_a_rise(kind: NoticeKind, level: AlertLevel, due: timedelta) -> None:
    lately = replace(CALM, told={("duty", "water|r|441802"): NOW - MINUTE})
    assert told(case(level=level), telling=lately, kind=kind)[0].due == NOW + due


def test_a_storm_gathers_the_lesser_ones_and_leaves_the_grave_alone() -> None:
    storm = replace(CALM, storm=True)
    cases = [case(f"g{i}", group=f"group {i}", level=AlertLevel(1 + i % 4)) for i in range(40)]
    made = notices([News(i, one, NoticeKind.FIRED) for i, one in enumerate(cases)], storm)
    assert sorted(i for steps, _ in made for i in steps) == list(range(40))  # nothing is dropped
    assert [len(steps) for steps, one in made if one.kind is NoticeKind.STORM] == [20]
    assert all(one.level <= AlertLevel.P2 for _, one in made if one.kind is NoticeKind.FIRED)


@pytest.mark.parametrize(
    ("given", "concerned"),
    [
        ({}, True),
        ({"levels": ["P1"]}, False),
        ({"topics": ["water"], "districts": ["441802"]}, True),
        ({"topics": ["traffic"]}, False),
        ({"districts": ["441881"]}, False),
        ({"hours": [[8, 18]]}, True),
        ({"hours": [[22, 6]]}, False),
    ],
)
def test_only_who_is_concerned_is_told(given: dict[str, Any], concerned: bool) -> None:
    assert bool(told(case(), telling=replace(CALM, receivers=(receiver(**given),)))) == concerned


def test_who_wants_no_clearing_gets_none() -> None:
    quiet = replace(CALM, receivers=(receiver(clears=False),))
    assert told(case(**CLEARED), telling=quiet, kind=NoticeKind.CLEARED) == []


def test_what_was_signed_for_meanwhile_is_not_told() -> None:
    signed = case("g2", handling=Handling.ACKNOWLEDGED, acknowledged=NOW + MINUTE)
    over, hidden = case("g3", handling=Handling.FALSE_ALARM), case("g4", hidden="silence:1")
    grave = case("g5", level=AlertLevel.P1)
    assert standing(notice(), [case(), signed, over, hidden, grave]) == [grave, case()]


def test_a_rise_of_what_was_signed_for_before_is_told() -> None:
    signed = case(handling=Handling.ACKNOWLEDGED, acknowledged=NOW - MINUTE)
    assert standing(notice(NoticeKind.ROSE), [signed]) == [signed]


def test_that_it_is_over_is_told_only_while_it_is() -> None:
    assert standing(notice(NoticeKind.CLEARED), [case(), case("g2", **CLEARED)]) == [case("g2", **CLEARED)]


@pytest.mark.parametrize(
    ("level", "span"), [(AlertLevel.P1, 10 * MINUTE), (AlertLevel.P2, 30 * MINUTE), (AlertLevel.P3, 4 * HOUR)]
)
def test_it_is_told_again_while_nobody_has_signed(level: AlertLevel, span: timedelta) -> None:
    again = repeat(notice(level=level), [case(level=level), case("g2", handling=Handling.ACKNOWLEDGED)], NOW, Noise())
    assert again is not None
    assert (again.kind, again.due, again.cases) == (NoticeKind.REPEAT, NOW + span, (case().id,))
    later = repeat(replace(again, level=level), [case(level=level)], NOW + span, Noise())
    assert later is not None
    assert (again.id, later.id) == ("n~1", "n~2")


@pytest.mark.parametrize(
    "one", [case(level=AlertLevel.P4), case(**CLEARED), case(handling=Handling.DONE), case(flapping=40.0)]
)
def test_nothing_is_told_again_without_need(one: Case) -> None:
    assert repeat(notice(), [one], NOW, Noise()) is None
    assert repeat(notice(NoticeKind.CLEARED), [case()], NOW, Noise()) is None
