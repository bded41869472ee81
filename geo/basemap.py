"""The city's own base map under its layers: what is wrong with its declaration, and tiles out of a PMTiles file.

Tiles are those of Web Mercator (EPSG:3857), as every tile server cuts them; on GCJ-02 tiles the browser shifts what it draws.
"""

import re
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from domain.city import BaseMap, City
from geo import crs

ADDRESS: Final = "/map/tiles/{z}/{x}/{y}"
_KEPT: Final = 512  # tiles
_MARKS: Final = ("{z}", "{x}", "{y}")
_GZIP: Final = 2  # PMTiles v3 4.1: compression
# PMTiles v3 4.1: tile type -> media type
_TYPES: Final = {1: "application/x-protobuf", 2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
_VECTOR: Final = 1


class Tile(NamedTuple):
    """One tile as it lies in the file; encoding: "gzip" or ""."""

    body: bytes
    media_type: str
    encoding: str


class Tiles:
    """Tiles of one PMTiles file (version 3). Safe to use from several threads. OSError or ValueError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        # Only a city with such a file needs the library.
        from pmtiles.reader import MmapSource, Reader
        from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported

        self._file = path.open("rb")
        try:
            self._reader: Any = Reader(MmapSource(self._file))  # type: ignore[no-untyped-call]  # the library has no hints here
            header: dict[str, Any] = dict(self._reader.header())  # type: ignore[no-untyped-call]
        except (MagicNumberNotFound, SpecVersionUnsupported, LookupError, EOFError, ValueError) as error:
            self._file.close()
            raise ValueError(f"it is no PMTiles file of version 3 ({type(error).__name__})") from error
        self.kind = int(header["tile_type"].value)
        self.zooms = (int(header["min_zoom"]), int(header["max_zoom"]))
        self.media_type = _TYPES.get(self.kind, "")
        self._encoding = "gzip" if int(header["tile_compression"].value) == _GZIP else ""
        self._kept: OrderedDict[tuple[int, int, int], Tile | None] = OrderedDict()
        self._lock = Lock()

    @property
    def is_vector(self) -> bool:
        """Whether its tiles hold shapes, not pictures."""
        return self.kind == _VECTOR

    def tile(self, z: int, x: int, y: int) -> Tile | None:
        """A tile; None where the file has none or there is no such tile."""
        if not (self.zooms[0] <= z <= self.zooms[1] and 0 <= x < 2**z and 0 <= y < 2**z):
            return None
        key = (z, x, y)
        with self._lock:  # the file is one, and finding a tile reads it in pieces
            if key not in self._kept:
                body = self._reader.get(z, x, y)
                self._kept[key] = None if body is None else Tile(bytes(body), self.media_type, self._encoding)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def of_city(city: City) -> Tiles | None:
    """The tiles of a city whose base map is a file; None for any other. OSError or ValueError when it cannot be read."""
    base = city.spec.map.base
    return Tiles(city.folder / "layers" / base.url) if base is not None and base.kind == "pmtiles" else None


def origin(base: BaseMap | None) -> str:
    """The tile server that the browser must be allowed to ask, "" for none but our own."""
    if base is None or base.kind == "pmtiles":
        return ""
    parts = urlsplit(base.url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def problems(base: BaseMap, folder: Path) -> list[tuple[str, str]]:
    """What is wrong, as (key, sentence). folder: the city's layers/."""
    found = [*_crs_problems(base.crs), *_right_problems(base)]
    found += _file_problems(base, folder) if base.kind == "pmtiles" else _address_problems(base)
    if base.kind == "vector" and not base.draw:
        found.append(("draw", "names nothing to draw; say which layers of the vector tiles become lines or areas"))
    if base.kind == "raster" and base.draw:
        found.append(("draw", "is for vector tiles; pictures are shown as they are"))
    low, high = base.zooms
    if not 0 <= low <= high <= 22:
        found.append(("zooms", "is no range of zooms; write [lowest, highest] between 0 and 22"))
    return found


def _crs_problems(name: str) -> list[tuple[str, str]]:
    """Only what can be made to line up with WGS-84 tile by tile."""
    try:
        known = crs.canonical(name)
    except ValueError as error:
        return [("crs", str(error))]
    if known in ("wgs84", "gcj02"):
        return []
    if known == "bd09":
        return [
            (
                "crs",
                "bd09: Baidu cuts its tiles in a grid of its own, on which nothing else lines up; use a wgs84, cgcs2000 or gcj02 service",
            )
        ]
    return [
        (
            "crs",
            f"{name}: a projected zone is no tile grid; ask the service for its Web Mercator (EPSG:3857) matrix and write cgcs2000",
        )
    ]


def _right_problems(base: BaseMap) -> list[tuple[str, str]]:
    found = []
    if not base.attribution:
        found.append(("attribution", "is empty; say whose map it is: it is printed under it"))
    if not base.approval_number:
        found.append(
            ("approval_number", "is empty; give the 审图号 of the base map, or the words under which it may be used")
        )
    return found


def _address_problems(base: BaseMap) -> list[tuple[str, str]]:
    missing = [mark for mark in _MARKS if mark not in base.url]
    if missing:
        return [("url", f"has no {', '.join(missing)}; write http://host/path/{{z}}/{{x}}/{{y}}.png")]
    parts = urlsplit(base.url)
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.\-]+(:\d+)?", parts.netloc):
        return [("url", "is no http or https address of a host, without user, password or spaces")]
    return []


def _file_problems(base: BaseMap, folder: Path) -> list[tuple[str, str]]:
    if base.url != Path(base.url).name or not base.url.endswith(".pmtiles"):
        return [("url", f"{base.url!r} is no file's name; put the .pmtiles file into layers/ and write its name")]
    try:
        tiles = Tiles(folder / base.url)
    except OSError as error:
        return [("url", f"layers/{base.url} cannot be read: {error.strerror}")]
    except ValueError as error:
        return [("url", f"layers/{base.url}: {error}")]
    tiles.close()
    return _kind_problems(base, tiles)


def _kind_problems(base: BaseMap, tiles: Tiles) -> list[tuple[str, str]]:
    if not tiles.media_type:
        return [("url", f"layers/{base.url} holds tiles of an unknown type ({tiles.kind})")]
    if tiles.is_vector and not base.draw:
        return [("draw", "names nothing to draw; say which layers of the vector tiles become lines or areas")]
    if not tiles.is_vector and base.draw:
        return [("draw", "is for vector tiles; pictures are shown as they are")]
    return []
