"""Grades by the casualties table of State Council Order 493: "以上" holds the number itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.incident_file import IncidentFile
from domain.plan import Grading
from duty.grading import propose, reported
from tests.duty.incident_desk import NOW, facts

WORK = Grading(name="493", limits={"dead": (3, 10, 30), "injured": (10, 50, 100), "loss": (1000, 5000, 10000)})


@pytest.mark.parametrize(
    ("harm", "grade"),
    [
        ({}, 4), ({"dead": 2}, 4), ({"dead": 3}, 3), ({"dead": 9}, 3), ({"dead": 10}, 2), ({"dead": 29}, 2), ({"dead": 30}, 1),
        ({"injured": 9}, 4), ({"injured": 10}, 3), ({"injured": 49}, 3), ({"injured": 50}, 2), ({"injured": 99}, 2),
        ({"injured": 100}, 1), ({"loss": 999.9}, 4), ({"loss": 1000}, 3), ({"loss": 4999}, 3), ({"loss": 5000}, 2),
        ({"loss": 10000}, 1), ({"dead": 2, "injured": 50, "loss": 1500}, 2), ({"trapped": 500}, 4),
    ],
)  # fmt: skip
def test_the_gravest_harm_decides(harm: dict[str, float], grade: int) -> None:
    assert propose(WORK, harm).grade == grade  # type: ignore[arg-type]


@given(st.floats(0, 200), st.floats(0, 200))
def test_more_harm_is_never_less_grave(some: float, more: float) -> None:
    low, high = sorted((some, more))
    assert propose(WORK, {"dead": high}).grade <= propose(WORK, {"dead": low}).grade


def test_without_a_table_an_incident_is_ordinary() -> None:
    assert propose(None, {"dead": 100}).grade == 4


@pytest.mark.parametrize(("grade", "by"), [(4, 3), (3, 3), (1, 1)])
def test_sensitive_circumstances_are_reported_like_a_considerable_incident_at_least(grade: int, by: int) -> None:
    held = IncidentFile(state="active", opened=NOW, updated=NOW, grade=grade, facts=facts(sensitive=("学校或医院",)))
    assert reported(held) == by
