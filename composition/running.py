"""What `run` does before the screen may be served: read and check everything, make the store ready, fill the history."""

from collections.abc import Callable, Mapping
from functools import partial

from rich.progress import Progress

from composition.city import load_city
from composition.demonstration import demo_env, fill
from composition.people import access_to, first_words
from domain.city import City
from jobs.clock import utc_now
from jobs.launch import Plan
from jobs.opening import open_city_store
from jobs.progress import step
from jobs.settings import Settings


def prepare(settings: Settings, progress: Progress, stopped: Callable[[], bool]) -> Plan:
    """Do it all, each step under its own bar; CockpitError with one sentence when something must be put right first."""
    city = step(progress, f"reading {settings.city}", lambda: load_city(settings))
    told = step(progress, "preparing the store", lambda: _open(city, settings))
    if told:
        progress.console.print(f"\n{told}\n", markup=False)
    if not city.spec.demo:
        return Plan(city.spec.title, ("collect",), _nothing_more)
    fill(progress, city, settings, stopped)
    return Plan(city.spec.title, ("demo", "collect"), partial(demo_env, city, settings))


def _open(city: City, settings: Settings) -> str:
    """Make the store ready and see to it that somebody can come in; what has to be shown once."""
    with open_city_store(city, settings) as store:
        now = utc_now()
        return first_words(access_to(city, store, settings, now), now)


def _nothing_more() -> Mapping[str, str]:
    return {}
