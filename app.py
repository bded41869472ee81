"""The cockpit's composition root and command line: it knows everybody, and nobody imports it.

python app.py run       departments of a demonstration city, collector and web process; Ctrl-C stops all
python app.py web       the web process alone (several may share one store)
python app.py collect   the collector alone
python app.py demo X    the departments of a demonstration city, or a scenario for the running ones
python app.py check F   every problem of a city folder, in one pass
python app.py backfill  history of the demonstration city into the store
python app.py user X    accounts and tokens: add, passwd, role, disable, enable, list, token
python app.py notify X  receivers of notices: list them, test one
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from composition.notify import add_notify_command
from composition.user import add_user_command
from domain.errors import CockpitError
from jobs.clock import utc_now
from jobs.launch import cancelled_at, free_port, supervise, until_told
from jobs.logs import start_logging
from jobs.progress import bars
from jobs.settings import read_settings
from jobs.supervisor import end_with_parent

# Each command imports what it needs: `run` starts the web process before it has read anything itself.

if TYPE_CHECKING:
    from rich.progress import Progress

    from jobs.launch import Plan

DEMO_SECRET = "demonstration"  # noqa: S105  simulated, on loopback; `run` makes a new one
UNUSABLE = 2  # exit code: something outside the program must be put right first
console = Console(stderr=True, highlight=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a CockpitError becomes one sentence and exit code 2."""
    args = _parser().parse_args(argv)
    args.go = end_with_parent() if args.with_parent else None
    if args.command in (web, collect):
        gc.disable()  # nearly all that a start makes is kept; looking for garbage takes a fifth of it. Both turn it on again.
    try:
        return int(args.command(args) or 0)
    except CockpitError as error:
        console.print(str(error), style="red", markup=False)
        return UNUSABLE
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__, formatter_class=plain)
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command, words in (
        ("run", run, "start everything"),
        ("web", web, "serve the screens"),
        ("collect", collect, "poll the sources"),
        ("backfill", backfill, "write the demonstration city's history into the store"),
    ):
        commands.add_parser(name, help=words).set_defaults(command=command)
    look = commands.add_parser("check", help="find every problem of a city folder")
    look.add_argument("folder", nargs="?", help="default: CITY")
    look.set_defaults(command=check)
    play = commands.add_parser("demo", help="the demonstration city's departments")
    play.add_argument("scenario", nargs="?", help="play this scenario in the running departments")
    play.add_argument("--from", dest="ahead", default="0s", metavar="3h", help="enter it so far into its course")
    play.set_defaults(command=demo)
    add_user_command(commands, user)
    add_notify_command(commands, notify)
    return parser


def check(args: argparse.Namespace) -> int:
    """Print every problem of a city folder; exit code 2 when there is any."""
    import config

    settings = read_settings(city=args.folder)
    city, _ = config.load(settings.city, os.environ)
    problems = config.check(settings.city, os.environ)
    for problem in problems:
        print(problem)
    if problems or city is None:
        console.print(f"{len(problems)} problems in {settings.city}", style="red")
        return UNUSABLE
    console.print(
        f"{settings.city}: {city.spec.name}, {len(city.metrics)} metrics, {len(city.sites)} sites, {len(city.sources)} sources, "
        f"{len(city.rules)} rules, {len(city.screens)} screens; no problem"
    )
    return 0


def run(_args: argparse.Namespace) -> int:
    """Start what the city needs, wait until the screen answers, stop all on Ctrl-C."""
    settings = read_settings()
    start_logging(settings.var / "logs", "run")
    free_port(settings.host, settings.port)

    def prepare(progress: "Progress", stopped: Callable[[], bool]) -> "Plan":
        from composition import running

        return running.prepare(settings, progress, stopped)

    with bars(console) as progress:
        asyncio.run(supervise(progress, settings, prepare))
    return 0


def backfill(_args: argparse.Namespace) -> int:
    """Write the demonstration city's history, or go on where an earlier run stopped."""
    from composition.city import load_city
    from composition.demonstration import fill

    settings = read_settings()
    city = load_city(settings)
    if not city.spec.demo:
        raise CockpitError(
            f"{settings.city} is no demonstration city: its history comes from its own sources", permanent=True
        )
    with bars(console) as progress:
        fill(progress, city, settings)
    return 0


def collect(_args: argparse.Namespace) -> int:
    """Poll the sources until told to stop."""
    from composition.city import load_city
    from composition.demonstration import attended
    from geo.places import CityPlaces
    from jobs.collect import run_collector
    from jobs.opening import open_city_store

    settings = read_settings()
    start_logging(settings.var / "logs", "collect")
    city = load_city(settings)
    with open_city_store(city, settings) as store:
        asyncio.run(
            until_told(
                lambda stop: attended(
                    city,
                    store,
                    run_collector(city, store, CityPlaces.of_city(city), settings.var, os.environ, stop),
                )
            )
        )
    return 0


def demo(args: argparse.Namespace) -> int:
    """Serve the departments until told to stop; with a scenario, play it in the departments that are running."""
    from composition.city import load_city
    from demo import present, scenario, serve

    settings = read_settings()
    city, folder = load_city(settings), settings.var / "demo"
    if args.scenario:
        if args.scenario not in scenario.SCENARIOS:
            known = "\n".join(f"  {name:<14} {scenario.words(city, name)}" for name in scenario.SCENARIOS)
            raise CockpitError(f"{args.scenario!r} is no scenario; there are\n{known}", permanent=True)
        present.switch(folder, args.scenario, utc_now(), scenario.ahead_of(args.ahead))
        console.print(f"{args.scenario}: {scenario.words(city, args.scenario)}", markup=False)
        return 0
    start_logging(settings.var / "logs", "demo")
    token = os.environ.get("DEMO_PUSH_TOKEN", "")
    alerts = os.environ.get("DEMO_ALERT_TOKEN", "")
    shared = serve.Keys(os.environ.get("DEMO_HALL_SECRET", DEMO_SECRET), settings.address, token, alerts)
    departments = partial(serve.main, city, settings.port + 1, folder, utc_now, shared)
    asyncio.run(until_told(lambda stop: cancelled_at(stop, departments())))
    return 0


def user(args: argparse.Namespace) -> int:
    """Accounts and tokens, by whoever may run this program on this machine."""
    from composition.city import load_city
    from composition.desk import Desk
    from composition.people import access_to
    from jobs.opening import open_city_store

    settings = read_settings()
    city = load_city(settings)
    with open_city_store(city, settings) as store:
        now = utc_now()
        Desk(city, access_to(city, store, settings, now), now).do(args)
    return 0


def notify(args: argparse.Namespace) -> int:
    """Try a receiver, or look at what was sent. The running collector does the sending."""
    from composition import notices
    from composition.city import load_city
    from jobs.opening import open_city_store

    settings = read_settings()
    city = load_city(settings)
    with open_city_store(city, settings) as store:
        notices.run(args, city, store)
    return 0


def web(args: argparse.Namespace) -> int:
    """Serve the screens until told to stop. Started by `run`, it makes itself ready and waits until all is checked."""
    from api.serve import serve
    from composition.city import load_city
    from composition.people import access_to, first_words
    from composition.web import build_web
    from jobs.opening import open_city_store

    settings = read_settings()
    start_logging(settings.var / "logs", "web")
    try:
        city = load_city(settings)
    finally:
        if args.go is not None:  # `run` tells what is wrong with the city, once, and lets nobody go on
            args.go.wait()
    with open_city_store(city, settings) as store:
        if args.go is None:  # else `run` has shown it
            now = utc_now()
            if told := first_words(access_to(city, store, settings, now), now):
                console.print(told, markup=False)
        serve(*build_web(city, store, settings), settings.host, settings.port, settings.trust_proxy)
    return 0


if __name__ == "__main__":
    sys.exit(main())
