"""Who may do what: roles, how far a right reaches, and the person or program that asks."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person is in the operations centre. Stored and spoken by these names."""

    LEADER = "leader"  # 领导
    DUTY = "duty_officer"  # 值班员
    SHIFT = "shift_leader"  # 值班长
    CLERK = "clerk"  # 部门经办
    ADMIN = "administrator"  # 系统管理员
    WALL = "wall"  # 大屏


class Right(StrEnum):
    """One thing that can be allowed. `access.rights` says which role has which."""

    VIEW = "view"  # screens, stream, map layers, and the reading half of the API
    PERSONAL = "personal"  # names, telephone numbers, plates, complaint texts unmasked
    RAW = "raw"  # quarantined records as they came
    EXPORT = "export"  # take data away as a file
    ACT = "act"  # sign for alerts, handle and silence them
    PUSH = "push"  # send observations and incidents (tokens only)
    OPERATE = "operate"  # metrics of the running system, collectors' commands
    ACCOUNTS = "accounts"  # other people's accounts, sessions and tokens
    AUDIT = "audit"  # search, export and verify the audit log
    SCREENS = "screens"  # check and preview changed screens


@dataclass(frozen=True, slots=True)
class Reach:
    """How far rights reach: adcodes of districts and names of topics; None means all of them."""

    districts: frozenset[str] | None = None
    topics: frozenset[str] | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self.districts is None and self.topics is None

    def covers(self, topic: str, district: str) -> bool:
        """Whether a row of this topic and district may be seen. A city-wide row ("") needs every district."""
        return (self.topics is None or topic in self.topics) and (self.districts is None or district in self.districts)


WHOLE = Reach()


@dataclass(frozen=True, slots=True)
class Account:
    """A person's (or a wall's) account, as the store keeps it; never with its password.

    login is what is typed at sign-in, name what others read. department: whose clerk this is. failures and locked_until
    belong to the lock-out. Times are aware UTC.
    """

    login: str
    name: str
    role: Role
    reach: Reach = WHOLE
    department: str = ""
    disabled: bool = False
    must_change: bool = False
    created: datetime | None = None
    changed: datetime | None = None
    last_seen: datetime | None = None
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks right now: an account through a session, or a token of that account.

    rights are the role's; a token narrows them to its scopes. sources: the push sources a token may feed. session names the
    session (or "token:<id>") for lists and audit rows; it is no secret.
    """

    login: str
    name: str
    role: Role
    rights: frozenset[Right]
    reach: Reach = WHOLE
    department: str = ""
    session: str = ""
    address: str = ""
    must_change: bool = False
    sources: frozenset[str] = field(default_factory=frozenset)

    def may(self, right: Right) -> bool:
        """Whether this viewer has a right."""
        return right in self.rights
