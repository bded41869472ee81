"""The pages of handover, shifts, figures and instructions against a real store, as people press them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash

from access.opening import Access
from access.verbs import Verb
from callbacks import handover, instructions, papers, shifts, statistics
from callbacks.accounts_press import Act, Done, Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import WHOLE, Account, Reach, Right, Role
from domain.alert import AlertLevel
from domain.case import Handling
from domain.errors import StoreError
from domain.handover import PARTS, Handover
from domain.instruction import Instruction
from domain.order import Order
from domain.stage import StageOrder
from duty.handover import noted
from duty.shifts import turn
from layouts.accounts.desk import Desk
from store import Store
from tests.access.conftest import (  # noqa: F401 - fixtures
    PASSWORD,
    access,
    address,
    empty_address,
    let_in,
    postgres,
    sqlite_store,
)
from tests.duty.rosters import ROSTER, ZONE, local
from tests.layouts.alerts.duty import PHONE, case, city, officer, opened
from tests.layouts.test_screen import texts

NOW = local(25, 16, 45)
HOUR = timedelta(hours=1)
SEATS = {
    "li.wei": Role.DUTY,
    "zhou.fang": Role.DUTY,
    "wang.qiang": Role.SHIFT,
    "chen.jun": Role.LEADER,
}


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    for login, role in SEATS.items():
        let_in(access, Account(login, f"姓名{login}", role))
    for at in (local(25, 9), local(25, 16, 30)):
        sqlite_store.duty.decide(turn(ROSTER, ZONE, at), None, at)
    return AccountServices(replace(city(), roster=ROSTER), sqlite_store, access, lambda: NOW)


def desk(services: AccountServices, login: str = "li.wei", reach: Reach = WHOLE, lang: str = "zh") -> Desk:
    return Desk(services.city, officer(SEATS.get(login, Role.CLERK), login, reach), lang, services.now())


def do(
    services: AccountServices, acts: Mapping[str, Act], login: str, name: str, of: str = "", **fields: object
) -> Done:
    given = {key.replace("__", "."): value for key, value in fields.items()}
    return perform(acts, services, desk(services, login), Press(name, of, given))


def told(done: Done) -> str:
    return " ".join(texts(done.notice))


def sheet(services: AccountServices) -> Handover:
    return services.store.duty.dossiers(Handover)[0]


def body(services: AccountServices, login: str = "li.wei", search: str = "", lang: str = "zh") -> str:
    return " ".join(texts(handover.body(services, desk(services, login, lang=lang), search)))


# -- the handover


def test_the_sheet_shows_its_eleven_parts_and_who_hands_over(services: AccountServices) -> None:
    shown = body(services)
    assert all(name in shown for name in PARTS.values())
    assert "甲班 白班" in shown
    assert "乙班 夜班" in shown


def test_a_whole_handover_by_pressing(services: AccountServices) -> None:
    (one,) = opened(services.store, case(level=AlertLevel.P2, handling=Handling.ACKNOWLEDGED, owner="li.wei"))
    key = sheet(services).id
    do(services, handover.ACTS, "li.wei", "write", f"{key} {noted(sheet(services))}", notes="泵站夜巡", checks=[])
    signed = do(services, handover.ACTS, "li.wei", "sign_out", key, out__login="li.wei", out__password=PASSWORD)
    assert "已签字" in told(signed)
    early = do(services, handover.ACTS, "li.wei", "sign_in", key, in__login="zhou.fang", in__password=PASSWORD)
    assert one.id in told(early)
    do(services, handover.ACTS, "zhou.fang", "tick", f"{key} {one.id}")
    do(services, handover.ACTS, "li.wei", "sign_in", key, in__login="zhou.fang", in__password=PASSWORD)
    assert sheet(services).state == "done"
    assert services.store.desk.open_cases()[0].owner == "zhou.fang"
    assert "泵站夜巡" in body(services, search=f"?id={key}")
    verbs = [(row.actor, row.verb) for row in services.store.audit.search() if row.verb == Verb.HANDOVER]
    assert ("li.wei", Verb.HANDOVER) in verbs


def test_a_wrong_password_signs_nothing(services: AccountServices) -> None:
    for fields in ({"out__login": "li.wei", "out__password": "wrong"}, {"out__login": "nobody"}, {}):
        done = do(services, handover.ACTS, "li.wei", "sign_out", sheet(services).id, **fields)
        assert "没有签字" in told(done)
    assert not sheet(services).signed


def test_whoever_may_not_act_cannot_have_others_sign_at_his_screen(services: AccountServices) -> None:
    done = do(
        services, handover.ACTS, "chen.jun", "sign_out", sheet(services).id, out__login="li.wei", out__password=PASSWORD
    )
    assert "值班席位" in told(done)


def test_a_leader_unlocks_an_unsigned_p1_and_the_page_says_so(services: AccountServices) -> None:
    opened(services.store, case(level=AlertLevel.P1))
    key = sheet(services).id
    assert "尚未签收" in body(services)
    assert "特批" in told(do(services, handover.ACTS, "chen.jun", "unlock", key, reason="现场已到"))
    assert sheet(services).unlocked == "现场已到"
    assert "尚未签收" not in body(services)


def test_the_pane_stays_while_others_cases_move_and_moves_with_the_sheet(services: AccountServices) -> None:
    viewer = desk(services)
    before = handover.mark(services, viewer, "")
    opened(services.store, case(level=AlertLevel.P4))
    assert handover.mark(services, viewer, "") == before
    (grave,) = opened(services.store, case(level=AlertLevel.P2))
    do(services, handover.ACTS, "zhou.fang", "tick", f"{sheet(services).id} {grave.id}")
    assert handover.mark(services, viewer, "") == before  # he who types his name beside it keeps what he has typed
    do(services, handover.ACTS, "wang.qiang", "shorten", sheet(services).id)
    assert handover.mark(services, viewer, "") != before


def test_a_short_sheet_shows_three_parts(services: AccountServices) -> None:
    do(services, handover.ACTS, "wang.qiang", "shorten", sheet(services).id)
    shown = body(services)
    assert PARTS["urgent"] in shown
    assert PARTS["sources"] not in shown


@pytest.mark.parametrize("login", ["clerk"])
def test_the_sheet_is_not_for_everybody(services: AccountServices, login: str) -> None:
    assert "无权查看" in body(services, login)
    assert handover.pane(services, desk(services, login), "") == []
    limited = desk(services, "li.wei", Reach(frozenset({"441881"})))
    assert "无权查看" in " ".join(texts(handover.body(services, limited, "")))


def test_numbers_of_people_are_masked_for_leaders(services: AccountServices) -> None:
    opened(services.store, case(level=AlertLevel.P2))
    assert PHONE in body(services)
    assert PHONE not in body(services, "chen.jun")


def test_without_a_sheet_the_page_says_when_there_will_be_one_and_lists_those_before(services: AccountServices) -> None:
    found = texts(handover.body(services, desk(services), "?id=JB-19990101-0001"))
    assert "换班前 30 分钟系统自动生成交接单。" in found
    assert sheet(services).id in found
    assert "Team A Day → Team B Night" in texts(
        handover.body(services, desk(services, lang="en"), "?id=JB-19990101-0001")
    )
    plain = replace(services, city=replace(services.city, roster=None))
    assert "没有声明值班排班（roster.yaml）。" in texts(handover.body(plain, desk(plain), "?id=JB-19990101-0001"))


def test_what_a_browser_makes_up_is_refused(services: AccountServices) -> None:
    for name, of in (
        ("tick", "JB-1 GJ-1"),
        ("write", "JB-1 ９"),
        ("write", ""),
        ("sign_in", "x"),
        ("complete", "JB-1"),
        ("burn", ""),
    ):
        done = do(services, handover.ACTS, "li.wei", name, of, in__login="li.wei", in__password=PASSWORD)
        assert told(done)
    assert sheet(services).version == 1


# -- shifts and stage


def test_the_page_of_shifts_shows_who_is_on_duty_and_the_roster(services: AccountServices) -> None:
    shown = " ".join(texts(shifts.body(services, desk(services), "")))
    assert "姓名li.wei" in shown
    assert "未来两周" in shown
    assert "系统研判" in shown


def test_a_stage_is_ordered_and_given_back(services: AccountServices) -> None:
    assert "请选择" in told(do(services, shifts.ACTS, "wang.qiang", "order_stage", stage="9", span="60"))
    assert "理由" in told(do(services, shifts.ACTS, "wang.qiang", "order_stage", stage="4", span="60"))
    assert "值班长" in told(do(services, shifts.ACTS, "li.wei", "order_stage", stage="4", span="60", reason="台风"))
    do(services, shifts.ACTS, "wang.qiang", "order_stage", stage="4", span="60", reason="台风")
    assert services.store.duty.dossiers(StageOrder)[0].stage == 4
    assert "姓名wang.qiang 指定" in " ".join(texts(shifts.body(services, desk(services), "")))
    do(services, shifts.ACTS, "wang.qiang", "withdraw_stage")
    assert services.store.duty.dossiers(StageOrder)[0].state == "withdrawn"


# -- figures


def test_figures_are_drawn_and_absent_when_there_are_none(services: AccountServices) -> None:
    assert "还没有告警可统计" in texts(statistics.body(services, desk(services), ""))
    opened(
        services.store,
        case(opened=NOW - HOUR, acknowledged=NOW - HOUR + timedelta(minutes=7), handling=Handling.WORKING),
    )
    shown = texts(statistics.body(services, desk(services), ""))
    assert "7.0" in " ".join(shown)
    assert "甲班 白班" in shown


# -- instructions


def test_a_leader_instructs_about_a_case_and_the_desk_carries_it_out(services: AccountServices) -> None:
    (one,) = opened(services.store, case())
    unit = services.city.departments[0]
    do(services, instructions.ACTS, "chen.jun", "issue", one.id, words="加密巡查", unit=unit, span="120")
    (made,) = services.store.duty.dossiers(Instruction)
    assert (made.about, made.topic, made.district, made.shown) == (one.id, one.topic, one.district, one.say)
    sent = services.store.duty.dossier(Order, made.order)
    assert sent is not None
    assert (sent.about, sent.unit, sent.supervision, sent.instruction) == (one.id, unit, "yellow", made.id)
    do(services, instructions.ACTS, "li.wei", "receive", made.id)
    do(services, instructions.ACTS, "li.wei", "finish", made.id, words="已巡查")
    assert services.store.duty.dossiers(Instruction)[0].state == "done"
    shown = " ".join(texts(instructions.pane(services, desk(services), f"?id={made.id}")))
    assert "已巡查" in shown


def test_a_number_is_named_with_its_place_and_what_was_seen(services: AccountServices) -> None:
    found = texts(
        instructions.pane(services, desk(services, "chen.jun"), "?about=metric:hydro.level@441803&shown=12.4")
    )
    assert any("441803" not in text and "·" in text for text in found)
    unit = services.city.departments[0]
    do(
        services,
        instructions.ACTS,
        "chen.jun",
        "issue",
        "metric:hydro.level@441803",
        words="查",
        unit=unit,
        span="120",
        shown="12.4",
    )
    (made,) = services.store.duty.dossiers(Instruction)
    assert (made.about, made.district, made.shown) == ("metric:hydro.level@441803", "441803", "12.4")


def test_instructions_outside_the_reach_are_not_seen(services: AccountServices) -> None:
    (one,) = opened(services.store, case())
    do(
        services,
        instructions.ACTS,
        "chen.jun",
        "issue",
        one.id,
        words="加密巡查",
        unit=services.city.departments[0],
        span="120",
    )
    (made,) = services.store.duty.dossiers(Instruction)
    limited = desk(services, "li.wei", Reach(frozenset({"441881"})))
    assert "加密巡查" not in " ".join(texts(instructions.body(services, limited, "")))
    assert made.id not in texts(instructions.pane(services, limited, f"?id={made.id}"))
    done = perform(instructions.ACTS, services, limited, Press("receive", made.id, {}))
    assert "没有这件批示" in told(done)


def test_others_than_leaders_are_refused_and_have_no_form(services: AccountServices) -> None:
    unit = services.city.departments[0]
    assert "领导" in told(do(services, instructions.ACTS, "li.wei", "issue", "", words="查", unit=unit, span="120"))
    assert "请选择" in told(
        do(services, instructions.ACTS, "chen.jun", "issue", "", words="查", unit="别处", span="120")
    )
    assert instructions.pane(services, desk(services), "") == []


# -- all of them


SOURCES = {one.name or one.department for one in city().sources.values()}  # as the city folder names them
PAGES: tuple[Any, ...] = (handover, shifts, statistics, instructions)


@pytest.mark.parametrize("module", PAGES)
def test_every_callback_is_declared_and_needs_the_page_only(module: Any, services: AccountServices) -> None:
    app = Dash("pages")
    module.register(app, services)
    outputs = {part for key in app.callback_map for part in key.strip(".").split("...")}
    assert outputs == set(module.ACCESS)
    assert set(module.ACCESS.values()) == {Right.VIEW}


@pytest.mark.parametrize("module", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_store_that_does_not_answer_is_told(
    module: Any, lang: str, services: AccountServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    for name in ("dossiers", "dossier", "look", "case_steps"):
        monkeypatch.setattr(services.store.duty, name, gone)
    viewer = desk(services).viewer
    search = f"?lang={lang}"
    found = " ".join(texts(papers.drawn(module.body, services, viewer, search)))
    assert ("暂时读不到" if lang == "zh" else "Cannot be read") in found or "cannot" in found.lower()
    assert papers.marked(module.PAPER, services, viewer, search).strip() in ("", f"{search} still")


@pytest.mark.parametrize("module", PAGES)
def test_nothing_chinese_is_left_in_english(module: Any, services: AccountServices) -> None:
    opened(
        services.store, case(level=AlertLevel.P2, say="level high"), case("g2", level=AlertLevel.P1, say="level higher")
    )
    for login in ("li.wei", "chen.jun"):
        for draw in (module.body, module.pane):
            for text in texts(draw(services, desk(services, login, lang="en"), "")):
                named = text.replace("姓名", "")
                if text in SOURCES:
                    continue
                assert not any("\u4e00" <= letter <= "\u9fff" for letter in named), text
