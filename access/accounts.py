"""Rules that a login, a name and an account's rights keep, and the changes that are made to accounts."""

import re
import unicodedata
from dataclasses import dataclass, replace

from access.refused import AccessRefused, Reason
from domain.account import Account, Role

LOGIN = re.compile(r"[^\W_][\w.\-]{1,63}")
NAME_LONGEST = 64
DEMO_PREFIX = "demo."
RESERVED = frozenset(
    {"system", "local"}
)  # in the audit log: the program itself, and whoever sits at it without sign-in

DEMO_NAMES = {
    Role.LEADER: "演示领导",
    Role.DUTY: "演示值班员",
    Role.SHIFT: "演示值班长",
    Role.CLERK: "演示部门经办",
    Role.ADMIN: "演示系统管理员",
    Role.WALL: "演示大屏",
}


@dataclass(frozen=True, slots=True)
class Rights:
    """Changes an account to the name and rights of another."""

    wanted: Account

    def __call__(self, account: Account) -> Account:
        """The account as it shall be."""
        new = self.wanted
        return replace(account, name=new.name, role=new.role, reach=new.reach, department=new.department)


@dataclass(frozen=True, slots=True)
class Disabled:
    """Changes whether an account is disabled."""

    disabled: bool

    def __call__(self, account: Account) -> Account:
        """The account as it shall be."""
        return replace(account, disabled=self.disabled)


def login_of(typed: str) -> str:
    """A login as it is kept, from what somebody typed: one form, lower case, no space around it."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def is_login(login: str) -> bool:
    """Whether an account can have this login at all (in the form of `login_of`)."""
    return LOGIN.fullmatch(login) is not None and login not in RESERVED


def is_demo(login: str) -> bool:
    """Whether this is one of the demonstration's accounts, which are entered by one click and never change."""
    return login.startswith(DEMO_PREFIX)


def existing(typed: str) -> str:
    """The login of an account that may be changed; AccessRefused when there cannot be one."""
    login = login_of(typed)
    if not is_login(login):
        raise AccessRefused(Reason.UNKNOWN)
    if is_demo(login):
        raise AccessRefused(Reason.DEMO)
    return login


def fit(account: Account) -> Account:
    """The account in the form in which it is kept; AccessRefused when its login, name or department cannot be."""
    login, name, department = login_of(account.login), account.name.strip(), account.department.strip()
    if not is_login(login) or is_demo(login):
        raise AccessRefused(Reason.LOGIN)
    if not 0 < len(name) <= NAME_LONGEST or not name.isprintable():
        raise AccessRefused(Reason.NAME)
    if (account.role is Role.CLERK and not department) or not department.isprintable():
        raise AccessRefused(Reason.DEPARTMENT)
    return replace(account, login=login, name=name, department=department)
