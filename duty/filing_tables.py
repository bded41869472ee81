"""A form's table as it comes and goes: pasted out of a spreadsheet, uploaded as a workbook, and the template of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from datasources.formats.tables import Most, read_excel
from domain.errors import SourceError
from domain.source import Record
from duty.filings import LONGEST, Column, Form, cell

MOST_BYTES = 500_000  # of a workbook: a table filled in by hand is some tens of kilobytes
MOST_TEXT = 200_000  # characters that are pasted
MOST_TOLD = 50  # faults that are listed
CODE, NAME = "代码", "地区"
_WORKBOOK = Most(unpacked=20_000_000, rows=5_000, cells=20_000)
_UNIT = re.compile(r"(.+?)\s*[（(]([^（()）]*)[）)]")


@dataclass
class Read:
    """What a table says. cells: by their names. faults: why the table cannot be taken, by line and column."""

    cells: dict[str, str] = field(default_factory=dict)
    faults: list["Fault"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a table that is not of this form. line: as the spreadsheet counts; column: its head or number."""

    line: int
    column: str
    reason: str


Row = tuple[int, Sequence[str]]


def pasted(form: Form, text: str) -> Read:
    """A table copied from a spreadsheet: with its heads, or the bare numbers in the order of the form. SourceError."""
    if len(text) > MOST_TEXT:
        raise SourceError("粘贴的内容过长", permanent=True)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [(n, [part.strip() for part in line.split("\t")]) for n, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise SourceError("没有可以读取的内容", permanent=True)
    heads = set(rows[0][1])
    if heads & {CODE, NAME}:
        return _headed(form, rows[0][1], rows[1:])
    return _bare(form, rows)


def uploaded(form: Form, data: bytes) -> Read:
    """A filled-in template. SourceError when it is no workbook, or one made to do harm."""
    if len(data) > MOST_BYTES:
        raise SourceError("文件过大：请使用下载的模板", permanent=True)
    try:
        records, bad = read_excel(data, "", (), 0, "", _WORKBOOK)
    except SourceError as error:
        raise SourceError("读不出这份 Excel：请使用下载的模板（.xlsx），不要改动表头", permanent=True) from error
    if not records:
        raise SourceError("没有可以读取的内容", permanent=True)
    heads = list(records[0].fields)
    read = _headed(form, heads, [_row(one, heads) for one in records])
    read.faults += [Fault(_line(where), "", "比表头多出单元格") for where, _, _ in bad]
    return read


def _row(record: Record, heads: Sequence[str]) -> Row:
    return _line(record.where), [_text(record.fields.get(head)) for head in heads]


def _line(where: str) -> int:
    number = where.rpartition(":")[2]
    return int(number) if number.isdecimal() else 0


def _text(value: object) -> str:
    """A cell of a workbook as it is typed: 12 for 12.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return "" if value is None else str(value).strip()[: LONGEST + 1]


def _bare(form: Form, rows: Sequence[Row]) -> Read:
    if len(rows) != len(form.places) or any(len(parts) != len(form.columns) for _, parts in rows):
        told = f"应为 {len(form.places)} 行 {len(form.columns)} 列的数字，或连同表头一起粘贴"
        raise SourceError(told, permanent=True)
    read = Read()
    for place, (_, parts) in zip(form.places, rows, strict=True):
        for column, text in zip(form.columns, parts, strict=True):
            read.cells[cell(place, column.field)] = text[: LONGEST + 1]
    return read


def _headed(form: Form, heads: Sequence[str], rows: Sequence[Row]) -> Read:
    read = Read()
    columns = list(_columns(form, heads, read))
    if not any(columns):
        read.faults.append(Fault(1, "", "没有本表的列：请使用下载的模板，不要改动表头"))
    names = {form.city.place_name(place): place for place in form.places} | {place: place for place in form.places}
    taken: set[str] = set()
    for line, parts in rows:
        named = dict(zip(heads, parts, strict=False))
        shown = named.get(CODE) or named.get(NAME) or ""
        place = names.get(named.get(CODE) or "") or names.get(named.get(NAME) or "")
        reason = _misplaced(named, place, form, taken)
        if reason or place is None:
            read.faults.append(Fault(line, shown[:LONGEST], reason))
            continue
        taken.add(place)
        for column, text in zip(columns, parts, strict=False):
            if column is not None:
                read.cells[cell(place, column.field)] = text[: LONGEST + 1]
    if read.faults:
        read.cells.clear()
    return read


def _misplaced(named: Mapping[str, str], place: str | None, form: Form, taken: set[str]) -> str:
    if place is None:
        return "表中没有这个地区"
    code, name = named.get(CODE), named.get(NAME)
    if code == place and name and name not in (place, form.city.place_name(place)):
        return "代码与地区名称不一致"
    return "这个地区出现了两次" if place in taken else ""


def _columns(form: Form, heads: Sequence[str], read: Read) -> Iterator[Column | None]:
    """The column of each head; a head that is none of the form's is a fault."""
    known = {name: one for one in form.columns for name in (one.metric.name, one.field)}
    used: set[str] = set()
    for head in heads:
        if head in ("", CODE, NAME):
            yield None
            continue
        parted = _UNIT.fullmatch(head)
        found = known.get(head) or (known.get(parted[1]) if parted else None)
        reason = _unfit(found, parted[2].strip() if parted and head not in known else "", used)
        if found is None or reason:
            read.faults.append(Fault(1, head[:LONGEST], reason))
            yield None
            continue
        used.add(found.field)
        yield found


def _unfit(found: Column | None, unit: str, used: set[str]) -> str:
    if found is None:
        return "表中没有这一列"
    if unit and unit != found.unit:
        return f"单位应为“{found.unit}”，不是“{unit[:LONGEST]}”"
    return "这一列出现了两次" if found.field in used else ""


def head(column: Column) -> str:
    """What a column is called in the template: with its unit."""
    return f"{column.metric.name}（{column.unit}）" if column.unit else column.metric.name


def template(form: Form) -> Iterator[list[str]]:
    """The heads and the rows of an empty table."""
    yield [CODE, NAME, *(head(one) for one in form.columns)]
    for place in form.places:
        yield [place, form.city.place_name(place), *("" for _ in form.columns)]
