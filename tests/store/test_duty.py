"""Dossiers and decisions: numbers, versions, everything or nothing, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from sqlalchemy.exc import DBAPIError

from domain.case import CaseStep, Handling
from domain.deed import Deed
from domain.dossier import Dossier, DossierStep
from domain.errors import StoreError, TransitionRefused
from domain.notice import NoticeState
from store import Store
from store.audit import AuditQuery
from store.dossiers import DossierQuery
from store.duty import Desktop, Outcome
from tests.store.test_desk import MINUTE, NOW, opened


class Paper(Dossier):
    PREFIX: ClassVar[str] = "PP"
    OVER: ClassVar[frozenset[str]] = frozenset({"done"})

    words: str = ""


def paper(**given: object) -> Paper:
    return Paper.model_validate({"state": "draft", "opened": NOW, "updated": NOW, **given})


def kept(store: Store, *papers: Paper) -> list[Dossier]:
    made = Outcome([DossierStep(one, "open", NOW, "li.wei", {"reason": "看"}) for one in papers])
    return [step.dossier for step in store.duty.decide(lambda _: made, None, NOW).dossiers]


def signed(key: str, who: str) -> Callable[[Desktop], Outcome]:
    def decision(top: Desktop) -> Outcome:
        held = top.dossier(Paper, key)
        if held.state != "draft":
            raise TransitionRefused(f"{key} 已由 {held.owner} 签收")
        return Outcome([DossierStep(held.become(state="signed", owner=who), "sign", NOW, who)])

    return decision


def test_numbers_count_within_the_local_day_and_kind(store: Store) -> None:
    assert [one.id for one in kept(store, paper(), paper())] == ["PP-20261125-0001", "PP-20261125-0002"]
    late = DossierStep(paper(), "open", datetime(2026, 11, 25, 16, 1, tzinfo=UTC))  # after midnight in Shanghai
    (step,) = store.duty.decide(lambda _: Outcome([late]), None, NOW).dossiers
    assert step.dossier.id == "PP-20261126-0001"


def test_a_dossier_comes_back_as_it_was_put(store: Store) -> None:
    whole = paper(words="水位", title="巡查", level=2, district="441881", topic="water", unit="市水利局", owner="li.wei",
                  about="GJ-20261125-0001", due=NOW + MINUTE, exercise=True)  # fmt: skip
    (one,) = kept(store, whole)
    assert store.duty.dossier(Paper, one.id) == whole.become(id=one.id, version=1)
    assert store.duty.dossier(Paper, "PP-20261125-0099") is None


def test_a_step_is_found_again_with_all_that_was(store: Store) -> None:
    (one,) = kept(store, paper())
    store.duty.decide(signed(one.id, "wang"), None, NOW)
    events = store.duty.history([one.id])
    assert [(e.verb, e.actor, e.old, e.new) for e in events] == [
        ("open", "li.wei", "", "draft"),
        ("sign", "wang", "draft", "signed"),
    ]
    assert events[0].told == {"reason": "看"}
    assert events[1].body["owner"] == "wang"


def test_every_step_is_counted(store: Store) -> None:
    assert store.duty.steps() == 0
    (one,) = kept(store, paper())
    before = store.duty.steps()
    store.duty.decide(signed(one.id, "wang"), None, NOW)
    assert 0 < before < store.duty.steps()


def test_of_two_decisions_at_once_the_second_sees_the_first(store: Store) -> None:
    (one,) = kept(store, paper())

    def sign(who: str) -> str:
        try:
            store.duty.decide(signed(one.id, who), None, NOW)
        except TransitionRefused as error:
            return str(error)
        return "kept"

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(sign, ("a", "b")))
    winner = store.duty.dossier(Paper, one.id)
    assert winner is not None
    assert sorted(answers) == sorted(["kept", f"{one.id} 已由 {winner.owner} 签收"])
    assert len(store.duty.history([one.id])) == 2


def test_a_decision_about_what_it_read_elsewhere_is_refused(store: Store) -> None:
    (one,) = kept(store, paper())
    store.duty.decide(signed(one.id, "a"), None, NOW)
    late = DossierStep(one.become(words="alt"), "write", NOW, "b")
    with pytest.raises(TransitionRefused):
        store.duty.decide(lambda _: Outcome([late]), None, NOW)
    assert len(store.duty.history([one.id])) == 2


def test_case_dossier_calls_and_audit_move_together_or_not_at_all(store: Store) -> None:
    (case,) = opened(store, "g1")

    def dispatch(top: Desktop) -> Outcome:
        held = top.case(case.id)
        key = top.number(Paper, NOW)
        working = replace(held, handling=Handling.WORKING, owner="li.wei")
        new = DossierStep(paper(id=key, about=held.id), "dispatch", NOW, "li.wei")
        return Outcome([new], [CaseStep(working, "dispatch", NOW, "li.wei", {"order": key})])

    def broken(top: Desktop) -> Outcome:
        made = dispatch(top)
        return made + Outcome([DossierStep(paper(id="PP-20261125-0001", version=7), "x", NOW)])

    with pytest.raises(TransitionRefused):
        store.duty.decide(broken, Deed(NOW, "li.wei", "order.dispatch"), NOW)
    assert store.duty.dossiers(Paper) == []
    assert store.desk.history(case.id)[1][0].state is NoticeState.WAITING

    done = store.duty.decide(dispatch, Deed(NOW, "li.wei", "order.dispatch"), NOW)
    assert [step.dossier.id for step in done.dossiers] == ["PP-20261125-0001"]
    events, notices = store.desk.history(case.id)
    assert events[-1].told["order"] == "PP-20261125-0001"
    assert [one.state for one in notices] == [NoticeState.CANCELLED]
    (row,) = store.audit.search(AuditQuery(verb="order.dispatch"))
    assert row.thing == "dossier:PP-20261125-0001"


def test_new_numbers_of_one_decision_differ(store: Store) -> None:
    def two(top: Desktop) -> Outcome:
        keys = [top.number(Paper, NOW), top.number(Paper, NOW)]
        return Outcome([DossierStep(paper(id=key), "open", NOW) for key in keys])

    assert [step.dossier.id[-4:] for step in store.duty.decide(two, None, NOW).dossiers] == ["0001", "0002"]


def test_dossiers_are_found_by_what_they_are_and_where(store: Store) -> None:
    kept(
        store,
        paper(unit="市水利局", topic="water", district="441881", about="GJ-1"),
        paper(state="done", unit="市水利局", title="100%_清淤"),
        paper(unit="市公安局", opened=NOW - timedelta(days=1)),
    )

    def found(**asked: object) -> list[str]:
        return [one.id[-1] for one in store.duty.dossiers(Paper, DossierQuery(**asked))]

    assert found() == ["3", "2", "1"]
    assert found(units=frozenset({"市水利局"}), over=False) == ["1"]
    assert found(over=True) == ["2"]
    assert found(about=frozenset({"GJ-1"})) == ["1"]
    assert found(text="100%_") == ["2"]
    assert found(text="%") == ["2"]
    assert found(until=NOW) == ["3"]
    assert found(topics=frozenset()) == []
    assert [one.id[-1] for one in store.duty.dossiers(Paper, limit=1, before="PP-20261125-0003")] == ["2"]
    assert store.duty.dossiers(Paper, before="nonsense") == []


def test_what_time_moves_is_told_once_it_is_due(store: Store) -> None:
    one, two, _ = kept(store, paper(due=NOW + MINUTE), paper(due=NOW), paper())
    assert store.duty.next_due() == NOW
    assert store.duty.due(NOW) == [("PP", two.id)]
    assert store.duty.due(NOW + MINUTE) == [("PP", two.id), ("PP", one.id)]


@pytest.mark.parametrize("statement", ["UPDATE dossier_step SET actor = 'x'", "DELETE FROM dossier_step"])
def test_steps_can_neither_be_changed_nor_taken_away(store: Store, statement: str) -> None:
    kept(store, paper())
    with pytest.raises((DBAPIError, StoreError)), store._driver.writing() as connection:
        connection.exec_driver_sql(statement)
    assert len(store.duty.history(["PP-20261125-0001"])) == 1


def test_moments_are_utc_again(store: Store) -> None:
    (one,) = kept(store, paper(due=datetime(2026, 11, 25, 12, tzinfo=UTC)))
    read = store.duty.dossier(Paper, one.id)
    assert read is not None
    assert read.due == datetime(2026, 11, 25, 12, tzinfo=UTC)
