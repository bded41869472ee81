"""The department that files by hand: its form is signed with the figures of its history, and left open for visitors before it is due."""

from datetime import UTC, datetime, timedelta

import numpy as np

from demo import filing
from demo.feeds import FEEDS
from demo.publication import Publisher
from domain.city import City
from domain.filing import Filing
from domain.health import Freshness
from duty.filings import forms, write
from store import Store
from tests.access.conftest import address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.demo.conftest import START
from tests.duty.forms import clerk
from tests.duty.forms import hand as at_hand

EARLY = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


def state(store: Store, city: City, now: datetime) -> Freshness:
    return store.health(now, city.sources, now - timedelta(hours=8))["enforcement"].state


def test_every_month_that_is_due_is_signed_once_with_the_figures_of_the_history(
    city: City,
    publisher: Publisher,
    sqlite_store: Store,  # noqa: F811
) -> None:
    assert filing.signed(city, sqlite_store, START) == 6
    assert filing.signed(city, sqlite_store, START) == 0
    held = sqlite_store.duty.dossiers(Filing)
    assert {one.state for one in held} == {"signed"}
    assert state(sqlite_store, city, START) is Freshness.LIVE
    feed = next(one for one in FEEDS if one.source == "enforcement")
    ends = publisher.times(feed, int(START.timestamp()) - 40 * 86_400, int(START.timestamp()))
    block = publisher.block(feed, ends)
    told = {one.key.site: one for one in sqlite_store.latest() if one.key.metric == "enforce.checks"}
    assert [told[name].value for name in block.group.names] == block.values["enforce.checks"][:, -1].tolist()
    assert {int(one.at.timestamp()) for one in told.values()} == set(np.unique(ends[:, -1]).tolist())


def test_the_newest_month_is_left_to_whoever_tries_the_page_until_it_is_nearly_due(
    city: City,
    sqlite_store: Store,  # noqa: F811
) -> None:
    filing.signed(city, sqlite_store, EARLY)
    assert "2026-10" not in {one.period for one in sqlite_store.duty.dossiers(Filing)}


def test_what_a_visitor_has_begun_is_left_to_him(city: City, sqlite_store: Store) -> None:  # noqa: F811
    made = forms(city)["enforcement"]
    someone = clerk("demo.clerk", made.spec.department)
    hand = at_hand(form=made, viewer=someone, now=EARLY)
    sqlite_store.duty.decide(write(hand, {}), None, EARLY)
    filing.signed(city, sqlite_store, START)
    begun = next(one for one in sqlite_store.duty.dossiers(Filing) if one.period == "2026-10")
    assert begun.state == "draft"
