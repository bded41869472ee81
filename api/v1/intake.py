"""The body of a push as bytes: bounded before and after unpacking, and known by a digest."""

import hashlib
import zlib
from collections.abc import Iterator
from typing import Final

from starlette.requests import Request

from api.errors import ApiError
from datasources.delivery import MEDIA

MOST_BYTES: Final = 64 * 1024 * 1024  # unpacked; 100,000 records of 600 bytes
_GZIP = 16 + zlib.MAX_WBITS
_STEP = 1 << 20
_MOST_MEMBERS = 1000  # what follows a member is copied for each: millions of empty ones would take hours


def media_type(request: Request) -> str:
    """The body's declared type; ApiError 415 when it is none that is read."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in MEDIA:
        raise ApiError(415, "unsupported_media_type", "Send JSON, NDJSON or CSV.", supported=sorted(MEDIA))
    return declared


async def read_body(request: Request) -> bytes:
    """The body as it was sent; ApiError 413 when it is too large."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise _too_large()
        parts.append(part)
    return b"".join(parts)


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its content encoding; ApiError 400 or 415 when that is broken or unknown, 413 when too large."""
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip"):
        raise ApiError(415, "unsupported_encoding", "Content-Encoding may be gzip.", supported=["gzip", "identity"])
    try:
        return b"".join(_bounded(_inflated(body)))
    except zlib.error as error:
        raise ApiError(400, "malformed", "The body is not whole gzip.") from error


def digest(*parts: str, body: bytes) -> str:
    """What tells whether two requests say the same: where they go, in which type, and the unpacked body."""
    found = hashlib.sha256("\0".join(parts).encode())
    found.update(b"\0")
    found.update(body)
    return found.hexdigest()


def _inflated(body: bytes) -> Iterator[bytes]:
    """The members of a gzip file one after the other (RFC 1952 2.2), unpacked piece by piece."""
    members = 0
    while body:
        members += 1
        if members > _MOST_MEMBERS:
            raise zlib.error("too many members")
        member = zlib.decompressobj(_GZIP)
        while not member.eof:
            part = member.decompress(body, _STEP)
            body = member.unconsumed_tail or member.unused_data
            if not part and not member.eof:
                raise zlib.error("the data end before their mark")
            yield part


def _bounded(parts: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > MOST_BYTES:
            raise _too_large()
        yield part


def _too_large() -> ApiError:
    return ApiError(413, "too_large", f"The body is larger than {MOST_BYTES:,} bytes; send several requests.")
