"""Proof that a state change comes from a page the cockpit gave to this very session, not from a cookie sent along.

The proof of a session is an HMAC of its public id, so that nothing has to be kept and a proof ends with its session. Who has
no session yet gets a random number with its HMAC, which the sign-in form sends back beside the same value in the cookie.
"""

import hmac
import secrets
from urllib.parse import parse_qs

from access.secret import Key
from api.arrival import CSRF_COOKIE, CSRF_HEADER, Arrival
from domain.account import Viewer

FIELD = "csrf"  # the field of a form that carries the proof
FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


class Csrf:
    """Makes and compares proofs."""

    def __init__(self, key: Key) -> None:
        self._key = key

    def proof(self, arrival: Arrival, viewer: Viewer | None) -> str:
        """What the page of this request must send back: the session's proof, or a stranger's (kept when he has one)."""
        if viewer is not None:
            return self._sealed("session", viewer.session)
        kept = arrival.cookies.get(CSRF_COOKIE, "")
        if self._is_strangers(kept):
            return kept
        number = secrets.token_urlsafe(18)
        return f"{number}.{self._sealed('stranger', number)}"

    def fits(self, arrival: Arrival, viewer: Viewer | None, body: bytes) -> bool:
        """Whether the header or the form's field carries the proof."""
        given = arrival.headers.get(CSRF_HEADER) or fields(arrival, body).get(FIELD, "")
        if viewer is not None:
            return hmac.compare_digest(given.encode(), self._sealed("session", viewer.session).encode())
        cookie = arrival.cookies.get(CSRF_COOKIE, "")
        return self._is_strangers(cookie) and hmac.compare_digest(given.encode(), cookie.encode())

    def _is_strangers(self, value: str) -> bool:
        number, dot, seal = value.partition(".")
        return bool(dot) and hmac.compare_digest(seal.encode(), self._sealed("stranger", number).encode())

    def _sealed(self, kind: str, text: str) -> str:
        return self._key.mac(f"csrf {kind}", text)


def fields(arrival: Arrival, body: bytes) -> dict[str, str]:
    """The first value of each field of a form; empty for a body that is none."""
    if arrival.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        return {}
    try:
        found = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}
