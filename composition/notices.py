"""`app.py notify`: try a receiver, look at what was sent."""

import argparse
import time
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from domain.city import City
from domain.errors import CockpitError, NotifyError
from domain.notice import Notice, NoticeState
from jobs.clock import utc_now
from jobs.notify import settled, trial
from store import Store

STEP = 0.1
DAYS = timedelta(days=7)  # that `list` looks back


def run(args: argparse.Namespace, city: City, store: Store) -> None:
    """Do what the command says; CockpitError with one sentence when it did not work."""
    out = Console(highlight=False, soft_wrap=True)
    if args.act == "list":
        out.print(_table(city, store))
        return
    if args.receiver not in city.receivers:
        known = ", ".join(city.receivers) or "none"
        raise CockpitError(f"{args.receiver} is no receiver of receivers.yaml; there are: {known}", permanent=True)
    one = _sent(store, args.receiver, args.wait)
    took = (one.sent - one.made).total_seconds() if one.sent else 0.0
    out.print(f"{args.receiver} has it after {took:.2f} s: {one.receipt}", markup=False)


def _sent(store: Store, receiver: str, patience: float) -> Notice:
    """The test notice as it was delivered; NotifyError with what went wrong when it was not."""
    asked = trial(receiver, utc_now())
    store.desk.put_notice(asked)
    until = time.monotonic() + patience
    while time.monotonic() < until and not settled(store.desk.notice(asked.id)):
        time.sleep(STEP)
    one = store.desk.notice(asked.id)
    if one is None or one.attempts == 0:
        raise NotifyError(f"nobody took the notice within {patience:g} s; is the collector running?")
    if one.state is NoticeState.SENT:
        return one
    more = "" if settled(one) else "; it goes on trying"
    raise NotifyError(f"{receiver} does not have it after attempt {one.attempts}: {one.error or 'no answer yet'}{more}")


def _table(city: City, store: Store) -> Table:
    table = Table("receiver", "kind", "who", "last notice", "state", "receipt or error", box=None)
    for key, receiver in city.receivers.items():
        last = next(iter(store.desk.notices(utc_now() - DAYS, key, 1)), None)
        at = f"{last.made.astimezone(city.zone):%Y-%m-%d %H:%M:%S}" if last else ""
        told = (last.receipt or last.error) if last else ""
        table.add_row(key, receiver.kind, receiver.name, at, last.state.value if last else "never told", told)
    return table
