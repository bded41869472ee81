"""Reports: what is owed and until when, who signs, and that nothing changes what was sent."""

from datetime import timedelta

import pytest

from domain.errors import TransitionRefused
from domain.plan import CLOCKS
from domain.report import PARTS, UNVERIFIED, Report
from duty import incidents
from duty.reports import STATES, TABLE, Ground, correct, next_time, overdue, receipt, send, title, write
from store import Store
from tests.duty.incident_desk import NOW, PEOPLE, PLANS, did, hand, of, opened, pen, reports, who
from tests.duty.rosters import ZONE, local

# verb -> who may with a written report, and in which states
MAY = {
    "write": ({"li", "zhao", "wang"}, {"draft"}),
    "send": ({"wang", "chen", "mayor"}, {"draft"}),
    "receipt": ({"li", "zhao", "wang"}, {"sent"}),
    "correct": ({"li", "zhao", "wang"}, {"sent", "received"}),
}
FULL = {"scope": "一村", "development": "水位仍涨", "situation": "已处置", "words": "通话"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", [*TABLE.moves, "eat"])
@pytest.mark.parametrize("login", PEOPLE)
def test_each_state_verb_and_person_is_allowed_or_refused_with_a_sentence(state: str, verb: str, login: str) -> None:
    held = Report(
        id="XB-20261125-0001", state=state, opened=NOW, updated=NOW, kind="first", topic="water", district="441881"
    )
    people, states = MAY.get(verb, (set(), set()))
    if login in people and state in states:
        assert TABLE.must(held, verb, who(login))
        return
    with pytest.raises(TransitionRefused) as refused:
        TABLE.must(held, verb, who(login))
    assert any(word in str(refused.value) for word in ("没有", "可以：", "须由"))


def test_a_call_is_noted_by_whoever_made_it() -> None:
    held = Report(
        id="XB-20261125-0001", state="draft", opened=NOW, updated=NOW, kind="phone", topic="water", district="441881"
    )
    assert TABLE.must(held, "send", who("li"))


def graded(store: Store, value: int) -> str:
    one = opened(store)
    did(store, incidents.step(hand(one.id, "li"), "verify", "属实"))
    did(store, incidents.grade(hand(one.id, "chen"), "grade", value))
    return one.id


@pytest.mark.parametrize(("value", "written", "phone"), [(1, 35, 15), (2, 35, 15), (3, 60, None), (4, 360, None)])
def test_the_strict_clock_runs_from_the_call(store: Store, value: int, written: int, phone: int | None) -> None:
    found = reports(store, graded(store, value))
    assert found["first"].deadline == NOW + timedelta(minutes=written)
    assert ("phone" in found) == (phone is not None)
    if phone is not None:
        assert found["phone"].deadline == NOW + timedelta(minutes=phone)


def test_a_graver_grade_makes_the_term_shorter_and_late_at_once_when_it_has_passed(store: Store) -> None:
    one, later = opened(store), NOW + timedelta(hours=2)
    did(store, incidents.grade(hand(one.id, "chen", later), "grade", 1), later)
    first = reports(store, one.id)["first"]
    assert first.late
    assert first.deadline == NOW + timedelta(minutes=35)


def test_sensitive_circumstances_lift_the_reporting_need(store: Store) -> None:
    one = opened(store, sensitive=("学校或医院",))
    assert reports(store, one.id)["first"].deadline == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (local(25, 7, 59), local(25, 8)),
        (local(25, 8), local(25, 17)),
        (local(25, 17), local(26, 8)),
        (local(25, 23, 30), local(26, 8)),
    ],
)
def test_follow_ups_are_due_before_eight_and_five(now: object, due: object) -> None:
    assert next_time(CLOCKS["strict"].follow, ZONE, now) == due  # type: ignore[arg-type]


def test_one_follow_up_after_the_other_is_owed_until_it_is_under_control(store: Store) -> None:
    key = graded(store, 3)
    did(store, send(pen(reports(store, key)["first"].id, "wang"), FULL))
    assert reports(store, key)["follow1"].deadline == local(25, 17)
    later = local(25, 16)
    did(store, send(pen(reports(store, key)["follow1"].id, "wang", later), FULL), later)
    assert reports(store, key)["follow2"].deadline == local(25, 17)
    did(store, incidents.step(hand(key, "li", later), "control", "水位已退"), later)
    assert reports(store, key)["follow2"].state == "dropped"
    assert reports(store, key)["final"].state == "draft"


def test_an_ordinary_incident_owes_no_follow_up(store: Store) -> None:
    key = graded(store, 4)
    did(store, send(pen(reports(store, key)["first"].id, "wang"), FULL))
    assert set(reports(store, key)) == {"first"}


def test_what_is_not_known_is_sent_as_to_be_verified(store: Store) -> None:
    first = reports(store, graded(store, 3))["first"]
    did(store, send(pen(first.id, "wang"), {"scope": "一村"}))
    sent = reports(store, first.about)["first"]
    assert sent.parts.keys() == PARTS["first"].keys()
    assert {value for key, value in sent.parts.items() if key != "scope"} == {UNVERIFIED}
    assert (sent.signer, sent.sent) == ("wang", NOW)


def test_an_empty_report_is_not_sent(store: Store) -> None:
    first = reports(store, graded(store, 3))["first"]
    with pytest.raises(TransitionRefused, match="没有内容"):
        did(store, send(pen(first.id, "wang"), {"scope": " "}))


def test_what_was_sent_is_corrected_by_a_new_edition_only(store: Store) -> None:
    key = graded(store, 4)
    first = reports(store, key)["first"]
    did(store, send(pen(first.id, "wang"), {"scope": "一村"}))
    with pytest.raises(TransitionRefused, match="已报送"):
        did(store, write(pen(first.id, "li"), {"scope": "两村"}))
    did(store, correct(pen(first.id, "li"), "范围有误"))
    with pytest.raises(TransitionRefused, match="已有更正件"):
        did(store, correct(pen(first.id, "zhao"), "范围有误"))
    [draft] = [one for one in store.duty.dossiers(Report) if one.of == first.id]
    did(store, send(pen(draft.id, "wang"), {"scope": "两村"}))
    old, new = store.duty.dossier(Report, first.id), store.duty.dossier(Report, draft.id)
    assert old is not None
    assert new is not None
    assert (old.state, old.parts["scope"]) == ("replaced", "一村")
    assert (new.state, new.parts["scope"], new.edition) == ("sent", "两村", 2)


def test_the_receipt_names_who_confirmed_it(store: Store) -> None:
    first = reports(store, graded(store, 4))["first"]
    did(store, send(pen(first.id, "wang"), FULL))
    with pytest.raises(TransitionRefused, match="接收人"):
        did(store, receipt(pen(first.id, "li"), " "))
    did(store, receipt(pen(first.id, "li"), "省值班室 周"))
    held = store.duty.dossier(Report, first.id)
    assert held is not None
    assert (held.state, held.receipt) == ("received", "省值班室 周")


def test_the_loser_of_two_drafts_is_told_who_was_faster(store: Store) -> None:
    first = reports(store, graded(store, 4))["first"]
    did(store, write(pen(first.id, "li", seen=first.version), {"scope": "一村"}))
    with pytest.raises(TransitionRefused, match="刚由 li 处理"):
        did(store, send(pen(first.id, "wang", seen=first.version), {"scope": "两村"}))


def test_a_report_that_was_not_sent_by_its_time_is_marked_once_and_stays_owed(store: Store) -> None:
    key, later = graded(store, 3), NOW + timedelta(hours=1)
    assert [step.verb for step in did(store, overdue(later), later).dossiers] == ["late"]
    assert did(store, overdue(later), later).dossiers == []
    assert reports(store, key)["first"].late
    did(store, send(pen(reports(store, key)["first"].id, "wang", later), FULL), later)
    assert reports(store, key)["first"].late


def test_reports_of_a_void_incident_are_dropped(store: Store) -> None:
    one = opened(store)
    did(store, incidents.step(hand(one.id, "wang"), "void", "误报"))
    assert of(store, one.id).over
    assert reports(store, one.id)["first"].state == "dropped"


def test_another_clock_holds_where_the_city_says_so(store: Store) -> None:
    ground = Ground(PLANS.model_copy(update={"report_clock": "two_hours"}), ZONE)
    assert ground.plans.clock.terms[1].written == timedelta(hours=2)
    assert ground.plans.clock.terms[1].phone is None


def test_follow_ups_are_counted_in_words() -> None:
    assert [title("follow", n) for n in (1, 10, 11)] == ["续报一", "续报十", "续报11"]
