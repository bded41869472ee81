"""`app.py notify`: its words, declared; `composition.notices` does the work."""

import argparse
from collections.abc import Callable

PATIENCE = 20.0  # seconds that `test` waits for the receipt


def add_notify_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Callable[..., int]
) -> None:
    """Declare `notify` and its own commands."""
    notify = commands.add_parser("notify", help="receivers of notices: list, test")
    notify.set_defaults(command=command)
    acts = notify.add_subparsers(required=True, metavar="command", dest="act")
    acts.add_parser("list", help="every receiver and how its last notice went")
    test = acts.add_parser("test", help="send a test notice through the outbox and wait for its receipt")
    test.add_argument("receiver", help="a name of receivers.yaml")
    test.add_argument("--wait", type=float, default=PATIENCE, metavar="SECONDS", help="for the receipt")
