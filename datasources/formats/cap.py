"""CAP 1.2 alerts and the Atom or RSS lists of them, as plain values (OASIS CAP-v1.2)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from datasources.formats.documents import parse_xml
from domain.errors import SourceError

Colour = str
LEVELS: dict[Colour, int] = {"红": 1, "橙": 2, "黄": 3, "蓝": 4}  # 特别严重 严重 较重 一般: 气象灾害预警信号
_SEVERITIES = {"Extreme": "红", "Severe": "橙", "Moderate": "黄", "Minor": "蓝"}
_WORDS = {"red": "红", "orange": "橙", "yellow": "黄", "amber": "橙", "blue": "蓝", "green": "绿", "white": "绿"}
_CHINESE = re.compile(r"([红橙黄蓝绿白])色")
_ENGLISH = re.compile(r"\b(red|orange|yellow|amber|blue|green|white)\b", re.IGNORECASE)
_MOST_POINTS = 5000

Point = tuple[float, float]


class Area(NamedTuple):
    """One area: its name, its geocodes as written, polygons of (lon, lat), circles of (lon, lat, km)."""

    name: str
    codes: tuple[str, ...]
    polygons: tuple[tuple[Point, ...], ...]
    circles: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Notice:
    """One alert in one language. `colour` is 绿 for an entry that says there is no warning, "" where none can be told."""

    identifier: str
    sender: str
    sent: str
    status: str
    kind: str
    references: tuple[str, ...]
    info: Mapping[str, Any]
    areas: tuple[Area, ...]
    colour: Colour
    all_clear: bool

    def text(self, name: str) -> str:
        """A field of the info block; "" when it has none."""
        return _text(self.info.get(name))


class Entry(NamedTuple):
    """One line of a list: where the alert is, and what the list says of it."""

    link: str
    about: str


def read_cap(data: bytes, where: str, languages: tuple[str, ...]) -> Notice | list[Entry]:
    """An alert, or the entries of a list of alerts. SourceError, permanent, when it is neither."""
    document = parse_xml(data, where)
    if isinstance(alert := document.get("alert"), dict):
        return _warning(alert, where, languages)
    if "feed" in document:
        return [_atom(entry) for entry in _dicts(_child(document["feed"], "entry"))]
    for root in ("rss", "RDF"):
        if root in document:
            channel = _child(document[root], "channel") if root == "rss" else document[root]
            return [_rss(item) for item in _dicts(_child(channel, "item"))]
    raise SourceError(f"{where}: neither a CAP alert nor an Atom or RSS list", permanent=True)


def _warning(alert: Mapping[str, Any], where: str, languages: tuple[str, ...]) -> Notice:
    identifier, sent = _text(alert.get("identifier")), _text(alert.get("sent"))
    if not identifier or not sent:
        raise SourceError(f"{where}: the alert has no identifier or no time (CAP 1.2, 3.2.1)", permanent=True)
    info = _in_language(list(_dicts(alert.get("info"))), languages)
    responses = {_text(one) for one in _list(info.get("responseType"))}
    return Notice(
        identifier=identifier, sender=_text(alert.get("sender")), sent=sent, status=_text(alert.get("status")),
        kind=_text(alert.get("msgType")), references=tuple(_references(alert, identifier)), info=info,
        areas=tuple(_area(area) for area in _dicts(info.get("area"))), colour=_colour(info),
        all_clear="AllClear" in responses,
    )  # fmt: skip


def _in_language(infos: list[dict[str, Any]], languages: tuple[str, ...]) -> dict[str, Any]:
    """The block in the first language wanted that there is; else the first. A block without one is English (3.2.2)."""
    for wanted in languages:
        for info in infos:
            if (_text(info.get("language")) or "en-US").lower().startswith(wanted.lower()):
                return info
    return infos[0] if infos else {}


def _references(alert: Mapping[str, Any], own: str) -> Iterator[str]:
    """The identifiers referred to. The sender's part and the time are not compared: relays write the new time into it."""
    for triple in _text(alert.get("references")).split():
        parts = triple.split(",")
        if len(parts) >= 2 and parts[1] != own:
            yield parts[1]


def _colour(info: Mapping[str, Any]) -> Colour:
    """By the issuer's own word first, by severity last: a headline's last colour is the one in force."""
    for parameter in _dicts(info.get("parameter")):
        named = _text(parameter.get("valueName")).lower() in {"awareness_level", "colour", "color"}
        if named and (found := _last_colour(_text(parameter.get("value")))):
            return found
    for name in ("headline", "event"):
        if found := _last_colour(_text(info.get(name))):
            return found
    return _SEVERITIES.get(_text(info.get("severity")), "")


def _last_colour(text: str) -> Colour:
    if found := _CHINESE.findall(text):
        return "绿" if found[-1] == "白" else str(found[-1])
    words = _ENGLISH.findall(text)
    return _WORDS[words[-1].lower()] if words else ""


def _area(area: Mapping[str, Any]) -> Area:
    codes = tuple(_text(one.get("value")) for one in _dicts(area.get("geocode")))
    polygons = tuple(points for one in _list(area.get("polygon")) if len(points := tuple(_points(_text(one)))) >= 4)
    circles = tuple(circle for one in _list(area.get("circle")) if (circle := _circle(_text(one))) is not None)
    return Area(_text(area.get("areaDesc")), codes, polygons, circles)


def _points(text: str) -> Iterator[Point]:
    """Pairs of "lat,lon" as (lon, lat); what is no pair is passed over."""
    for pair in text.split()[:_MOST_POINTS]:
        lat, _, lon = pair.partition(",")
        try:
            point = float(lon), float(lat)
        except ValueError:
            continue
        if abs(point[0]) <= 180 and abs(point[1]) <= 90:
            yield point


def _circle(text: str) -> tuple[float, float, float] | None:
    centre, _, radius = text.strip().partition(" ")
    found = list(_points(centre))
    try:
        km = float(radius)
    except ValueError:
        return None
    return (*found[0], km) if found and 0 <= km < 20_000 else None


def _atom(entry: Mapping[str, Any]) -> Entry:
    links = list(_dicts(entry.get("link")))
    fit = [one for one in links if "cap" in one.get("@type", "") or one.get("@rel") in {None, "alternate", "related"}]
    link = _text((fit or links or [{}])[0].get("@href"))
    return Entry(link or _text(entry.get("id")), " ".join((link, _text(entry.get("id")), _text(entry.get("title")))))


def _rss(item: Mapping[str, Any]) -> Entry:
    link = _text(item.get("link"))
    return Entry(
        link, " ".join((link, _text(item.get("guid")), _text(item.get("title")), _text(item.get("identifier"))))
    )


def _child(node: object, name: str) -> object:
    return node.get(name) if isinstance(node, dict) else None


def _list(found: object) -> list[object]:
    return [] if found is None else found if isinstance(found, list) else [found]


def _dicts(found: object) -> Iterator[dict[str, Any]]:
    return (one for one in _list(found) if isinstance(one, dict))


def _text(found: object) -> str:
    """An element's text; of a repeated one the first."""
    if isinstance(found, list):
        found = found[0] if found else ""
    if isinstance(found, dict):
        found = found.get("#text", "")
    return found.strip() if isinstance(found, str) else ""
