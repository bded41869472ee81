"""Accounts: who there is, who may sign in, and how they are let in. Every change names who made it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from access.accounts import (
    DEMO_NAMES,
    DEMO_PREFIX,
    Disabled,
    Rights,
    existing,
    fit,
    is_demo,
    is_login,
    login_of,
)
from access.ask import SYSTEM, by_token, deed, must_administer
from access.passwords import Passwords, check_password, normal, one_time_password
from access.refused import AccessRefused, Reason
from access.sessions import Entered, Sessions
from access.verbs import Verb
from domain.account import Account, Reach, Role, Viewer
from domain.deed import Deed
from domain.errors import TransitionRefused
from domain.session import Visit
from store import Store
from store.accounts import Known
from store.attempts import Claim, Patience, address_subject, login_subject

FIRST_LOGIN = "admin"
FIRST_NAME = "系统管理员"

# Five wrong ones, then a minute, doubled with each further one up to an hour.
WITH_LOGIN = Patience(5, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
# A whole operations centre may sit behind one address: more patience, and a shorter memory.
WITH_ADDRESS = Patience(20, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=2))


class Why(StrEnum):
    """Why somebody was not let in, as far as strangers may know."""

    WRONG = "wrong"  # unknown login, wrong password, no password, disabled: not told apart
    LOCKED = "locked"
    DEMO = "demo"  # this is no demonstration


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody was not let in. until: when the next attempt is looked at, when there is a lock-out."""

    why: Why
    until: datetime | None = None


class People:
    """One for each process; safe to call from several threads. Hashing takes a tenth of a second: not on an event loop.

    What may not be done is an AccessRefused, and nothing has been done then. `forget` makes this process ask the store again
    who comes with a cookie or token.
    """

    def __init__(
        self,
        store: Store,
        sessions: Sessions,
        forget: Callable[[], None],
        *,
        passwords: Passwords | None = None,
        demo: bool = False,
    ) -> None:
        self._people = store.people
        self._sessions = sessions
        self._forget = forget
        self._passwords = passwords or Passwords()
        self._demo = demo

    # -- who there is

    def accounts(self, viewer: Viewer) -> list[Account]:
        """Every account, in order of login."""
        must_administer(viewer)
        return self._people.accounts()

    def account(self, login: str) -> Account | None:
        """One account, for the program itself."""
        known = self._find(login_of(login))
        return known.account if known else None

    def add(self, account: Account, viewer: Viewer, now: datetime, password: str | None = None) -> str:
        """Add an account; its first password, to be shown once and changed at the first sign-in.

        Only `login, name, role, reach, department` of `account` count; without `password` one is made. A wall's stays: there is
        nobody in front of it to change it.
        """
        must_administer(viewer)
        new = replace(fit(account), must_change=account.role is not Role.WALL, disabled=False)
        first = _first(password, new.login)
        done = deed(viewer, Verb.ACCOUNT_ADD, f"account:{new.login}", now)
        if not self._people.add(new, self._passwords.hash(first), done):
            raise AccessRefused(Reason.TAKEN)
        return first

    def set_role(self, account: Account, viewer: Viewer, now: datetime, reason: str = "") -> Account:
        """Set `name, role, reach, department` of an account as given; a change of rights ends its sessions."""
        must_administer(viewer)
        login = existing(account.login)
        done = deed(viewer, Verb.ACCOUNT_CHANGE, f"account:{login}", now, reason=reason)
        return self._change(login, Rights(fit(account)), done)

    def disable(self, login: str, viewer: Viewer, now: datetime, reason: str = "") -> Account:
        """Nobody comes in by this account any more; its sessions end and its tokens are refused."""
        must_administer(viewer)
        name = existing(login)
        return self._change(
            name, Disabled(True), deed(viewer, Verb.ACCOUNT_DISABLE, f"account:{name}", now, reason=reason)
        )

    def enable(self, login: str, viewer: Viewer, now: datetime, reason: str = "") -> Account:
        """The account is open again, with the password it had."""
        must_administer(viewer)
        name = existing(login)
        return self._change(
            name, Disabled(False), deed(viewer, Verb.ACCOUNT_ENABLE, f"account:{name}", now, reason=reason)
        )

    # -- passwords

    def set_password(self, login: str, viewer: Viewer, now: datetime, password: str | None = None) -> str:
        """Give an account a new first password (to be shown once), end its sessions and lift a lock-out."""
        must_administer(viewer)
        name = existing(login)
        first = _first(password, name)
        done = deed(viewer, Verb.PASSWORD_SET, f"account:{name}", now)
        known = self._find(name)
        is_wall = known is not None and known.account.role is Role.WALL
        if not self._people.set_password(name, self._passwords.hash(first), not is_wall, done):
            raise AccessRefused(Reason.UNKNOWN)
        self._forget()
        return first

    def change_password(self, viewer: Viewer, old: str, new: str, now: datetime) -> None:
        """Change one's own password; other sessions of the account end, this one goes on.

        A wrong old password counts as a failed sign-in: a screen left open is no place to guess.
        """
        if by_token(viewer):
            raise AccessRefused(Reason.OWN_SESSION)
        check_password(new, viewer.login)
        if normal(new) == normal(old):
            raise AccessRefused(Reason.PASSWORD_SAME)
        if not self._people.claim({login_subject(viewer.login): WITH_LOGIN}, now).granted:
            raise AccessRefused(Reason.LOCKED)
        thing = f"account:{viewer.login}"
        known = self._find(viewer.login)
        if known is None or not self._passwords.matches(old, known.password):
            self._people.refuse(deed(viewer, Verb.PASSWORD_REFUSED, thing, now))
            raise AccessRefused(Reason.PASSWORD_WRONG)
        done = deed(viewer, Verb.PASSWORD_CHANGE, thing, now)
        self._people.set_password(viewer.login, self._passwords.hash(new), False, done, viewer.session)
        self._forget()

    # -- coming in

    def sign_in(self, login: str, password: str, visit: Visit, *, remember: bool = False) -> Entered | Refusal:
        """Let somebody in, or not: with the same answer and the same work for an unknown login and a wrong password.

        1. the attempt is counted, so that a thousand at once are not a thousand guesses; 2. the password is looked at;
        3. a right one takes the count back.
        """
        name = login_of(login)
        subjects = {login_subject(name): WITH_LOGIN, address_subject(visit.address): WITH_ADDRESS}
        claim = self._people.claim(subjects, visit.at)
        if not claim.granted:
            return Refusal(Why.LOCKED, claim.until)
        known = self._find(name)
        right = self._passwords.matches(password, known.password if known else "")
        if known is None or not right or known.account.disabled:
            return self._refuse(known, claim, visit)
        self._keep_strong(known, password)
        return self._sessions.open(known.account, visit, remember=remember, patience=WITH_ADDRESS)

    def confirm(self, login: str, password: str, visit: Visit) -> Account | Refusal:
        """Whose signature this is: the same care as at the sign-in, yet no session is opened.

        A password that has yet to be changed signs for nobody. A demonstration's accounts have none and need none.
        """
        name = login_of(login)
        if self._demo and is_demo(name):
            return self._people.account(name) or Refusal(Why.WRONG)
        claim = self._people.claim(
            {login_subject(name): WITH_LOGIN, address_subject(visit.address): WITH_ADDRESS}, visit.at
        )
        if not claim.granted:
            return Refusal(Why.LOCKED, claim.until)
        known = self._find(name)
        right = self._passwords.matches(password, known.password if known else "")
        if known is None or not right or known.account.disabled or known.account.must_change:
            return self._refuse(known, claim, visit)
        self._people.confirmed(name, visit.address, WITH_ADDRESS)
        return known.account

    def first_administrator(self, now: datetime) -> tuple[str, str] | None:
        """Login and one-time password of the first administrator; None when a password opens some account already."""
        if self._people.has_password():
            return None
        first = one_time_password()
        account = Account(FIRST_LOGIN, FIRST_NAME, Role.ADMIN, must_change=True)
        done = deed(SYSTEM, Verb.ACCOUNT_ADD, f"account:{FIRST_LOGIN}", now)
        made = self._people.add_first(account, self._passwords.hash(first), done)
        return (FIRST_LOGIN, first) if made else None

    # -- the demonstration

    def demo_accounts(
        self, department: str, reach: Reach, now: datetime, colleagues: Sequence[Account] = ()
    ) -> list[Account]:
        """One account for each role, made or put right; `department` and `reach` are the clerk's. No password opens them.

        colleagues: further accounts of the demonstration, who stand on its roster.
        """
        known = {one.login: one for one in self._people.accounts()}
        wanted = [*(_demo(role, department, reach) for role in DEMO_NAMES), *filter(_is_demo, colleagues)]
        for one in wanted:
            if one.login not in known:
                self._people.add(one, "", deed(SYSTEM, Verb.ACCOUNT_ADD, f"account:{one.login}", now))
            elif known[one.login].reach != one.reach or known[one.login].department != one.department:
                done = deed(SYSTEM, Verb.ACCOUNT_CHANGE, f"account:{one.login}", now)
                self._people.change(one.login, Rights(one), done)
        return wanted

    def enter_demo(self, role: Role, visit: Visit) -> Entered | Refusal:
        """Let a visitor of the demonstration in by one click."""
        account = self._people.account(f"{DEMO_PREFIX}{role.value}") if self._demo else None
        if account is None or account.disabled:
            return Refusal(Why.DEMO)
        return self._sessions.open(account, visit)

    def _find(self, login: str) -> Known | None:
        return self._people.find(login) if is_login(login) else None

    def _refuse(self, known: Known | None, claim: Claim, visit: Visit) -> Refusal:
        # An unknown login is not kept: people type their password into the wrong field.
        thing = f"account:{known.account.login}" if known else ""
        told = {"known": known is not None, "locked_until": claim.until}
        self._people.refuse(Deed(visit.at, "", Verb.SESSION_REFUSED.value, thing, visit.address, after=told))
        return Refusal(Why.WRONG if claim.until is None else Why.LOCKED, claim.until)

    def _keep_strong(self, known: Known, password: str) -> None:
        """A hash of older, weaker parameters is replaced when its password is at hand."""
        if self._passwords.outdated(known.password):
            self._people.renew_hash(known.account.login, known.password, self._passwords.hash(password))

    def _change(self, login: str, change: Rights | Disabled, done: Deed) -> Account:
        if done.actor == login:
            raise AccessRefused(Reason.OWN_ACCOUNT)
        try:
            changed = self._people.change(login, change, done)
        except TransitionRefused as error:
            raise AccessRefused(Reason.LAST_ADMINISTRATOR) from error
        if changed is None:
            raise AccessRefused(Reason.UNKNOWN)
        self._forget()
        return changed


def _first(password: str | None, login: str) -> str:
    """The first password of an account: the given one if it keeps the policy, or a new one."""
    if password is None:
        return one_time_password()
    check_password(password, login)
    return password


def _is_demo(account: Account) -> bool:
    return is_demo(account.login)


def _demo(role: Role, department: str, reach: Reach) -> Account:
    clerk = role is Role.CLERK
    login = f"{DEMO_PREFIX}{role.value}"
    return Account(login, DEMO_NAMES[role], role, reach if clerk else Reach(), department if clerk else "")
