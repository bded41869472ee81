"""Plans and responses: which plan fits, who settles a step, who approves."""

from datetime import timedelta

import pytest

from domain.errors import TransitionRefused
from domain.incident_file import IncidentFile
from duty import incidents, plans, response
from duty.response import Wish, answer, ask, end, overdue, settle, start
from duty.review import spans, timeline
from store import Store
from tests.duty.incident_desk import NOW, PLANS, did, facts, hand, of, opened
from tests.duty.rosters import ZONE, local


@pytest.mark.parametrize(("hour", "best"), [(21, "fire"), (22, "night"), (5, "night"), (6, "fire")])
def test_the_plan_with_more_conditions_comes_first(hour: int, best: str) -> None:
    at = local(24, hour)
    held = IncidentFile(state="intake", opened=NOW, updated=NOW, facts=facts(kind="fire", happened=at, told=at))
    assert plans.fitting(PLANS, held, ZONE)[0].key == best


def test_a_plan_counts_its_steps_from_its_start(store: Store) -> None:
    one, later = opened(store, kind="fire"), NOW + timedelta(minutes=5)
    assert one.steps == ()
    did(store, start(hand(one.id, "li", later), "fire"), later)
    held = of(store, one.id)
    assert [step.due for step in held.steps] == [later + timedelta(minutes=10), later + timedelta(hours=1)]
    with pytest.raises(TransitionRefused, match="已启动"):
        did(store, start(hand(one.id, "li"), "fire"))


def test_a_step_is_done_once_and_only_with_what_shows_it(store: Store) -> None:
    one = opened(store)
    with pytest.raises(TransitionRefused, match="读数"):
        did(store, settle(hand(one.id, "li"), 0, "done", " "))
    did(store, settle(hand(one.id, "li"), 0, "done", "12.3 米"))
    with pytest.raises(TransitionRefused, match="已由 li 办理"):
        did(store, settle(hand(one.id, "zhao"), 0, "left", "不需要"))
    held = of(store, one.id)
    assert (held.steps[0].state, held.steps[0].told) == ("done", "12.3 米")
    assert held.due == NOW + timedelta(hours=1)  # the next step's


@pytest.mark.parametrize("state", ["failed", "left"])
def test_a_step_that_is_not_done_says_why(store: Store, state: str) -> None:
    one = opened(store)
    with pytest.raises(TransitionRefused, match="原因"):
        did(store, settle(hand(one.id, "li"), 1, state, ""))


@pytest.mark.parametrize("index", [-1, 2, 99])
def test_a_step_that_is_not_there_is_refused(store: Store, index: int) -> None:
    one = opened(store)
    with pytest.raises(TransitionRefused, match="没有这个步骤"):
        did(store, settle(hand(one.id, "li"), index, "done", "好"))


def test_a_late_step_is_marked_once_and_the_clock_goes_on_to_the_next(store: Store) -> None:
    one, later = opened(store), NOW + timedelta(minutes=10)
    did(store, overdue(later), later)
    held = of(store, one.id)
    assert [step.late for step in held.steps] == [True, False]
    assert held.due == NOW + timedelta(hours=1)
    assert did(store, overdue(later), later).dossiers == []


def active(store: Store) -> str:
    one = opened(store)
    did(store, incidents.step(hand(one.id, "li"), "verify", "属实"))
    return one.id


def test_a_response_is_suggested_approved_adjusted_and_ended(store: Store) -> None:
    key = active(store)
    did(store, ask(hand(key, "li"), Wish(3, "连江口镇")))
    asked = of(store, key).asked
    assert asked is not None
    assert (asked.basis, asked.measures) == ("防汛预案", "预置队伍")
    assert of(store, key).response == 0
    did(store, answer(hand(key, "chen"), "approve"))
    assert of(store, key).response == 3
    did(store, ask(hand(key, "li"), Wish(1, "全市")))
    did(store, answer(hand(key, "mayor"), "approve"))
    held = of(store, key)
    assert (held.response, [one.state for one in held.responses]) == (1, ["over", "on"])
    did(store, end(hand(key, "mayor"), "水位已退"))
    assert (of(store, key).response, [one.state for one in of(store, key).responses]) == (0, ["over", "over"])


def test_each_level_is_approved_by_whoever_may(store: Store) -> None:
    key = active(store)
    did(store, ask(hand(key, "li"), Wish(1, "全市")))
    with pytest.raises(TransitionRefused, match="主要领导"):
        did(store, answer(hand(key, "chen"), "approve"))
    did(store, answer(hand(key, "mayor"), "refuse", "尚未达到条件"))
    held = of(store, key)
    assert (held.asked, held.response, held.responses[0].state) == (None, 0, "refused")


def test_the_desk_does_not_approve_its_own_suggestion(store: Store) -> None:
    key = active(store)
    did(store, ask(hand(key, "wang"), Wish(3, "全市")))
    with pytest.raises(TransitionRefused, match="有权批准的领导"):
        did(store, answer(hand(key, "wang"), "approve"))


@pytest.mark.parametrize(
    ("wish", "why"), [(Wish(9, "全市"), "响应级别"), (Wish(3, " "), "响应范围"), (Wish(2, "全市"), "措施")]
)
def test_a_suggestion_that_lacks_something_is_refused(store: Store, wish: Wish, why: str) -> None:
    with pytest.raises(TransitionRefused, match=why):
        did(store, ask(hand(active(store), "li"), wish))


def test_a_response_in_force_stands_against_closing(store: Store) -> None:
    key = active(store)
    did(store, ask(hand(key, "li"), Wish(3, "全市")))
    did(store, answer(hand(key, "chen"), "approve"))
    assert "应急响应尚未终止" in store.duty.look(lambda top: incidents.against_closing(top, of(store, key)))


def test_the_timeline_builds_itself(store: Store) -> None:
    key, later = active(store), NOW + timedelta(minutes=7)
    did(store, response.start(hand(key, "li", later), "fire"), later)
    lines = timeline(store.duty.history([key]))
    assert [line.verb for line in lines] == ["open", "verify", "start"]
    assert [line.what for line in lines] == ["接报登记", "核实", "启动预案"]
    assert spans(lines) == {"verify": 0.0, "start": 7.0}
