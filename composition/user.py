"""`app.py user`: its words, declared; `composition.desk` does the work."""

import argparse
from collections.abc import Callable

from domain.account import Role
from domain.session import Scope

TOKEN_DAYS = 90


def add_user_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Callable[..., int]
) -> None:
    """Declare `user` and its own commands; each puts the name of the `Desk` method into `args.act`."""
    user = commands.add_parser("user", help="accounts and tokens: add, passwd, role, disable, enable, list, token")
    user.set_defaults(command=command)
    acts = user.add_subparsers(required=True, metavar="command", dest="act")
    acts.add_parser("list", help="every account")
    add = _act(acts, "add", "add an account; prints its one-time password")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    _about(add, department="")
    _ask(add)
    _ask(_act(acts, "passwd", "a new one-time password; ends the account's sessions"))
    role = _act(acts, "role", "change name, role, reach or department; ends the account's sessions")
    role.add_argument("--role", choices=[role.value for role in Role])
    role.add_argument("--everything", action="store_true", help="every district and topic")
    role.add_argument("--reason", default="", help="why, for the audit log")
    _about(role, department=None)
    for name, words in (("disable", "nobody comes in by it any more"), ("enable", "open it again")):
        _act(acts, name, words).add_argument("--reason", default="", help="why, for the audit log")
    token = _act(acts, "token", "issue a token for a program; prints its secret")
    token.add_argument("--name", default="command line", help="what it is for")
    token.add_argument("--scope", action="append", choices=[scope.value for scope in Scope], help="default: read")
    token.add_argument("--source", action="append", default=[], help="a source it may feed (with --scope push)")
    token.add_argument("--days", type=int, default=TOKEN_DAYS, help="until it expires")
    token.add_argument("--list", action="store_true", help="list the account's tokens")
    token.add_argument("--revoke", metavar="ID", help="revoke this token")


def _act(acts: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=words)
    parser.add_argument("login")
    return parser


def _about(parser: argparse.ArgumentParser, department: str | None) -> None:
    parser.add_argument("--name", default="", help="what others read; default: the login")
    parser.add_argument("--district", action="append", default=[], help="adcode, may be given again; none: all")
    parser.add_argument("--topic", action="append", default=[], help="may be given again; none: all")
    parser.add_argument("--department", default=department, help="whose clerk this is")


def _ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ask", action="store_true", help="take the password from a prompt or from standard input")
