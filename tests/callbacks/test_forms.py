"""The page of forms: filled in, pasted, uploaded, signed and corrected by presses alone; who sees and does what."""

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from access.opening import Access
from access.rights import RIGHTS
from callbacks.accounts_press import Press, perform
from callbacks.accounts_services import AccountServices
from callbacks.forms import ACTS, PAPER
from domain.account import Account, Role, Viewer
from domain.filing import Filing
from duty.filing_tables import template
from duty.filings import forms as forms_of
from layouts.accounts.desk import Desk
from layouts.duty import forms as page
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
from tests.duty.forms import BUREAU, EAST, NOW, WEST, city, filled
from tests.duty.test_filing_tables import HOSTILE, book
from tests.layouts.test_screen import texts

SEATS = {
    "chen": (Role.CLERK, BUREAU),
    "liu": (Role.CLERK, BUREAU),
    "other": (Role.CLERK, "市水利局"),
    "zhao.min": (Role.SHIFT, ""),
    "li.wei": (Role.DUTY, ""),
    "root": (Role.ADMIN, ""),
}
OPEN = "?form=env_month&period=2026-10"


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    for login, (role, department) in SEATS.items():
        let_in(access, Account(login, f"姓名{login}", role, department=department))
    return AccountServices(city(), sqlite_store, access, lambda: NOW)


def desk(services: AccountServices, login: str, lang: str = "zh", now: datetime = NOW) -> Desk:
    role, department = SEATS[login]
    return Desk(services.city, Viewer(login, f"姓名{login}", role, RIGHTS[role], department=department), lang, now)


def do(services: AccountServices, name: str, login: str = "chen", seen: int = 0, **fields: Any) -> str:
    period = fields.pop("period", "2026-10")
    now = fields.pop("now", NOW)
    cells = fields.pop("cells", {})
    sent = {f"cell {key}": text for key, text in cells.items()} | fields
    done = perform(ACTS, services, desk(services, login, now=now), Press(name, f"env_month {period} {seen}", sent))
    return " ".join(texts(done.notice))


def signing(login: str = "chen", password: str = PASSWORD) -> dict[str, str]:
    return {"sign.login": login, "sign.password": password}


def see(services: AccountServices, login: str = "chen", search: str = OPEN, lang: str = "zh") -> str:
    seen = desk(services, login, lang)
    return " ".join([*texts(PAPER.body(services, seen, search)), *texts(PAPER.pane(services, seen, search))])


def held(services: AccountServices) -> Filing | None:
    return next(iter(services.store.duty.dossiers(Filing)), None)


def values(services: AccountServices) -> list[float | None]:
    return sorted((one.value or 0 for one in services.store.latest() if one.key.source == "env_month"), key=float)


def test_a_month_is_filled_in_told_by_cell_mended_and_signed(services: AccountServices) -> None:
    assert "逾期未报" in see(services)
    assert "有 2 处需要改正" in do(services, "write", cells=filled(east_checks="十二", west_fines="501"))
    seen = see(services)
    assert re.search(r"清城区 · 执法检查（家次）.*不是数值", seen)
    assert re.search(r"清新区 · 罚款金额（万元）.*超出有效范围 0 至 500", seen)
    assert values(services) == []
    assert "没有签发" in do(services, "sign", seen=1, cells=filled(west_fines="501"), **signing())
    assert values(services) == []
    assert "已签发" in do(services, "sign", seen=2, cells=filled(), **signing())
    assert values(services) == [0, 3.5, 7, 12]
    seen = see(services)
    assert "逾期未报" not in seen
    assert "第 1 版" in seen


def test_a_wrong_password_signs_nothing_and_nobody_signs_for_another_department(services: AccountServices) -> None:
    assert "没有签字" in do(services, "sign", cells=filled(), **signing(password="wrong-password"))
    assert "责任单位的经办人" in do(services, "sign", cells=filled(), **signing("other"))
    assert "责任单位的经办人" in do(services, "sign", cells=filled(), **signing("zhao.min"))
    assert (held(services), values(services)) == (None, [])


def test_a_colleague_may_sign_what_the_other_has_filled_in(services: AccountServices) -> None:
    do(services, "write", cells=filled())
    do(services, "sign", seen=1, cells=filled(), **signing("liu"))
    made = held(services)
    assert made is not None
    assert (made.signer, made.owner) == ("liu", "liu")


@pytest.mark.parametrize("login", ["other", "zhao.min", "li.wei", "root"])
@pytest.mark.parametrize("verb", sorted(ACTS))
def test_nobody_else_presses_anything(services: AccountServices, login: str, verb: str) -> None:
    assert "责任单位的经办人" in do(services, verb, login, cells=filled(), paste="1\t2\n3\t4", **signing())
    assert (held(services), values(services)) == (None, [])


@pytest.mark.parametrize(
    ("of", "why"),
    [("nothing 2026-10 0", "经办人"), ("env_month 2031-01 0", "经办人"), ("", "经办人"), ("hall x 0", "经办人")],
)
def test_a_press_about_no_table_does_nothing(services: AccountServices, of: str, why: str) -> None:
    done = perform(ACTS, services, desk(services, "chen"), Press("write", of, {}))
    assert why in " ".join(texts(done.notice))
    assert held(services) is None


def test_it_is_seen_by_its_clerks_the_shift_leader_and_the_administrator(services: AccountServices) -> None:
    do(services, "write", cells=filled(east_checks="77"))
    assert "没有需要您填报的报表" in see(services, "other")
    assert "没有需要您填报的报表" in see(services, "li.wei")
    for login in ("zhao.min", "root"):
        seen = see(services, login)
        assert "逾期未报" in seen
        assert "还没有签发的内容" in seen
        assert "77" not in seen
    do(services, "sign", seen=1, cells=filled(), **signing())
    assert "12" in see(services, "zhao.min")


def test_a_paste_fills_the_table_and_what_is_not_of_it_is_told(services: AccountServices) -> None:
    assert "没有填入" in do(services, "paste", paste="代码\t执法检查（件）\n441802\t1")
    assert held(services) is None
    assert "应为 2 行 2 列" in do(services, "paste", paste="1\t2")
    assert "没有发现问题" in do(services, "paste", paste="12\t3.5\n7\t0")
    made = held(services)
    assert made is not None
    assert dict(made.cells) == filled()


def test_the_template_comes_back_filled_in(services: AccountServices) -> None:
    rows: list[list[object]] = [list(row) for row in template(forms_of(services.city)["env_month"])]
    rows[1][2:], rows[2][2:] = [12, 3.5], [7, 0]
    assert "没有发现问题" in do(services, "upload", workbook=base64.b64encode(book(rows)).decode())
    made = held(services)
    assert made is not None
    assert dict(made.cells) == filled()


@pytest.mark.parametrize(
    ("sent", "why"),
    [(None, "请选择"), ("", "请选择"), (7, "请选择"), ("%%%", "没有完整传到"), ("A" * 700_000, "文件过大"),
     *((base64.b64encode(HOSTILE[name]).decode(), "Excel|过大|没有可以读取") for name in ("bomb", "doctype", "macro", "far row"))],
)  # fmt: skip
def test_a_file_that_is_none_changes_nothing(services: AccountServices, sent: object, why: str) -> None:
    assert re.search(why, do(services, "upload", workbook=sent, cells=filled()))
    assert held(services) is None


@pytest.mark.parametrize("value", [None, 7, ["1"], {"a": 1}, "1" * 5000, "<script>alert(1)</script>", "\x00"])
def test_whatever_a_browser_sends_for_a_cell_it_is_never_signed(services: AccountServices, value: Any) -> None:
    cells = filled() | {f"{EAST} checks": value}
    assert "没有签发" in do(services, "sign", cells=cells, **signing())
    assert values(services) == []


def test_of_two_clerks_the_second_is_told_and_keeps_nothing(services: AccountServices) -> None:
    do(services, "write", cells=filled())
    assert "已签发" in do(services, "sign", "chen", 1, cells=filled(), **signing("chen"))
    assert "刚被他人改动" in do(services, "sign", "liu", 1, cells=filled(east_checks="99"), **signing("liu"))
    assert values(services) == [0, 3.5, 7, 12]


def test_a_correction_shows_what_it_changed(services: AccountServices) -> None:
    do(services, "sign", cells=filled(), **signing())
    later = NOW + timedelta(hours=1)
    assert "已签发" in do(services, "sign", seen=1, cells=filled(east_checks="15"), now=later, **signing())
    assert values(services) == [0, 3.5, 7, 15]
    assert "清城区 执法检查 12 → 15" in see(services)


def test_a_pressed_twice_signature_is_kept_once(services: AccountServices) -> None:
    for _ in range(2):
        assert "已签发" in do(services, "sign", cells=filled(), **signing())
    made = held(services)
    assert made is not None
    assert made.signatures == 1


def test_the_pane_is_drawn_again_only_when_its_table_has_moved(services: AccountServices) -> None:
    before = PAPER.mark(services, desk(services, "chen"), OPEN)
    do(services, "write", period="2026-09", cells=filled())
    assert PAPER.mark(services, desk(services, "chen"), OPEN) == before
    do(services, "write", cells=filled())
    assert PAPER.mark(services, desk(services, "chen"), OPEN) != before


def test_what_was_done_is_in_the_audit_log(services: AccountServices) -> None:
    do(services, "sign", cells=filled(), **signing())
    done = [one for one in services.store.audit.search() if one.verb == "filing.step"]
    assert [(one.actor, one.thing, one.reason) for one in done] == [("chen", "form:env_month", "2026-10")]


def test_in_english_nothing_is_left_in_chinese_but_what_the_city_declares(services: AccountServices) -> None:
    do(services, "write", cells=filled(east_checks="x"))
    assert "overdue" in see(services, lang="en").lower()
    assert "is not a number" in see(services, lang="en")


def test_the_address_opens_only_what_there_is(services: AccountServices) -> None:
    for search in ("?form=hall&period=2026-10", "?form=env_month&period=2019-01", "?form=env_month", "?period=2026-10"):
        assert PAPER.pane(services, desk(services, "chen"), search) == []
    assert page.read("?form=a&period=b") == page.Asked("a", "b")


def test_the_newest_month_is_due_before_it_is_late(services: AccountServices) -> None:
    early = datetime(2026, 11, 3, tzinfo=UTC)
    seen = " ".join(texts(PAPER.body(services, desk(services, "chen", now=early), "")))
    assert "待报" in seen
    assert "没有逾期的报表" in seen
    assert replace(page.Asked(), form="x").period == ""
    assert WEST
