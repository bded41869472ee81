"""Cases, notices and silences: everything that belongs together in one transaction, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from domain.alert import Alert, AlertLevel, Condition, Reason, Transition
from domain.case import Case, CaseStep, Handling
from domain.deed import Deed
from domain.errors import TransitionRefused
from domain.notice import Notice, NoticeKind, NoticeState
from domain.silence import Matcher, Silence, Weekly
from store import Store
from store.desk import CaseQuery, Planned

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def alert(site: str = "g1", condition: Condition = Condition.FIRING, at: datetime = NOW) -> Alert:
    return Alert(f"r|{site}", "r", "hydro.level", site, AlertLevel.P2, condition, NOW, at, 12.0, f"{site} 超警戒", NOW)


def moved(one: Alert, old: Condition) -> Transition:
    return Transition(one.fingerprint, one.updated, old, one.condition, one.level, one.value, Reason.BREACHED)


def case(site: str = "g1", **given: object) -> Case:
    base = Case(
        "",
        f"r|{site}",
        "r",
        "hydro.level",
        site,
        "441802",
        "water",
        AlertLevel.P2,
        f"{site} 超警戒",
        Condition.FIRING,
        NOW,
        NOW,
    )
    return replace(base, **given)


def notice(key: str, *cases: str, **given: object) -> Notice:
    base = Notice(key, NoticeKind.FIRED, "duty", AlertLevel.P2, "water|441802", cases, NOW, NOW, {"text": "超警戒"})
    return replace(base, **given)


def opened(store: Store, *sites: str) -> list[Case]:
    changes = [alert(site) for site in sites]
    steps = [CaseStep(case(site), "open", NOW) for site in sites]
    about = [((i,), notice(f"n-{site}", group=site)) for i, site in enumerate(sites)]
    transitions = [moved(one, Condition.NORMAL) for one in changes]
    return list(store.desk.save(changes, transitions, Planned(steps, about=about), NOW).cases)


def acknowledged(held: Case) -> Case:
    if held.handling is not Handling.NEW:
        raise TransitionRefused(f"{held.id} 已由 {held.owner} 签收")
    return replace(held, handling=Handling.ACKNOWLEDGED, owner="li.wei", acknowledged=NOW)


def deed(actor: str = "li.wei") -> Deed:
    return Deed(NOW + MINUTE, actor, "case.acknowledge")


def test_numbers_count_within_the_local_day(store: Store) -> None:
    assert [one.id for one in opened(store, "g1", "g2")] == ["GJ-20261125-0001", "GJ-20261125-0002"]
    late = CaseStep(case("g3"), "open", datetime(2026, 11, 25, 16, 1, tzinfo=UTC))  # after midnight in Shanghai
    assert store.desk.save([], [], Planned([late]), NOW).cases[0].id == "GJ-20261126-0001"


def test_a_case_comes_back_as_it_was_put(store: Store) -> None:
    whole = case(
        value=12.5,
        peak=13.0,
        recurrence=2,
        recovered=NOW,
        due=NOW + MINUTE,
        note="备注",
        group="g",
        hidden="silence:1",
        flapping=33.3,
    )
    put = store.desk.save([], [], Planned([CaseStep(whole, "open", NOW)]), NOW).cases[0]
    assert put == replace(whole, id=put.id, version=1)
    assert store.desk.case(put.id) == put
    assert store.desk.newest(["r|g1", "r|g2"]) == {"r|g1": put}


def test_a_notice_waits_with_the_number_of_its_case(store: Store) -> None:
    (one,) = opened(store, "g1")
    steps, notices = store.desk.history(one.id)
    assert [(step.verb, step.old, step.new) for step in steps] == [("open", None, Handling.NEW)]
    assert [(n.id, n.cases, n.state, n.body) for n in notices] == [
        ("n-g1", (one.id,), NoticeState.WAITING, {"text": "超警戒"})
    ]


def test_an_alert_that_somebody_else_moved_takes_its_case_and_notice_with_it(store: Store) -> None:
    opened(store, "g1")
    again, fresh = alert("g1", at=NOW + MINUTE), alert("g2")
    planned = Planned([CaseStep(case("g1"), "open", NOW), CaseStep(case("g2"), "open", NOW)])
    saved = store.desk.save(
        [again, fresh], [moved(again, Condition.NORMAL), moved(fresh, Condition.NORMAL)], planned, NOW
    )
    assert (saved.alerts, [one.site for one in saved.cases]) == (frozenset({"r|g2"}), ["g2"])
    assert len(store.desk.open_cases()) == 2


def test_a_case_moved_meanwhile_undoes_the_whole_transaction(store: Store) -> None:
    (read,) = opened(store, "g1")
    store.desk.act(read.id, "acknowledge", acknowledged, deed())
    gone = alert("g1", Condition.CLEARED, NOW + MINUTE)
    planned = Planned([CaseStep(replace(read, recovered=NOW), "recover", NOW)], [notice("n-2", read.id)])
    saved = store.desk.save([gone], [moved(gone, Condition.FIRING)], planned, NOW)
    assert (saved.lost, saved.alerts) == (True, frozenset())
    assert store.open_alerts()[0].condition is Condition.FIRING
    assert [one.id for one in store.desk.history(read.id)[1]] == ["n-g1"]


def test_acknowledging_cancels_what_waits_and_says_who(store: Store) -> None:
    (one,) = opened(store, "g1")
    taken = store.desk.act(one.id, "acknowledge", acknowledged, deed())
    assert (taken.handling, taken.owner, taken.version) == (Handling.ACKNOWLEDGED, "li.wei", 2)
    assert store.desk.claim("w", NOW + MINUTE) == []
    assert store.desk.history(one.id)[1][0].state is NoticeState.CANCELLED
    assert store.audit.search(limit=1)[0].thing == f"case:{one.id}"
    with pytest.raises(TransitionRefused, match=r"已由 li.wei 签收"):
        store.desk.act(one.id, "acknowledge", acknowledged, deed("wang.fang"))


def test_a_refused_step_leaves_no_trace(store: Store) -> None:
    (one,) = opened(store, "g1")
    rows = len(store.audit.search())

    def refused(_: Case) -> Case:
        raise TransitionRefused("不行")

    with pytest.raises(TransitionRefused):
        store.desk.act(one.id, "close", refused, deed())
    with pytest.raises(TransitionRefused, match="no case"):
        store.desk.act("GJ-20261125-9999", "close", acknowledged, deed())
    assert (store.desk.case(one.id), len(store.audit.search())) == (one, rows)


def test_of_two_officers_at_once_exactly_one_wins(store: Store) -> None:
    (one,) = opened(store, "g1")

    def act(actor: str) -> str:
        try:
            store.desk.act(one.id, "acknowledge", lambda c: replace(acknowledged(c), owner=actor), deed(actor))
        except TransitionRefused:
            return ""
        return actor

    with ThreadPoolExecutor(8) as pool:
        winners = [name for name in pool.map(act, [f"o{i}" for i in range(8)]) if name]
    held = store.desk.case(one.id)
    assert held is not None
    assert [held.owner] == winners
    assert [step.verb for step in store.desk.history(one.id)[0]] == ["open", "acknowledge"]


def test_a_notice_about_other_cases_too_is_not_cancelled_with_one(store: Store) -> None:
    one, other = opened(store, "g1", "g2")
    store.desk.put_notice(notice("both", one.id, other.id))
    store.desk.act(one.id, "acknowledge", acknowledged, deed())
    states = {n.id: n.state for n in store.desk.notices(NOW)}
    assert states == {"n-g1": NoticeState.CANCELLED, "n-g2": NoticeState.WAITING, "both": NoticeState.WAITING}


def test_planning_twice_is_one_notice(store: Store) -> None:
    assert store.desk.put_notice(notice("n"))
    assert not store.desk.put_notice(notice("n", receiver="other"))
    assert [one.receiver for one in store.desk.notices(NOW)] == ["duty"]


def test_every_notice_is_claimed_by_one_worker(store: Store) -> None:
    for number in range(40):
        store.desk.put_notice(notice(f"n{number:02d}"))

    def take(worker: str) -> list[str]:
        found: list[str] = []
        while got := store.desk.claim(worker, NOW, limit=3):
            found += [one.id for one in got]
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = [key for found in pool.map(take, "abcd") for key in found]
    assert sorted(taken) == [f"n{number:02d}" for number in range(40)]


def test_a_lease_that_ran_out_is_sent_again_by_whoever_comes(store: Store) -> None:
    store.desk.put_notice(notice("n"))
    assert store.desk.claim("dead", NOW)[0].attempts == 1
    assert store.desk.claim("other", NOW + timedelta(seconds=30)) == []
    assert store.desk.next_notice() == NOW + timedelta(seconds=60)
    assert store.desk.claim("other", NOW + MINUTE)[0].attempts == 2
    assert not store.desk.sent("n", "dead", NOW)
    assert store.desk.sent("n", "other", NOW + MINUTE, "202")
    assert store.desk.notices(NOW)[0].receipt == "202"
    assert store.desk.count_sent("duty", NOW) == 1


@pytest.mark.parametrize(
    ("settle", "state"),
    [
        (lambda s: s.desk.put_off("n", "w", NOW + 5 * MINUTE, "busy"), NoticeState.WAITING),
        (lambda s: s.desk.failed("n", "w", "no such address"), NoticeState.FAILED),
    ],
)
def test_a_notice_that_could_not_be_sent(store: Store, settle: Callable[[Store], bool], state: NoticeState) -> None:
    store.desk.put_notice(notice("n"))
    store.desk.claim("w", NOW)
    assert settle(store)
    (one,) = store.desk.notices(NOW)
    assert (one.state, bool(one.error)) == (state, True)
    assert store.desk.claim("w", NOW + MINUTE) == []
    assert len(store.desk.claim("w", NOW + 5 * MINUTE)) == (state is NoticeState.WAITING)


def test_the_most_urgent_is_sent_first(store: Store) -> None:
    store.desk.put_notice(notice("late", level=AlertLevel.P4, due=NOW - MINUTE))
    store.desk.put_notice(notice("grave", level=AlertLevel.P1))
    store.desk.put_notice(notice("later", level=AlertLevel.P1, due=NOW + MINUTE))
    assert [one.id for one in store.desk.claim("w", NOW)] == ["grave", "late"]


def test_cases_are_found_by_what_is_asked(store: Store) -> None:
    one, other = opened(store, "g1", "g2")
    store.desk.act(one.id, "close", lambda c: replace(c, handling=Handling.FALSE_ALARM, closed=NOW), deed())
    desk = store.desk
    assert [c.id for c in desk.cases()] == [other.id, one.id]
    assert [c.id for c in desk.cases(before=other.id)] == [one.id]
    assert [c.id for c in desk.cases(CaseQuery(over=True))] == [one.id]
    assert [c.id for c in desk.cases(CaseQuery(over=False, levels=frozenset({AlertLevel.P2})))] == [other.id]
    assert desk.cases(CaseQuery(topics=frozenset({"traffic"}))) == []
    assert desk.cases(CaseQuery(districts=frozenset())) == []
    assert [c.id for c in desk.cases(CaseQuery(text="g2"))] == [other.id]
    assert [c.id for c in desk.cases(CaseQuery(text="0001"))] == [one.id]
    assert desk.cases(CaseQuery(text="%")) == []


def test_time_moves_the_cases_that_are_due(store: Store) -> None:
    step = CaseStep(case("g1", due=NOW + MINUTE), "open", NOW)
    store.desk.save([], [], Planned([step, CaseStep(case("g2"), "open", NOW)]), NOW)
    assert store.desk.next_due() == NOW + MINUTE
    assert store.desk.due(NOW) == []
    assert [one.site for one in store.desk.due(NOW + MINUTE)] == ["g1"]


def test_a_silence_lasts_until_it_ends_or_is_ended(store: Store) -> None:
    new = Silence(
        0,
        (Matcher("level", ("P3", "P4")),),
        NOW,
        NOW + 60 * MINUTE,
        "检修",
        "li.wei",
        NOW,
        Weekly((1, 7), time(22), 90),
    )
    number = store.desk.add_silence(new, Deed(NOW, "li.wei", "silence.add"))
    assert store.desk.silences(NOW) == [replace(new, id=number)]
    ended = Deed(NOW + MINUTE, "li.wei", "silence.end")
    assert store.desk.end_silence(number, ended)
    assert not store.desk.end_silence(number, ended)
    assert store.desk.silences(NOW)[0].ended == NOW + MINUTE
    assert store.desk.silences(NOW + 2 * MINUTE) == []


def test_what_moved_is_told_to_other_processes(store: Store) -> None:
    before = store.version()
    opened(store, "g1")
    assert "alerts" in store.changes(before).kinds


def test_a_notice_that_waits_takes_further_cases_of_its_group_in(store: Store) -> None:
    steps = [CaseStep(case(site), "open", NOW) for site in ("g1", "g2")]
    calm = notice("", due=NOW + 5 * MINUTE, level=AlertLevel.P4)
    (one,) = store.desk.save([], [], Planned(steps[:1], about=[((0,), calm)]), NOW).cases
    grave = replace(calm, due=NOW + MINUTE, made=NOW + MINUTE, level=AlertLevel.P2)
    (other,) = store.desk.save([], [], Planned(steps[1:], about=[((0,), grave)]), NOW).cases
    (both,) = store.desk.notices(NOW)
    assert (both.cases, both.level, both.due) == ((one.id, other.id), AlertLevel.P2, NOW + MINUTE)
    store.desk.claim("w", NOW + MINUTE)
    step = CaseStep(case("g3"), "open", NOW)
    store.desk.save([], [], Planned([step], about=[((0,), grave)]), NOW)  # what is on its way takes nobody in
    assert len(store.desk.notices(NOW)) == 2


def test_signing_for_one_case_takes_it_out_of_what_waits(store: Store) -> None:
    steps = [CaseStep(case(site), "open", NOW) for site in ("g1", "g2")]
    one, other = store.desk.save([], [], Planned(steps, about=[((0, 1), notice(""))]), NOW).cases
    store.desk.act(one.id, "acknowledge", acknowledged, deed())
    (left,) = store.desk.notices(NOW)
    assert (left.cases, left.state) == ((other.id,), NoticeState.WAITING)
    store.desk.act(other.id, "acknowledge", acknowledged, deed())
    assert store.desk.notices(NOW)[0].state is NoticeState.CANCELLED


def test_only_who_may_know_of_it_is_told_that_it_is_over(store: Store) -> None:
    (one,) = store.desk.save([], [], Planned([CaseStep(case(), "open", NOW)], about=[((0,), notice(""))]), NOW).cases
    over = replace(one, condition=Condition.CLEARED)
    told = notice("", kind=NoticeKind.CLEARED)
    unknown = replace(told, receiver="other")
    store.desk.claim("w", NOW)
    plan = Planned([CaseStep(over, "recover", NOW)], about=[((0,), told), ((0,), unknown)])
    store.desk.save([], [], plan, NOW)
    assert sorted((n.receiver, n.kind) for n in store.desk.notices(NOW)) == [
        ("duty", NoticeKind.CLEARED),
        ("duty", NoticeKind.FIRED),
    ]


def test_what_is_told_again_leaves_out_what_was_signed_for(store: Store) -> None:
    steps = [CaseStep(case(site), "open", NOW) for site in ("g1", "g2")]
    one, other = store.desk.save([], [], Planned(steps, about=[((0, 1), notice(""))]), NOW).cases
    (taken,) = store.desk.claim("w", NOW)
    store.desk.act(one.id, "acknowledge", acknowledged, deed())
    again = notice(f"{taken.id}~1", one.id, other.id, kind=NoticeKind.REPEAT)
    assert store.desk.sent(taken.id, "w", NOW, "200", again)
    assert not store.desk.sent(taken.id, "w", NOW, "200", again)
    assert [n.cases for n in store.desk.notices(NOW) if n.kind is NoticeKind.REPEAT] == [(other.id,)]
    assert store.desk.told(NOW - MINUTE) == {("duty", "water|441802"): NOW}
    assert store.desk.count_opened(NOW) == 2


def test_a_notice_of_which_nothing_is_left_is_no_longer_sent(store: Store) -> None:
    store.desk.put_notice(notice("n"))
    store.desk.claim("w", NOW)
    assert store.desk.needless("n", "w")
    assert not store.desk.needless("n", "w")
    assert store.desk.claim("w", NOW + 5 * MINUTE) == []
