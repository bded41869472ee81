"""Bodies compressed once: made when first needed, kept on disk under their own hash, handed out as they are."""

import gzip
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.responses import Response

log = logging.getLogger(__name__)

FOREVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"

SMALL = 256  # bytes below which compression gains nothing
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/geo+json", "image/svg+xml")
_QUICK, _BEST = 9, 11
_BEST_UP_TO = 600_000  # bytes; brotli 11 takes 3 s a megabyte, which a first start does not wait for


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=_BEST if len(body) <= _BEST_UP_TO else _QUICK))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


ENCODERS: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {"br": (".br", _brotli), "gzip": (".gz", _gzip)}


@dataclass(frozen=True, slots=True)
class Packed:
    """One body in every encoding it has, best first; "" is the plain one. `digest` is the head of its SHA-256."""

    media_type: str
    digest: str
    bodies: Mapping[str, bytes]

    def choose(self, accepted: str) -> tuple[str, bytes]:
        """The best encoding a client's Accept-Encoding header names (its weights are not compared), and the body in it."""
        names = {part.partition(";")[0].strip() for part in accepted.lower().split(",") if _weight(part) != "q=0"}
        for encoding, body in self.bodies.items():
            if encoding in names or not encoding:
                return encoding, body
        return "", self.bodies[""]

    def etag(self, encoding: str) -> str:
        """A strong validator (RFC 9110 8.8.3): each encoding is another representation, so it has another one."""
        return f'"{self.digest}{"-" + encoding if encoding else ""}"'


def respond(packed: Packed, asked: Headers, cache_control: str) -> Response:
    """The body in the client's best encoding, or 304 when the client has it; Starlette leaves the body out for HEAD."""
    encoding, body = packed.choose(asked.get("accept-encoding", ""))
    etag = packed.etag(encoding)
    headers = {"ETag": etag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    if etag in (tag.strip() for tag in asked.get("if-none-match", "").split(",")):
        return Response(None, 304, headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    # Given as a header, because Starlette would add a charset to it.
    return Response(body, 200, headers | {"Content-Type": packed.media_type})


def _weight(part: str) -> str:
    weight = part.partition(";")[2].strip().replace(" ", "")
    return "q=0" if weight.rstrip("0").rstrip(".") in ("q=", "q=0") and weight else weight


def pack(body: bytes, media_type: str, cache: Path) -> Packed:
    """Compress a body, or read what an earlier run compressed. Slow the first time: call it in a thread."""
    digest = hashlib.sha256(body).hexdigest()[:24]
    bodies: dict[str, bytes] = {}
    if len(body) >= SMALL and media_type.startswith(COMPRESSIBLE):
        for encoding, (suffix, encode) in ENCODERS.items():
            made = _kept(cache / f"{digest}{suffix}", body, encode)
            if len(made) < len(body):
                bodies[encoding] = made
    return Packed(media_type, digest, bodies | {"": body})


def _kept(path: Path, body: bytes, encode: Callable[[bytes], bytes]) -> bytes:
    """The file's bytes, made first when it is not there. A cache that cannot be written only costs time."""
    try:
        return path.read_bytes()
    except OSError:
        made = encode(body)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(path.suffix + ".part")
        part.write_bytes(made)
        part.replace(path)  # another process that reads meanwhile sees all of it or nothing
    except OSError as error:
        log.warning("%s cannot be kept: %s", path, error)
    return made
