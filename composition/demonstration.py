"""The demonstration city's departments and history, as `run`, `demo` and `backfill` use them."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta

from rich.progress import Progress

from access.accounts import DEMO_PREFIX
from access.ask import SYSTEM
from access.tokens import Wish
from composition.people import access_to
from domain.account import Role
from domain.city import City
from domain.errors import StoreError
from domain.session import Scope
from jobs.clock import utc_now
from jobs.launch import free_port
from jobs.opening import open_city_store
from jobs.settings import Settings
from store import Store

log = logging.getLogger("demo")
HISTORY = "30 days of history"

# What the tokens are called in lists: one for each department that sends by itself.
PUSHING = {"DEMO_PUSH_TOKEN": ("公交调度平台推送", "transit"), "DEMO_ALERT_TOKEN": ("政务云告警推送", "it_alerts")}
TOKEN_LIFE = timedelta(days=365)


def demo_env(city: City, settings: Settings) -> dict[str, str]:
    """What a demonstration city's departments and sources take from the environment; CockpitError when a port is taken."""
    from demo import serve

    for number in range(1, serve.PORTS + 1):
        free_port("127.0.0.1", settings.port + number)
    env = serve.environment(settings.port + 1, settings.var / "demo", secrets.token_urlsafe(16))
    return env | _push_tokens(city, settings)


def _push_tokens(city: City, settings: Settings) -> dict[str, str]:
    """A token for each department that pushes, new at each start; the ones before them end."""
    names = {name for name, _ in PUSHING.values()}
    with open_city_store(city, settings) as store:
        now = utc_now()
        tokens = access_to(city, store, settings, now).tokens
        login = f"{DEMO_PREFIX}{Role.ADMIN.value}"
        for old in tokens.of(login, SYSTEM):
            if old.name in names and old.revoked is None:
                tokens.revoke(old.id, SYSTEM, now)
        return {
            variable: tokens.issue(
                Wish(login, name, frozenset({Scope.PUSH}), now + TOKEN_LIFE, frozenset({source})), SYSTEM, now
            )[1]
            for variable, (name, source) in PUSHING.items()
        }


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
        bar = progress.add_task(HISTORY, total=None)
        for part in history.backfill(city, store, utc_now(), script=played):
            progress.update(bar, completed=part.done, total=part.total, description=f"{HISTORY}: {part.words}")
            if stopped():
                return
        progress.update(bar, description=HISTORY)


async def attended(city: City, store: Store, collecting: Awaitable[None]) -> None:
    """Collect; in a demonstration city its clerks answer orders and sign forms meanwhile."""
    clerks = asyncio.create_task(_clerks(city, store)) if city.spec.demo else None
    try:
        await collecting
    finally:
        if clerks is not None:
            clerks.cancel()


async def _clerks(city: City, store: Store) -> None:
    from demo import clerks, filing

    while True:
        try:
            await asyncio.to_thread(clerks.answered, store, city.zone, utc_now())
            await asyncio.to_thread(filing.signed, city, store, utc_now())
        except StoreError as error:
            log.info("the clerks wait for the store: %s", error)
        await asyncio.sleep(clerks.EVERY.total_seconds())
