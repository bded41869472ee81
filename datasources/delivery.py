"""The body of a push split into entries, in order: records, and pieces that are none with the reason."""

import json
import re
from collections.abc import Callable, Iterable, Iterator

from datasources.formats.documents import parse_json
from datasources.formats.tables import read_csv
from datasources.formats.text import decode
from datasources.paths import compiled
from datasources.pushed import PushedSpec
from datasources.rows import Bad
from datasources.text import dump
from domain.errors import SourceError
from domain.source import Record

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
MEDIA = {
    JSON: JSON, NDJSON: NDJSON, CSV: CSV, "application/ndjson": NDJSON, "application/jsonl": NDJSON,
    "application/csv": CSV,
}  # fmt: skip
Entry = Record | Bad

_SPACE = re.compile(r"[ \t\r\n]*")
_NO_OBJECT = "the record is not an object with fields"
_SHOWN = 40


class TooMany(SourceError):
    """More records than one request may bring."""


def entries(spec: PushedSpec, media: str, body: bytes) -> Iterator[Entry]:
    """The entries of a body of one of the types in MEDIA, one by one: they never all stand in memory.

    SourceError, perhaps only on the way, when the whole of it cannot be understood; a line of NDJSON or CSV that cannot is
    an entry with its reason. TooMany when there are more than the source takes at once.
    """
    for number, entry in enumerate(_READERS[MEDIA[media]](spec, body), 1):
        if number > spec.most:
            raise TooMany(f"more than {spec.most:,} records; send several requests", permanent=True)
        yield entry


def _json(spec: PushedSpec, body: bytes) -> Iterator[Entry]:
    if spec.rows == "@" and not spec.carry:
        items: Iterable[object] = _elements(_text(body))
        shared: dict[str, object] = {}
    else:
        document = parse_json(body, "the body")
        found = compiled(spec.rows)(document)
        if found is None:
            raise SourceError(f"nothing at rows path {spec.rows!r}", permanent=True)
        items = found if isinstance(found, list) else [found]
        shared = {name: compiled(path)(document) for name, path in spec.carry.items()}
    for number, item in enumerate(items, 1):
        where = f"record {number}"
        yield Record({**shared, **item} if shared else item, where) if isinstance(item, dict) else (
            where, dump(item), _NO_OBJECT,
        )  # fmt: skip


def _elements(text: str) -> Iterator[object]:
    """The elements of a JSON array, one after the other; a document of another type is its only element.

    One at a time: the interpreter gets to other threads in between, and the whole array never stands in memory.
    """
    decode_at = json.JSONDecoder().raw_decode
    at = _past_space(text, 0)
    if not text.startswith("[", at):
        value, at = _decoded(decode_at, text, at)
        _ends(text, at)
        yield value
        return
    at = _past_space(text, at + 1)
    if text.startswith("]", at):
        _ends(text, at + 1)
        return
    while True:
        value, at = _decoded(decode_at, text, at)
        yield value
        at = _past_space(text, at)
        if text.startswith("]", at):
            _ends(text, at + 1)
            return
        if not text.startswith(",", at):
            raise _no_json(text, at)
        at = _past_space(text, at + 1)


def _ndjson(spec: PushedSpec, body: bytes) -> Iterator[Entry]:  # noqa: ARG001 - one signature for all formats
    decode_at = json.JSONDecoder().raw_decode
    for number, line in enumerate(_text(body).split("\n"), 1):  # not splitlines: JSON texts may hold other separators
        text = line.strip()
        if not text:
            continue
        where = f"line {number}"
        try:
            item, end = decode_at(text)
        except (ValueError, RecursionError):
            item, end = None, -1
        if end != len(text):
            yield where, text, "the line is not a JSON document"
        elif not isinstance(item, dict):
            yield where, text, _NO_OBJECT
        else:
            yield Record(item, where)


def _csv(spec: PushedSpec, body: bytes) -> Iterator[Entry]:
    records, bad = read_csv(decode(body, "auto", "the body"), spec.delimiter, (), 0, "line")
    if not bad:
        yield from records
        return
    both: list[Entry] = [*records, *bad]
    yield from sorted(both, key=_line)


def _line(entry: Entry) -> int:
    where = entry.where if isinstance(entry, Record) else entry[0]
    return int(where.rpartition(":")[2])


def _text(body: bytes) -> str:
    """JSON is UTF-8 (RFC 8259 8.1); a mark at its beginning is passed over."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"the body is not UTF-8 (byte {error.start})", permanent=True) from error


def _past_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _decoded(decode_at: Callable[[str, int], tuple[object, int]], text: str, at: int) -> tuple[object, int]:
    try:
        value, end = decode_at(text, at)
    except json.JSONDecodeError as error:
        raise _no_json(text, error.pos) from error
    except (ValueError, RecursionError) as error:
        raise _no_json(text, at) from error
    return value, end


def _ends(text: str, at: int) -> None:
    at = _past_space(text, at)
    if at != len(text):
        raise _no_json(text, at)


def _no_json(text: str, at: int) -> SourceError:
    shown = text[at : at + _SHOWN]
    what = f"at character {at + 1}: {shown!r}" if shown else "it ends too early"
    return SourceError(f"the body is not a JSON document ({what})", permanent=True)


_READERS = {JSON: _json, NDJSON: _ndjson, CSV: _csv}
