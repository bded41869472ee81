"""Signatures: whoever types his login and password into a form signs, at whichever screen he stands."""

from collections.abc import Mapping

from access.people import Refusal, Why
from access.rights import RIGHTS
from callbacks.accounts_press import Press
from callbacks.accounts_services import AccountServices
from domain.account import Account, Viewer
from domain.session import Visit
from layouts.accounts.desk import Desk

REFUSED: Mapping[Why, str] = {
    Why.WRONG: "登录名或密码不对，没有签字",
    Why.LOCKED: "失败次数过多，请稍后再签",
    Why.DEMO: "登录名或密码不对，没有签字",
}


def signer(services: AccountServices, desk: Desk, pressed: Press, form: str) -> Viewer | str:
    """Whoever typed his login and password into a form's fields; a sentence when it is nobody. Tenth of a second of hashing. StoreError."""
    password = pressed.fields.get(f"{form}.password")
    visit = Visit(desk.now, desk.viewer.address)
    known = services.access.people.confirm(
        pressed.text(f"{form}.login"), password if isinstance(password, str) else "", visit
    )
    return desk.t(REFUSED[known.why]) if isinstance(known, Refusal) else _viewer(known, desk)


def _viewer(account: Account, desk: Desk) -> Viewer:
    return Viewer(
        account.login, account.name, account.role, RIGHTS[account.role], account.reach, account.department,
        address=desk.viewer.address,
    )  # fmt: skip
