"""The pages about people, all of them: `register(app, services)` and who may use which callback."""

from dash import Dash

from callbacks import accounts_audit, accounts_mine, accounts_people
from callbacks.accounts_services import AccountServices
from domain.account import Right

PARTS = (accounts_mine, accounts_people, accounts_audit)
ACCESS: dict[str, Right] = {output: right for part in PARTS for output, right in part.ACCESS.items()}


def register(app: Dash, services: AccountServices) -> None:
    """Every callback of these pages."""
    for part in PARTS:
        part.register(app, services)
