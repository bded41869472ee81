"""The page of incidents against a real store, as people press it: from the telephone form to the review."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import config
from access.opening import Access
from callbacks import incidents
from callbacks.accounts_press import Done, Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import WHOLE, Account, Reach, Role
from domain.incident_file import IncidentFile
from domain.report import Report
from layouts.accounts.desk import Desk
from store import Store
from store.duty import DossierQuery
from tests.access.conftest import (  # noqa: F401 - fixtures
    PASSWORD,
    access,
    address,
    empty_address,
    let_in,
    postgres,
    sqlite_store,
)
from tests.duty.rosters import local
from tests.layouts.alerts.duty import officer
from tests.layouts.test_screen import texts

NOW = local(25, 16, 45)
SEATS = {"li.wei": Role.DUTY, "wang.qiang": Role.SHIFT, "chen.jun": Role.LEADER, "sun.li": Role.CLERK}
CALL: Mapping[str, object] = {
    "kind": "hazmat_leak", "title": "槽罐车泄漏", "place": "清城区源潭镇国道旁", "district": "", "happened": "2026-11-25 16:30",
    "told": "2026-11-25 16:40", "harm-injured": "12", "reporter": "王小明", "reporter_phone": "13812345678",
    "sensitive": ["学校或医院"],
}  # fmt: skip
SIGNED: Mapping[str, object] = {"sign.login": "wang.qiang", "sign.password": PASSWORD}


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    for login, role in SEATS.items():
        let_in(access, Account(login, f"姓名{login}", role, department="市水利局" if role is Role.CLERK else ""))
    city, _ = config.load(Path(__file__).parents[2] / "cities" / "441800", {})
    assert city is not None
    return AccountServices(city, sqlite_store, access, lambda: NOW)


def desk(services: AccountServices, login: str = "li.wei", reach: Reach = WHOLE, lang: str = "zh") -> Desk:
    return Desk(services.city, officer(SEATS[login], login, reach), lang, services.now())


def pressed(services: AccountServices, login: str, name: str, of: str = "", **fields: object) -> Done:
    return perform(incidents.PAPER.acts, services, desk(services, login), Press(name, of, fields))


def must(services: AccountServices, login: str, name: str, of: str = "", **fields: object) -> None:
    done = pressed(services, login, name, of, **fields)
    assert done.notice["props"]["className"] == "notice is-good", texts(done.notice)


def called(services: AccountServices) -> IncidentFile:
    must(services, "li.wei", "open", **CALL)
    return services.store.duty.dossiers(IncidentFile)[0]


def shown(services: AccountServices, search: str, login: str = "li.wei", reach: Reach = WHOLE) -> str:
    here = desk(services, login, reach)
    return " ".join(
        str(text)
        for part in (incidents.body, incidents.pane)
        for node in part(services, here, search)
        for text in texts(node)
    )


def report(services: AccountServices, key: str, kind: str) -> Report:
    found = services.store.duty.dossiers(Report, DossierQuery(about=frozenset({key}), states=frozenset({"draft"})))
    return next(one for one in found if one.kind == kind)


def test_the_telephone_form_finds_the_place_and_what_is_near_it(services: AccountServices) -> None:
    one = called(services)
    assert (one.district, one.facts.harm) == ("441802", {"injured": 12})
    told = shown(services, f"?id={one.id}")
    assert "源潭镇中心小学" in told
    assert "危险化学品泄漏应急预案" in told


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"happened": "gestern"}, "时间写作"),
        ({"harm-dead": "-3"}, "不小于 0"),
        ({"harm-dead": "٣"}, "不小于 0"),
        ({"point": "hier"}, "坐标写作"),
        ({"point": "nan,nan"}, "坐标"),
        ({"point": "2.35,48.85"}, "不在本市"),
        ({"title": ""}, "事件标题"),
        ({"kind": "meteor"}, "事件类别"),
        ({"told": "2027-01-01 00:00"}, "接报时间"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    services: AccountServices, fields: Mapping[str, object], why: str
) -> None:
    done = pressed(services, "li.wei", "open", **{**CALL, **fields})
    assert why in " ".join(str(text) for text in texts(done.notice))
    assert services.store.duty.dossiers(IncidentFile) == []


def test_a_leader_does_not_read_who_called(services: AccountServices) -> None:
    one = called(services)
    first = report(services, one.id, "first")
    assert "13812345678" in shown(services, f"?id={one.id}&report={first.id}")
    for search in (f"?id={one.id}", f"?id={one.id}&report={first.id}", f"?id={one.id}&print={first.id}"):
        told = shown(services, search, "chen.jun")
        assert "13812345678" not in told
        assert "王小明" not in told


def test_an_incident_outside_the_reach_is_not_seen(services: AccountServices) -> None:
    one = called(services)
    elsewhere = Reach(frozenset({"441881"}))
    assert "没有这起事件" in shown(services, f"?id={one.id}", "sun.li", elsewhere)
    assert one.title not in shown(services, "", "sun.li", elsewhere)
    done = perform(
        incidents.PAPER.acts, services, desk(services, "li.wei", elsewhere), Press("verify", one.id, {"words": "属实"})
    )
    assert "没有这起事件" in " ".join(str(text) for text in texts(done.notice))


def test_the_whole_way_from_the_call_to_the_review(services: AccountServices) -> None:
    key = called(services).id
    must(services, "li.wei", "verify", key, words="属实")
    must(services, "li.wei", "propose", key, grade="3")
    must(services, "wang.qiang", "grade", key, grade="3")
    must(services, "li.wei", "done", f"{key}:0", words="液氨 2 吨")
    must(services, "li.wei", "ask", key, level="3", area="源潭镇")
    must(services, "chen.jun", "approve", key)
    first = report(services, key, "first")
    must(services, "wang.qiang", "send", f"{first.id}:{first.version}", **{"part-scope": "源潭镇"}, **SIGNED)
    follow = report(services, key, "follow")
    must(services, "wang.qiang", "send", f"{follow.id}:{follow.version}", **{"part-progress": "已堵漏"}, **SIGNED)
    must(services, "chen.jun", "end", key, words="泄漏已止")
    must(services, "li.wei", "control", key, words="现场清理完毕")
    final = report(services, key, "final")
    must(services, "wang.qiang", "send", f"{final.id}:{final.version}", **{"part-situation": "已处置"}, **SIGNED)
    must(services, "li.wei", "review", key, causes="阀门老化", **{"change-0": "更换阀门", "owner-0": "市应急管理局"})
    must(services, "wang.qiang", "close", key)
    told = shown(services, f"?id={key}")
    assert "已结案" in told
    assert "更换阀门" in told
    assert "液氨 2 吨" in told


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        ({}, "没有签字"),
        ({"sign.login": "wang.qiang", "sign.password": "wrong"}, "没有签字"),
        ({"sign.login": "li.wei", "sign.password": PASSWORD}, "值班长或带班领导"),
    ],
)
def test_a_report_is_sent_with_the_password_of_somebody_who_may_sign(
    services: AccountServices, signed: Mapping[str, object], why: str
) -> None:
    key = called(services).id
    first = report(services, key, "first")
    done = pressed(services, "wang.qiang", "send", f"{first.id}:{first.version}", **{"part-scope": "源潭镇"}, **signed)
    assert why in " ".join(texts(done.notice))
    assert not report(services, key, "first").fixed


def test_a_shift_leader_signs_at_the_officers_screen(services: AccountServices) -> None:
    key = called(services).id
    first = report(services, key, "first")
    must(services, "li.wei", "send", f"{first.id}:{first.version}", **{"part-scope": "源潭镇"}, **SIGNED)
    (sent,) = services.store.duty.dossiers(Report, DossierQuery(states=frozenset({"sent"})))
    assert sent.signer == "wang.qiang"


def test_the_form_of_a_step_or_a_response_makes_room_once_it_is_done(services: AccountServices) -> None:
    key = called(services).id
    must(services, "li.wei", "verify", key, words="属实")
    for search, done in (
        (f"?id={key}&step=1", lambda: must(services, "li.wei", "done", f"{key}:0", words="液氨 2 吨")),
        (f"?id={key}&form=ask:0", lambda: must(services, "li.wei", "ask", key, level="3", area="源潭镇")),
    ):
        here = desk(services)
        before = incidents.mark(services, here, search)
        form = [texts(node) for node in incidents.pane(services, here, search)]
        done()
        assert incidents.mark(services, here, search) != before
        after = [texts(node) for node in incidents.pane(services, here, search)]
        assert after != form
        assert after == [texts(node) for node in incidents.pane(services, here, f"?id={key}")]


def test_a_drill_is_marked_wherever_it_is_shown(services: AccountServices) -> None:
    must(services, "li.wei", "drill", scenario="tanker")
    one = services.store.duty.dossiers(IncidentFile)[0]
    first = report(services, one.id, "first")
    for search in ("", f"?id={one.id}", f"?id={one.id}&report={first.id}", f"?id={one.id}&print={first.id}"):
        assert "演练" in shown(services, search)
    assert "小学，学生在校" not in shown(services, f"?id={one.id}")
    later = replace(services, now=lambda: NOW + timedelta(minutes=5))
    assert "小学，学生在校" in shown(later, f"?id={one.id}")


@pytest.mark.parametrize(
    "search", ["?id=x", "?form=new&case=GJ-1", "?form=drill", "?id=SJ-20261125-0001&step=²", "?form=%00"]
)
def test_any_address_is_answered(services: AccountServices, search: str) -> None:
    called(services)
    for login in SEATS:
        assert isinstance(shown(services, search, login), str)
        assert isinstance(incidents.mark(services, desk(services, login), search), str)


def test_any_press_is_answered(services: AccountServices) -> None:
    called(services)
    for name in incidents.PAPER.acts:
        for of in ("", "SJ-20261125-0001", "SJ-20261125-0001:²", "XB-20261125-0001:99999999999", "x:y:z", "\x00"):
            assert pressed(services, "li.wei", name, of, words="\x00", grade="²", level="x", plan=7, scenario=[]).notice
