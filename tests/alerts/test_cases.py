"""Cases: what the machine, time and people make of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from access.rights import RIGHTS
from alerts.case_links import LINKS, TAKING, followed, linked
from alerts.cases import CAUSES, SPOKEN, VERBS, Fill, Where, act, allowed, follow, timed
from alerts.engine import Change
from alerts.planning import adopt, plan
from domain.account import Reach, Role, Viewer
from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.case import OVER, Case, Handling
from domain.errors import TransitionRefused

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WHERE = Where("441802", "water", "water|r|441802")


def alert(condition: Condition = Condition.FIRING, level: AlertLevel = AlertLevel.P3, at: datetime = NOW) -> Alert:
    return Alert("r|g1", "r", "hydro.level", "g1", level, condition, NOW, at, 12.0, "超警戒", NOW, peak=13.0)


def change(
    old: Condition, new: Condition, reason: Reason, level: AlertLevel = AlertLevel.P3, at: datetime = NOW
) -> Change:
    one = alert(new, level, at)
    return Change(one, Transition(one.fingerprint, at, old, new, level, one.value, reason))


FIRES = change(Condition.NORMAL, Condition.FIRING, Reason.BREACHED)


def case(handling: Handling = Handling.NEW, **given: object) -> Case:
    step = follow(FIRES, None, WHERE)
    assert step is not None
    return replace(step.case, id="GJ-20261125-0001", version=1, handling=handling, **given)


def viewer(role: Role = Role.DUTY, reach: Reach | None = None) -> Viewer:
    return Viewer("li.wei", "李伟", role, RIGHTS[role], reach or Reach())


def clears(level: AlertLevel = AlertLevel.P3, at: datetime = NOW) -> Change:
    return change(Condition.FIRING, Condition.CLEARED, Reason.CLEARED, level, at)


def test_an_alert_that_fires_opens_a_case() -> None:
    step = follow(FIRES, None, WHERE)
    assert step is not None
    assert (step.verb, step.case.handling, step.case.level, step.case.group) == (
        "open",
        Handling.NEW,
        AlertLevel.P3,
        "water|r|441802",
    )


def test_pending_is_no_case() -> None:
    assert follow(change(Condition.NORMAL, Condition.PENDING, Reason.BREACHED), None, WHERE) is None
    assert follow(change(Condition.PENDING, Condition.NORMAL, Reason.LAPSED), None, WHERE) is None


@pytest.mark.parametrize(("minutes", "verb"), [(30, "reopen"), (31, "open")])
def test_what_comes_back_within_half_an_hour_is_the_same_case(minutes: int, verb: str) -> None:
    closed = case(Handling.DONE, closed=NOW - minutes * MINUTE, owner="li.wei")
    step = follow(FIRES, closed, WHERE)
    assert step is not None
    assert (step.verb, step.case.id) == (verb, closed.id if verb == "reopen" else "")
    assert (step.case.handling, step.case.recurrence, step.case.owner) == (Handling.NEW, int(verb == "reopen"), "")


def test_what_comes_back_while_somebody_works_on_it_stays_his() -> None:
    held = case(Handling.ACKNOWLEDGED, owner="li.wei", recovered=NOW)
    step = follow(change(Condition.CLEARED, Condition.FIRING, Reason.BREACHED), held, WHERE)
    assert step is not None
    assert (step.verb, step.case.handling, step.case.owner, step.case.recovered) == (
        "relapse",
        Handling.ACKNOWLEDGED,
        "li.wei",
        None,
    )


@pytest.mark.parametrize(
    ("level", "minutes"), [(AlertLevel.P4, 30), (AlertLevel.P3, 120), (AlertLevel.P2, None), (AlertLevel.P1, None)]
)
def test_only_slight_cases_close_by_themselves(level: AlertLevel, minutes: int | None) -> None:
    step = follow(clears(level), case(level=level), WHERE)
    assert step is not None
    assert step.case.due == (NOW + minutes * MINUTE if minutes else None)
    if minutes:
        assert timed(step.case, NOW + (minutes - 1) * MINUTE) is None
        closed = timed(step.case, NOW + minutes * MINUTE)
        assert closed is not None
        assert (closed.verb, closed.case.handling, closed.case.closed) == (
            "close_itself",
            Handling.SELF_CLOSED,
            NOW + minutes * MINUTE,
        )
    else:
        assert timed(step.case, NOW + timedelta(days=30)) is None


def test_a_case_somebody_has_signed_for_does_not_close_by_itself() -> None:
    step = follow(clears(AlertLevel.P4), case(Handling.ACKNOWLEDGED, level=AlertLevel.P4), WHERE)
    assert step is not None
    assert step.case.due is None


def test_a_closed_case_is_not_touched_by_its_alert() -> None:
    assert follow(clears(), case(Handling.FALSE_ALARM, closed=NOW), WHERE) is None


def test_a_shelved_case_wakes() -> None:
    shelved = act(case(Handling.ACKNOWLEDGED), "shelve", viewer(), Fill("等备件", until=NOW + 60 * MINUTE), NOW)
    step = timed(shelved, NOW + 60 * MINUTE)
    assert step is not None
    assert (step.verb, step.case.handling) == ("wake", Handling.ACKNOWLEDGED)


FULL = Fill("原因", next(iter(CAUSES)), NOW + 30 * MINUTE, AlertLevel.P4, "GJ-20261125-0099")
STAYS = {"report", "level", "next", "note"}  # what does not move a case, or not always


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("handling", Handling)
def test_every_step_from_every_state_is_taken_or_refused_in_words(handling: Handling, verb: str) -> None:
    held = case(handling, closed=NOW, owner="wang.fang")
    if handling in VERBS[verb][0]:
        moved = act(held, verb, viewer(), FULL, NOW)
        assert moved.handling is not handling or verb in STAYS
        assert not moved.over or moved.due is not None  # what is over will be archived
        return
    with pytest.raises(TransitionRefused) as refused:
        act(held, verb, viewer(), FULL, NOW)
    assert SPOKEN[handling] in str(refused.value)
    assert "可以：" in str(refused.value)
    assert verb not in allowed(held)


@pytest.mark.parametrize("role", [Role.LEADER, Role.CLERK, Role.ADMIN, Role.WALL])
def test_who_may_not_act_is_told_who_may(role: Role) -> None:
    with pytest.raises(TransitionRefused, match="值班员"):
        act(case(), "acknowledge", viewer(role), Fill(), NOW)


def test_outside_his_reach_nobody_acts() -> None:
    with pytest.raises(TransitionRefused, match="地域或专题"):
        act(case(), "acknowledge", viewer(reach=Reach(frozenset({"441803"}))), Fill(), NOW)


@pytest.mark.parametrize(
    ("verb", "level", "role", "fill", "words"),
    [
        ("shelve", AlertLevel.P1, Role.SHIFT, FULL, "不能挂起"),
        ("shelve", AlertLevel.P2, Role.DUTY, FULL, "值班长"),
        ("shelve", AlertLevel.P3, Role.DUTY, Fill(until=NOW + MINUTE), "原因"),
        ("shelve", AlertLevel.P3, Role.DUTY, Fill("等", until=NOW + timedelta(hours=25)), "24 小时"),
        ("shelve", AlertLevel.P3, Role.DUTY, Fill("等", until=NOW), "24 小时"),
        ("false_alarm", AlertLevel.P2, Role.DUTY, FULL, "值班长"),
        ("false_alarm", AlertLevel.P3, Role.DUTY, Fill("误报", "whatever"), "选择原因"),
        ("finish", AlertLevel.P3, Role.DUTY, Fill(), "仍在触发"),
        ("merge", AlertLevel.P3, Role.DUTY, Fill(into="GJ-20261125-0001"), "并入哪一件"),
        ("level", AlertLevel.P3, Role.DUTY, Fill("看", level=AlertLevel.P3), "不同的级别"),
        ("level", AlertLevel.P3, Role.DUTY, Fill(level=AlertLevel.P2), "写明情况"),
        ("next", AlertLevel.P3, Role.DUTY, Fill(), "30 天"),
        ("note", AlertLevel.P3, Role.DUTY, Fill(), "写明情况"),
    ],
)
def test_what_is_missing_is_said(verb: str, level: AlertLevel, role: Role, fill: Fill, words: str) -> None:
    with pytest.raises(TransitionRefused, match=words):
        act(case(Handling.ACKNOWLEDGED, level=level), verb, viewer(role), fill, NOW)


def test_who_did_the_work_does_not_verify_it() -> None:
    checking = act(case(Handling.WORKING, owner="wang"), "submit", viewer(), Fill("已排水"), NOW)
    with pytest.raises(TransitionRefused, match="经办人以外"):
        act(checking, "pass", viewer(), FULL, NOW)
    assert act(replace(checking, owner="wang"), "pass", viewer(), FULL, NOW).handling is Handling.DONE


def test_a_closed_case_is_archived_three_days_later_and_read_only_then() -> None:
    done = act(case(Handling.ACKNOWLEDGED), "finish", viewer(), FULL, NOW)
    assert timed(done, NOW + timedelta(hours=71)) is None
    step = timed(done, NOW + timedelta(hours=72))
    assert step is not None
    assert (step.verb, step.case.handling, step.case.due) == ("archive", Handling.ARCHIVED, None)
    assert allowed(step.case) == []


def test_a_level_that_a_person_set_stays_until_the_alert_changes_its_own() -> None:
    lowered = act(case(Handling.ACKNOWLEDGED), "level", viewer(), Fill("误差", level=AlertLevel.P4), NOW)
    recovered = follow(clears(AlertLevel.P3), lowered, WHERE)
    assert recovered is not None
    assert recovered.case.level is AlertLevel.P4


def test_the_time_of_the_next_action_is_told_when_it_comes() -> None:
    held = act(case(Handling.WORKING), "next", viewer(), Fill(until=NOW + MINUTE), NOW)
    step = timed(held, NOW + MINUTE)
    assert step is not None
    assert (step.verb, step.case.handling, step.case.due) == ("remind", Handling.WORKING, None)


@pytest.mark.parametrize("verb", LINKS)
@pytest.mark.parametrize("handling", Handling)
def test_what_an_order_does_to_its_case_is_declared(handling: Handling, verb: str) -> None:
    held = case(handling, owner="wang.fang", closed=NOW if handling in OVER else None)
    step = followed(held, verb, "clerk", NOW, reason="持续")
    assert (step is not None) == (handling in LINKS[verb][0])
    assert step is None or step.case.handling is LINKS[verb][1]
    if verb not in TAKING:
        return
    if handling in LINKS[verb][0]:
        assert linked(held, verb, viewer(), NOW).case.owner == "wang.fang"
        return
    with pytest.raises(TransitionRefused, match=SPOKEN[handling]):
        linked(held, verb, viewer(), NOW)


def test_the_steps_of_one_batch_are_one_step_of_its_case() -> None:
    rose = change(Condition.FIRING, Condition.FIRING, Reason.ROSE, AlertLevel.P2)
    planned = plan([FIRES, rose], {}, lambda _: WHERE)
    assert [(step.verb, step.case.level) for step in planned.steps] == [("open", AlertLevel.P2)]


def test_alerts_without_a_case_get_one() -> None:
    (step,) = adopt([alert(), replace(alert(Condition.PENDING), fingerprint="r|g2")], {}, lambda _: WHERE).steps
    assert (step.verb, step.case.opened) == ("open", NOW)
    assert adopt([alert()], {"r|g1": case()}, lambda _: WHERE).steps == []
