"""One metric's recent course: its series, their newest values and the points of the hot window. Never changes once made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.observation import Quality, SeriesKey
from snapshot.rows import NOTHING, Ints, Rows
from snapshot.times import HOUR


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest value of one series; None where it came without one. Times in ms."""

    at: int
    received: int
    value: float | None
    quality: Quality


@dataclass(frozen=True)
class Course:
    """What is known of one metric. `ids` are the store's numbers of the series, `keys` what they are, in one order.

    newest: one for each series, None where nothing ever came. points: the hot window, complete from `start` (ms) on.
    every: the metric's expected interval, ms.
    """

    ids: tuple[int, ...] = ()
    keys: tuple[SeriesKey, ...] = ()
    newest: tuple[Newest | None, ...] = ()
    points: Rows = NOTHING
    start: int = 0
    every: int = HOUR

    @cached_property
    def by_site(self) -> Mapping[str, tuple[int, ...]]:
        """Which series measure a site, the one with the newest value first: it speaks for the site from its first value on."""
        out: dict[str, list[int]] = {}
        for index, key in enumerate(self.keys):
            out.setdefault(key.site, []).append(index)
        return {site: tuple(sorted(found, key=self._age)) for site, found in out.items()}

    @cached_property
    def last_at(self) -> int:
        """When the newest value of all is of, ms; -1 when there is none."""
        return max((newest.at for newest in self.newest if newest is not None), default=-1)

    def _age(self, index: int) -> tuple[int, int]:
        newest = self.newest[index]
        return (-newest.at if newest is not None else 1, index)

    def best(self, site: str) -> tuple[SeriesKey, Newest] | None:
        """The newest value at a site and the series it belongs to."""
        for index in self.by_site.get(site, ()):
            newest = self.newest[index]
            if newest is not None:
                return self.keys[index], newest
        return None

    def of_sites(self, rows: Rows, sites: Sequence[str]) -> Rows:
        """Rows of this metric's series as rows of sites, numbered in the given order; other sites are left out.

        Where several series measure one site, the preferred one replaces the others from its first row on, so that
        nothing is counted twice.
        """
        owner = np.full(len(self.keys), -1, np.int64)
        doubled = False
        for number, site in enumerate(sites):
            found = self.by_site.get(site, ())
            owner[list(found)] = number
            doubled |= len(found) > 1
        return self._single(rows, sites).belonging(owner).ordered() if doubled else rows.belonging(owner)

    def _single(self, rows: Rows, sites: Sequence[str]) -> Rows:
        """Drop what a preferred series also tells."""
        until: Ints = np.full(len(self.keys), np.iinfo(np.int64).max, np.int64)
        for site in sites:
            first = np.iinfo(np.int64).max
            for index in self.by_site.get(site, ()):
                until[index] = first
                own = rows.at[rows.series == index]
                first = min(first, int(own[0])) if own.size else first
        return rows.pick(rows.at < until[rows.series])


EMPTY = Course()
