"""Forms: told by cell what is wrong, signed once into the store, corrected by a new signature, and late when nobody signs."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.account import Role
from domain.city import City
from domain.errors import StoreError, TransitionRefused
from domain.filing import Filing
from domain.health import Freshness
from domain.observation import Quality
from duty import filings
from duty.filings import EMPTY, TOO_LONG, Hand, cell
from store import Store
from tests.access.conftest import address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.duty.forms import EAST, NOW, WEST, city, clerk, filled, form, hand, spec

HOUR = timedelta(hours=1)


def write(store: Store, at: Hand, cells: dict[str, str]) -> Filing | None:
    done = store.duty.decide(filings.write(at, cells), None, at.now)
    return done.dossiers[0].dossier if done.dossiers else None  # type: ignore[return-value]


def sign(store: Store, at: Hand, cells: dict[str, str]) -> Filing | None:
    done = store.duty.decide(filings.sign(at, cells), None, at.now)
    return done.dossiers[0].dossier if done.dossiers else None  # type: ignore[return-value]


def told(store: Store) -> dict[tuple[str, str, str], float | None]:
    return {
        (one.key.metric, one.key.site, f"{one.at:%Y-%m-%d %H:%M}"): one.value
        for one in store.latest()
        if one.key.source == "env_month"
    }


def state(store: Store, at: datetime, one: City | None = None) -> Freshness:
    midnight = at.replace(hour=0, minute=0)
    return store.health(at, (one or city()).sources, midnight)["env_month"].state


# -- what is wrong with which cell


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", EMPTY), ("  ", EMPTY), ("-", EMPTY), ("abc", "is not a number"), ("12个", "is not a number"),
     ("1e3000", "is not a finite number"), ("1001", "outside the valid range 0 to 1000"), ("-1", "outside the valid range"),
     ("1" * 41, TOO_LONG), ("1_000", "is not a number"), ("nan", "is not a number")],
)  # fmt: skip
def test_each_cell_says_what_is_wrong_with_it(text: str, reason: str) -> None:
    at = hand()
    found = at.form.faults(at.period, filled(east_checks=text), NOW)
    assert list(found) == [cell(EAST, "checks")]
    assert reason in found[cell(EAST, "checks")]


@pytest.mark.parametrize("text", ["12", " 12 ", "1,000", "0", "12.5", "1e2"])
def test_what_every_source_would_understand_is_no_fault(text: str) -> None:
    at = hand()
    assert at.form.faults(at.period, filled(east_checks=text), NOW) == {}


def test_every_fault_of_a_table_is_told_at_once() -> None:
    at = hand()
    found = at.form.faults(at.period, {cell(EAST, "checks"): "x", cell(WEST, "fines"): "501"}, NOW)
    assert set(found) == {cell(p, f) for p in (EAST, WEST) for f in ("checks", "fines")}


def test_a_cell_that_is_optional_may_be_empty_but_not_wrong() -> None:
    at = hand(form=form(optional=["env.fines"]))
    assert at.form.faults(at.period, filled(east_fines="", west_fines="-"), NOW) == {}
    assert at.form.faults(at.period, filled(east_fines="x"), NOW)


def test_a_unit_of_the_form_is_converted_to_the_metrics() -> None:
    made = form(metrics={"env.fines": {"path": "fines", "unit": "元"}})
    at = hand(form=made)
    cells = {cell(EAST, "fines"): "5000001", cell(WEST, "fines"): "5000000"}
    assert list(at.form.faults(at.period, cells, NOW)) == [cell(EAST, "fines")]


# -- drafts and signatures


def test_a_draft_tells_the_store_nothing(sqlite_store: Store) -> None:  # noqa: F811
    made = write(sqlite_store, hand(), filled(east_checks="abc"))
    assert made is not None
    assert (made.state, made.unit, made.cells[cell(EAST, "checks")]) == ("draft", spec().department, "abc")
    assert told(sqlite_store) == {}
    assert write(sqlite_store, hand(1), filled(east_checks="abc")) is None


def test_signing_writes_every_value_with_the_signature_and_a_run(sqlite_store: Store) -> None:  # noqa: F811
    made = sign(sqlite_store, hand(), filled())
    assert made is not None
    assert (made.state, made.signer, made.signatures, made.closed) == ("signed", "chen", 1, NOW)
    end = "2026-10-31 15:59"  # UTC; the last minute of the month in the city
    assert told(sqlite_store) == {
        ("env.checks", EAST, end): 12, ("env.fines", EAST, end): 3.5,
        ("env.checks", WEST, end): 7, ("env.fines", WEST, end): 0,
    }  # fmt: skip
    (run,) = sqlite_store.runs(5, "env_month")
    assert (run.read, run.written, run.ok) == (2, 4, True)


def test_a_table_with_a_fault_is_not_signed_and_nothing_is_kept(sqlite_store: Store) -> None:  # noqa: F811
    with pytest.raises(TransitionRefused, match="1 处需要改正"):
        sign(sqlite_store, hand(), filled(west_fines="600"))
    assert (told(sqlite_store), sqlite_store.duty.dossiers(Filing)) == ({}, [])


def test_the_same_signature_again_changes_nothing(sqlite_store: Store) -> None:  # noqa: F811
    sign(sqlite_store, hand(), filled())
    assert sign(sqlite_store, hand(), filled()) is None
    (held,) = sqlite_store.duty.dossiers(Filing)
    assert (held.version, held.signatures) == (1, 1)
    assert len(sqlite_store.runs(5, "env_month")) == 1


def test_a_correction_is_a_new_version_and_the_old_one_is_kept(sqlite_store: Store) -> None:  # noqa: F811
    sign(sqlite_store, hand(), filled())
    later = NOW + HOUR
    draft = write(sqlite_store, hand(1, now=later), filled(east_checks="15"))
    assert draft is not None
    assert (draft.state, draft.told[cell(EAST, "checks")]) == ("correcting", "12")
    assert told(sqlite_store)["env.checks", EAST, "2026-10-31 15:59"] == 12
    made = sign(sqlite_store, hand(2, clerk("liu"), now=later), filled(east_checks="15"))
    assert made is not None
    assert (made.signatures, made.signer) == (2, "liu")
    assert told(sqlite_store)["env.checks", EAST, "2026-10-31 15:59"] == 15
    signed = [one.body["told"] for one in sqlite_store.duty.history([made.id]) if one.verb == "sign"]
    assert [one[cell(EAST, "checks")] for one in signed] == ["12", "15"]  # type: ignore[index]


def test_a_value_that_a_correction_takes_back_is_missing_afterwards(sqlite_store: Store) -> None:  # noqa: F811
    made = form(optional=["env.fines"])
    sign(sqlite_store, hand(form=made), filled(west_fines=""))
    assert ("env.fines", WEST, "2026-10-31 15:59") not in told(sqlite_store)
    sign(sqlite_store, hand(1, form=made, now=NOW + HOUR), filled(east_fines="", west_fines=""))
    gone = next(one for one in sqlite_store.latest() if (one.key.metric, one.key.site) == ("env.fines", EAST))
    assert (gone.value, gone.quality) == (None, Quality.MISSING)


@pytest.mark.parametrize(
    "who",
    [
        clerk(department="市水利局"),
        clerk(department=""),
        *(clerk("x", role=role) for role in Role if role is not Role.CLERK),
    ],
    ids=lambda who: f"{who.role}-{who.department}",
)
def test_only_a_clerk_of_its_department_writes_or_signs(sqlite_store: Store, who: object) -> None:  # noqa: F811
    at = replace(hand(), viewer=who)  # type: ignore[arg-type]
    for decide in (filings.write(at, filled()), filings.sign(at, filled())):
        with pytest.raises(TransitionRefused, match="责任单位的经办人"):
            sqlite_store.duty.decide(decide, None, NOW)
    assert told(sqlite_store) == {}


def test_it_is_read_by_its_clerks_the_shift_leader_and_the_administrator_alone() -> None:
    readers = {role for role in Role if filings.reads(clerk("x", "", role), spec())}
    assert readers == {Role.SHIFT, Role.ADMIN}
    assert filings.reads(clerk(), spec())
    assert not filings.reads(clerk(department="市水利局"), spec())


def test_of_two_clerks_who_sign_at_once_one_wins_and_the_store_has_his_values(sqlite_store: Store) -> None:  # noqa: F811
    write(sqlite_store, hand(), filled())
    start, results = threading.Barrier(2), dict[str, Filing | str | None]()

    def race(login: str, checks: str) -> None:
        start.wait()
        try:
            results[login] = sign(sqlite_store, hand(1, clerk(login)), filled(east_checks=checks))
        except TransitionRefused as refused:
            results[login] = str(refused)

    people = [threading.Thread(target=race, args=one) for one in (("chen", "100"), ("liu", "200"))]
    for one in people:
        one.start()
    for one in people:
        one.join()
    won = [(login, made) for login, made in results.items() if isinstance(made, Filing)]
    lost = [text for text in results.values() if isinstance(text, str)]
    assert len(won) == len(lost) == 1
    assert "刚被他人改动" in lost[0]
    login, made = won[0]
    assert told(sqlite_store)["env.checks", EAST, "2026-10-31 15:59"] == float(made.told[cell(EAST, "checks")])
    assert sqlite_store.duty.dossiers(Filing)[0].signer == login


def test_when_the_values_cannot_be_written_there_is_no_signature_either(
    sqlite_store: Store,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(sqlite_store.inbox, "put", broken)
    with pytest.raises(StoreError, match="disk full"):
        sign(sqlite_store, hand(), filled())
    monkeypatch.undo()
    assert (told(sqlite_store), sqlite_store.duty.dossiers(Filing)) == ({}, [])


# -- what is owed


def test_the_source_is_late_when_a_period_is_overdue_and_well_once_it_is_signed(sqlite_store: Store) -> None:  # noqa: F811
    early, due = datetime.fromisoformat("2026-11-05T08:00+08:00"), datetime.fromisoformat("2026-11-11T00:00+08:00")
    assert state(sqlite_store, early) is Freshness.NONE
    assert state(sqlite_store, due) is Freshness.LATE
    assert state(sqlite_store, due + timedelta(days=31), city(since="2026-10-01")) is Freshness.STALE
    write(sqlite_store, hand(), filled())
    assert state(sqlite_store, NOW) is Freshness.LATE
    sign(sqlite_store, hand(1), filled())
    assert state(sqlite_store, NOW) is Freshness.LIVE
    write(sqlite_store, hand(2), filled(east_checks="1"))
    assert state(sqlite_store, NOW) is Freshness.LIVE


def test_a_correction_of_an_old_month_does_not_hide_that_the_newest_is_missing(sqlite_store: Store) -> None:  # noqa: F811
    sign(sqlite_store, hand(period="2026-09"), filled())
    assert state(sqlite_store, NOW) is Freshness.LATE


def test_a_period_is_late_for_people_by_the_same_rule(sqlite_store: Store) -> None:  # noqa: F811
    at = hand()
    assert filings.is_late(at.period, None, at.form, NOW)
    assert not filings.is_late(at.period, sign(sqlite_store, at, filled()), at.form, NOW)
    older = at.form.period("2026-09", NOW)
    assert older is not None
    assert not filings.is_late(older, None, at.form, NOW)
