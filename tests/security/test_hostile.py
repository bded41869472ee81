"""Files and documents made to burst, to read other files or to run for ever end as a SourceError, soon and in little memory."""

import gzip
import io
import tracemalloc
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.errors import ApiError
from api.v1.intake import unpacked
from datasources.formats.documents import parse_json, parse_xml
from datasources.formats.packed import unpack
from datasources.formats.tables import Most, read_csv, read_excel
from datasources.formats.text import decode
from domain.errors import SourceError

LAUGHS = (
    "<!DOCTYPE r [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
ELSEWHERE = "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
OUTSIDE = "<!DOCTYPE r SYSTEM 'http://127.0.0.1:1/x.dtd'>"


def book() -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.append(["t", "v"])
    page.append(["x", 1])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(data: bytes, name: str, content: bytes) -> bytes:
    """The package with one member replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return out.getvalue()


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
BOOK = book()


def sheet(rows: str, doctype: str = "") -> str:
    return f'<?xml version="1.0"?>{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


@pytest.mark.parametrize("doctype", [LAUGHS, ELSEWHERE, OUTSIDE], ids=["laughs", "elsewhere", "outside"])
@pytest.mark.parametrize(
    "member", [SHEET, STRINGS, "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "x.bin"]
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_workbook_with_a_document_type_is_refused(doctype: str, member: str, codec: str) -> None:
    text = f"<!-- {'x' * 20_000} -->{doctype}<r>&a;</r>"
    with pytest.raises(SourceError, match="DOCTYPE is not accepted"):
        read_excel(changed(BOOK, member, text.encode(codec)), "", (), 0, "x")


@pytest.mark.parametrize("doctype", [LAUGHS, ELSEWHERE, OUTSIDE], ids=["laughs", "elsewhere", "outside"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "gb18030"])
def test_an_xml_document_with_a_document_type_is_refused(doctype: str, codec: str) -> None:
    head = f'<?xml version="1.0" encoding="{codec}"?>'
    with pytest.raises(SourceError, match="not an XML document"):
        parse_xml(f"{head}{doctype}<r>&a;</r>".encode(codec), "x")


@pytest.mark.parametrize("member", [SHEET, STRINGS])
def test_a_workbook_packed_to_burst_is_refused_before_it_is_unpacked(member: str) -> None:
    data = changed(BOOK, member, sheet("<row/>" * 20_000_000).encode()[:150_000_000])
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="packed 400 times"):
            read_excel(data, "", (), 0, "x")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "rows",
    ['<row r="99999999999999999999"/>', '<row r="1001"/><row r="1"/>', "<row/>" * 1001, "<row><c/><c/></row>" * 600],
)
def test_a_sheet_of_too_many_rows_or_cells_is_refused(rows: str) -> None:
    with pytest.raises(SourceError, match="more than 1,000 rows or 1,000 cells"):
        read_excel(changed(BOOK, SHEET, sheet(rows).encode()), "", (), 0, "x", Most(rows=1000, cells=1000))


@pytest.mark.parametrize(
    "rows",
    ['<row r="1"><c r="XFD1"><v>1</v></c></row>',
     '<row r="-5"><c r="?"><v>1e999</v></c></row>',
     '<row r="1"><c r="A1" t="s"><v>99999</v></c></row>', '<row r="1"><c r="A1" t="d"><v>nonsense</v></c></row>',
     '<row r="1"><c r="A1"><f>WEBSERVICE("http://127.0.0.1/")</f></c></row>'],
)  # fmt: skip
def test_a_sheet_that_lies_about_its_places_is_bounded(rows: str) -> None:
    tracemalloc.start()
    try:
        with suppress(SourceError):
            read_excel(changed(BOOK, SHEET, sheet(rows).encode()), "", ("a", "b"), 0, "x")
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_members_that_share_their_bytes_do_not_multiply() -> None:
    """Many entries of one directory pointing at the same packed bytes: a bomb of one layer."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("0.csv", bytes(900_000))
        for number in range(1, 500):
            twin = zipfile.ZipInfo(f"{number}.csv")
            first = package.filelist[0]
            twin.header_offset, twin.compress_size = first.header_offset, first.compress_size
            twin.file_size, twin.CRC, twin.compress_type = first.file_size, first.CRC, first.compress_type
            package.filelist.append(twin)
    with pytest.raises(SourceError):
        list(unpack("bomb.zip", out.getvalue(), 1_000_000))


def test_a_pushed_body_of_endless_empty_parts_is_refused() -> None:
    with pytest.raises(ApiError, match="not whole gzip"):
        unpacked(gzip.compress(b"") * 2000, "gzip")


def test_a_pushed_body_that_bursts_is_refused_on_the_way() -> None:
    body = gzip.compress(bytes(80_000_000), 1)
    tracemalloc.start()
    try:
        with pytest.raises(ApiError, match="larger than"):
            unpacked(body, "gzip")
        assert tracemalloc.get_traced_memory()[1] < 160_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 10_000,
        "[" + "1e400," * 10 + "1]",
        '"\\ud800"',
        "\ufeff[]",
        "[1" + " " * 99_999,
    ],
)
def test_a_json_document_made_to_hurt_is_a_value_or_an_error(text: str) -> None:
    with suppress(SourceError):
        parse_json(text.encode(), "x")


@pytest.mark.parametrize(
    "data", [b"<a>" * 100_000, b"<a " + b"b='c' " * 50_000 + b"/>", b"<a>&" + b"x" * 50_000 + b";</a>"]
)
def test_an_xml_document_made_to_hurt_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError):
        parse_xml(data, "x")


@pytest.mark.parametrize(
    "text", ['"' + "x" * 2_000_000, "a,b\n" + "\x00" * 1000, "a\n" + '"' * 100_001, "," * 100_000 + "\n1"]
)
def test_a_table_made_to_hurt_is_records_or_an_error(text: str) -> None:
    with suppress(SourceError):
        read_csv(text, ",", (), 0, "x")


_xml = st.recursive(st.sampled_from(["<a/>", "&lt;", "&#0;", "&nbsp;", "]]>", "<![CDATA[x]]>", "<?p?>", "<!--x-->", "\x00", "é"]),
                    lambda inner: st.lists(inner, max_size=4).map(lambda parts: f"<b c='{'d'}'>{''.join(parts)}</b>"), max_leaves=20)  # fmt: skip


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(text=_xml, codec=st.sampled_from(["utf-8", "utf-16", "gb18030", "latin-1"]), rows=_xml)
def test_markup_in_any_encoding_raises_nothing_but_a_source_error(text: str, codec: str, rows: str) -> None:
    data = text.encode(codec, "replace")
    for head in (b"", f'<?xml version="1.0" encoding="{codec}"?>'.encode()):
        with suppress(SourceError):
            parse_xml(head + data, "x")
    with suppress(SourceError):
        read_excel(changed(BOOK, SHEET, sheet(rows).encode(codec, "replace")), "", (), 0, "x")
    with suppress(SourceError):
        read_csv(decode(data, "auto", "x"), ",", (), 0, "x")
