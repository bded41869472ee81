"""The page of the desk's figures; nothing on it can be pressed."""

from datetime import datetime, timedelta

from dash import Dash

from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, wire
from domain.account import Right
from domain.handover import Handover
from domain.order import Order
from domain.report import Report
from domain.shift import Shift
from duty.statistics import WEEK, Known, loads, monday, weekly
from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.duty import statistics as page
from layouts.tags import Child
from store.desk import CaseQuery
from store.duty import DossierQuery

WEEKS = 8
SHIFTS = 14
MOST = 20_000  # cases counted: at a hundred an hour, eight weeks of them


def body(services: AccountServices, desk: Desk, _search: str) -> list[Child]:
    """Weeks and shifts."""
    return page.body(desk, shown(services, desk)) if papers.reads_all(desk) else [papers.refused(desk)]


def pane(_services: AccountServices, _desk: Desk, _search: str) -> list[Child]:
    """Nothing is done here."""
    return []


def mark(_services: AccountServices, _desk: Desk, _search: str) -> str:
    """Nothing moves."""
    return "still"


def shown(services: AccountServices, desk: Desk) -> page.Shown:
    """What the page shows. StoreError."""
    store, zone = services.store, services.city.zone
    first = monday(desk.now, zone) - (WEEKS - 1) * WEEK
    begin = datetime.combine(first, datetime.min.time(), zone)
    cases = store.desk.cases(CaseQuery(since=begin), MOST)
    steps = store.duty.case_steps(begin, desk.now)
    since = DossierQuery(since=begin - timedelta(days=1))
    orders = store.duty.dossiers(Order, since, MOST)
    known = Known(
        cases, steps, orders, store.duty.dossiers(Handover, since, 1000), store.duty.dossiers(Report, since, MOST)
    )
    shifts = [one for one in store.duty.dossiers(Shift, since, SHIFTS * 2) if one.state in ("on", "over")][:SHIFTS]
    names = {one.login: one.name for one in store.people.accounts()}
    return page.Shown(
        weekly(known, zone, first, WEEKS, desk.now), loads(known, shifts, zone, desk.now), names, len(cases) == MOST
    )


PAPER = Paper(page.IDS, body, pane, mark, {}, live=False)  # eight weeks are not counted anew with each alert
ACCESS: dict[str, Right] = PAPER.access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""
    wire(app, services, PAPER)
