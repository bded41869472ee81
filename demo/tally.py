"""How much each source published, and when: counts alone, without the values, which would cost a hundred times more."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demo import desk
from demo.feeds import FEEDS, Feed
from demo.noise import Ints
from demo.publication import LATEST, Publisher

INCIDENTS = "incidents"  # the source of the duty desk's list, which is no feed of values


@dataclass(frozen=True, slots=True)
class Tally:
    """What a source published, in order of time (epoch seconds): values in the store, records in quarantine."""

    told: Ints
    rows: Ints
    rejected: Ints


def tally(publisher: Publisher, source: str, first: int, last: int, derived: Mapping[int, int]) -> Tally:
    """Everything told in first <= t <= last. `derived`: how many metrics come from a record of a feed, by the feed's id."""
    parts = [
        _of_feed(publisher, feed, first, last, derived.get(id(feed), 0)) for feed in FEEDS if feed.source == source
    ]
    if source == INCIDENTS:
        parts.append(_of_desk(publisher, first, last))
    told, rows, rejected = (
        np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, np.int64)])
        for name in ("told", "rows", "rejected")
    )
    chosen = np.flatnonzero((told >= first) & (told <= last))
    order = chosen[np.argsort(told[chosen], kind="stable")]
    return Tally(told[order], rows[order], rejected[order])


def _of_feed(publisher: Publisher, feed: Feed, first: int, last: int, derived: int) -> Tally:
    """Each record, and each correction of one, which is told again as a whole."""
    at = publisher.times(feed, first - feed.delay - LATEST, last - feed.delay + 1)
    told, corrected = publisher.published(feed, at)
    wild = publisher.nonsense(feed, at)
    rows = len(feed.metrics) + derived - wild
    again = corrected > 0
    return Tally(
        np.concatenate([told.ravel(), corrected[again]]),
        np.concatenate([rows.ravel(), rows[again]]),
        np.concatenate([(wild > 0).ravel(), (wild > 0)[again]]).astype(np.int64),
    )


def _of_desk(publisher: Publisher, first: int, last: int) -> Tally:
    told = np.array([int(row["seq"]) // 10_000 for row in desk.rows(publisher.world, first * 10_000, last)], np.int64)
    return Tally(told, np.ones(len(told), np.int64), np.zeros(len(told), np.int64))
