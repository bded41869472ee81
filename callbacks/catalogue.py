"""The page of the catalogue: nothing on it can be pressed, and everybody shares one measurement."""

from collections.abc import Sequence

from dash import Dash

from access.reach import sees
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, wire
from domain.account import Right
from domain.metric import Metric
from layouts.accounts.desk import Desk
from layouts.feeds import catalogue as page
from layouts.feeds import catalogue_pane
from layouts.feeds import catalogue_rows as rows
from layouts.tags import Child
from snapshot.quality import Measured
from store import Latest


def paper(measured: Measured) -> Paper:
    """The page's parts."""

    def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
        asked = rows.read(search)
        quality = measured.at(desk.now)
        everything = rows.rows(desk, quality, rows.Asked())
        found = rows.rows(desk, quality, asked) if asked.given else everything
        whole = desk.viewer.reach.whole
        pairs = _pairs(services, desk) if whole else ()
        return page.body(desk, asked, page.Shown(quality, found, len(everything), pairs, whole))

    def pane(_services: AccountServices, desk: Desk, search: str) -> list[Child]:
        asked = rows.read(search).key
        every = rows.rows(desk, measured.at(desk.now), rows.Asked()) if asked else []
        return next((catalogue_pane.pane(desk, row) for row in every if row.metric.key == asked), [])

    def mark(_services: AccountServices, _desk: Desk, search: str) -> str:
        return rows.read(search).key

    return Paper(page.IDS, body, pane, mark, {}, live=False)


def _pairs(services: AccountServices, desk: Desk) -> list[page.Pair]:
    """What each declared pair came to last. StoreError."""
    declared = [metric for metric in services.city.metrics.values() if metric.agree is not None]
    newest = services.store.latest([metric.key for metric in declared]) if declared else []
    return [_pair(desk, metric, [one for one in newest if one.key.metric == metric.key]) for metric in declared]


def _pair(desk: Desk, metric: Metric, newest: Sequence[Latest]) -> page.Pair:
    limit = metric.stale_after or metric.every * 3
    fresh = [
        (one.value, one.key.site)
        for one in newest
        if one.value is not None and desk.now - one.at <= limit
        and sees(desk.viewer.reach, desk.city, metric.key, one.key.site)
    ]  # fmt: skip
    rules = [key for key, rule in desk.city.rules.items() if metric.key in rule.when.metrics]
    if not fresh:
        return page.Pair(metric, rules=rules)
    by, place = max(fresh, key=lambda pair: abs(pair[0]))
    named = desk.district(place) if place in desk.city.districts else desk.city.place_name(place)
    return page.Pair(metric, len(fresh), named, by, rules)


ACCESS: dict[str, Right] = Paper(page.IDS, lambda *_: [], lambda *_: [], lambda *_: "", {}).access


def register(app: Dash, services: AccountServices, measured: Measured) -> None:
    """The page's callbacks."""
    wire(app, services, paper(measured))
