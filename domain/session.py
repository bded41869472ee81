"""How somebody is let in: a browser's session, a program's token, and the visit that asks for one."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Visit:
    """From where and when somebody knocks: address is the client's, agent what the browser calls itself."""

    at: datetime
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in, as lists show it; `id` is public, the cookie's secret is kept nowhere.

    remembered: a duty seat's device, which stays signed in for weeks. Times are aware UTC.
    """

    id: str
    login: str
    created: datetime
    seen: datetime
    expires: datetime
    address: str = ""
    agent: str = ""
    remembered: bool = False
    revoked: datetime | None = None


class Scope(StrEnum):
    """What a token was issued for; it never gives more than its account's role has."""

    READ = "read"  # the reading half of the API
    PUSH = "push"  # observations and incidents of the sources it names
    OPERATE = "operate"  # the metrics of the running system


@dataclass(frozen=True, slots=True)
class Token:
    """A program's way in, on behalf of an account, as lists show it; `id` is public, the secret is kept nowhere.

    sources: those a token with scope push may feed. Times are aware UTC.
    """

    id: str
    login: str
    name: str
    created: datetime
    expires: datetime
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    sources: frozenset[str] = field(default_factory=frozenset)
    seen: datetime | None = None
    revoked: datetime | None = None
