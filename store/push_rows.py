"""Rows of the log as bytes and back, in pieces that no moment is cut by: inputs of one indicator stay together."""

import zlib
from collections.abc import Iterator

import numpy as np

from store.columns import Rows

PIECE = 5_000  # rows, like a page of a polled source: what one step of the collector takes
_FORMAT = (("at", "<i8"), ("series", "<i4"), ("value", "<f8"), ("quality", "<u1"), ("received", "<i8"))


def pieces(rows: Rows) -> Iterator[Rows]:
    """Rows in order of time, at least `PIECE` at a time and up to where the next moment begins."""
    begin = 0
    while begin < len(rows):
        at = min(begin + PIECE, len(rows)) - 1
        end = int(np.searchsorted(rows.at, rows.at[at], "right"))
        yield rows.take(slice(begin, end))
        begin = end


def to_bytes(rows: Rows) -> bytes:
    """Column after column, compressed."""
    return zlib.compress(b"".join(getattr(rows, name).astype(kind).tobytes() for name, kind in _FORMAT), 1)


def from_bytes(blob: bytes) -> Rows:
    """What `to_bytes` was given."""
    data = zlib.decompress(blob)
    n = len(data) // sum(np.dtype(kind).itemsize for _, kind in _FORMAT)
    columns, offset = [], 0
    for _, kind in _FORMAT:
        columns.append(np.frombuffer(data, kind, n, offset))
        offset += n * np.dtype(kind).itemsize
    return Rows(*columns)
