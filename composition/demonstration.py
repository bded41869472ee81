"""The demonstration city's departments and history, as `run`, `demo` and `backfill` use them."""

import secrets
from collections.abc import Callable

from rich.progress import Progress

from domain.city import City
from jobs.clock import utc_now
from jobs.launch import free_port
from jobs.opening import open_city_store
from jobs.settings import Settings


def demo_env(settings: Settings) -> dict[str, str]:
    """What the sources of a demonstration city take from the environment; CockpitError when a department's port is taken."""
    from demo import departments, serve

    for number in range(1, len(departments.DEPARTMENTS) + 1):
        free_port("127.0.0.1", settings.port + number)
    return serve.environment(settings.port + 1, settings.var / "demo", secrets.token_urlsafe(16))


def _never() -> bool:
    return False


def fill(progress: Progress, city: City, settings: Settings, stopped: Callable[[], bool] = _never) -> None:
    """The demonstration city's history up to now, with a bar; nothing when it is there already.

    stopped: asked after each part; a history left unfinished is gone on with at the next start.
    """
    from demo.anchor import finished

    with open_city_store(city, settings) as store:
        if finished(store):
            return
        from demo import history, present

        played = present.script_of(settings.var / "demo")
        bar = progress.add_task("30 days of history", total=None)
        for part in history.backfill(city, store, utc_now(), script=played):
            progress.update(bar, completed=part.done, total=part.total, description=part.words)
            if stopped():
                return
