"""Why a request is not let in, and the pure judgement of it: door, viewer and arrival in, a refusal or None out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from api.arrival import SAFE, Arrival, same_site_path
from api.doors import PUBLIC, As, By, Door
from domain.account import Right, Viewer

SIGN_IN = "/sign-in"
PASSWORD = "/sign-in/password"  # noqa: S105  a path
SIGNED_OUT = "signed_out"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Status, stable code and sentence; `to` sends a browser elsewhere instead."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)
    to: str = ""


UNKNOWN = Refusal(404, "not_found", "There is nothing at this address.")
FOREIGN = Refusal(403, "cross_site", "Another site's page asked for this.")
NO_PROOF = Refusal(
    403, "csrf", "The X-CSRF-Token header or the form's csrf field is missing or belongs to another session."
)
TOKEN_ONLY = Refusal(403, "token_required", "This address takes a token (Authorization: Bearer), not a session.")
SESSION_ONLY = Refusal(403, "session_required", "This address takes a session, not a token.")
UNFINISHED = Refusal(403, "password_change_required", "The password must be changed before anything else.")
NO_CALLBACK = Refusal(403, "forbidden", "There is no such callback, or nobody has declared who may use it.")
BAD_CALLBACK = Refusal(422, "invalid_request", "The body is no callback's.")
BAD_REFERRER = Refusal(422, "invalid_request", "The Referer header is no address.")
AWAY = Refusal(
    503, "unavailable", "Who asks cannot be looked up: the store does not answer.", headers={"Retry-After": "5"}
)
STALE_FORM = Refusal(403, "csrf", NO_PROOF.message, to=f"{SIGN_IN}?note=stale")
TOO_SLOW = Refusal(408, "request_timeout", "The body did not come in time.")
STREAMS = Refusal(429, "too_many_streams", "This session has enough open streams.", headers={"Retry-After": "10"})


def too_many(seconds: int) -> Refusal:
    """Somebody asks faster than anybody has reason to."""
    return Refusal(
        429, "too_many_requests", f"Too many requests; come back in {seconds} s.", {"Retry-After": str(seconds)}
    )


def too_large(most: int) -> Refusal:
    """The body is longer than the door takes, or does not say its length in digits."""
    return Refusal(413, "too_large", f"The body may have {most} bytes.", details={"most": most})


def judge(door: Door | None, methods: Sequence[str], arrival: Arrival, viewer: Viewer | None) -> Refusal | None:
    """The first reason against letting this in; None when there is none (the proof against forgery is looked at later)."""
    if door is None:
        return _no_door(methods)
    if _acts(door, arrival) and arrival.bearer is None and arrival.is_foreign:
        return FOREIGN
    if door.needs is PUBLIC:
        return None
    if viewer is None:
        return _stranger(door, arrival)
    return _wrong_way(door, arrival) or _not_ready(door, arrival, viewer) or lacking(door.needs, viewer)


def _no_door(methods: Sequence[str]) -> Refusal:
    if not methods:
        return UNKNOWN
    allowed = ", ".join(methods)
    return Refusal(405, "method_not_allowed", f"This address answers {allowed}.", headers={"Allow": allowed})


def _acts(door: Door, arrival: Arrival) -> bool:
    """Whether another site must not be able to make a browser do this."""
    return door.stream or arrival.method not in SAFE


def _stranger(door: Door, arrival: Arrival) -> Refusal:
    if arrival.bearer is not None:
        return Refusal(401, "invalid_token", "The token is unknown, expired or revoked.", _CHALLENGE)
    to = sign_in_address(arrival) if door.shows is As.PAGE else ""
    return Refusal(401, SIGNED_OUT, "Nobody is signed in, or the session has ended.", _CHALLENGE, to=to)


_CHALLENGE: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="cockpit"'}


def _wrong_way(door: Door, arrival: Arrival) -> Refusal | None:
    if door.by is By.TOKEN and arrival.bearer is None:
        return TOKEN_ONLY
    return SESSION_ONLY if door.by is By.SESSION and arrival.bearer is not None else None


def _not_ready(door: Door, arrival: Arrival, viewer: Viewer) -> Refusal | None:
    if not viewer.must_change or door.unfinished:
        return None
    if door.shows is As.PAGE:
        return Refusal(403, UNFINISHED.code, UNFINISHED.message, to=_with_next(PASSWORD, arrival))
    return UNFINISHED


def lacking(right: Right, viewer: Viewer) -> Refusal | None:
    """The refusal of somebody who lacks a right."""
    if viewer.may(right):
        return None
    return Refusal(403, "forbidden", f"This needs the right {right.value!r}.", details={"right": right.value})


def sign_in_address(arrival: Arrival, note: str = "") -> str:
    """The sign-in page that comes back to this request's address; note: a code of what it should say."""
    return _with_next(SIGN_IN, arrival, note)


def _with_next(page: str, arrival: Arrival, note: str = "") -> str:
    wanted = same_site_path(arrival.target) if arrival.method in SAFE else "/"
    asked = {"next": wanted if wanted != "/" else "", "note": note, "lang": "en" if language(arrival) == "en" else ""}
    query = urlencode({name: value for name, value in asked.items() if value}, safe="/")
    return page + (f"?{query}" if query else "")


def language(arrival: Arrival) -> str:
    """The language of the address; the browser's own settings do not count, because most are as they were bought."""
    return "en" if parse_qs(arrival.query).get("lang") == ["en"] else "zh"
