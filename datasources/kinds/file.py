"""A drop folder: files that a department puts there, read once and moved aside."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from datasources.auth import CLOSED
from datasources.context import SourceContext
from datasources.foreign_files import read_whole, subfolder, write_note
from datasources.formats.documents import parse_json, parse_xml
from datasources.formats.packed import unpack
from datasources.formats.tables import Table, read_csv, read_excel, read_fixed, unpivot
from datasources.formats.text import Encoding, decode
from datasources.rows import chunks, records_of
from domain.errors import SourceError
from domain.metric import Duration
from domain.source import Ask, Page, SourceSpec

Format = Literal["auto", "csv", "excel", "json", "geojson", "xml", "fixed"]
_SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "excel", ".xlsm": "excel", ".json": "json",
    ".geojson": "geojson", ".xml": "xml",
}  # fmt: skip
# What transfer programs and office programs call a file that is not there yet.
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".reason")
_SHOWN = 2000


class Unpivot(BaseModel):
    """A wide table (one column a site or metric) as a long one: a record for each cell."""

    model_config = CLOSED
    keep: tuple[str, ...] = Field(min_length=1, description="Columns repeated in each record, e.g. the time.")
    name: str = Field("name", description="Field that gets the column's heading.")
    value: str = Field("value", description="Field that gets the cell.")


class FileSpec(SourceSpec):
    """CSV, Excel (.xlsx), JSON, GeoJSON, XML or fixed-width files, plain or in .gz/.zip, in a folder.

    Read files move to done/, those that cannot be read to bad/ beside a .reason file. XML elements become fields by their
    local names, attributes "@name".
    """

    kind: Literal["file"]
    folder: str = Field(description="Folder, absolute or from the working directory.")
    pattern: str = Field("*", description='Which files, e.g. "water_*.csv".')
    format: Format = Field("auto", description="auto: by the suffix (inside .gz and .zip too).")
    encoding: Encoding = Field("auto", description="auto: UTF-8 when it is, else GB18030 (holds GBK and GB2312).")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Between CSV cells.")
    skip: int = Field(0, ge=0, description="Lines or rows before the header.")
    columns: tuple[str, ...] = Field((), description="Names of the columns where the file has no header.")
    widths: tuple[int, ...] = Field((), description="Fixed width: characters of each column.")
    sheet: str = Field("", description="Excel: the worksheet; empty: the first.")
    unpivot: Unpivot | None = Field(None, description="Turn a wide table into one record a cell.")
    carry: dict[str, str] = Field(
        default_factory=dict, description="JSON, XML: document-level fields copied into each record: name -> JMESPath."
    )
    settle: Duration = Field(
        timedelta(seconds=2), description="A file is read when size and time stay the same so long."
    )
    done_mark: str = Field("", description='Read a file only when a second one says that it is whole, e.g. ".done".')
    after: Literal["move", "leave"] = Field(
        "move", description="leave: the folder may not be changed; remember instead."
    )
    max_bytes: int = Field(200_000_000, gt=0, description="Largest file accepted, unpacked.")
    chunk: int = Field(5000, gt=0, description="Records of one page (one transaction of the store).")

    @field_validator("pattern")
    @classmethod
    def _inside(cls, pattern: str) -> str:
        if pattern.startswith("/") or ".." in Path(pattern).parts:
            raise ValueError("pattern: names files of the folder; neither / at its beginning nor .. leads out of it")
        return pattern

    @model_validator(mode="after")
    def _fixed(self) -> "FileSpec":
        if (self.format == "fixed") != bool(self.widths) or (self.widths and len(self.widths) != len(self.columns)):
            raise ValueError("format: fixed needs widths: and as many columns:")
        return self


class FileSource:
    """Reads the folder's new files, oldest first, each whole."""

    def __init__(self, spec: FileSpec, context: SourceContext) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._context = context
        self._folder = context.root / spec.folder
        self._looks: dict[str, str] = {}

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """The pages of one file after the other; the last page of a file owes its move."""
        known = _known(ask.cursor) if self._spec.after == "leave" else {}
        looks = await self._settled(known)
        for path, look in looks.items():
            for page in await asyncio.to_thread(self._pages, path, look):
                yield page if self._spec.after == "move" or page.done is None else self._left(page, known)

    async def acknowledge(self, page: Page) -> None:
        """Move the file that the page ended; a file that has since been replaced stays and is read again."""
        if page.done is not None:
            await asyncio.to_thread(self._move, self._folder / page.done, page.info.get("look"), page.info.get("bad"))

    async def close(self) -> None:
        """Nothing is held open."""

    async def _settled(self, known: dict[str, str]) -> dict[Path, str]:
        """The files to read with their look (size and time), those that still change left out."""
        first = await asyncio.to_thread(self._candidates)
        first = {path: look for path, look in first.items() if known.get(path.name) != look}
        moving = [path for path, look in first.items() if self._looks.get(path.name) != look]
        if moving and self._spec.settle:
            await asyncio.sleep(self._spec.settle.total_seconds())
            second = await asyncio.to_thread(self._candidates)
            first = {path: look for path, look in first.items() if second.get(path) == look}
            self._looks = {path.name: look for path, look in second.items()}
        return first

    def _candidates(self) -> dict[Path, str]:
        """Complete-looking files of the folder, oldest first, each with size and time of change."""
        mark = self._spec.done_mark
        found: list[tuple[int, str, Path, str]] = []
        real = self._context.guard.inside(self._folder, self._context.root)
        try:
            for path in self._folder.glob(self._spec.pattern):
                name = path.name.lower()
                if name.startswith((".", "~$")) or name.endswith(_UNFINISHED) or (mark and name.endswith(mark.lower())):
                    continue
                if not path.parent.resolve().is_relative_to(real):
                    raise SourceError(f"{path.parent} is a link that leads out of the folder", permanent=True)
                if not path.is_file() or (mark and not path.with_name(path.name + mark).exists()):
                    continue
                stat = path.lstat()
                found.append((stat.st_mtime_ns, path.name, path, f"{stat.st_size}:{stat.st_mtime_ns}"))
            if not self._folder.is_dir():
                raise SourceError(f"folder {self._folder} does not exist")
        except OSError as error:
            raise SourceError(f"folder {self._folder} cannot be read: {error.strerror}") from error
        return {path: look for _, _, path, look in sorted(found)}

    def _pages(self, path: Path, look: str) -> list[Page]:
        """All pages of one file; a file that cannot be understood is one page that says why."""
        try:
            data = read_whole(path, self._spec.max_bytes)
        except FileNotFoundError:
            return []  # somebody took it away between the look and the reading
        except SourceError as error:
            return [_refused(path.name, look, b"", str(error))]
        except OSError as error:
            raise SourceError(f"{path.name} cannot be read: {error.strerror}") from error
        try:
            parsed = [self._parsed(name, content) for name, content in unpack(path.name, data, self._spec.max_bytes)]
        except SourceError as error:
            return [_refused(path.name, look, data, str(error))]
        records = tuple(record for table in parsed for record in table[0])
        bad = tuple(piece for table in parsed for piece in table[1])
        info = {"look": look}
        return [replace(page, info=info) for page in chunks(records, bad, self._spec.chunk, path.name)]

    def _parsed(self, name: str, data: bytes) -> Table:
        spec = self._spec
        suffix = Path(name).suffix.lower()
        format_ = _SUFFIXES.get(suffix) if spec.format == "auto" else spec.format
        if format_ in {"csv", "fixed"}:
            text = decode(data, spec.encoding, name)
            delimiter = "\t" if suffix == ".tsv" and spec.delimiter == "," else spec.delimiter
            table = (
                read_csv(text, delimiter, spec.columns, spec.skip, name)
                if format_ == "csv"
                else read_fixed(text, spec.widths, spec.columns, spec.skip, name)
            )
        elif format_ == "excel":
            table = read_excel(data, spec.sheet, spec.columns, spec.skip, name)
        elif format_ is None:
            raise SourceError(f"{name}: format not known by its suffix; declare format:", permanent=True)
        else:
            table = self._document(name, data, format_)
        if spec.unpivot is None:
            return table
        return unpivot(table[0], spec.unpivot.keep, spec.unpivot.name, spec.unpivot.value), table[1]

    def _document(self, name: str, data: bytes, format_: Format) -> Table:
        spec = self._spec
        rows = "features" if format_ == "geojson" and spec.rows == "@" else spec.rows
        if format_ == "xml":
            return records_of(parse_xml(data, name), rows, spec.carry, name)
        text = decode(data, spec.encoding, name)
        return records_of(parse_json(text.encode(), name), rows, spec.carry, name)

    def _left(self, page: Page, known: dict[str, str]) -> Page:
        """For a folder that stays as it is: the cursor remembers the files that are read and still there."""
        known[page.done or ""] = page.info["look"]
        there = {path.name for path in self._folder.glob(self._spec.pattern)}
        cursor = json.dumps({name: look for name, look in known.items() if name in there}, ensure_ascii=False)
        return replace(page, done=None, cursor=cursor)

    def _move(self, path: Path, look: str | None, reason: str | None) -> None:
        target = path.parent / ("bad" if reason else "done")
        try:
            stat = path.lstat()
            if look != f"{stat.st_size}:{stat.st_mtime_ns}":
                return
            target = subfolder(path.parent, target.name)
            place = target / path.name
            if place.exists():
                place = target / f"{path.stem}.{stat.st_mtime_ns}{path.suffix}"
            if reason:
                write_note(place.with_name(place.name + ".reason"), reason + "\n")
            path.rename(place)
            if self._spec.done_mark:
                path.with_name(path.name + self._spec.done_mark).unlink(missing_ok=True)
        except FileNotFoundError:
            return  # moved already: acknowledging twice is allowed
        except OSError as error:
            raise SourceError(f"{path.name} is read but cannot be moved to {target.name}/: {error.strerror}") from error


def _refused(name: str, look: str, data: bytes, reason: str) -> Page:
    raw = data[:_SHOWN].decode("utf-8", "replace")
    return Page((), bad=((name, raw, reason),), done=name, info={"look": look, "bad": reason})


def _known(cursor: str | None) -> dict[str, str]:
    try:
        held = json.loads(cursor) if cursor else {}
    except ValueError:
        held = {}
    return held if isinstance(held, dict) else {}
