"""Everything about coming in, put together for one process."""

from collections.abc import Mapping
from dataclasses import dataclass

from access.passwords import Passwords
from access.people import People
from access.secret import Key
from access.sessions import Sessions
from access.tokens import Tokens
from store import Store


@dataclass(frozen=True, slots=True)
class Access:
    """What the gate, the pages and the command line share."""

    key: Key
    people: People
    sessions: Sessions
    tokens: Tokens


def open_access(
    store: Store,
    key: Key,
    *,
    departments: Mapping[str, str] | None = None,
    demo: bool = False,
    passwords: Passwords | None = None,
) -> Access:
    """Accounts, sessions and tokens of a store. departments: source -> department; demo: the one-click accounts are open."""
    sessions = Sessions(store, key, demo=demo)
    tokens = Tokens(store, departments, demo=demo)

    def forget() -> None:
        sessions.forget()
        tokens.forget()

    people = People(store, sessions, forget, passwords=passwords, demo=demo)
    return Access(key, people, sessions, tokens)
