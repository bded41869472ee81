import re

import pytest

from layouts.accounts import audit, audit_row
from layouts.accounts.audit_query import read
from store.audit import Head, Verdict
from tests.layouts.accounts.people import desk, find, plain, row
from tests.layouts.test_screen import texts


def body(search: str = "", rows: int = 3, lang: str = "zh") -> list[object]:
    at = desk(lang=lang)
    return audit.body(at, read(search, at.city.zone), [row(n) for n in range(rows, 0, -1)])


def grid_of(tree: object) -> dict[str, object]:
    box = find(tree, "grid-box")[0]
    return box["props"]["children"][0]["props"]  # type: ignore[no-any-return]


def test_rows_say_who_did_what_to_whom() -> None:
    first = grid_of(body())["rowData"][0]  # type: ignore[index]
    told = {"number": "3", "actor": "li.wei", "verb": "修改账号", "thing": "account:zhao.min", "address": "10.0.0.7"}
    assert told.items() <= first.items()
    assert first["at"] == "2026-11-23 14:34:08"
    assert first["summary"] == "角色 部门经办 → 值班员"


def test_a_refusal_carries_a_shape_and_nobodys_deed_a_word() -> None:
    assert audit.verb(desk(), "session.refused").startswith("✕")
    assert (audit.actor(desk(), ""), audit.actor(desk(), "system")) == ("未登录", "系统")


def test_the_open_row_is_marked() -> None:
    rows = grid_of(body("?row=2"))["rowData"]
    assert [r["number"] for r in rows if r["open"]] == ["2"]  # type: ignore[attr-defined]


def test_no_rows_are_told_and_so_is_why() -> None:
    assert "还没有记录" in texts(body(rows=0))
    assert "没有符合条件的记录" in texts(body("?actor=nobody", rows=0))


def test_a_mistyped_day_is_told() -> None:
    assert any("2026-11-23" in word for word in texts(find(body("?since=1.11."), "filter-wrong")))


def test_older_rows_are_offered_only_when_the_page_is_full() -> None:
    assert not any("更早" in word for word in texts(body()))
    assert any("更早" in word for word in texts(body(rows=audit.SHOWN)))
    assert "回到最新" in texts(body("?before=99"))


def test_files_hold_what_the_filters_find_in_the_pages_language() -> None:
    links = [
        link["props"]["href"] for link in find(body("?actor=li.wei", lang="en"), "press") if "href" in link["props"]
    ]
    assert links == ["/audit/export.csv?actor=li.wei&lang=en", "/audit/export.xlsx?actor=li.wei&lang=en"]


def test_a_chosen_verb_of_one_kind_stays_visible_as_a_chip() -> None:
    on = [
        texts(chip) for chip in find(body("?verb=session.refused"), "chip") if chip["props"]["aria-pressed"] == "true"
    ]
    assert ["登录失败"] in on


def test_an_open_row_shows_both_sides_and_its_seal() -> None:
    told = texts(audit_row.render(desk(), row(), 7))
    assert {"项目", "之前", "之后", "部门经办", "值班员"} <= set(told)
    assert f"7-{'b' * 64}" in told


def test_a_side_that_there_was_not_is_no_column() -> None:
    told = texts(find(audit_row.render(desk(), row(before={}), 7), "diff"))
    assert "之前" not in told
    assert "之后" in told


def test_a_row_that_is_not_there_is_told() -> None:
    assert "没有这条记录" in texts(audit_row.render(desk(), None, 7))


def test_a_fingerprint_that_was_noted_is_read_again() -> None:
    head = Head(7, "b" * 64)
    assert audit_row.noted(f" {audit_row.fingerprint(head).upper()} ") == head


@pytest.mark.parametrize(
    "text", ["", "7", "7-b", f"x-{'b' * 64}", f"7-{'z' * 64}", f"-{'b' * 64}", f"{'9' * 20}-{'b' * 64}"]
)
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    assert audit_row.noted(text) is None


@pytest.mark.parametrize("why", ["missing", "changed", "unlinked", "cut", "unlike"])
def test_a_broken_chain_names_the_row_and_what_to_do(why: str) -> None:
    told = " ".join(texts(audit_row.verdict(desk(), Verdict(False, 4, 5, why, Head(4, "a" * 64)))))
    assert "不完整" in told
    assert re.search(r"编号 5\b", told)
    assert "安全负责人" in told


def test_a_whole_chain_hands_out_its_newest_fingerprint() -> None:
    told = texts(audit_row.verdict(desk(), Verdict(True, 5, head=Head(5, "c" * 64))))
    assert "✓ 日志完整" in told
    assert f"5-{'c' * 64}" in told


def test_the_page_stands_before_anything_is_read() -> None:
    tree = plain(audit.page(desk()))
    assert "正在读取…" in texts(tree)
    assert "校验完整性" in texts(tree)
