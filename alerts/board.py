"""The first threshold of every rule of a metric at every site as arrays, so that a batch is tested at once.

Only what reaches a threshold, or belongs to an open alert, goes through the state machine in Python.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from alerts.rule import Limits
from domain.observation import Observation, Quality
from domain.rule import Rule

SMALL = 48  # tests below which plain comparisons cost less than building arrays (benchmarks/rules.py)
_LONG_AGO = int(np.iinfo(np.int64).min)
Limiter = Callable[[Rule, str], Limits | None]


def usable(observation: Observation) -> float | None:
    """The value to judge: a suspect one counts, because a person will look; a missing or invalid one does not."""
    return observation.value if observation.quality <= Quality.SUSPECT else None


class Board:
    """One metric's rules over the sites seen so far. Owned by one engine, used by one thread at a time."""

    def __init__(self, rules: Sequence[Rule], limiter: Limiter) -> None:
        self.rules = tuple(rules)
        self._limiter = limiter
        self._columns: dict[str, int] = {}
        self._signs = np.array([1.0 if rule.when.above else -1.0 for rule in rules])
        self._entry = np.empty((len(rules), 0))
        self._open = np.empty((len(rules), 0), dtype=bool)
        self._newest = np.empty(0, dtype=np.int64)

    def mark(self, row: int, site: str, is_open: bool) -> None:
        """Note whether a rule has an open alert at a site, so that its values always reach the state machine."""
        if site not in self._columns:
            self._grow([site])
        self._open[row, self._columns[site]] = is_open

    def touched(self, group: Sequence[Observation]) -> Iterator[tuple[int, Observation]]:
        """The (rule row, observation) pairs that may move an alert, oldest first; remembers the newest time of each site.

        A value older than the newest seen at its site is left out: late data never move an alert backwards.
        """
        missing = {o.site: None for o in group if o.site not in self._columns}
        if missing:
            self._grow(list(missing))
        ordered = group if len(group) == 1 else sorted(group, key=lambda o: o.at)
        if len(group) * len(self.rules) <= SMALL:
            return self._one_by_one(ordered)
        return self._at_once(ordered)

    def _one_by_one(self, group: Sequence[Observation]) -> Iterator[tuple[int, Observation]]:
        for observation in group:
            column = self._columns[observation.site]
            at = round(observation.at.timestamp() * 1000)
            if at < self._newest[column]:
                continue
            value = usable(observation)
            for row, sign in enumerate(self._signs.tolist()):
                if self._open[row, column] or (value is not None and sign * value >= self._entry[row, column]):
                    yield row, observation
            if value is not None:
                self._newest[column] = at

    def _at_once(self, group: Sequence[Observation]) -> Iterator[tuple[int, Observation]]:
        columns = np.array([self._columns[o.site] for o in group], dtype=np.intp)
        at = np.array([o.at.timestamp() for o in group])
        times = np.round(at * 1000).astype(np.int64)
        values = np.array([usable(o) for o in group], dtype=np.float64)  # None becomes NaN, which reaches nothing
        fresh = times >= self._newest[columns]
        reached = self._signs[:, None] * values[None, :] >= self._entry[:, columns]
        hits = (reached & fresh) | (self._open[:, columns] & fresh)
        hits = self._with_later(hits, columns) & fresh
        known = ~np.isnan(values)
        np.maximum.at(self._newest, columns[known], times[known])
        for index, row in np.argwhere(hits.T).tolist():
            yield row, group[index]

    def _with_later(self, hits: npt.NDArray[np.bool_], columns: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        """Where a batch holds several values of one site, a hit by one means that the others matter too."""
        if len(np.unique(columns)) == len(columns):
            return hits
        rows, found = np.nonzero(hits)
        at_site = np.zeros(self._open.shape, dtype=bool)
        at_site[rows, columns[found]] = True
        return at_site[:, columns]

    def _grow(self, sites: Sequence[str]) -> None:
        entry = np.full((len(self.rules), len(sites)), np.inf)
        for column, site in enumerate(sites):
            self._columns[site] = self._newest.size + column
            for row, rule in enumerate(self.rules):
                levels = self._limiter(rule, site)
                if levels is not None:
                    entry[row, column] = levels.entry
        self._entry = np.concatenate((self._entry, entry), axis=1)
        self._open = np.concatenate((self._open, np.zeros(entry.shape, dtype=bool)), axis=1)
        self._newest = np.concatenate((self._newest, np.full(len(sites), _LONG_AGO, dtype=np.int64)))
