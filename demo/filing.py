"""The department that files by hand: its clerk fills in and signs each period of a form some days before it is due.

The newest period stays open until then, for whoever tries the page; what somebody has begun is left to him.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from demo.city import World
from demo.clerks import clerk
from demo.feeds import FEEDS
from demo.noise import Floats
from demo.publication import Publisher
from demo.scenario import Script
from domain.city import City
from domain.errors import TransitionRefused
from domain.filing import Filing, Period, about
from duty.filings import Form, Hand, cell, forms, sign
from store import Store
from store.duty import DossierQuery

log = logging.getLogger("demo")

BEFORE: Final = timedelta(days=3)


def signed(city: City, store: Store, now: datetime) -> int:
    """Sign what nobody has signed and is due soon; how many periods were. StoreError."""
    found = list(_open(city, store, now))
    if not found:
        return 0
    offset = int((now.astimezone(city.zone).utcoffset() or timedelta()).total_seconds())
    publisher = Publisher(World(city, Script(), offset))
    return sum(_signed(store, publisher, form, period, now) for form, period in found)


def _open(city: City, store: Store, now: datetime) -> Iterator[tuple[Form, Period]]:
    for form in forms(city).values():
        periods = [one for one in form.spec.listed(now) if one.due - BEFORE <= now]
        wanted = {about(form.spec.key, one.name): one for one in periods}
        held = store.duty.dossiers(Filing, DossierQuery(about=frozenset(wanted)))
        yield from ((form, wanted[name]) for name in wanted.keys() - {one.about for one in held})


def _signed(store: Store, publisher: Publisher, form: Form, period: Period, now: datetime) -> bool:
    hand = Hand(form, period, clerk(form.spec.department), now)
    cells = filled(publisher, form, period)
    try:
        store.duty.decide(sign(hand, cells), None, now)
    except TransitionRefused as error:  # somebody was faster, or the city's figures do not fit its form
        log.info("%s of %s was not signed: %s", period.name, form.spec.key, error)
        return False
    return True


def filled(publisher: Publisher, form: Form, period: Period) -> dict[str, str]:
    """The cells of a period, with the figures that its history has."""
    cells: dict[str, str] = {}
    fields = {column.metric.key: column.field for column in form.columns}
    for feed in (one for one in FEEDS if one.source == form.spec.key):
        end = int(period.due.timestamp()) - form.spec.within * 86_400 + feed.phase
        block = publisher.block(feed, np.full((len(publisher.group(feed)), 1), end, dtype=np.int64))
        for metric, values in block.values.items():
            told = zip(block.group.names, _texts(values[:, 0], feed.metrics[metric]), strict=True)
            cells |= {cell(place, fields[metric]): text for place, text in told}
    return cells


def _texts(values: Floats, decimals: int) -> list[str]:
    return [f"{value:.{decimals}f}" for value in values.tolist()]
