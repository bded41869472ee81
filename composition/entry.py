"""Who comes in by which way: the gate's rules in a city, and the pages and menu about people."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from dash import html

from api.doors import screens
from api.web import Rules
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
    shifts,
    sources,
    statistics,
    walls,
)
from callbacks import map as city_map
from callbacks import rules as rule_page
from callbacks import screens as screen_page
from callbacks.accounts_services import AccountServices
from domain.account import Right, Role, Viewer
from domain.city import City
from domain.topic import DISTRICT
from jobs.settings import Settings
from layouts import shell
from layouts.accounts import accounts as everybody
from layouts.accounts import audit, menu, mine
from layouts.accounts.desk import Desk
from layouts.address import Address
from layouts.alerts import page as cases
from layouts.alerts import rules as every_rule
from layouts.duty import daily as daily_page
from layouts.duty import desk_map, desk_page
from layouts.duty import forms as forms_page
from layouts.duty import handover as handover_page
from layouts.duty import incidents as incidents_page
from layouts.duty import instructions as instructions_page
from layouts.duty import orders as orders_page
from layouts.duty import shifts as shifts_page
from layouts.duty import statistics as statistics_page
from layouts.feeds import catalogue as catalogue_page
from layouts.feeds import sources as sources_page
from layouts.feeds.filters import PATH as CATALOGUE
from layouts.pages import Route
from layouts.panels import map as city_panel
from layouts.screens import editor, preview
from layouts.screens.drafts import Drafts
from layouts.screens.keys import plain
from layouts.tags import Node
from layouts.topics import found
from layouts.view import View
from layouts.wall import displays

# With SIGN_IN=off: whoever sits at this machine, with every right that a person can have.
ALONE = Viewer("local", "本机", Role.SHIFT, frozenset(Right) - {Right.PUSH}, session="local")
CALLBACKS: Mapping[str, Right] = (
    drawer.ACCESS
    | city_map.ACCESS
    | page.ACCESS
    | accounts.ACCESS
    | alerts.ACCESS
    | rule_page.ACCESS
    | duty.ACCESS
    | orders.ACCESS
    | handover.ACCESS
    | incidents.ACCESS
    | shifts.ACCESS
    | statistics.ACCESS
    | walls.ACCESS
    | instructions.ACCESS
    | daily.ACCESS
    | catalogue.ACCESS
    | sources.ACCESS
    | screen_page.ACCESS
    | forms.ACCESS
)
PEOPLE: Mapping[str, Callable[[Desk], html.Div]] = {
    cases.PATH: cases.page,
    every_rule.PATH: every_rule.page,
    orders_page.PATH: orders_page.page,
    handover_page.PATH: handover_page.page,
    incidents_page.PATH: incidents_page.page,
    shifts_page.PATH: shifts_page.page,
    statistics_page.PATH: statistics_page.page,
    displays.PATH: displays.page,
    instructions_page.PATH: instructions_page.page,
    daily_page.PATH: daily_page.page,
    CATALOGUE: catalogue_page.page,
    sources_page.PATH: sources_page.page,
    editor.PATH: editor.page,
    forms_page.PATH: forms_page.page,
    mine.PATH: mine.page,
    everybody.PATH: everybody.page,
    audit.PATH: audit.page,
}


def rules(city: City, settings: Settings) -> Rules:
    """Who may come in."""
    further = screens(found.paths(city))
    base = Rules()
    return Rules((*base.doors, *further), CALLBACKS, None if settings.sign_in else ALONE)


Views = Callable[[Viewer, Address], View | None]


def routes(services: AccountServices, view: Views, drafts: Drafts) -> Mapping[str, Route]:
    """The pages about people by their paths. view: the city as somebody may see it, for the desk's map and for drafts."""
    return {path: _route(services, draw) for path, draw in PEOPLE.items()} | {
        desk_page.PATH: _desk(services, view),
        preview.PATH: _preview(services, view, drafts),
    }


def _preview(services: AccountServices, view: Views, drafts: Drafts) -> Route:
    """Somebody's own draft; the page of a district needs one to be of."""

    def shown(viewer: Viewer, asked: Address) -> html.Div:
        draft = drafts.of(asked.draft, viewer.login)
        if draft is not None and plain(draft.screen.key) == DISTRICT and not asked.district:
            asked = replace(asked, district=next(iter(services.city.districts)))
        seen = view(viewer, asked) if draft is not None else None
        if draft is None or seen is None:
            return preview.gone(Desk(services.city, viewer, asked.lang, services.now()))
        return shell.with_account(preview.page(draft, seen), header_menu(viewer, asked))

    return shown


def _desk(services: AccountServices, view: Views) -> Route:
    """The duty desk."""
    panel = desk_map.panel(services.city)

    def shown(viewer: Viewer, asked: Address) -> html.Div:
        seen = view(viewer, asked) if panel is not None else None
        drawn = city_panel.build(panel, seen) if panel is not None and seen is not None else None
        return desk_page.page(Desk(services.city, viewer, asked.lang, services.now()), drawn)

    return shown


def _route(services: AccountServices, draw: Callable[[Desk], html.Div]) -> Route:
    def shown(viewer: Viewer, asked: Address) -> html.Div:
        return draw(Desk(services.city, viewer, asked.lang, services.now()))

    return shown


def header_menu(viewer: Viewer, asked: Address) -> Node:
    """What the header of every screen shows of the viewer."""
    return menu.render(viewer, asked.lang)
