"""Bytes into documents and rows."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.formats.documents import parse_json, parse_xml
from datasources.formats.packed import unpack
from datasources.formats.tables import read_csv, read_excel, read_fixed, unpivot
from datasources.formats.text import decode
from datasources.rows import records_of
from domain.errors import SourceError

OCTOBER = datetime(2026, 10, 1)  # noqa: DTZ001 - a workbook knows no zone


def workbook(*rows: list[object], sheet: str = "一月") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members:
            package.writestr(name, data)
    return out.getvalue()


def test_utf8_and_gb18030_are_told_apart() -> None:
    assert decode("监测时间".encode(), "auto", "f") == "监测时间"
    assert decode("监测时间".encode("gb18030"), "auto", "f") == "监测时间"
    assert decode(b"\xef\xbb\xbfa,b", "auto", "f") == "a,b"


def test_a_declared_encoding_is_not_second_guessed() -> None:
    with pytest.raises(SourceError, match="not utf-8"):
        decode("监测".encode("gb18030"), "utf-8", "f")
    with pytest.raises(SourceError, match="neither UTF-8 nor GB18030"):
        decode(b"\xff\xff\xff", "auto", "f")


def test_a_csv_gives_records_with_their_lines() -> None:
    records, bad = read_csv("t,v\r\n1,2\r\n\r\n3,4\r\n", ",", (), 0, "a.csv")
    assert [(r.fields, r.where) for r in records] == [
        ({"t": "1", "v": "2"}, "a.csv:2"),
        ({"t": "3", "v": "4"}, "a.csv:4"),
    ]
    assert bad == ()


def test_a_csv_row_of_another_width_is_set_aside() -> None:
    records, bad = read_csv("a,b\n1\n1,2,3\n1,2,\n", ",", (), 0, "a.csv")
    assert [r.where for r in records] == ["a.csv:4"]
    assert bad == (
        ("a.csv:2", "1", "1 cells where the header has 2"), ("a.csv:3", "1,2,3", "3 cells where the header has 2"),
    )  # fmt: skip


def test_a_cell_may_hold_lines_and_commas() -> None:
    records, _ = read_csv('a,b\n"x\ny, z",2\n', ",", (), 0, "a.csv")
    assert records[0].fields == {"a": "x\ny, z", "b": "2"}


def test_columns_can_be_named_and_lines_skipped() -> None:
    records, _ = read_csv("# title\n1;2\n", ";", ("a", "b"), 1, "a.csv")
    assert records[0].fields == {"a": "1", "b": "2"}
    assert records[0].where == "a.csv:2"


@pytest.mark.parametrize("text", ["", "\n\n", "a,a\n1,2\n", 'a\n"' + "x" * 1_000_001 + '"\n'])
def test_a_csv_without_usable_header_or_cells_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"a\.csv: "):
        read_csv(text, ",", (), 0, "a.csv")


def test_fixed_width_lines_are_cut_by_character() -> None:
    records, _ = read_fixed("广州市  12\n清远   -9999\n", (5, 6), ("city", "pm"), 0, "f.txt")
    assert [r.fields for r in records] == [{"city": "广州市", "pm": "12"}, {"city": "清远", "pm": "-9999"}]


def test_a_workbook_keeps_dates_and_numbers() -> None:
    data = workbook(["说明"], ["月份", "值"], [OCTOBER, 12.5], [None, None], ["合计", None])
    records, bad = read_excel(data, "", (), 1, "b.xlsx")
    assert [r.fields for r in records] == [{"月份": OCTOBER, "值": 12.5}, {"月份": "合计", "值": None}]
    assert (records[0].where, bad) == ("b.xlsx:3", ())
    assert read_excel(data, "一月", (), 1, "b.xlsx")[0] == records


def test_a_workbook_without_the_sheet_is_refused() -> None:
    with pytest.raises(SourceError, match="not a readable workbook"):
        read_excel(workbook(["a"]), "二月", (), 0, "b.xlsx")


def test_a_wide_table_becomes_long() -> None:
    records, _ = read_csv("t,s1,s2\n0,60,\n", ",", (), 0, "w.csv")
    long = unpivot(records, ("t",), "sensor", "speed")
    assert [r.fields for r in long] == [
        {"t": "0", "sensor": "s1", "speed": "60"},
        {"t": "0", "sensor": "s2", "speed": ""},
    ]
    assert long[0].where == "w.csv:2 column s1"


def test_nan_in_json_spoils_only_itself() -> None:
    assert repr(parse_json(b'{"a": NaN, "b": 1}', "x")) == "{'a': nan, 'b': 1}"


@pytest.mark.parametrize("data", [b"", b"<html>", b'{"a":', b"[" * 100_000, b'"\xff"', b"1" * 5000])
def test_what_is_not_json_is_refused_and_shown_briefly(data: bytes) -> None:
    with pytest.raises(SourceError, match="not a JSON document") as caught:
        parse_json(data, "x")
    assert len(str(caught.value)) < 200


def test_xml_becomes_dictionaries_by_local_names() -> None:
    text = '<a:r xmlns:a="u"><a:i k="1"><v>7</v></a:i><a:i><v/></a:i><n>文 </n></a:r>'
    assert parse_xml(text.encode(), "x") == {"r": {"i": [{"@k": "1", "v": "7"}, {"v": ""}], "n": "文"}}


def test_an_entity_of_html_is_read_and_an_unknown_one_refused() -> None:
    assert parse_xml(b"<r><p>a&mdash;&lt;b</p><q>&mdash;</q></r>", "x") == {"r": {"p": "a—<b", "q": "—"}}
    with pytest.raises(SourceError, match="undefined entity"):
        parse_xml(b"<r>&nonsense;</r>", "x")
    with pytest.raises(SourceError, match="undefined entity"):
        parse_xml(b'<r a="&nonsense;"/>', "x")
    gb = '<?xml version="1.0" encoding="gb2312"?><r>清远&mdash;</r>'.encode("gb18030")
    assert parse_xml(gb, "x") == {"r": "清远—"}


def test_xml_in_a_chinese_encoding_is_read() -> None:
    text = '<?xml version="1.0" encoding="GB2312"?><r>清远</r>'
    assert parse_xml(text.encode("gb18030"), "x") == {"r": "清远"}


@pytest.mark.parametrize(
    "text",
    ["", "<r>", "<r/><r/>", '<!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>', "<r>" * 100 + "</r>" * 100,
     '<?xml version="1.0" encoding="nonsense"?><r/>'],
)  # fmt: skip
def test_xml_that_is_broken_or_dangerous_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="not an XML document"):
        parse_xml(text.encode(), "x")


def test_rows_that_lead_nowhere_are_a_fault_and_no_empty_answer() -> None:
    with pytest.raises(SourceError, match="nothing at rows path 'data'"):
        records_of({"error": "x"}, "data", {}, "page 1")
    assert records_of({"data": []}, "data", {}, "page 1") == ((), ())


def test_a_single_object_is_one_record_and_document_fields_are_carried() -> None:
    records, bad = records_of({"t": 1, "data": {"v": 2}}, "data", {"t": "t"}, "page 1")
    assert [r.fields for r in records] == [{"t": 1, "v": 2}]
    assert bad == ()


def test_an_item_that_is_no_object_is_set_aside() -> None:
    records, bad = records_of([{"v": 1}, 7, None], "@", {}, "page 1")
    assert len(records) == 1
    assert [place for place, _, _ in bad] == ["page 1 row 2", "page 1 row 3"]


def test_packed_files_are_opened() -> None:
    assert list(unpack("a.csv.gz", gzip.compress(b"x"), 10)) == [("a.csv", b"x")]
    assert list(unpack("a.zip", packed(("1.csv", b"x"), ("2.csv", b"y")), 10)) == [
        ("a.zip/1.csv", b"x"), ("a.zip/2.csv", b"y"),
    ]  # fmt: skip
    assert list(unpack("a.csv", b"x", 10)) == [("a.csv", b"x")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.gz", gzip.compress(bytes(5_000_000))),
        ("bomb.zip", packed(("1", bytes(600_000)), ("2", bytes(600_000)))),
        ("many.zip", packed(*((str(i), b"") for i in range(1001)))),
        ("nested.zip", packed(("inner.zip", packed(("x", b""))))),
        ("cut.gz", gzip.compress(b"hello world")[:-5]),
        ("no.gz", b"plain"),
        ("no.zip", b"plain"),
        ("big.csv", bytes(1_000_001)),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_a_package_that_is_broken_or_a_bomb_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(SourceError, match=name) as caught:
        list(unpack(name, data, 1_000_000))
    assert caught.value.permanent


_bytes = st.binary(max_size=200) | st.text(max_size=60).map(str.encode)
_parsers: list[Callable[[bytes], object]] = [
    lambda data: parse_json(data, "x"),
    lambda data: records_of(parse_json(data, "x"), "@", {}, "x"),
    lambda data: parse_xml(data, "x"),
    lambda data: parse_xml(b"<r>" + data + b"</r>", "x"),
    lambda data: read_csv(decode(data, "auto", "x"), ",", (), 0, "x"),
    lambda data: read_csv(decode(data, "gb18030", "x"), ";", ("a", "b"), 1, "x"),
    lambda data: read_fixed(decode(data, "auto", "x"), (2, 3), ("a", "b"), 0, "x"),
    lambda data: read_excel(data, "", (), 0, "x"),
    lambda data: list(unpack("x.gz", data, 100)),
    lambda data: list(unpack("x.zip", data, 100)),
    lambda data: list(unpack("x.gz", gzip.compress(data)[:-3] + data[:3], 100)),
]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=_bytes)
@pytest.mark.parametrize("parse", _parsers)
def test_hostile_bytes_raise_nothing_but_a_source_error(parse: Callable[[bytes], object], data: bytes) -> None:
    with suppress(SourceError):
        parse(data)


_zip = packed(("a.csv", b"t,v\n1,2\n" * 20))
_book = workbook(["a", "b"], [1, "x"], [OCTOBER, None])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.integers(0, 40))
def test_damaged_packages_and_workbooks_raise_nothing_but_a_source_error(place: int, value: int, cut: int) -> None:
    for good, parse in (
        (_zip, lambda d: list(unpack("x.zip", d, 10_000))),
        (_book, lambda d: read_excel(d, "", (), 0, "x")),
    ):
        data = bytearray(good)
        data[place % len(data)] = value
        with suppress(SourceError):
            parse(bytes(data[: len(data) - cut]))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(st.none() | st.integers() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)))
def test_any_json_round_trips(document: object) -> None:
    assert parse_json(json.dumps(document).encode(), "x") == document
