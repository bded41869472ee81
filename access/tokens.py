"""Tokens of programs: issued once, found again by their digest; never more than their account's role has."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from access.accounts import is_demo
from access.ask import TOKEN_PREFIX, deed, must_administer, must_be_own
from access.memory import Found, Memory, Uses
from access.refused import AccessRefused, Reason
from access.rights import RIGHTS
from access.sessions import digest, viewer_of
from access.verbs import Verb
from domain.account import Account, Right, Role, Viewer
from domain.session import Scope, Token
from store import Store

PREFIX = "cc_"  # by which a secret that leaked into a file can be found
LONGEST_LIFE = timedelta(days=366)
NAME_LONGEST = 64

# What a scope opens, as far as the role has it. Quarantined raw records and administration are for people.
SCOPES: Mapping[Scope, frozenset[Right]] = {
    Scope.READ: frozenset({Right.VIEW, Right.PERSONAL, Right.EXPORT}),
    Scope.PUSH: frozenset({Right.PUSH}),
    Scope.OPERATE: frozenset({Right.OPERATE}),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a token shall be. sources: those it may feed, when it has scope push."""

    login: str
    name: str
    scopes: frozenset[Scope]
    expires: datetime
    sources: frozenset[str] = frozenset()


class Tokens:
    """One for each process. `departments` says whose each source is (source -> department); None = not known, not checked."""

    def __init__(self, store: Store, departments: Mapping[str, str] | None = None, *, demo: bool = False) -> None:
        self._store = store
        self._departments = departments
        self._demo = demo
        self._memory = Memory()
        self._uses = Uses(store.people.touch_tokens)

    def issue(self, wish: Wish, viewer: Viewer, now: datetime) -> tuple[Token, str]:
        """Issue a token for one's own account or (administration) another's; with its secret, which is shown once.

        AccessRefused when the wish breaks a rule.
        """
        must_be_own(viewer, wish.login)
        account = self._store.people.account(wish.login)
        if account is None:
            raise AccessRefused(Reason.UNKNOWN)
        self._check(wish, account, now)
        secret = PREFIX + secrets.token_urlsafe(32)
        token = Token(secrets.token_hex(6), wish.login, wish.name.strip(), now, wish.expires, wish.scopes, wish.sources)
        self._store.people.add_token(
            token, digest(secret), deed(viewer, Verb.TOKEN_ISSUE, f"token:{token.id}", now, {"login": wish.login})
        )
        return token, secret

    def viewer_of_token(self, bearer: str, address: str, now: datetime) -> Viewer | None:
        """Who a token's secret stands for; None when it is unknown, over or revoked. May read the store: not on an event loop."""
        if not bearer.startswith(PREFIX):
            return None
        key = digest(bearer)
        found = self._memory.get(key, now) or self._look_up(key, now)
        if found.viewer is None or now >= found.until:
            return None
        return replace(found.viewer, address=address)

    def of(self, login: str | None, viewer: Viewer) -> list[Token]:
        """Tokens of a login, or of everybody (None), also those that are over; newest first."""
        must_be_own(viewer, login) if login else must_administer(viewer)
        return self._store.people.tokens(login)

    def revoke(self, key: str, viewer: Viewer, now: datetime) -> None:
        """Revoke a token, one's own or (administration) another's. AccessRefused when it is not there."""
        found = self._store.people.token(key)
        if found is None:
            raise AccessRefused(Reason.UNKNOWN)
        must_be_own(viewer, found.login)
        self._store.people.end_token(key, deed(viewer, Verb.TOKEN_REVOKE, f"token:{key}", now, {"login": found.login}))
        self.forget()

    def forget(self) -> None:
        """Ask the store again for every token."""
        self._memory.forget()

    def _check(self, wish: Wish, account: Account, now: datetime) -> None:
        rules = (
            (account.role is not Role.WALL, Reason.TOKEN_WALL),
            (0 < len(wish.name.strip()) <= NAME_LONGEST, Reason.TOKEN_NAME),
            (_scopes_fit(wish.scopes, account.role), Reason.TOKEN_SCOPES),
            (self._sources_fit(wish, account), Reason.TOKEN_SOURCES),
            (now < wish.expires <= now + LONGEST_LIFE, Reason.TOKEN_EXPIRY),
        )
        for holds, reason in rules:
            if not holds:
                raise AccessRefused(reason)

    def _sources_fit(self, wish: Wish, account: Account) -> bool:
        if Scope.PUSH not in wish.scopes:
            return not wish.sources
        if not wish.sources or self._departments is None:
            return bool(wish.sources)
        own = account.department
        return all(
            source in self._departments and (account.role is not Role.CLERK or self._departments[source] == own)
            for source in wish.sources
        )

    def _look_up(self, key: str, now: datetime) -> Found:
        age = self._memory.age
        token, account = self._store.people.token_of(key) or (None, None)
        viewer = None
        if token and account and token.revoked is None and now < token.expires and self._admits(account):
            viewer = _viewer(account, token)
            self._uses.note(token.id, now)
        found = Found(viewer, now, token.expires if token else now)
        self._memory.put(key, found, age)
        return found

    def _admits(self, account: Account) -> bool:
        return not account.disabled and (self._demo or not is_demo(account.login))


def _scopes_fit(scopes: frozenset[Scope], role: Role) -> bool:
    return bool(scopes) and all(SCOPES[scope] & RIGHTS[role] for scope in scopes)


def _viewer(account: Account, token: Token) -> Viewer:
    opened = frozenset().union(*(SCOPES[scope] for scope in token.scopes))
    whole = viewer_of(account, f"{TOKEN_PREFIX}{token.id}", "")
    return replace(whole, rights=whole.rights & opened, sources=token.sources, must_change=False)
