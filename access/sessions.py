"""Sessions of browsers: opened, found again by their cookie, listed, ended. The cookie carries a signed secret, the store its digest."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from access.accounts import is_demo
from access.ask import deed, must_be_own
from access.memory import Found, Memory, Uses
from access.refused import AccessRefused, Reason
from access.rights import RIGHTS
from access.secret import Key
from access.verbs import Verb
from domain.account import Account, Role, Viewer
from domain.session import Session, Visit
from store import Store
from store.attempts import Patience

PURPOSE = "cockpit.session"
AGENT_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lasts: at most `whole`, and `idle` after it was last used."""

    whole: timedelta
    idle: timedelta


ORDINARY = Life(timedelta(hours=12), timedelta(hours=2))  # one shift; an open screen counts as use
REMEMBERED = Life(timedelta(days=30), timedelta(days=7))  # a duty seat's own device


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody was let in. cookie: the value for the browser, kept nowhere else."""

    session: Session
    viewer: Viewer
    cookie: str


class Sessions:
    """One for each web process; safe to call from several threads."""

    def __init__(self, store: Store, key: Key, *, demo: bool = False) -> None:
        self._store = store
        self._key = key
        self._demo = demo
        self._memory = Memory()
        self._uses = Uses(store.people.touch_sessions)

    def open(
        self, account: Account, visit: Visit, *, remember: bool = False, patience: Patience | None = None
    ) -> Entered:
        """Let an account in. `patience` with its address when an attempt was claimed for it."""
        secret = secrets.token_urlsafe(32)
        life = REMEMBERED if remember else ORDINARY
        session = Session(
            id=secrets.token_hex(8),
            login=account.login,
            created=visit.at,
            seen=visit.at,
            expires=visit.at + life.whole,
            address=visit.address,
            agent=visit.agent[:AGENT_LONGEST],
            remembered=remember,
        )
        viewer = viewer_of(account, session.id, visit.address)
        told = {"session": session.id, "remembered": remember, "agent": session.agent}
        done = deed(viewer, Verb.SESSION_START, f"account:{account.login}", visit.at, told)
        self._store.people.open_session(session, digest(secret), done, patience)
        return Entered(session, viewer, self._key.sign(PURPOSE, secret))

    def viewer_of_cookie(self, value: str, address: str, now: datetime) -> Viewer | None:
        """Who a cookie's value stands for; None when it is forged, over or revoked. May read the store: not on an event loop.

        StoreError when the store cannot be asked.
        """
        secret = self._key.unsign(PURPOSE, value)
        if secret is None:
            return None
        key = digest(secret)
        return _at(self._memory.get(key, now) or self._look_up(key, now), address, now)

    def recalled(self, value: str, address: str, now: datetime) -> Viewer | None:
        """The same from memory alone, fit for an event loop; None also when memory does not know."""
        secret = self._key.unsign(PURPOSE, value)
        found = self._memory.get(digest(secret), now) if secret is not None else None
        return None if found is None else _at(found, address, now)

    def sign_out(self, viewer: Viewer, now: datetime) -> bool:
        """End the viewer's own session; False when it was over."""
        done = deed(viewer, Verb.SESSION_END, f"account:{viewer.login}", now, {"session": viewer.session})
        ended = self._store.people.end_session(viewer.session, done)
        self.forget()
        return ended

    def of(self, login: str | None, viewer: Viewer, now: datetime) -> list[Session]:
        """Open sessions of a login, or of everybody (None), those used last first. AccessRefused for others' without the right."""
        must_be_own(viewer, login or "")
        found = self._store.people.sessions(now, login)
        return [one for one in found if now - one.seen <= life_of(one).idle]

    def revoke(self, key: str, viewer: Viewer, now: datetime) -> None:
        """End one session, one's own or (administration) another's. AccessRefused when it is not there."""
        found = self._store.people.session(key)
        if found is None:
            raise AccessRefused(Reason.UNKNOWN)
        must_be_own(viewer, found.login)
        done = deed(viewer, Verb.SESSION_REVOKE, f"account:{found.login}", now, {"session": key})
        self._store.people.end_session(key, done)
        self.forget()

    def revoke_all(self, login: str, viewer: Viewer, now: datetime, *, keep: str = "") -> int:
        """End every session of a login but `keep`; how many there were."""
        must_be_own(viewer, login)
        done = deed(viewer, Verb.SESSION_REVOKE, f"account:{login}", now, {"session": "all", "kept": keep})
        ended = self._store.people.end_sessions(login, done, keep)
        self.forget()
        return ended

    def forget(self) -> None:
        """Ask the store again for everybody: something was changed by this process."""
        self._memory.forget()

    def _look_up(self, key: str, now: datetime) -> Found:
        age = self._memory.age
        session, account = self._store.people.session_of(key) or (None, None)
        viewer = None
        if session and account and is_open(session, now) and self._admits(account):
            viewer = viewer_of(account, session.id, session.address)
            self._uses.note(session.id, now)
        found = Found(viewer, now, session.expires if session else now)
        self._memory.put(key, found, age)
        return found

    def _admits(self, account: Account) -> bool:
        return not account.disabled and (self._demo or not is_demo(account.login))


def _at(found: Found, address: str, now: datetime) -> Viewer | None:
    if found.viewer is None or now >= found.until:
        return None
    if found.viewer.role is Role.WALL and address != found.viewer.address:
        return None  # a wall hangs where it hangs: its cookie is worth nothing elsewhere
    return replace(found.viewer, address=address)


def digest(secret: str) -> str:
    """What the store keeps of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def life_of(session: Session) -> Life:
    """How long this session lasts."""
    return REMEMBERED if session.remembered else ORDINARY


def is_open(session: Session, now: datetime) -> bool:
    """Whether a session still lets in."""
    return session.revoked is None and now < session.expires and now - session.seen <= life_of(session).idle


def viewer_of(account: Account, session: str, address: str) -> Viewer:
    """The viewer that an account is through a session."""
    return Viewer(
        login=account.login,
        name=account.name,
        role=account.role,
        rights=RIGHTS[account.role],
        reach=account.reach,
        department=account.department,
        session=session,
        address=address,
        must_change=account.must_change,
    )
