"""What every change of accounts asks first: may this viewer do it, and how does the audit log call it."""

from collections.abc import Mapping
from datetime import datetime

from access.refused import AccessRefused, Reason
from access.rights import RIGHTS
from access.verbs import Verb
from domain.account import Right, Role, Viewer
from domain.deed import Deed

TOKEN_PREFIX = "token:"  # noqa: S105  how Viewer.session names a token

# The program itself, and whoever sits at its command line.
SYSTEM = Viewer("system", "system", Role.ADMIN, RIGHTS[Role.ADMIN], session="system")


def by_token(viewer: Viewer) -> bool:
    """Whether a program asks."""
    return viewer.session.startswith(TOKEN_PREFIX)


def must_administer(viewer: Viewer) -> None:
    """AccessRefused unless the viewer administers accounts, in person."""
    if by_token(viewer):
        raise AccessRefused(Reason.OWN_SESSION)
    if not viewer.may(Right.ACCOUNTS) or viewer.must_change:
        raise AccessRefused(Reason.RIGHT)


def must_be_own(viewer: Viewer, login: str) -> None:
    """AccessRefused unless this is the viewer's own account, or the viewer administers accounts; in person."""
    if by_token(viewer):
        raise AccessRefused(Reason.OWN_SESSION)
    if viewer.login != login:
        must_administer(viewer)


def deed(
    viewer: Viewer,
    verb: Verb,
    thing: str,
    now: datetime,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> Deed:
    """The deed of a viewer."""
    return Deed(now, viewer.login, verb.value, thing, viewer.address, after=after or {}, reason=reason)
