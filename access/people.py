"""Accounts: who there is, who may sign in, and how they are let in. Every change names who made it."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from access.ask import SYSTEM, by_token, deed, must_administer
from access.passwords import Passwords, check_password, one_time_password
from access.refused import AccessRefused, Reason
from access.sessions import DEMO_PREFIX, Entered, Sessions
from access.verbs import Verb
from domain.account import Account, Reach, Role, Viewer
from domain.deed import Deed
from domain.errors import TransitionRefused
from domain.session import Visit
from store import Store
from store.attempts import Patience

LOGIN = re.compile(r"[^\W_][\w.\-]{1,63}")
NAME_LONGEST = 64
FIRST_LOGIN = "admin"

# Five wrong ones, then a minute, doubled with each further one up to an hour.
WITH_LOGIN = Patience(5, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
# A whole operations centre may sit behind one address: more patience, and an hour's memory.
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
    """One for each process; safe to call from several threads. Hashing takes a tenth of a second: not on an event loop."""

    def __init__(
        self, store: Store, sessions: Sessions, *, passwords: Passwords | None = None, demo: bool = False
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._passwords = passwords or Passwords()
        self._demo = demo

    # -- who there is

    def accounts(self, viewer: Viewer) -> list[Account]:
        """Every account, in order of login. AccessRefused without the right."""
        must_administer(viewer)
        return self._store.people.accounts()

    def account(self, login: str) -> Account | None:
        """One account, for the program itself."""
        return self._store.people.account(login_of(login))

    def add(self, account: Account, viewer: Viewer, now: datetime, password: str | None = None) -> str:
        """Add an account; its first password, to be shown once and changed at the first sign-in.

        Only `login, name, role, reach, department` of `account` count. AccessRefused when a rule is broken.
        """
        must_administer(viewer)
        new = _fit(replace(account, login=login_of(account.login), must_change=True, disabled=False))
        first = self._fresh(password, new.login)
        done = deed(viewer, Verb.ACCOUNT_ADD, f"account:{new.login}", now)
        if not self._store.people.add(new, self._passwords.hash(first), done):
            raise AccessRefused(Reason.TAKEN)
        return first

    def set_role(self, account: Account, viewer: Viewer, now: datetime, reason: str = "") -> Account:
        """Set `name, role, reach, department` of an account as given; a change of rights ends its sessions."""
        must_administer(viewer)
        wanted = _fit(replace(account, login=login_of(account.login)))
        return self._change(
            wanted.login,
            _Rights(wanted),
            deed(viewer, Verb.ACCOUNT_CHANGE, f"account:{wanted.login}", now, reason=reason),
        )

    def disable(self, login: str, viewer: Viewer, now: datetime, reason: str = "") -> Account:
        """Nobody comes in by this account any more; its sessions end and its tokens are refused."""
        must_administer(viewer)
        return self._change(
            login_of(login),
            _Disabled(True),
            deed(viewer, Verb.ACCOUNT_DISABLE, f"account:{login_of(login)}", now, reason=reason),
        )

    def enable(self, login: str, viewer: Viewer, now: datetime, reason: str = "") -> Account:
        """The account is open again, with the password it had."""
        must_administer(viewer)
        return self._change(
            login_of(login),
            _Disabled(False),
            deed(viewer, Verb.ACCOUNT_ENABLE, f"account:{login_of(login)}", now, reason=reason),
        )

    # -- passwords

    def set_password(self, login: str, viewer: Viewer, now: datetime, password: str | None = None) -> str:
        """Give an account a new first password (to be shown once), end its sessions and lift a lock-out."""
        must_administer(viewer)
        name = login_of(login)
        first = self._fresh(password, name)
        done = deed(viewer, Verb.PASSWORD_SET, f"account:{name}", now)
        if name.startswith(DEMO_PREFIX) or not self._store.people.set_password(
            name, self._passwords.hash(first), True, done
        ):
            raise AccessRefused(Reason.UNKNOWN)
        self._sessions.forget()
        return first

    def change_password(self, viewer: Viewer, old: str, new: str, now: datetime) -> None:
        """Change one's own password; other sessions of the account end, this one goes on. AccessRefused when a rule is broken.

        A wrong old password counts as a failed sign-in: a screen left open is no place to guess.
        """
        if by_token(viewer):
            raise AccessRefused(Reason.OWN_SESSION)
        known = self._store.people.find(viewer.login)
        claim = self._store.people.claim(viewer.login, viewer.address, (WITH_LOGIN, WITH_ADDRESS), now)
        if not claim.granted:
            raise AccessRefused(Reason.LOCKED)
        thing = f"account:{viewer.login}"
        if known is None or not self._passwords.matches(old, known.password):
            self._store.people.refuse(deed(viewer, Verb.PASSWORD_REFUSED, thing, now))
            raise AccessRefused(Reason.PASSWORD_WRONG)
        check_password(new, viewer.login)
        if self._passwords.matches(new, known.password):
            raise AccessRefused(Reason.PASSWORD_SAME)
        done = deed(viewer, Verb.PASSWORD_CHANGE, thing, now)
        self._store.people.set_password(viewer.login, self._passwords.hash(new), False, done, viewer.session)
        self._sessions.forget()

    # -- coming in

    def sign_in(self, login: str, password: str, visit: Visit, *, remember: bool = False) -> Entered | Refusal:
        """Let somebody in, or not: with the same answer and the same work for an unknown login and a wrong password."""
        name = login_of(login)
        claim = self._store.people.claim(name, visit.address, (WITH_LOGIN, WITH_ADDRESS), visit.at)
        if not claim.granted:
            return Refusal(Why.LOCKED, claim.until)
        known = self._store.people.find(name)
        right = self._passwords.matches(password, known.password if known else "")
        if known is None or not right or known.account.disabled:
            # An unknown login is not kept: people type their password into the wrong field.
            thing = f"account:{name}" if known else ""
            told = {"known": known is not None, "locked_until": claim.until}
            self._store.people.refuse(Deed(visit.at, "", Verb.SESSION_REFUSED.value, thing, visit.address, after=told))
            return Refusal(Why.WRONG if claim.until is None else Why.LOCKED, claim.until)
        return self._sessions.open(known.account, visit, remember=remember, patience=WITH_ADDRESS)

    def first_administrator(self, now: datetime) -> tuple[str, str] | None:
        """Login and one-time password of the first administrator; None when somebody can sign in already."""
        if self._store.people.has_password():
            return None
        first = one_time_password()
        account = Account(FIRST_LOGIN, "系统管理员", Role.ADMIN, must_change=True)
        done = deed(SYSTEM, Verb.ACCOUNT_ADD, f"account:{FIRST_LOGIN}", now)
        made = self._store.people.add_first(account, self._passwords.hash(first), done)
        return (FIRST_LOGIN, first) if made else None

    # -- the demonstration

    def demo_accounts(self, department: str, reach: Reach, now: datetime) -> list[Account]:
        """One account for each role, made where missing; `department` and `reach` are the clerk's. No password opens them."""
        accounts = [
            Account(
                f"{DEMO_PREFIX}{role.value}",
                name,
                role,
                reach if role is Role.CLERK else Reach(),
                department if role is Role.CLERK else "",
            )
            for role, name in DEMO_NAMES.items()
        ]
        there = {one.login for one in self._store.people.accounts()}
        for one in accounts:
            if one.login not in there:
                self._store.people.add(one, "", deed(SYSTEM, Verb.ACCOUNT_ADD, f"account:{one.login}", now))
        return accounts

    def enter_demo(self, role: Role, visit: Visit) -> Entered | Refusal:
        """Let a visitor of the demonstration in by one click."""
        account = self._store.people.account(f"{DEMO_PREFIX}{role.value}") if self._demo else None
        if account is None or account.disabled:
            return Refusal(Why.DEMO)
        return self._sessions.open(account, visit)

    def _fresh(self, password: str | None, login: str) -> str:
        if password is None:
            return one_time_password()
        check_password(password, login)
        return password

    def _change(self, login: str, change: "_Rights | _Disabled", done: Deed) -> Account:
        if done.actor == login:
            raise AccessRefused(Reason.OWN_ACCOUNT)
        try:
            changed = self._store.people.change(login, change, done)
        except TransitionRefused as error:
            raise AccessRefused(Reason.LAST_ADMINISTRATOR) from error
        if changed is None:
            raise AccessRefused(Reason.UNKNOWN)
        self._sessions.forget()
        return changed


DEMO_NAMES = {
    Role.LEADER: "演示领导",
    Role.DUTY: "演示值班员",
    Role.SHIFT: "演示值班长",
    Role.CLERK: "演示部门经办",
    Role.ADMIN: "演示系统管理员",
    Role.WALL: "演示大屏",
}


@dataclass(frozen=True, slots=True)
class _Rights:
    """Changes an account to the name and rights of another."""

    wanted: Account

    def __call__(self, account: Account) -> Account:
        new = self.wanted
        return replace(account, name=new.name, role=new.role, reach=new.reach, department=new.department)


@dataclass(frozen=True, slots=True)
class _Disabled:
    """Changes whether an account is disabled."""

    disabled: bool

    def __call__(self, account: Account) -> Account:
        return replace(account, disabled=self.disabled)


def login_of(typed: str) -> str:
    """A login as it is kept, from what somebody typed: one form, lower case, no space around it."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def _fit(account: Account) -> Account:
    """AccessRefused when an account's login, name or department cannot be."""
    name = account.name.strip()
    if not LOGIN.fullmatch(account.login):
        raise AccessRefused(Reason.LOGIN)
    if not 0 < len(name) <= NAME_LONGEST or not name.isprintable():
        raise AccessRefused(Reason.NAME)
    if account.role is Role.CLERK and not account.department.strip():
        raise AccessRefused(Reason.DEPARTMENT)
    return replace(account, name=name, department=account.department.strip())
