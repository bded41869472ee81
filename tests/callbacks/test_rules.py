"""The page of rules against a real store: volumes, tests and dry runs, silences, and that it is wired."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from dash import Dash

from access.opening import Access
from access.verbs import Verb
from callbacks import rules
from callbacks.accounts_press import Done, Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import WHOLE, Reach, Role
from domain.case import Handling
from domain.errors import StoreError
from domain.notice import NoticeKind
from domain.rule_health import RuleHealth
from domain.silence import Weekly
from layouts.accounts.desk import Desk
from layouts.alerts import rules_one
from store import Store
from tests.access.conftest import access, address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.alerts.desk import receiver
from tests.layouts.accounts.people import find, pressed_ids
from tests.layouts.alerts.duty import HOUR, PHONE, case, city, officer, opened, rule
from tests.layouts.test_screen import texts
from tests.store.values import NOW, batch, seen

FAR = "441881"
SILENCE: dict[str, object] = {"silence.levels": ["P3"], "silence.minutes": "60", "silence.reason": "检修"}
DAY = timedelta(days=1)


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    return AccountServices(city(), sqlite_store, access, lambda: NOW)


def desk(services: AccountServices, role: Role = Role.DUTY, reach: Reach = WHOLE) -> Desk:
    return services.desk(officer(role, reach=reach), "")


def row(services: AccountServices, viewer: Desk, key: str = "high") -> dict[str, Any]:
    (grid,) = find(rules.body(services, viewer, ""), "rows-grid")
    found: dict[str, Any] = next(row for row in grid["props"]["rowData"] if row["id"] == key)
    return found


def do(services: AccountServices, viewer: Desk, name: str, of: str, /, **fields: object) -> Done:
    return perform(rules.ACTS, services, viewer, Press(name, of, fields))


def told(tree: Any) -> str:
    return " ".join(texts(tree))


def is_bad(done: Done) -> bool:
    return "is-bad" in done.notice["props"]["className"]


# -- volumes


def test_a_rule_shows_what_became_of_its_cases(services: AccountServices) -> None:
    closed = [case(f"g{n}", handling=Handling.DONE) for n in range(2)]
    false = case("g9", handling=Handling.FALSE_ALARM)
    old = case("old", opened=NOW - 8 * DAY, handling=Handling.FALSE_ALARM)
    opened(services.store, case(), *closed, false, old)
    found = row(services, desk(services))
    assert (found["owed"], found["week"], found["nuisance"], found["marked"]) == (1, 4, "▲ 33%", True)
    assert "超过 20%" in told(rules.pane(services, desk(services), "?rule=high"))


def test_what_lies_outside_the_reach_is_not_counted(services: AccountServices) -> None:
    opened(services.store, case(), case("far", district=FAR))
    assert row(services, desk(services, reach=Reach(frozenset({FAR}))))["owed"] == 1
    water = desk(services, reach=Reach(None, frozenset({"water"})))
    (grid,) = find(rules.body(services, water, ""), "rows-grid")
    assert {one["id"] for one in grid["props"]["rowData"]} == {"high", "soon"}
    assert "没有这条规则" in texts(rules.pane(services, water, "?rule=dusty"))


def test_the_newest_data_tell_when_a_rule_was_evaluated(services: AccountServices) -> None:
    services.store.write(batch(seen(9, NOW - HOUR, "gauge-441803", metric="hydro.level", source="hydro")))
    assert row(services, desk(services))["told"] == "59 分钟前"
    assert row(services, desk(services), "dusty")["told"] == "—"


@pytest.mark.parametrize(
    ("search", "said"), [("?text=雪", "没有符合条件的规则"), ("?topic=economy", "没有符合条件的规则")]
)
def test_nothing_found_is_said(services: AccountServices, search: str, said: str) -> None:
    assert said in texts(rules.body(services, desk(services), search))


def test_a_city_without_rules_says_so(services: AccountServices) -> None:
    bare = replace(services, city=city(rules={}))
    assert "没有规则" in texts(rules.body(bare, desk(bare), ""))


def test_a_store_that_does_not_answer_is_told(services: AccountServices, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    for name in ("cases", "open_cases", "silences", "add_silence"):
        monkeypatch.setattr(services.store.desk, name, gone)
    monkeypatch.setattr(services.store, "window", gone)
    viewer = desk(services)
    services.store.write(batch(seen(9, NOW - HOUR, "gauge-441803", metric="hydro.level", source="hydro")))
    for search in ("", "?show=quiet"):
        assert "暂时读不到" in texts(rules.body(services, viewer, search))
    assert "暂时读不到" in texts(rules.pane(services, viewer, "?rule=high"))
    assert "暂时读不到" in texts(rules.trial(services, viewer, Press("rehearse", "high")))
    assert is_bad(do(services, viewer, "silence", "high", **SILENCE))


# -- tests and dry runs


def test_a_timeline_test_shows_each_moment(services: AccountServices) -> None:
    drawn = told(rules.trial(services, desk(services), Press("check", "high")))
    assert "时间线测试通过：2 个时刻" in drawn
    assert "✗" not in drawn


def test_a_failing_moment_says_what_held_instead(services: AccountServices) -> None:
    wrong = rule(tests=[{"at": "0m", "value": 14, "expect": "firing P3"}])
    broken = replace(services, city=city(rules={"high": wrong}))
    drawn = told(rules.trial(broken, desk(broken), Press("check", "high")))
    assert "时间线测试未通过" in drawn
    assert "触发中 P3 ✗ 触发中 P2" in drawn


def test_a_dry_run_counts_what_the_log_holds(services: AccountServices) -> None:
    level = [10.0, 11.5, *([9.0] * 6), 13.5]
    begin = NOW - 3 * DAY
    values = [
        seen(value, begin + n * HOUR / 6, "gauge-441803", metric="hydro.level", source="hydro")
        for n, value in enumerate(level)
    ]
    services.store.write(batch(*values, source="hydro"))
    drawn = told(rules.trial(services, desk(services), Press("rehearse", "high")))
    assert "会触发 2 次，涉及 1 处" in drawn
    assert "P2 1、P3 1 · 同期实际告警 0 件" in drawn
    assert "回放了 9 个数值" in drawn
    assert "数据从 2026-11-21" in drawn
    far = told(rules.trial(services, desk(services, reach=Reach(frozenset({FAR}))), Press("rehearse", "high")))
    assert "会触发 0 次" in far
    assert "只计您范围内的地点" in far


def test_a_dry_run_keeps_nothing(services: AccountServices) -> None:
    services.store.write(batch(seen(14, NOW - HOUR, "gauge-441803", metric="hydro.level", source="hydro")))
    rules.trial(services, desk(services), Press("rehearse", "high"))
    assert (services.store.open_alerts(), services.store.desk.open_cases(), services.store.audit.search()) == (
        [],
        [],
        [],
    )


def test_without_data_a_dry_run_says_so(services: AccountServices) -> None:
    assert "这段时间没有数据" in texts(rules.trial(services, desk(services), Press("rehearse", "high")))


def test_a_dry_run_out_of_time_says_how_far_it_came(services: AccountServices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LONGEST", -1.0)
    services.store.write(batch(seen(14, NOW - HOUR, "gauge-441803", metric="hydro.level", source="hydro")))
    assert "到时间上限停止" in told(rules.trial(services, desk(services), Press("rehearse", "high")))


def test_a_rule_that_cannot_be_rehearsed_says_why(services: AccountServices) -> None:
    assert "预测规则不能试算" in told(rules.trial(services, desk(services), Press("rehearse", "soon")))


def test_one_dry_run_at_a_time(services: AccountServices) -> None:
    with rules._rehearsing:
        assert "另一次试算正在进行" in told(rules.trial(services, desk(services), Press("rehearse", "high")))
    assert "另一次" not in told(rules.trial(services, desk(services), Press("rehearse", "high")))


@pytest.mark.parametrize(("name", "of"), [("check", "gone"), ("rehearse", "gone"), ("crown", "high")])
def test_what_nobody_offered_is_not_run(services: AccountServices, name: str, of: str) -> None:
    assert {"没有这条规则", "没有这个操作"} & set(texts(rules.trial(services, desk(services), Press(name, of))))


# -- silences


def test_a_silence_is_kept_with_its_deed_and_ended(services: AccountServices) -> None:
    opened(services.store, case(hidden="silence:1"))
    done = do(services, desk(services), "silence", "high", **{**SILENCE, "silence.reason": f"检修 {PHONE}"})
    assert "静默 1 号已生效" in told(done.notice)
    (made,) = services.store.desk.silences(NOW)
    assert (made.author, made.end) == ("li.wei", NOW + HOUR)
    for search in ("?rule=high", "?show=quiet"):
        draw = rules.pane if "rule" in search else rules.body
        assert "当前隐藏 1 件" in texts(draw(services, desk(services), search))
        assert PHONE not in str(draw(services, desk(services, Role.LEADER), search))
    assert "已结束" in told(do(services, desk(services), "unsilence", "1").notice)
    assert services.store.desk.silences(NOW) == []
    assert [row.verb for row in services.store.audit.search()] == [Verb.SILENCE_END, Verb.SILENCE_ADD]


@pytest.mark.parametrize(
    ("role", "fields", "said"),
    [
        (Role.DUTY, {"silence.reason": " "}, "写明原因"),
        (Role.DUTY, {"silence.levels": []}, "至少选择一个级别"),
        (Role.DUTY, {"silence.levels": "P3"}, "至少选择一个级别"),
        (Role.DUTY, {"silence.levels": ["P1"]}, "P1 告警不能静默"),
        (Role.DUTY, {"silence.levels": ["P2", "P3"]}, "P2 告警须由值班长静默"),
        (Role.SHIFT, {"silence.levels": ["P2"], "silence.minutes": "480"}, "P2 告警一次最多静默 2 小时"),
        (Role.DUTY, {"silence.minutes": "10080"}, "P3 告警一次最多静默 24 小时"),
        (Role.DUTY, {"silence.minutes": "99999999"}, "请选择静默时长"),
        (Role.LEADER, {}, "当前角色不能静默告警"),
    ],
)
def test_a_silence_beyond_the_limits_is_refused_with_a_sentence(
    services: AccountServices, role: Role, fields: dict[str, object], said: str
) -> None:
    done = do(services, desk(services, role), "silence", "high", **{**SILENCE, **fields})
    assert said in told(done.notice)
    assert (is_bad(done), done.changed) == (True, False)
    assert services.store.desk.silences(NOW) == []
    assert services.store.audit.search() == []


def test_a_silence_of_an_unknown_or_foreign_rule_is_refused(services: AccountServices) -> None:
    assert is_bad(do(services, desk(services), "silence", "gone", **SILENCE))
    water = desk(services, reach=Reach(None, frozenset({"water"})))
    assert is_bad(do(services, water, "silence", "dusty", **{**SILENCE, "silence.levels": ["P4"]}))


@pytest.mark.parametrize("number", ["", "0", "9", "x", "²", "9" * 30])
def test_a_silence_that_is_not_there_is_not_ended(services: AccountServices, number: str) -> None:
    assert "已经结束" in told(do(services, desk(services), "unsilence", number).notice)


def test_only_who_may_act_in_its_reach_ends_a_silence(services: AccountServices) -> None:
    do(services, desk(services), "silence", "high", **SILENCE)
    for viewer in (desk(services, Role.LEADER), desk(services, reach=Reach(frozenset({FAR})))):
        assert is_bad(do(services, viewer, "unsilence", "1"))
    assert len(services.store.desk.silences(NOW)) == 1


def test_who_may_not_act_sees_the_page_without_its_forms(services: AccountServices) -> None:
    do(services, desk(services), "silence", "high", **SILENCE)
    may = {what for what, _ in pressed_ids(rules.pane(services, desk(services, Role.LEADER), "?rule=high"))}
    assert may == {"check", "rehearse"}


# -- weekly silences, review, receivers


WEEKLY = {**SILENCE, "silence.days": ["1", "6"], "silence.begin": "22:00", "silence.weeks": "4"}


def test_a_weekly_silence_is_kept_and_shows_when_it_comes_next(services: AccountServices) -> None:
    assert not is_bad(do(services, desk(services), "silence", "high", **WEEKLY))
    (kept,) = services.store.desk.silences(NOW)
    assert kept.weekly == Weekly((1, 6), time(22), 60)
    assert kept.end - kept.start == timedelta(weeks=4)
    assert "下次" in told(rules.body(services, desk(services), "?show=quiet"))


@pytest.mark.parametrize("begin", ["", "25:00", "x"])
def test_a_weekly_silence_needs_its_time(services: AccountServices, begin: str) -> None:
    done = do(services, desk(services), "silence", "high", **{**WEEKLY, "silence.begin": begin})
    assert "开始时刻" in told(done.notice)
    assert services.store.desk.silences(NOW) == []


def test_the_review_lists_the_busy_rules_and_the_mix_of_levels(services: AccountServices) -> None:
    false = [case(f"f{n}", handling=Handling.FALSE_ALARM) for n in range(3)]
    opened(services.store, case(), *false)
    said = told(rules.body(services, desk(services), "?show=review"))
    assert "须复核阈值（误报超过 20%）" in said
    assert "100%" in said
    assert "80%" in said
    other = desk(services, reach=Reach(frozenset({FAR})))
    assert "7 天内没有告警" in told(rules.body(services, other, "?show=review"))


def _with_receivers(services: AccountServices) -> AccountServices:
    phones = {one.key: one for one in (receiver("duty", per_hour=9), receiver("chief", posts=["leader"], news=False))}
    return replace(services, city=replace(services.city, receivers=phones))


def test_a_receiver_is_tested_through_the_outbox_once_at_a_time(services: AccountServices) -> None:
    here = _with_receivers(services)
    assert not is_bad(do(here, desk(here), "trial", "duty"))
    assert "刚刚发过测试" in told(do(here, desk(here), "trial", "duty").notice)
    (waiting,) = here.store.desk.notices(NOW - DAY)
    assert (waiting.receiver, waiting.kind) == ("duty", NoticeKind.TEST)
    (row,) = here.store.audit.search()
    assert (row.verb, row.thing) == (Verb.NOTICE_TEST, "receiver:duty")
    said = told(rules.body(here, desk(here), "?show=receivers"))
    assert "测试通知" in said
    assert "上报到带班领导" in said
    assert "上限 9" in said


def test_who_may_not_act_or_names_nobody_sends_no_test(services: AccountServices) -> None:
    here = _with_receivers(services)
    assert is_bad(do(here, desk(here, Role.LEADER), "trial", "duty"))
    assert is_bad(do(here, desk(here), "trial", "nobody"))
    assert here.store.desk.notices(NOW - DAY) == []


def test_a_rule_that_fails_is_marked_with_its_error(services: AccountServices) -> None:
    failing = RuleHealth("high", NOW, NOW, 12, 2, NOW - HOUR, "ValueError: broken")
    services.store.desk.keep_rule_health([failing])
    assert row(services, desk(services))["told"] == "▲ 出错"
    said = told(rules.pane(services, desk(services), "?rule=high"))
    assert "ValueError: broken" in said
    assert "共出错 2 次" in said


def test_every_output_has_a_right(services: AccountServices) -> None:
    app = Dash("wired")
    rules.register(app, services)
    found = {part for one in app._callback_list for part in one["output"].strip(".").split("...")}
    assert found == set(rules.ACCESS)
    assert rules_one.TRIES != rules.rules.PAGE  # presses that change nothing take no right to act
