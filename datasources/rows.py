"""A fetched document split into records: shared by every kind that reads whole documents."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from datasources.paths import compiled
from datasources.text import dump
from domain.errors import SourceError
from domain.source import Page, Record

Bad = tuple[str, str, str]


def records_of(
    document: object, rows: str, carry: Mapping[str, str], where: str
) -> tuple[tuple[Record, ...], tuple[Bad, ...]]:
    """Apply `rows` to a document. `carry` copies document-level fields (name -> path) into each record that lacks them.

    SourceError when the path leads nowhere: a changed document must not look like an empty one. An item that is not an
    object goes to the second list as (where, raw, reason).
    """
    found = compiled(rows)(document)
    if found is None:
        raise SourceError(f"{where}: nothing at rows path {rows!r}")
    items = found if isinstance(found, list) else [found]
    shared = {name: compiled(path)(document) for name, path in carry.items()}
    records: list[Record] = []
    bad: list[Bad] = []
    for number, item in enumerate(items, 1):
        place = f"{where} row {number}"
        if isinstance(item, dict):
            records.append(Record({**shared, **item} if shared else item, place))
        else:
            bad.append((place, dump(item), "the record is not an object with fields"))
    return tuple(records), tuple(bad)


def chunks(records: Sequence[Record], bad: tuple[Bad, ...], size: int, done: str | None = None) -> Iterator[Page]:
    """Pages of at most `size` records; the last one carries `bad` and `done`, and comes even when there is no record."""
    left = iter(records)
    page = tuple(islice(left, size))
    while True:
        following = tuple(islice(left, size))
        if not following:
            yield Page(page, bad=bad, done=done)
            return
        yield Page(page)
        page = following
