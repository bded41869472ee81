"""Packed files opened with a bound: .gz and .zip."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from domain.errors import SourceError

_MOST_MEMBERS = 1000
_READ = 1 << 20


def unpack(name: str, data: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    """The files inside, as (name, content); a file that is not packed is itself. Together they may unpack to `limit` bytes.

    SourceError (permanent) when it is broken, encrypted, a package within a package, or unpacks to more than `limit`.
    """
    lower = name.lower()
    if lower.endswith(".gz"):
        yield name[:-3], _gunzip(name, data, limit)
    elif lower.endswith(".zip"):
        yield from unzip(name, data, limit)
    else:
        _fits(name, len(data), limit)
        yield name, data


def _gunzip(name: str, data: bytes, limit: int) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            return _bounded(name, stream, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{name}: not a whole gzip file ({error})", permanent=True) from error


def _every(_inside: str) -> bool:
    return True


def unzip(name: str, data: bytes, limit: int, wanted: Callable[[str], bool] = _every) -> Iterator[tuple[str, bytes]]:
    """As `unpack`, of a zip whatever it is called. wanted: which files inside are opened at all."""
    left = limit
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = [info for info in package.infolist() if not info.is_dir()]
            if len(members) > _MOST_MEMBERS:
                raise SourceError(f"{name}: more than {_MOST_MEMBERS} files in one package", permanent=True)
            for info in (one for one in members if wanted(one.filename)):
                inner = f"{name}/{info.filename}"
                if info.filename.lower().endswith((".zip", ".gz")):
                    raise SourceError(f"{inner}: a package within a package is not opened", permanent=True)
                with package.open(info) as stream:
                    content = _bounded(inner, stream, left)
                left -= len(content)
                yield inner, content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        # RuntimeError is zipfile's word for "encrypted", NotImplementedError for an unknown compression.
        raise SourceError(f"{name}: not a readable zip file ({error})", permanent=True) from error


def _bounded(name: str, stream: IO[bytes] | gzip.GzipFile, limit: int) -> bytes:
    """Read piece by piece, so that a bomb is noticed after `limit` bytes and not after it went off."""
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_READ):
        size += len(part)
        _fits(name, size, limit)
        parts.append(part)
    return b"".join(parts)


def _fits(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise SourceError(f"{name}: unpacks to more than {limit:,} bytes", permanent=True)
