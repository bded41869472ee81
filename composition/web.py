"""The web process: one ASGI app with pages, stream, layers and health, and the hub behind it."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dash import Dash
from fastapi import FastAPI

import api.web
from api.arrival import CSRF_COOKIE, CSRF_HEADER
from api.serve import living
from api.services import Services
from callbacks import (
    accounts,
    alerts,
    catalogue,
    daily,
    drawer,
    duty,
    forms,
    handover,
    incidents,
    instructions,
    orders,
    page,
    rules,
    screens,
    shifts,
    sources,
    statistics,
    walls,
)
from callbacks import map as city_map
from callbacks.accounts_services import AccountServices
from callbacks.bundles import LeanDash
from composition import entry
from composition.drafting import CityFolder
from composition.people import access_to
from domain.city import City
from domain.screen import Screen
from jobs.build import build_id
from jobs.clock import utc_now
from jobs.settings import Settings
from layouts import screen
from layouts.alerts import news
from layouts.moments import Moments
from layouts.pages import Pages
from layouts.screens.drafts import Drafts
from layouts.screens.keys import is_draft
from layouts.source import RECORDS_READ, RUNS_READ, Records
from layouts.topics import found
from snapshot.builder import Builder
from snapshot.channel import Topic
from snapshot.hub import Hub
from snapshot.live import Live
from store import Store

ROOT = Path(__file__).resolve().parents[1]


def build_web(city: City, store: Store, settings: Settings) -> tuple[FastAPI, Hub]:
    """The ASGI app and its hub; live once the app's lifespan begins."""
    builder = Builder(city, store)
    home = min(city.screens.values(), key=lambda s: s.order)

    def layer_url(name: str) -> str:
        return files.url(name)

    drafts = Drafts(_maps(city))
    hub = Hub(
        lambda topic: (
            news.draws(topic.place, topic.lang)
            if topic.screen == news.SCREEN
            else screen.draws(_shown(city, drafts, topic.screen) or home, topic.place, topic.lang, layer_url)
        ),
        Topic(home.key),
    )
    live = Live(builder, hub, store, utc_now)

    def hashes() -> Sequence[str]:
        return pages.csp_hashes()

    server = FastAPI(title=city.spec.title, lifespan=living(live), docs_url=None, redoc_url=None, openapi_url=None)
    build = build_id([ROOT / name for name in ("assets", "layouts", "callbacks")] + [city.folder / "screens"])
    services = Services(city, store, builder, hub, live, build, settings.var / "cache", utc_now, hashes, drafts)
    files = api.web.mount(server, services)

    def kept(key: str, raw: bool) -> Records:
        return Records(store.runs(RUNS_READ, key), store.quarantine(RECORDS_READ, key) if raw else None)

    moments = Moments(lambda: live.snapshot, builder.at)
    access = access_to(city, store, settings, utc_now())
    people = AccountServices(city, store, access, utc_now)
    shown = Pages(
        city,
        moments,
        files.url,
        kept,
        entry.routes(people, lambda viewer, asked: shown.view(asked, viewer), drafts),
        entry.header_menu,
    )
    pages = build_pages(server, city, shown)
    accounts.register(pages, people)
    alerts.register(pages, people)
    rules.register(pages, people)
    duty.register(pages, people, shown)
    for paper in (orders, handover, incidents, shifts, statistics, instructions):
        paper.register(pages, people)
    daily.register(pages, people, shown)
    walls.register(pages, people, services.displays)
    catalogue.register(pages, people, services.measured)
    sources.register(pages, people)
    screens.register(pages, people, CityFolder(settings.city, os.environ), drafts)
    forms.register(pages, people)
    api.web.guard(server, services, access, replace(entry.rules(city, settings), declared=pages.callback_map.get))
    return server, hub


def _shown(city: City, drafts: Drafts, key: str) -> Screen | None:
    """What a topic of the stream shows; whoever asks for a draft has been let in before."""
    draft = drafts.screen(key) if is_draft(key) else None
    return draft.screen if draft is not None else found.screen(city, key)


def _maps(city: City) -> frozenset[str]:
    """Keys of every map panel that the page's own code knows."""
    return frozenset(panel.key for one in found.screens(city) for panel in one.panels if panel.kind == "map")


def build_pages(server: FastAPI, city: City, shown: Pages) -> Dash:
    """Dash on the server: the page, its assets and what a person's click does."""
    pages = LeanDash(
        server=server,  # type: ignore[arg-type]  # Dash's hint names Flask's servers only
        title=city.spec.title,
        update_title="",
        assets_folder=str(ROOT / "assets"),
        assets_ignore=r"^(plotly-|geographiclib-|sign-in\.)",  # loaded when a chart is first drawn; on pages that are not Dash's
        csrf_token_name=CSRF_COOKIE,
        csrf_header_name=CSRF_HEADER,
        suppress_callback_exceptions=True,  # parts appear with their data, after the first layout
    )
    # Every page would open a websocket for callbacks that nobody sends through it; what is not offered needs no guard.
    pages.backend.websocket_capability = False
    page.register(pages, shown.page)
    drawer.register(pages, shown)
    city_map.register(pages, found.screens(city))
    return pages
