"""Inhibition: one finding holds back the notices of others, and says which."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.inhibit import Around, Hidden, held_back, hidden_counts
from domain.alert import AlertLevel, Condition
from domain.case import Case, Handling
from domain.incident import Incident
from domain.noise import Inhibition, Noise, Pick, PickIncidents, Window
from domain.silence import Matcher, Silence
from tests.alerts.desk import HOUR, NOW, ZONE, case

AROUND = Around(NOW, ZONE, Noise().inhibit)
GRAVE = case(level=AlertLevel.P2, rule="rising", fingerprint="rising|g1")


def declared(**given: Any) -> Around:
    return replace(AROUND, inhibit={"it": Inhibition.model_validate({"say": "因为", **given})})


def incident(**given: Any) -> Incident:
    base = Incident("i1", "s", "road_closed", "封闭", NOW, NOW, NOW, district="441802")
    return replace(base, **given)


def test_the_higher_level_of_a_place_hides_the_lower() -> None:
    assert held_back([case(), GRAVE, case("g2")], AROUND) == {
        "rising|g1": "",
        "r|g1": "inhibition:higher_level:rising|g1",
        "r|g2": "",
    }


@pytest.mark.parametrize(
    "other",
    [
        replace(GRAVE, level=AlertLevel.P3),
        replace(GRAVE, condition=Condition.CLEARED),
        replace(GRAVE, handling=Handling.FALSE_ALARM),
        replace(GRAVE, metric="air.pm25"),
    ],
    ids=["no higher", "over", "closed", "another metric"],
)
def test_what_is_no_higher_or_over_hides_nothing(other: Case) -> None:
    assert held_back([case(), other], AROUND)["r|g1"] == ""


def test_a_source_that_is_down_hides_what_it_feeds() -> None:
    down = case("source:river", rule="source_down", metric="source.state", district="")
    around = replace(
        declared(cases={"rules": ["source_down"]}, same="source"), feeds={"hydro.level": frozenset({"river"})}
    )
    found = held_back([down, case(), case("g2", metric="air.pm25"), case("g3", level=AlertLevel.P1)], around)
    assert {mark for mark, by in found.items() if by} == {"r|g1"}  # the most urgent is never held back
    assert Hidden.read(found["r|g1"]) == Hidden("inhibition", "it", "source_down|source:river")


@pytest.mark.parametrize(
    ("one", "hidden"),
    [
        (incident(), True),
        (incident(status="closed"), False),
        (incident(kind="flood"), False),
        (incident(district="441881"), False),
        (incident(district=""), True),
    ],
)
def test_an_incident_hides_what_lies_in_its_district(one: Incident, hidden: bool) -> None:
    around = replace(declared(incidents={"kinds": ["road_closed"]}, hides={"levels": ["P3"]}), incidents=[one])
    assert bool(held_back([case()], around)["r|g1"]) == hidden
    assert held_back([case(level=AlertLevel.P2)], around)["r|g1"] == ""


def test_a_warning_counts_by_its_grade() -> None:
    around = declared(incidents={"kinds": ["rain_warning"], "grades": [1, 2]}, same="city")
    for grade, hidden in ((2, True), (3, False), (None, False)):
        told = replace(around, incidents=[incident(kind="rain_warning", grade=grade)])
        assert bool(held_back([case()], told)["r|g1"]) == hidden


def test_a_window_hides_while_it_is_open_also_over_midnight() -> None:
    around = declared(window={"weekdays": [3], "begin": "23:00", "minutes": 120})
    at = [datetime(2026, 11, day, hour, 30, tzinfo=ZONE) for day, hour in ((25, 22), (25, 23), (26, 0), (26, 1))]
    assert [bool(held_back([case()], replace(around, now=now))["r|g1"]) for now in at] == [False, True, True, False]


def test_a_silence_is_named_and_does_not_silence_what_it_hides_others_by() -> None:
    quiet = Silence(7, (Matcher("rule", ("rising",)),), NOW, NOW + HOUR, "检修", "li.wei", NOW)
    grave = replace(GRAVE, rule="rising")
    found = held_back([case(), grave], replace(AROUND, silences=[quiet]))
    assert found == {"rising|g1": "silence:7", "r|g1": "inhibition:higher_level:rising|g1"}


def test_two_that_would_hide_each_other_are_not_both_hidden() -> None:
    around = declared(cases={}, same="district")
    found = held_back([case(), case("g2")], around)
    assert sorted(map(bool, found.values())) == [False, True]


def test_what_is_hidden_is_counted_by_what_hides_it() -> None:
    hidden = [case(hidden="inhibition:higher_level:rising|g1"), case("g2", hidden="silence:7"), GRAVE]
    assert hidden_counts(hidden) == {"inhibition:higher_level": 1, "rising|g1": 1, "silence:7": 1}
    assert Hidden.read("") is None
    assert Hidden.read("silence:7") == Hidden("silence", "7")


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from("ab"), st.sampled_from(["x", "y"]), st.integers(0, 9)), max_size=14
    ),
    st.sampled_from(["family", "site", "district", "city"]),
    st.sampled_from([(), ("a",), ("b",)]),
    st.sampled_from([(), ("P3", "P4")]),
)
@settings(deadline=None, max_examples=150)
def test_nothing_is_hidden_by_what_is_hidden_itself(
    drawn: list[tuple[int, str, str, int]], same: str, rules: tuple[str, ...], levels: tuple[str, ...]
) -> None:
    cases = [
        case(f"{site}{n}" if n > 4 else site, rule=rule, level=AlertLevel(level), fingerprint=f"{rule}|{site}|{i}")
        for i, (level, rule, site, n) in enumerate(drawn)
    ]
    one = Inhibition(say="因为", cases=Pick(rules=rules), same=same, hides=Pick(levels=levels))
    found = held_back(cases, replace(AROUND, inhibit={"it": one, **AROUND.inhibit}))
    assert set(found) == {one.fingerprint for one in cases}
    for hidden in filter(None, map(Hidden.read, found.values())):
        assert found[hidden.by] == ""
    assert all(not found[one.fingerprint] for one in cases if one.level is AlertLevel.P1)
    assert not cases or "" in found.values()


@pytest.mark.parametrize(
    "bad",
    [
        {"say": "x"},
        {"say": "x", "cases": {}, "window": {"begin": "09:00", "minutes": 5}},
        {"say": "x", "incidents": {"kinds": ["a"]}, "same": "source"},
        {"say": "x", "window": {"begin": "09:00", "minutes": 5, "weekdays": [8]}},
    ],
)
def test_a_wrong_declaration_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"exactly one|needs cases|1 to 7"):
        Inhibition.model_validate(bad)


def test_windows_and_incidents_are_plain_models() -> None:
    assert Window(begin=time(9), minutes=5).weekdays == (1, 2, 3, 4, 5, 6, 7)
    assert PickIncidents(kinds=("a",)).grades == ()
