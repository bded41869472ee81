"""The daily: what goes in, who may do what, and that a signed one never changes."""

from datetime import timedelta

import pytest

from domain.account import Role
from domain.daily import Daily, Fact, Line
from domain.errors import TransitionRefused
from duty import daily
from duty.daily import Given
from store import Store
from tests.access.conftest import address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.duty.rosters import ZONE, local
from tests.layouts.alerts.duty import officer

NOW = local(25, 7)
OFFICER, SHIFT, LEADER = officer(Role.DUTY, "li.wei"), officer(Role.SHIFT, "zhao.min"), officer(Role.LEADER, "lin.hua")


def line(about: str, value: str = "1") -> Line:
    return Line(about=about, name=about, value=value, by="li.wei")


def put(store: Store, about: str, value: str = "1", hours: int = 0) -> Daily:
    at = NOW + timedelta(hours=hours)
    done = store.duty.decide(daily.put(line(about, value), OFFICER, at, ZONE), None, at)
    made = done.dossiers[0].dossier
    assert isinstance(made, Daily)
    return made


def do(store: Store, held: Daily, verb: str, who: object = OFFICER, **given: object) -> Daily:
    decision = daily.step(held.id, verb, who, Given(**given), NOW)  # type: ignore[arg-type]
    made = store.duty.decide(decision, None, NOW).dossiers[0].dossier
    assert isinstance(made, Daily)
    return made


def test_one_draft_a_day_takes_everything_and_the_newest_of_a_thing_counts(sqlite_store: Store) -> None:  # noqa: F811
    first = put(sqlite_store, "metric:air.aqi@130300", "80")
    second = put(sqlite_store, "GJ-20261125-0001", "处置中", hours=1)
    third = put(sqlite_store, "metric:air.aqi@130300", "95", hours=2)
    assert first.id == second.id == third.id
    assert [(one.about, one.value) for one in third.lines] == [
        ("GJ-20261125-0001", "处置中"), ("metric:air.aqi@130300", "95"),
    ]  # fmt: skip
    assert put(sqlite_store, "metric:air.aqi@130300", hours=24).id != first.id


def test_lines_are_ordered_remarked_and_taken_out(sqlite_store: Store) -> None:  # noqa: F811
    put(sqlite_store, "a")
    held = put(sqlite_store, "b")
    held = do(sqlite_store, held, "up", at=1)
    assert [one.about for one in held.lines] == ["b", "a"]
    with pytest.raises(TransitionRefused, match="不能再移动"):
        do(sqlite_store, held, "up", at=0)
    held = do(sqlite_store, held, "write", summary="总体平稳", remarks={1: "待核"})
    assert (held.summary, held.lines[1].remark) == ("总体平稳", "待核")
    assert [one.about for one in do(sqlite_store, held, "remove", at=0).lines] == ["a"]


def test_the_shift_leader_checks_and_a_leader_signs_what_then_never_changes(sqlite_store: Store) -> None:  # noqa: F811
    held = put(sqlite_store, "a")
    with pytest.raises(TransitionRefused, match="不能签发"):
        do(sqlite_store, held, "sign", LEADER)
    with pytest.raises(TransitionRefused, match="须由值班长操作"):
        do(sqlite_store, held, "check", OFFICER)
    held = do(sqlite_store, held, "check", SHIFT)
    with pytest.raises(TransitionRefused, match="须由带班领导操作"):
        do(sqlite_store, held, "sign", SHIFT)
    signed = do(sqlite_store, held, "sign", LEADER, facts=[Fact(section="空气", text="AQI 80")])
    assert (signed.state, signed.checker, signed.signer, signed.over) == ("signed", "zhao.min", "lin.hua", True)
    for verb in ("write", "up", "remove", "check", "sign", "reopen"):
        with pytest.raises(TransitionRefused):
            do(sqlite_store, signed, verb, LEADER, at=0)
    other = do(sqlite_store, signed, "correct", OFFICER)
    assert (other.of, other.state, [one.about for one in other.lines]) == (signed.id, "draft", ["a"])
    assert sqlite_store.duty.dossier(Daily, signed.id) == signed


def test_what_comes_after_the_check_has_to_be_checked_anew_and_after_signing_begins_an_issue(
    sqlite_store: Store,  # noqa: F811
) -> None:
    held = do(sqlite_store, put(sqlite_store, "a"), "check", SHIFT)
    again = put(sqlite_store, "b")
    assert (again.id, again.state, again.checker) == (held.id, "draft", "")
    signed = do(sqlite_store, do(sqlite_store, again, "check", SHIFT), "sign", LEADER)
    assert put(sqlite_store, "c").id != signed.id


def test_others_put_nothing_in_and_the_second_is_told(sqlite_store: Store) -> None:  # noqa: F811
    clerk = officer(Role.CLERK, "chen")
    with pytest.raises(TransitionRefused, match="值班人员或领导"):
        sqlite_store.duty.decide(daily.put(line("a"), clerk, NOW, ZONE), None, NOW)
    held = put(sqlite_store, "a")
    put(sqlite_store, "b")
    with pytest.raises(TransitionRefused, match="刚由"):
        do(sqlite_store, held, "write", seen=held.version)
