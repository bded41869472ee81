"""Why something about accounts is not done: one code each, which pages put into words."""

from enum import StrEnum

from domain.errors import CockpitError


class Reason(StrEnum):
    """The codes; `SENTENCES` has the words of the command line."""

    RIGHT = "right"
    OWN_SESSION = "own_session"
    UNKNOWN = "unknown"
    TAKEN = "taken"
    LOGIN = "login"
    NAME = "name"
    DEPARTMENT = "department"
    LAST_ADMINISTRATOR = "last_administrator"
    OWN_ACCOUNT = "own_account"
    DEMO = "demo"
    PASSWORD_WRONG = "password_wrong"  # noqa: S105
    PASSWORD_SHORT = "password_short"  # noqa: S105
    PASSWORD_LONG = "password_long"  # noqa: S105
    PASSWORD_LOGIN = "password_login"  # noqa: S105
    PASSWORD_COMMON = "password_common"  # noqa: S105
    PASSWORD_SAME = "password_same"  # noqa: S105
    LOCKED = "locked"
    TOKEN_NAME = "token_name"  # noqa: S105
    TOKEN_SCOPES = "token_scopes"  # noqa: S105
    TOKEN_SOURCES = "token_sources"  # noqa: S105
    TOKEN_EXPIRY = "token_expiry"  # noqa: S105
    TOKEN_WALL = "token_wall"  # noqa: S105


SENTENCES: dict[Reason, str] = {
    Reason.RIGHT: "your role does not allow this",
    Reason.OWN_SESSION: "this needs a person who has signed in, not a token",
    Reason.UNKNOWN: "there is no such account, session or token",
    Reason.TAKEN: "this login is taken",
    Reason.LOGIN: "a login is 2 to 64 letters, digits, dots, hyphens or underscores and begins with a letter or digit",
    Reason.NAME: "a name is 1 to 64 characters",
    Reason.DEPARTMENT: "a clerk belongs to a department",
    Reason.LAST_ADMINISTRATOR: "this is the last administrator who can sign in",
    Reason.OWN_ACCOUNT: "nobody changes the rights of their own account",
    Reason.DEMO: "the demonstration's accounts stay as they are",
    Reason.PASSWORD_WRONG: "the old password is wrong",
    Reason.PASSWORD_SHORT: "a password has at least 10 characters",
    Reason.PASSWORD_LONG: "a password has at most 256 characters",
    Reason.PASSWORD_LOGIN: "the password must not contain the login",
    Reason.PASSWORD_COMMON: "this password is among the first that are guessed",
    Reason.PASSWORD_SAME: "the new password is the old one",
    Reason.LOCKED: "too many failed attempts; wait and try again",
    Reason.TOKEN_NAME: "a token's name is 1 to 64 characters and says what it is for",
    Reason.TOKEN_SCOPES: "a token needs at least one scope, and none that the account's role lacks",
    Reason.TOKEN_SOURCES: "a token with scope push names its sources, each one of the account's department",
    Reason.TOKEN_EXPIRY: "a token expires within a year",
    Reason.TOKEN_WALL: "a wall's account has no tokens",
}


class AccessRefused(CockpitError):
    """Nothing was done; `reason` is the code for it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(SENTENCES[reason], permanent=True)
        self.reason = reason
