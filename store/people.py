"""People in the store: accounts, their sessions and tokens, and what stands against who tries to come in.

Every change takes a Deed and writes it in the same transaction. Secrets come as digests, passwords as hashes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from domain.account import Account
from domain.deed import Deed
from domain.session import Session, Token
from store import sessions as rows
from store.accounts import (
    Known,
    add_account,
    change_account,
    has_password,
    read_account,
    read_accounts,
    renew_hash,
    set_password,
)
from store.attempts import (
    Claim,
    Patience,
    address_subject,
    claim,
    clear,
    forget_attempts,
    locked,
    login_subject,
    take_back,
)
from store.audit import write_deed
from store.people_tables import session, token
from store.work import Work

KEPT_SESSIONS = timedelta(days=30)  # how long an expired session's row stays
KEPT_ATTEMPTS = timedelta(days=2)


class Register:
    """`store.people`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    # -- accounts

    def accounts(self) -> list[Account]:
        """Every account, in order of login."""
        with self._work.reading() as connection:
            return read_accounts(connection)

    def find(self, login: str) -> Known | None:
        """An account with the hash of its password; None when there is none of this login."""
        with self._work.reading() as connection:
            return read_account(connection, login)

    def account(self, login: str) -> Account | None:
        """An account; None when there is none of this login."""
        known = self.find(login)
        return known.account if known else None

    def add(self, account: Account, password: str, deed: Deed) -> bool:
        """Add an account; False when its login is taken."""
        with self._work.writing() as connection:
            return add_account(connection, account, password, deed)

    def add_first(self, account: Account, password: str, deed: Deed) -> bool:
        """Add an account unless there is one already that a password opens."""
        with self._work.writing() as connection:
            return not has_password(connection) and add_account(connection, account, password, deed)

    def has_password(self) -> bool:
        """Whether a password opens any account."""
        with self._work.reading() as connection:
            return has_password(connection)

    def change(self, login: str, change: Callable[[Account], Account], deed: Deed) -> Account | None:
        """Change an account as it stands now; the deed says what is different. None when there is no such account.

        Its sessions end when its role, reach, department or being disabled changes. TransitionRefused when nobody would be
        left who can sign in and administer.
        """
        with self._work.writing() as connection:
            return change_account(connection, login, change, deed)

    def set_password(self, login: str, password: str, must_change: bool, deed: Deed, keep: str = "") -> bool:
        """Set a password's hash, end the account's sessions but `keep` and lift a lock-out; False without such account."""
        with self._work.writing() as connection:
            if not set_password(connection, login, password, must_change, deed):
                return False
            rows.end_sessions(connection, login, deed, keep)
            clear(connection, login_subject(login))
            return True

    # -- signing in

    def claim(self, subjects: Mapping[str, Patience], now: datetime) -> Claim:
        """May a password be tried now, for this login and from this address? Counts the attempt before it is made."""
        with self._work.reading() as connection:
            until = locked(connection, subjects, now)
        if until is not None:
            return Claim(False, until)
        with self._work.writing() as connection:
            return claim(connection, subjects, now)

    def renew_hash(self, login: str, old: str, new: str) -> None:
        """Put a stronger hash of the same password in the place of `old`. Bookkeeping, no deed."""
        with self._work.writing() as connection:
            renew_hash(connection, login, old, new)

    def refuse(self, deed: Deed) -> int:
        """Keep that somebody was not let in; the number of the audit row."""
        with self._work.writing() as connection:
            forget_attempts(connection, deed.at - KEPT_ATTEMPTS)
            return write_deed(connection, deed)

    def open_session(self, new: Session, secret: str, deed: Deed, patience: Patience | None = None) -> None:
        """Keep a session under the digest of its secret. `patience` with its address: the attempt claimed was no failure."""
        with self._work.writing() as connection:
            rows.add_session(connection, new, secret, deed)
            rows.forget_sessions(connection, deed.at - KEPT_SESSIONS)
            if patience is not None:
                clear(connection, login_subject(new.login))
                take_back(connection, address_subject(new.address), patience)

    def confirmed(self, login: str, address: str, patience: Patience) -> None:
        """The attempt that was claimed for a login and an address was no failure."""
        with self._work.writing() as connection:
            clear(connection, login_subject(login))
            take_back(connection, address_subject(address), patience)

    # -- sessions

    def session_of(self, secret: str) -> tuple[Session, Account] | None:
        """The session under a digest, also one that is over, with its account."""
        with self._work.reading() as connection:
            found = rows.find_session(connection, "secret", secret)
            known = read_account(connection, found.login) if found else None
            return (found, known.account) if found and known else None

    def session(self, key: str) -> Session | None:
        """A session by its id, also one that is over."""
        with self._work.reading() as connection:
            return rows.find_session(connection, "id", key)

    def sessions(self, now: datetime, login: str | None = None) -> list[Session]:
        """Sessions that are open at `now`, those used last first."""
        with self._work.reading() as connection:
            return rows.read_sessions(connection, now, login)

    def end_session(self, key: str, deed: Deed) -> bool:
        """End one session; False when it is not there or over already."""
        with self._work.writing() as connection:
            return rows.end_session(connection, key, deed)

    def end_sessions(self, login: str, deed: Deed, keep: str = "") -> int:
        """End all sessions of a login but `keep`; how many. No deed is kept when there was none."""
        with self._work.writing() as connection:
            ended = rows.end_sessions(connection, login, deed, keep)
            if ended:
                write_deed(connection, deed)
            return ended

    def touch_sessions(self, seen: Mapping[str, datetime]) -> None:
        """Move forward when sessions were used, by id. Bookkeeping, no deed."""
        with self._work.writing() as connection:
            rows.touch(connection, session, seen)

    # -- tokens

    def add_token(self, new: Token, secret: str, deed: Deed) -> None:
        """Keep a token under the digest of its secret."""
        with self._work.writing() as connection:
            rows.add_token(connection, new, secret, deed)

    def token_of(self, secret: str) -> tuple[Token, Account] | None:
        """The token under a digest, also one that is over, with its account."""
        with self._work.reading() as connection:
            found = rows.find_token(connection, "secret", secret)
            known = read_account(connection, found.login) if found else None
            return (found, known.account) if found and known else None

    def token(self, key: str) -> Token | None:
        """A token by its id, also one that is over."""
        with self._work.reading() as connection:
            return rows.find_token(connection, "id", key)

    def tokens(self, login: str | None = None) -> list[Token]:
        """Tokens, also those that are over, newest first."""
        with self._work.reading() as connection:
            return rows.read_tokens(connection, login)

    def end_token(self, key: str, deed: Deed) -> bool:
        """Revoke a token; False when it is not there or revoked already."""
        with self._work.writing() as connection:
            return rows.end_token(connection, key, deed)

    def touch_tokens(self, seen: Mapping[str, datetime]) -> None:
        """Move forward when tokens were used, by id. Bookkeeping, no deed."""
        with self._work.writing() as connection:
            rows.touch(connection, token, seen)
