"""Rows of text and of worksheets into records: CSV, fixed width, Excel."""

import csv
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from datasources.formats.documents import refuse_doctype
from datasources.rows import Bad
from datasources.text import RAW_LIMIT
from domain.errors import SourceError
from domain.source import Record

Table = tuple[tuple[Record, ...], tuple[Bad, ...]]
_WIDEST_CELL = 1_000_000
_TIGHTEST = 400  # worksheets shrink to a twentieth; a member packed tighter than this was made to burst
_SMALL = 10_000_000  # below this size packing proves nothing
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, SyntaxError, LookupError, ValueError, TypeError, AttributeError, OSError,
    EOFError, RuntimeError, ArithmeticError,
)  # fmt: skip


class Most(NamedTuple):
    """How much of a workbook is looked at. unpacked: bytes. A cell costs a hundred bytes of memory and as little as one in the file."""

    unpacked: int = 200_000_000
    rows: int = 1_048_576  # what Excel itself can hold
    cells: int = 10_000_000


_FEED = Most()


def read_csv(text: str, delimiter: str, columns: Sequence[str], skip: int, where: str) -> Table:
    """Records of a delimited text; without `columns` the first row after `skip` lines names them. Blank lines are no rows."""
    csv.field_size_limit(_WIDEST_CELL)
    lines = io.StringIO(text, newline="")
    for _ in range(skip):
        lines.readline()
    reader = csv.reader(lines, delimiter=delimiter)

    def rows() -> Iterator[tuple[int, list[str]]]:
        try:
            for row in reader:
                yield skip + reader.line_num, row
        except csv.Error as error:
            raise SourceError(f"{where}: line {skip + reader.line_num} is not CSV ({error})", permanent=True) from error

    return _records(rows(), columns, where)


def read_fixed(text: str, widths: Sequence[int], columns: Sequence[str], skip: int, where: str) -> Table:
    """Records of fixed-width lines; a character counts one, whatever its width in bytes."""
    ends = [sum(widths[: i + 1]) for i in range(len(widths))]
    starts = [0, *ends[:-1]]

    def rows() -> Iterator[tuple[int, list[str]]]:
        for number, line in enumerate(text.splitlines(), 1):
            if number > skip and line.strip():
                yield number, [line[a:b].strip() for a, b in zip(starts, ends, strict=True)]

    return _records(rows(), columns, where)


def read_excel(data: bytes, sheet: str, columns: Sequence[str], skip: int, where: str, most: Most = _FEED) -> Table:
    """Records of one worksheet (the first when `sheet` is empty) of an .xlsx; formulas give their stored results."""
    try:
        rows = _rows(data, sheet, most)
    # openpyxl promises no exception type: a damaged workbook fails in zipfile, in XML, in look-ups and in conversions.
    except _DAMAGED as error:
        reason = f"{type(error).__name__}: {str(error)[:100]}"
        raise SourceError(f"{where}: not a readable workbook ({reason})", permanent=True) from error
    numbered = ((number, row) for number, row in rows if number > skip)
    return _records(numbered, columns, where, short_rows=True)


def _rows(data: bytes, sheet: str, most: Most) -> list[tuple[int, list[Any]]]:
    import openpyxl  # here: 20 MB that a city without Excel feeds does not need

    _check_package(data, most.unpacked)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that carry no data
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            page = book[sheet] if sheet else book.worksheets[0]
            page.reset_dimensions()  # a sheet that claims 16,384 columns would be padded to them
            return list(_bounded(page.iter_rows(values_only=True), most))
        finally:
            book.close()


def _check_package(data: bytes, most: int) -> None:
    """ValueError for a workbook made to fill the memory, or with an XML document type, where entities are declared."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        # zipfile never unpacks more than a member declares, so the sum of the declarations is a bound.
        if sum(info.file_size for info in members) > most:
            raise ValueError(f"unpacks to more than {most:,} bytes")
        for info in members:
            if info.file_size > _SMALL and info.file_size > _TIGHTEST * info.compress_size:
                raise ValueError(f"{info.filename[:100]} is packed {_TIGHTEST} times or more")
            with package.open(info) as stream:
                refuse_doctype(stream)


def _bounded(rows: Iterable[tuple[Any, ...]], most: Most) -> Iterator[tuple[int, list[Any]]]:
    """The rows that hold something, by number. A row may claim any number, and all rows before it come as empty ones."""
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if number > most.rows or cells > most.cells:
            raise ValueError(f"has more than {most.rows:,} rows or {most.cells:,} cells")
        if any(cell is not None for cell in row):
            yield number, list(row)


def unpivot(records: Iterable[Record], keep: Sequence[str], name: str, value: str) -> tuple[Record, ...]:
    """A wide table as a long one: every column that is not kept becomes a record {kept..., name: column, value: cell}."""
    out: list[Record] = []
    for record in records:
        kept = {column: record.fields[column] for column in keep if column in record.fields}
        out.extend(
            Record({**kept, name: column, value: cell}, f"{record.where} column {column}")
            for column, cell in record.fields.items()
            if column not in kept
        )
    return tuple(out)


def _records(
    rows: Iterator[tuple[int, list[Any]]], columns: Sequence[str], where: str, *, short_rows: bool = False
) -> Table:
    """Rows with the header's names; `short_rows` where the format leaves out empty cells at the end."""
    filled = ((number, row) for number, row in rows if any(cell not in {None, ""} for cell in row))
    names = list(columns)
    if not names:
        header = next(filled, None)
        if header is None:
            raise SourceError(f"{where}: no header row", permanent=True)
        names = [str(cell).strip() if cell is not None else "" for cell in header[1]]
        _check(names, where)
    records: list[Record] = []
    bad: list[Bad] = []
    for number, row in filled:
        place = f"{where}:{number}"
        surplus = [cell for cell in islice(row, len(names), None) if cell not in {None, ""}]
        if surplus or (len(row) < len(names) and not short_rows):
            reason = f"{len(row)} cells where the header has {len(names)}"
            bad.append((place, ",".join(map(str, row))[:RAW_LIMIT], reason))
        else:
            padded = chain(row, [None] * (len(names) - len(row)))
            records.append(Record({n: c for n, c in zip(names, padded, strict=False) if n}, place))
    return tuple(records), tuple(bad)


def _check(names: list[str], where: str) -> None:
    """Two columns of one name would hide each other."""
    seen = [name for name in names if name]
    twice = sorted({name for name in seen if seen.count(name) > 1})
    if twice:
        raise SourceError(f"{where}: column {', '.join(twice)} appears twice", permanent=True)
