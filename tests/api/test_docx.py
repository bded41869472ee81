"""A Word document: read again, it says what was put in."""

import io
from datetime import UTC, datetime, timedelta, timezone

from docx import Document
from docx.document import Document as Made
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from api import docx
from layouts.duty.daily_paper import Grid, Words

AT = datetime(2026, 11, 25, 16, tzinfo=timezone(timedelta(hours=8)))


def read(body: bytes) -> Made:
    return Document(io.BytesIO(body))


def test_it_says_what_it_is_and_since_when_and_nothing_of_how_it_was_made() -> None:
    about = read(docx.document([Words("日报", "title")], "日报 <1>", AT)).core_properties
    assert (about.title, about.author, about.comments) == ("日报 <1>", "", "")
    assert about.created == datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_heads_can_be_leafed_through_and_every_letter_has_a_font() -> None:
    made = read(
        docx.document([Words("日报", "title"), Words("总体情况", "head"), Words("晴"), Words("注", "small")], "t", AT)
    )
    assert [(one.style.name if one.style else "", one.text) for one in made.paragraphs] == [
        ("Heading 1", "日报"), ("Heading 2", "总体情况"), ("Normal", "晴"), ("Normal", "注"),
    ]  # fmt: skip
    assert {one.get(qn("w:eastAsia")) for one in made.element.body.iter(qn("w:rFonts"))} == {"宋体"}


def test_a_table_keeps_its_cells_its_lines_and_its_head() -> None:
    (table,) = read(docx.document([Grid((("序", "事项"), ("1", "a\nb & <c>")), (1, 3))], "t", AT)).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["序", "事项"], ["1", "a\nb & <c>"]]
    marks = [{child.tag for child in row._tr.get_or_add_trPr()} for row in table.rows]
    assert [qn("w:tblHeader") in one for one in marks] == [True, False]
    assert all(qn("w:cantSplit") in one for one in marks)
    narrow, wide = (column.width or 0 for column in table.columns)
    assert abs(wide - 3 * narrow) <= 3 * 635  # a twentieth of a point in each


@settings(deadline=None, max_examples=25, derandomize=True, database=None)
@given(text=st.text(max_size=30))
def test_any_text_makes_a_document_that_can_be_read(text: str) -> None:
    read(docx.document([Words(text), Grid(((text,),), (1,))], text, AT))
