"""What `run` does before the screen may be served: read and check everything, make the store ready, fill the history."""

from collections.abc import Callable, Mapping
from functools import partial

from rich.progress import Progress

from composition.city import load_city
from composition.demonstration import demo_env, fill
from jobs.launch import Plan
from jobs.opening import open_city_store
from jobs.progress import step
from jobs.settings import Settings


def prepare(settings: Settings, progress: Progress, stopped: Callable[[], bool]) -> Plan:
    """Do it all, each step under its own bar; CockpitError with one sentence when something must be put right first."""
    city = step(progress, f"reading {settings.city}", lambda: load_city(settings))
    step(progress, "preparing the store", lambda: open_city_store(city, settings).close())
    if not city.spec.demo:
        return Plan(city.spec.title, ("collect",), _nothing_more)
    fill(progress, city, settings, stopped)
    return Plan(city.spec.title, ("demo", "collect"), partial(demo_env, settings))


def _nothing_more() -> Mapping[str, str]:
    return {}
