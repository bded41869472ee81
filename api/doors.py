"""Who may use which address: one table. What is not in it is refused by the gate, whatever else the server could answer.

A path's `{name}` is one segment and `{name:path}` the rest, as in a route. HEAD is asked for like GET. Dash's callbacks share
one address; who may use each of them is declared beside its `register` (`ACCESS`) and read by `Callbacks`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.account import Right

PUBLIC = None  # needs nothing: strangers come in


class By(StrEnum):
    """How the one who asks must have said who he is."""

    ANY = "any"  # a session's cookie or a token
    SESSION = "session"  # the cookie alone: a token must not give itself more by a person's clicks
    TOKEN = "token"  # noqa: S105  the token alone: programs, never a browser that was led here


class As(StrEnum):
    """What a refusal looks like."""

    DATA = "data"  # the one JSON shape
    PAGE = "page"  # the sign-in page, or a page that says why not


class Pace(StrEnum):
    """How its requests are counted."""

    FREE = "free"  # not at all: files from memory
    ORDINARY = "ordinary"
    ATTEMPT = "attempt"  # somebody tries to come in


KIB, MIB = 1024, 1024 * 1024
FORM = 8 * KIB  # bytes: a filled-in form
PICTURE = 256 * KIB  # bytes: a wall's picture, in base64
CLICK = MIB  # bytes: a callback's inputs
FILE = 10 * MIB  # bytes: a file that goes with a report


@dataclass(frozen=True, slots=True)
class Door:
    """One method at one path. `needs`: a right, or PUBLIC.

    csrf: a state change that a browser's cookie alone must not be able to make. body: bytes taken at most. unfinished: open
    while the password must be changed first. stream: stays open, and is closed when the session ends. callback: the body
    names a callback that has a right of its own. of_page: answers for the page that refers to it, so that page's right counts.
    """

    method: str
    path: str
    needs: Right | None
    note: str
    by: By = By.ANY
    shows: As = As.DATA
    csrf: bool = False
    body: int = 0
    unfinished: bool = False
    pace: Pace = Pace.ORDINARY
    stream: bool = False
    callback: bool = False
    of_page: bool = False


def _page(path: str, needs: Right | None, note: str, **more: Any) -> Door:
    return Door("GET", path, needs, note, By.SESSION, As.PAGE, **more)


def _form(path: str, needs: Right | None, note: str, **more: Any) -> Door:
    return Door("POST", path, needs, note, By.SESSION, As.PAGE, csrf=True, body=FORM, **more)


def _read(path: str, needs: Right | None, note: str, by: By = By.ANY, **more: Any) -> Door:
    return Door("GET", path, needs, note, by, **more)


def _push(path: str, note: str, body: int) -> Door:
    return Door("POST", path, Right.PUSH, note, By.TOKEN, body=body)


DOORS: tuple[Door, ...] = (
    # Before anybody has signed in
    _read("/healthz", PUBLIC, "ok or not ok; the reasons are for those who run the system"),
    _read("/assets/{file:path}", PUBLIC, "scripts, styles and icons of the cockpit itself", pace=Pace.FREE),
    _read("/_dash-component-suites/{package}/{file:path}", PUBLIC, "component bundles", pace=Pace.FREE),
    _read("/_favicon.ico", PUBLIC, "the icon", pace=Pace.FREE),
    _page("/sign-in", PUBLIC, "the sign-in page"),
    _form("/sign-in", PUBLIC, "login and password", pace=Pace.ATTEMPT),
    _form("/sign-in/demo", PUBLIC, "one-click roles; only a demonstration city has them", pace=Pace.ATTEMPT),
    # One's own session
    _page("/sign-in/password", Right.VIEW, "change the password", unfinished=True),
    _form("/sign-in/password", Right.VIEW, "change the password", unfinished=True),
    _form("/sign-out", Right.VIEW, "end the session", unfinished=True),
    _read("/session", Right.VIEW, "who is signed in and what he may do", unfinished=True),
    # Pages
    _page("/", Right.VIEW, "the home screen"),
    _page("/me", Right.VIEW, "one's own sessions, devices and tokens"),
    _page("/screens", Right.SCREENS, "files of the screens: checked and previewed, never written"),
    _page("/screens/preview", Right.SCREENS, "a screen that is not live, for its author alone"),
    _page("/accounts", Right.ACCOUNTS, "accounts, sessions and tokens of all"),
    _page("/alerts", Right.VIEW, "cases: listed, opened, and for some signed for"),
    _page("/duty", Right.VIEW, "the duty desk: the queue, the open case, and for some what to do with it"),
    _page("/rules", Right.VIEW, "alert rules, their volume, tests and silences"),
    _page("/orders", Right.VIEW, "orders of one's unit, and for the desk all in its reach"),
    _read("/orders/file", Right.VIEW, "a file of an order that one may read", By.SESSION),
    Door("POST", "/orders/file", Right.VIEW, "a file for an order", By.SESSION, csrf=True, body=FILE),
    _page("/incidents", Right.VIEW, "incidents within one's reach: taken down, graded, reported, reviewed"),
    _page("/handover", Right.VIEW, "the handover sheet; what it says is for those on duty and leaders"),
    _page("/shifts", Right.VIEW, "who is on duty, the roster, the operating stage"),
    _page("/statistics", Right.VIEW, "how the desk did, by week and shift"),
    _page("/instructions", Right.VIEW, "leaders' instructions within one's reach"),
    _page("/daily", Right.VIEW, "the daily; what it says is for those on duty and leaders"),
    _read("/daily/export.{form}", Right.EXPORT, "a daily as a document", By.SESSION),
    _page("/walls", Right.OPERATE, "the walls: how they fare and what they show"),
    _read("/walls/picture", Right.OPERATE, "the last picture of a wall", By.SESSION),
    Door("POST", "/wall/beat", Right.VIEW, "a wall reports itself", By.SESSION, csrf=True, body=FORM),
    Door(
        "POST",
        "/wall/picture",
        Right.VIEW,
        "a wall sends the picture that was asked for",
        By.SESSION,
        csrf=True,
        body=PICTURE,
    ),
    _page("/catalogue", Right.VIEW, "metrics and data: what they mean, whose they are, how good they are"),
    _read("/catalogue/export.{form}", Right.EXPORT, "the catalogue as a file", By.SESSION),
    _page("/sources", Right.VIEW, "sources by department; for some what to do with them"),
    _read("/sources/kept.{form}", Right.EXPORT, "a source's quarantined records as a file", By.SESSION),
    _page("/forms", Right.VIEW, "forms of one's department: due, late, signed; a table to fill in for its clerks"),
    _read("/forms/template.{form}", Right.VIEW, "an empty table of a form that one may read", By.SESSION),
    _page("/audit", Right.AUDIT, "the audit log"),
    _read("/audit/export.{form}", Right.AUDIT, "the audit log as a file", By.SESSION),
    _read("/export/panel.{form}", Right.EXPORT, "a panel's table as a file", By.SESSION),
    # What pages ask for
    _read("/_dash-layout", Right.VIEW, "the page's content", By.SESSION, of_page=True),
    _read("/_dash-dependencies", Right.VIEW, "which callbacks the page has", By.SESSION),
    Door(
        "POST",
        "/_dash-update-component",
        Right.VIEW,
        "a callback, which has a right of its own",
        By.SESSION,
        csrf=True,
        body=CLICK,
        callback=True,
    ),
    _read("/stream", Right.VIEW, "live changes of a screen", stream=True),
    _read("/layers/{file_name}", Right.VIEW, "a map layer"),
    _page("/map", Right.VIEW, "the command map"),
    _read("/map/layer/{name}", Right.VIEW, "a map layer as of now, drawn within one's reach"),
    _read("/map/metrics", Right.VIEW, "metrics that districts can be coloured by"),
    _read("/map/tiles/{z}/{x}/{y}", Right.VIEW, "a tile of the city's own base map", By.SESSION, pace=Pace.FREE),
    # Programs
    _read("/metrics", Right.OPERATE, "counters in Prometheus text format"),
    _read("/api/v1/openapi.json", Right.VIEW, "the API's description"),
    _read("/api/v1/docs", Right.VIEW, "the API's description to read"),
    _read("/api/v1/metrics", Right.VIEW, "metrics of the city"),
    _read("/api/v1/sites", Right.VIEW, "places measured"),
    _read("/api/v1/series", Right.VIEW, "series of values"),
    _read("/api/v1/series/{number}", Right.VIEW, "values of a series over time"),
    _read("/api/v1/latest", Right.VIEW, "newest values"),
    _read("/api/v1/incidents", Right.VIEW, "incidents"),
    _read("/api/v1/orders", Right.VIEW, "orders to units"),
    _read("/api/v1/orders/{id}", Right.VIEW, "an order and its steps"),
    _read("/api/v1/layers", Right.VIEW, "map layers"),
    _read("/api/v1/layers/{name}", Right.VIEW, "a map layer as GeoJSON"),
    _push("/api/v1/observations", "observations of a push source", 64 * MIB),
    _push("/api/v1/incidents", "incidents of a push source", 8 * MIB),
)


def screens(paths: Iterable[str]) -> tuple[Door, ...]:
    """Doors of a city's further screens, which only its folder knows."""
    known = {door.path for door in DOORS}
    return tuple(_page(path, Right.VIEW, "a screen") for path in paths if path not in known)


class Doors:
    """Finds the door of a request."""

    def __init__(self, doors: Sequence[Door] = DOORS) -> None:
        self.all = tuple(doors)
        self._fixed: dict[str, dict[str, Door]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Door]]] = {}
        for door in self.all:
            if "{" in door.path:
                made = self._patterns.setdefault(door.path, (_pattern(door.path), {}))
                made[1][door.method] = door
            else:
                self._fixed.setdefault(door.path, {})[door.method] = door

    def find(self, method: str, path: str) -> tuple[Door | None, Sequence[str]]:
        """The declared door, and the methods that the path has doors for (none when the path is unknown)."""
        here = self._fixed.get(path) or next(
            (doors for pattern, doors in self._patterns.values() if pattern.fullmatch(path)), {}
        )
        return here.get("GET" if method == "HEAD" else method), sorted(here)


def _pattern(path: str) -> re.Pattern[str]:
    found = re.split(r"\{(\w+)(:path)?\}", path)
    out = ""
    for index in range(0, len(found) - 1, 3):
        out += re.escape(found[index]) + (".+" if found[index + 2] else "[^/]+")
    return re.compile(out + re.escape(found[-1]))


class Callbacks:
    """Who may use which callback, by the output it fills ("drawer.children")."""

    def __init__(self, access: Mapping[str, Right] | None = None) -> None:
        self._access = dict(access or {})

    def needs(self, output: str) -> frozenset[Right] | None:
        """The rights asked of a callback; None when one of its outputs is declared by nobody.

        `output` is what the browser names: "id.property", several as "..a.b...c.d..", each perhaps with "@" and a number
        (an output that several callbacks fill).
        """
        if output in self._access:
            return frozenset({self._access[output]})
        parts = output[2:-2].split("...") if output.startswith("..") and output.endswith("..") else [output]
        rights = [self._access.get(part.partition("@")[0]) for part in parts]
        return frozenset(r for r in rights if r is not None) if rights and None not in rights else None
