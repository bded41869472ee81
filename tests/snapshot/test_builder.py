from datetime import timedelta

import pytest

from access.rights import RIGHTS
from domain.account import Role, Viewer
from domain.alert import AlertLevel, Condition
from domain.batch import Batch
from domain.case import Case, CaseStep
from domain.dossier import DossierStep
from domain.errors import StoreError
from domain.health import Freshness
from domain.incident import Incident
from domain.incident_file import Facts, IncidentFile
from duty import instructions
from duty.stage import Wish, order
from layouts.alerts import news
from layouts.view import View
from snapshot import numbers
from snapshot.city import CitySnapshot
from store.desk import Planned
from store.duty import Outcome
from tests.cities import CITY, EAST, NOW, WEST, observed
from tests.snapshot.conftest import Desk, ago

SECOND = timedelta(seconds=1)


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The metrics that are worked out from now on."""
    seen: list[str] = []
    work = numbers.read

    def counted(moment, ask, key, *rest):  # type: ignore[no-untyped-def]
        seen.append(key)
        return work(moment, ask, key, *rest)

    monkeypatch.setattr(numbers, "read", counted)
    return seen


def ask_everything(snapshot: CitySnapshot) -> None:
    for key in ("hydro.level", "service.cases", "air.pm25"):
        snapshot.reading(key)


def test_the_same_question_is_worked_out_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = asked(monkeypatch)
    snapshot = desk.live()
    assert snapshot.reading("air.pm25") is snapshot.reading("air.pm25")
    assert seen == ["air.pm25"]


def test_a_new_snapshot_works_out_only_what_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(1), "hydro"), observed("service.cases", EAST, 1, ago(1)))
    ask_everything(desk.live())
    seen = asked(monkeypatch)
    desk.put(observed("service.cases", EAST, 2, NOW))
    snapshot = desk.live(NOW + SECOND)
    ask_everything(snapshot)
    assert seen == ["service.cases"]
    assert snapshot.reading("service.cases").value == 3


def test_an_index_works_out_only_the_component_that_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put(
        observed("air.aqi", "air-1", 50, ago(32), "air"),
        observed("service.due", EAST, 10, ago(2)),
        observed("service.closed_on_time", EAST, 9, ago(2)),
    )
    first = desk.live().reading("city.index", EAST)
    seen = asked(monkeypatch)
    desk.put(observed("air.aqi", "air-1", 200, ago(2), "air"))
    assert desk.live(NOW + SECOND).reading("city.index", EAST) != first
    assert seen == ["city.index", "air.aqi"]


def test_answers_nobody_asks_for_any_more_are_not_handed_on_without_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapshot.city.MOST", 5)
    for turn in range(20):
        snapshot = desk.live(NOW + turn * SECOND)
        snapshot.trend("hydro.level", "gauge-1", end=ago(turn))
        snapshot.reading("air.pm25")
        assert len(snapshot.known()) <= 7


def test_an_answer_that_time_made_wrong_is_not_taken_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(1), "hydro"))
    first = desk.live()
    first.trend("hydro.level", "gauge-1", 3)
    first.reading("hydro.level", "gauge-1")
    same = desk.live(NOW + SECOND)
    assert same.reading("hydro.level", "gauge-1") is first.reading("hydro.level", "gauge-1")
    assert same.trend("hydro.level", "gauge-1", 3) is first.trend("hydro.level", "gauge-1", 3)
    later = desk.live(NOW + timedelta(minutes=28))
    assert later.reading("hydro.level", "gauge-1").freshness is Freshness.STALE
    assert later.trend("hydro.level", "gauge-1", 3).at[-1] == ago(-28)


def test_a_snapshot_never_changes_after_it_was_built(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(6), "hydro"))
    old = desk.live()
    desk.put(
        observed("hydro.level", "gauge-1", 2, ago(1), "hydro"), observed("hydro.level", "gauge-1", 9, ago(6), "hydro")
    )
    new = desk.live(NOW + SECOND)
    assert old.reading("hydro.level", "gauge-1").value == 1
    assert old.trend("hydro.level", "gauge-1", 1, timedelta(minutes=5)).values[-2:] == (1, None)
    assert new.trend("hydro.level", "gauge-1", 1, timedelta(minutes=5)).values[-2:] == (9, 2)


def test_versions_rise_even_when_the_clock_does_not(desk: Desk) -> None:
    versions = [desk.live(NOW).version for _ in range(3)] + [desk.live(NOW - SECOND).version]
    assert versions == sorted(set(versions))


def test_a_correction_replaces_and_a_withdrawn_value_disappears(desk: Desk) -> None:
    desk.put(
        observed("hydro.level", "gauge-1", 1, ago(6), "hydro"), observed("hydro.level", "gauge-1", 5, ago(1), "hydro")
    )
    desk.live()
    desk.put(observed("hydro.level", "gauge-1", 7, ago(1), "hydro"), received=NOW + SECOND)
    assert desk.live(NOW + SECOND).reading("hydro.level", "gauge-1").value == 7
    desk.put(observed("hydro.level", "gauge-1", None, ago(1), "hydro"), received=NOW + 2 * SECOND)
    snapshot = desk.live(NOW + 2 * SECOND)
    assert snapshot.reading("hydro.level", "gauge-1").value is None
    assert snapshot.trend("hydro.level", "gauge-1", 1, timedelta(minutes=5)).values[-2:] == (1, None)


def test_a_late_value_is_seen_although_the_newest_did_not_move(desk: Desk) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(1), "hydro"))
    assert desk.live().trend("hydro.level", "gauge-1", 3).values == (None, None, 1)
    desk.put(observed("hydro.level", "gauge-1", 4, ago(hours=1), "hydro"))
    assert desk.live(NOW + SECOND).trend("hydro.level", "gauge-1", 3).values == (None, 4, 1)


def test_what_was_written_before_the_start_is_loaded(desk: Desk) -> None:
    desk.put(*(observed("hydro.level", "gauge-1", h, ago(hours=h), "hydro") for h in range(60)))
    desk.live()
    restarted = Desk(desk.city, desk.store).live(NOW + SECOND)
    assert restarted.trend("hydro.level", "gauge-1", 3).values == (2, 1, 0)
    assert restarted.newest_at == NOW


def test_an_earlier_moment_shows_only_what_was_measured_then(desk: Desk) -> None:
    desk.put(
        *(observed("hydro.level", "gauge-1", h, ago(32, h), "hydro") for h in range(30)),
        *(observed("service.cases", place, 1, ago(2 + 5 * i)) for i in range(500) for place in (EAST, WEST)),
        observed("economy.gdp_ytd", CITY, 77, ago(days=20), "economy"),
    )
    desk.store.write(
        Batch(
            "incidents",
            NOW,
            incidents=(
                Incident("old", "incidents", "fire", "旧", ago(hours=5), ago(hours=5), ago(hours=5)),
                Incident("new", "incidents", "fire", "新", ago(3), ago(3), ago(3)),
            ),
        )
    )
    desk.store.close_buckets(NOW)
    past = desk.builder.at(ago(hours=3))
    assert (past.live, past.at) == (False, ago(hours=3))
    assert past.reading("hydro.level", "gauge-1").value == 3
    assert past.trend("hydro.level", "gauge-1", 2).values == (4, 3)
    midnight = ago(32, 14)
    assert past.reading("service.cases", EAST).value == (past.at - midnight) // timedelta(minutes=5) + 1
    assert past.reading("economy.gdp_ytd").value == 77
    assert [i.id for i in past.incidents] == ["old"]
    assert past.sources["hydro"].state is Freshness.STALE
    assert past.compare("service.cases", EAST).refused == ""
    assert desk.builder.at(ago(hours=3)) is past


def test_live_and_replay_of_one_moment_agree(desk: Desk) -> None:
    desk.put(
        *(observed("service.cases", place, i % 7, ago(2 + 5 * i)) for i in range(300) for place in (EAST, WEST)),
        *(observed("air.pm25", f"air-{s}", s * h, ago(32, h), "air") for s in (1, 2, 3) for h in range(26)),
    )
    desk.store.close_buckets(NOW)
    live, past = desk.live(NOW), desk.builder.at(NOW)
    for key in ("service.cases", "air.pm25"):
        for place in ("", EAST):
            assert past.reading(key, place) == live.reading(key, place)
            assert past.trend(key, place, 12) == live.trend(key, place, 12)
            assert past.today(key, place) == live.today(key, place)


def refuse(*_: object) -> None:
    raise StoreError("the disk is gone")


def test_a_store_that_cannot_be_read_is_a_store_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.live()
    monkeypatch.setattr(desk.store, "changes", refuse)
    with pytest.raises(StoreError):
        desk.live(NOW + SECOND)


def test_history_that_cannot_be_read_is_an_empty_past(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put(observed("hydro.level", "gauge-1", 1, ago(1), "hydro"))
    snapshot = desk.live()
    for name in ("window", "hours", "days"):
        monkeypatch.setattr(desk.store, name, refuse)
    assert snapshot.trend("hydro.level", "gauge-1", 24 * 5).values[-1] == 1
    assert snapshot.compare("hydro.level", "gauge-1", "week").refused


def test_a_case_still_owed_is_told_long_after_its_alert_left_the_list(desk: Desk) -> None:
    long_ago = ago(days=3)
    case = Case(
        "", "r|air-1", "r", "air.pm25", "air-1", EAST, "environment", AlertLevel.P1, "", Condition.CLEARED, long_ago, long_ago
    )  # fmt: skip
    (made,) = desk.store.desk.save((), (), Planned([CaseStep(case, "open", long_ago)]), long_ago).cases
    snapshot = desk.live()
    assert snapshot.alerts == ()
    assert snapshot.cases == {"r|air-1": made}


def test_a_stage_that_somebody_ordered_holds_for_the_city_until_its_time(desk: Desk) -> None:
    assert desk.live().reading("city.status").value == 1
    leader = Viewer("chen.jun", "陈军", Role.LEADER, RIGHTS[Role.LEADER])
    desk.store.duty.decide(order(Wish(4, timedelta(minutes=5), "台风", 1), leader, NOW), None, NOW)
    ordered = desk.live(NOW + SECOND).reading("city.status")
    assert ordered.value == 4
    assert ordered.note.startswith("人工指定 4 级")
    assert ordered.note.split("；")[0].endswith("：台风")
    assert desk.live(NOW + SECOND).reading("city.status", EAST).value == 1
    assert desk.live(NOW + timedelta(minutes=5)).reading("city.status").value == 1


def test_a_step_of_the_desks_papers_moves_what_pages_are_told(desk: Desk) -> None:
    before = desk.live()
    leader = Viewer("chen.jun", "陈军", Role.LEADER, RIGHTS[Role.LEADER])
    desk.store.duty.decide(order(Wish(4, timedelta(minutes=5), "台风", 1), leader, NOW), None, NOW)
    after = desk.live(NOW + SECOND)
    assert after.papers > before.papers
    assert news.render(View(after)) != news.render(View(before))


def test_an_incident_of_the_desk_raises_the_stage_where_it_is_and_an_instruction_waits_until_it_is_carried_out(
    desk: Desk,
) -> None:
    facts = Facts(kind="flood", title="河水漫堤", happened=NOW, told=NOW)
    told = IncidentFile(state="active", opened=NOW, updated=NOW, title="河水漫堤", district=EAST, grade=2, facts=facts)
    leader = Viewer("chen.jun", "陈军", Role.LEADER, RIGHTS[Role.LEADER])
    keep = desk.store.duty.decide
    keep(lambda top: Outcome([DossierStep(told.become(id=top.number(IncidentFile, NOW)), "open", NOW)]), None, NOW)
    keep(instructions.issue(instructions.Wish("加密巡查", "", "", NOW + timedelta(hours=2)), leader, NOW), None, NOW)
    live = desk.live(NOW + SECOND)
    assert (live.reading("city.status").value, live.reading("city.status", EAST).value) == (4, 4)
    assert "重大事件：河水漫堤" in live.reading("city.status").note
    (one,) = live.instructions
    keep(instructions.step(one.id, "withdraw", leader, NOW, "已另行安排"), None, NOW)
    assert desk.live(NOW + 2 * SECOND).instructions == ()
