"""What an administrator does without a browser: accounts and tokens by command."""

import argparse
import getpass
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table

from access.ask import SYSTEM
from access.opening import Access
from access.refused import AccessRefused, Reason
from access.tokens import Wish
from domain.account import WHOLE, Account, Reach, Role
from domain.city import City
from domain.errors import CockpitError
from domain.session import Scope, Token

DAYS_MOST = 10_000  # more than any token may live, and few enough to be a date
PIPE_WIDTH = 240  # a line of `user list` stays one line
STDIN_LONGEST = 1024  # characters of a password read from a pipe


class Desk:
    """What the commands of `app.py user` do, for one city and moment. `out` is standard output, read by people and programs."""

    def __init__(self, city: City, access: Access, now: datetime) -> None:
        self._city = city
        self._access = access
        self._now = now
        self._viewer = replace(SYSTEM, address=_seat())
        self._out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)

    def do(self, args: argparse.Namespace) -> None:
        """Do what the command says."""
        acts = (self.add, self.passwd, self.role, self.disable, self.enable, self.list, self.token)
        {act.__name__: act for act in acts}[args.act](args)

    def add(self, args: argparse.Namespace) -> None:
        """Add an account and print its one-time password."""
        account = Account(args.login, args.name or args.login, Role(args.role), self._reach(args), args.department)
        self._first(self._access.people.add(account, self._viewer, self._now, _password(args)), args)

    def passwd(self, args: argparse.Namespace) -> None:
        """Give an account a new one-time password."""
        self._first(self._access.people.set_password(args.login, self._viewer, self._now, _password(args)), args)

    def role(self, args: argparse.Namespace) -> None:
        """Change name, role, reach or department; what is not named stays, but `--everything` opens the whole reach."""
        old = self._account(args.login)
        reach = Reach() if args.everything else self._reach(args, old.reach)
        role = Role(args.role) if args.role else old.role
        department = old.department if args.department is None else args.department
        new = replace(old, name=args.name or old.name, role=role, reach=reach, department=department)
        changed = self._access.people.set_role(new, self._viewer, self._now, args.reason)
        self._say(f"{changed.login}: {changed.role.value}, {_reach(changed.reach)}")

    def disable(self, args: argparse.Namespace) -> None:
        """Close an account."""
        self._access.people.disable(args.login, self._viewer, self._now, args.reason)
        self._say(f"{args.login} is disabled; its sessions have ended and its tokens are refused")

    def enable(self, args: argparse.Namespace) -> None:
        """Open an account again."""
        self._access.people.enable(args.login, self._viewer, self._now, args.reason)
        self._say(f"{args.login} is enabled")

    def list(self, _args: argparse.Namespace) -> None:
        """Print every account."""
        table = Table("login", "name", "role", "reach", "department", "state", "last seen", box=None)
        zone = self._city.zone
        for one in self._access.people.accounts(self._viewer):
            seen = "" if one.last_seen is None else f"{one.last_seen.astimezone(zone):%Y-%m-%d %H:%M}"
            state = _state(one, self._now)
            table.add_row(one.login, one.name, one.role.value, _reach(one.reach), one.department, state, seen)
        self._out.print(table)

    def token(self, args: argparse.Namespace) -> None:
        """Issue, list or revoke an account's tokens."""
        if args.revoke:
            self._access.tokens.revoke(args.revoke, self._viewer, self._now)
            self._say(f"token {args.revoke} is revoked")
        elif args.list:
            for one in self._access.tokens.of(self._account(args.login).login, self._viewer):
                self._say(_token(one, self._now))
        else:
            wish = Wish(
                login=self._account(args.login).login,
                name=args.name,
                scopes=frozenset(Scope(scope) for scope in args.scope or ["read"]),
                expires=self._now + timedelta(days=max(0, min(args.days, DAYS_MOST))),
                sources=frozenset(args.source),
            )
            token, secret = self._access.tokens.issue(wish, self._viewer, self._now)
            self._say(f"token {token.id}, until {token.expires:%Y-%m-%d}; its secret, shown only now:")
            self._say(secret)

    def _first(self, password: str, args: argparse.Namespace) -> None:
        if args.ask:
            self._say(f"{args.login}: the password is set and has to be changed at the first sign-in")
        else:
            self._say(f"{args.login}: one-time password {password} (shown only now, changed at the first sign-in)")

    def _account(self, login: str) -> Account:
        account = self._access.people.account(login)
        if account is None:
            raise AccessRefused(Reason.UNKNOWN)
        return account

    def _reach(self, args: argparse.Namespace, old: Reach = WHOLE) -> Reach:
        """The reach that was asked for; CockpitError naming what the city does not have."""
        known: dict[str, list[str]] = {
            "district": list(self._city.districts),
            "topic": sorted({m.topic for m in self._city.metrics.values()}),
        }
        for name, names in known.items():
            wrong = [one for one in getattr(args, name) if one not in names]
            if wrong:
                raise CockpitError(f"{wrong[0]} is no {name} of the city; there are {', '.join(names)}", permanent=True)
        districts = frozenset(args.district) or old.districts
        return Reach(districts or None, frozenset(args.topic) or old.topics)

    def _say(self, text: str) -> None:
        self._out.print(text, markup=False)


def _password(args: argparse.Namespace) -> str | None:
    """The password to set; None to have one made. Never an argument: those are seen by every process of the machine."""
    if not args.ask:
        return None
    if not sys.stdin.isatty():
        return sys.stdin.readline(STDIN_LONGEST).rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise CockpitError("these were two different passwords; nothing was changed", permanent=True)
    return first


def _seat() -> str:
    """Where the command line is, for the audit log: the account of this machine that runs it."""
    with suppress(OSError, KeyError):  # there may be no name for the number
        return f"command line: {getpass.getuser()}"
    return "command line"


def _reach(reach: Reach) -> str:
    parts = [("districts", reach.districts), ("topics", reach.topics)]
    said = [f"{name} {', '.join(sorted(names))}" for name, names in parts if names is not None]
    return "; ".join(said) or "everything"


def _state(account: Account, now: datetime) -> str:
    if account.disabled:
        return "disabled"
    if account.locked_until is not None and account.locked_until > now:
        return f"locked for {(account.locked_until - now).seconds // 60 + 1} min"
    return "must change the password" if account.must_change else "open"


def _token(token: Token, now: datetime) -> str:
    state = "revoked" if token.revoked else "expired" if token.expires <= now else f"until {token.expires:%Y-%m-%d}"
    scopes, sources = ", ".join(sorted(token.scopes)), ", ".join(sorted(token.sources))
    return f"{token.id}  {token.name}  {scopes}  {sources}  {state}".replace("    ", "  ")
