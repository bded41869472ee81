"""A Word document: read again part by part, it says what was put in."""

import io
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from api import docx
from layouts.duty.daily_paper import Grid, Words

AT = datetime(2026, 11, 25, 8, tzinfo=UTC)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read(body: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}


def test_every_part_that_is_named_is_there() -> None:
    parts = read(docx.document([Words("日报", "title")], "日报 <1>", AT))
    named = {one.get("PartName", "")[1:] for one in parts["[Content_Types].xml"]} - {""}
    led_to = {one.get("Target") for one in parts["_rels/.rels"]}
    assert named == led_to == {"word/document.xml", "docProps/core.xml"}
    assert [one.text for one in parts["docProps/core.xml"]] == ["日报 <1>", "2026-11-25T08:00:00Z"]


def test_a_table_keeps_its_cells_its_lines_and_its_head() -> None:
    body = read(docx.document([Grid((("序", "事项"), ("1", "a\nb & <c>")), (1, 3))], "t", AT))["word/document.xml"]
    rows = body.findall(f".//{W}tr")
    cells = [["".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in row.findall(f"{W}tc")] for row in rows]
    assert cells == [["序", "事项"], ["1", "ab & <c>"]]
    assert len(rows[1].findall(f".//{W}br")) == 1
    assert [bool(row.findall(f".//{W}tblHeader")) for row in rows] == [True, False]
    widths = [int(one.get(f"{W}w", "0")) for one in body.findall(f".//{W}gridCol")]
    assert abs(widths[1] - 3 * widths[0]) <= 3


@settings(deadline=None, max_examples=40, derandomize=True, database=None)
@given(text=st.text(max_size=30))
def test_any_text_makes_a_document_that_can_be_read(text: str) -> None:
    read(docx.document([Words(text), Grid(((text,),), (1,))], text, AT))
