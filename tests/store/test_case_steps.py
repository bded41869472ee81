"""Steps of many cases at once, and looking at the desk without deciding, on both databases."""

from dataclasses import replace

from domain.case import CaseStep, Handling
from store import Store
from store.desk import Planned
from tests.store.test_desk import MINUTE, NOW, acknowledged, case, deed


def test_steps_of_the_cases_of_a_span_come_in_their_order(store: Store) -> None:
    old = replace(case("g0"), opened=NOW - MINUTE)
    kept = store.desk.save((), (), Planned([CaseStep(one, "open", NOW) for one in (old, case("g1"), case("g2"))]), NOW)
    first = kept.cases[1]
    store.desk.act(first.id, "acknowledge", acknowledged, deed())
    found = store.duty.case_steps(NOW, NOW + MINUTE)
    assert [(one.case, one.verb) for one in found] == [
        (kept.cases[1].id, "open"),
        (kept.cases[2].id, "open"),
        (first.id, "acknowledge"),
    ]
    last = found[-1]
    assert (last.actor, last.old, last.new) == ("li.wei", Handling.NEW, Handling.ACKNOWLEDGED)
    assert last == store.desk.history(first.id)[0][-1]


def test_a_look_sees_the_desk_and_changes_nothing(store: Store) -> None:
    store.desk.save((), (), Planned([CaseStep(case("g1"), "open", NOW)]), NOW)
    before = store.version()
    assert [one.site for one in store.duty.look(lambda top: top.open_cases())] == ["g1"]
    assert store.version() == before
