"""Tables that are pasted or uploaded: read whatever their order, told line by line what is not of the form, harmless when hostile."""

import io
import re
import string
import tracemalloc
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from domain.errors import SourceError
from duty.filing_tables import MOST_BYTES, MOST_TEXT, pasted, template, uploaded
from duty.filings import LONGEST, cell
from tests.duty.forms import EAST, WEST, filled, form
from tests.security.test_hostile import BOOK, SHEET, changed, sheet

FORM = form()
HEAD = "代码\t地区\t执法检查（家次）\t罚款金额（万元）"
EAST_NAME, WEST_NAME = FORM.city.place_name(EAST), FORM.city.place_name(WEST)
MEMORY = 60_000_000
PAGE = Path(__file__).parents[2] / "docs" / "feeds" / "form.md"


def book(rows: list[list[object]]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def faults(text: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.reason) for one in pasted(FORM, text).faults]


def test_bare_numbers_come_in_the_order_of_the_form() -> None:
    assert pasted(FORM, "12\t3.5\r\n7\t0\r\n").cells == filled()


def test_with_heads_rows_and_columns_may_come_in_any_order() -> None:
    text = f"罚款金额\t地区\tchecks\n0\t{WEST_NAME}\t7\n3.5\t{EAST_NAME}\t12"
    assert pasted(FORM, text).cells == filled()


def test_the_template_filled_in_is_read_back() -> None:
    rows: list[list[object]] = [list(row) for row in template(FORM)]
    rows[1][2:], rows[2][2:] = [12, 3.5], [7.0, "0"]
    read = uploaded(FORM, book(rows))
    assert (read.cells, read.faults) == (filled(), [])


def test_an_empty_template_says_that_every_cell_is_empty() -> None:
    assert set(uploaded(FORM, book([list(row) for row in template(FORM)])).cells.values()) == {""}


@pytest.mark.parametrize(
    ("text", "fault"),
    [(f"{HEAD}\n999999\t某县\t1\t2", (2, "999999", "表中没有这个地区")),
     (f"{HEAD}\n\t某县\t1\t2", (2, "某县", "表中没有这个地区")),
     (f"{HEAD}\n{EAST}\t{WEST_NAME}\t1\t2", (2, EAST, "代码与地区名称不一致")),
     (f"{HEAD}\n{EAST}\t\t1\t2\n\n{EAST}\t\t1\t2", (4, EAST, "这个地区出现了两次")),
     (f"代码\t罚款金额（元）\n{EAST}\t1", (1, "罚款金额（元）", "单位应为“万元”，不是“元”")),
     (f"代码\t执法检查\t别的\n{EAST}\t1\t2", (1, "别的", "表中没有这一列")),
     (f"代码\t执法检查\tchecks\n{EAST}\t1\t2", (1, "checks", "这一列出现了两次")),
     ("代码\t地区\n441802\t清城区", (1, "", "没有本表的列：请使用下载的模板，不要改动表头"))],
)  # fmt: skip
def test_what_is_not_of_the_form_is_told_by_line_and_column_and_nothing_is_taken(
    text: str, fault: tuple[int, str, str]
) -> None:
    assert fault in faults(text)
    assert pasted(FORM, text).cells == {}


@pytest.mark.parametrize("text", ["", " \n\t\n", "1\t2", "1\t2\n3", "1\t2\t3\n4\t5\t6", "1\n" * 3])
def test_numbers_that_do_not_fill_the_form_are_refused_with_its_size(text: str) -> None:
    with pytest.raises(SourceError, match=r"没有可以读取的内容|应为 2 行 2 列"):
        pasted(FORM, text)


def test_a_paste_of_a_book_is_refused() -> None:
    with pytest.raises(SourceError, match="过长"):
        pasted(FORM, "1" * (MOST_TEXT + 1))


def test_a_cell_that_is_too_long_is_not_cut_to_a_number() -> None:
    read = pasted(FORM, f"{'1' * 60}\t1\n1\t1")
    assert len(read.cells[cell(EAST, "checks")]) > LONGEST


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n"), max_size=12)


@given(st.lists(CELLS, min_size=4, max_size=4))
def test_whatever_is_in_a_table_of_the_right_size_comes_to_its_cell(texts: list[str]) -> None:
    a, b, c, d = texts
    names = [cell(EAST, "checks"), cell(EAST, "fines"), cell(WEST, "checks"), cell(WEST, "fines")]
    wanted = dict(zip(names, [one.strip() for one in texts], strict=True))
    headed = pasted(FORM, f"{HEAD}\n{EAST}\t{EAST_NAME}\t{a}\t{b}\n{WEST}\t{WEST_NAME}\t{c}\t{d}")
    assert headed.cells == wanted


WORDS = [*string.printable, *HEAD.split("\t"), EAST, EAST_NAME, WEST, "\t", "\n", "（", "）"]


@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_any_text_at_all_is_read_or_refused_and_never_fills_a_cell_of_another_form(text: str) -> None:
    with suppress(SourceError):
        read = pasted(FORM, text)
        assert set(read.cells) <= set(filled())
        assert all(len(one) <= LONGEST + 1 for one in read.cells.values())
        assert not (read.cells and read.faults)


@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_no_workbook_and_say_so(data: bytes) -> None:
    with pytest.raises(SourceError, match="读不出这份 Excel"):
        uploaded(FORM, data)


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", bytes(60_000_000))
    return out.getvalue()


HOSTILE = {
    "bomb": _bomb(),
    "doctype": changed(BOOK, SHEET, b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'),
    "far row": changed(BOOK, SHEET, sheet('<row r="99999999"><c r="A99999999"><v>1</v></c></row>').encode()),
    "many cells": changed(BOOK, SHEET, sheet("<row><c/><c/><c/><c/><c/></row>" * 5_000).encode()),
    "far column": changed(BOOK, SHEET, sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>').encode()),
    "no such text": changed(BOOK, SHEET, sheet('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>').encode()),
    "macro": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
    "large": b"PK\x03\x04" + bytes(MOST_BYTES),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_without_filling_the_memory(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match=r"Excel|文件过大|没有可以读取"):
            uploaded(FORM, HOSTILE[name])
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def test_a_formula_gives_its_stored_result_and_never_runs() -> None:
    rows: list[list[object]] = [list(row) for row in template(FORM)]
    rows[1][2:] = ['=WEBSERVICE("http://127.0.0.1/")', 1]
    assert uploaded(FORM, book(rows)).cells[cell(EAST, "checks")] == ""


def test_the_page_in_docs_declares_a_form_and_shows_a_table_that_it_reads() -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    texts = dict(blocks)
    declared = yaml.safe_load(texts["yaml"])["sources"]["env_month"]
    made = form(**{key: value for key, value in declared.items() if key != "kind"})
    read = pasted(replace(made, spec=made.spec.model_copy(update={"places": (EAST, WEST)})), texts["text"])
    assert read.faults == []
    assert read.cells[cell(WEST, "checks")] == "1,007"
