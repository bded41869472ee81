"""The dictionary of series: (metric, site, source, standard) as a small number."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from sqlalchemy import Connection, insert, select

from domain.errors import StoreError
from domain.observation import SeriesKey
from store.columns import SERIES_BITS, Bool, Int32, Key
from store.driver import storable
from store.tables import series


@dataclass(frozen=True, slots=True)
class _Known:
    """The dictionary at one moment; replaced, never changed. `metric_of[id]` is a position in `metrics`."""

    keys: dict[int, SeriesKey] = field(default_factory=dict)
    ids: dict[Key, int] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    metric_of: Int32 = field(default_factory=lambda: np.zeros(1, np.int32))
    newest: int = 0

    def grown(self, added: Mapping[int, SeriesKey]) -> "_Known":
        """The dictionary with series whose ids are above all present ones."""
        newest = max(added)
        codes = {metric: code for code, metric in enumerate(self.metrics)}
        metric_of = np.zeros(newest + 1, np.int32)
        metric_of[: len(self.metric_of)] = self.metric_of
        for number, key in added.items():
            metric_of[number] = codes.setdefault(key.metric, len(codes))
        keys = {**self.keys, **added}
        ids = self.ids.copy()
        ids.update({key: number for number, key in added.items()})
        return _Known(keys, ids, tuple(codes), metric_of, newest)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Series by their ids, and the dictionary that holds them."""

    ids: Mapping[Key, int]
    _known: _Known

    def metrics(self, numbers: Int32) -> frozenset[str]:
        """The metrics of series."""
        codes = np.unique(self._known.metric_of[numbers])
        return frozenset(self._known.metrics[code] for code in codes.tolist())

    def of(self, numbers: Int32, metrics: Collection[str]) -> Bool:
        """Which of some series are of one of some metrics."""
        codes = [code for code, metric in enumerate(self._known.metrics) if metric in metrics]
        return np.isin(self._known.metric_of[numbers], codes)


class Dictionary:
    """Every series the store knows, kept in memory; ids count from 1 and are never used again.

    Only committed series are kept, so an undone write leaves nothing behind. Safe for several threads.
    """

    def __init__(self) -> None:
        self._known = _Known()
        self._lock = Lock()

    def keys(self, connection: Connection) -> dict[int, SeriesKey]:
        """All series as this connection sees them. Not to be changed by the caller."""
        return self._caught_up(connection).keys

    @property
    def known(self) -> Resolved:
        """All series that this process has heard of so far."""
        known = self._known
        return Resolved(known.ids, known)

    def resolve(self, connection: Connection, keys: Collection[Key]) -> Resolved:
        """Some series, each once; unknown ones are added. Only inside a write: nobody else adds meanwhile."""
        known = self._known
        if None not in map(known.ids.get, keys):
            return self.known
        plain = {key: _plain(key) for key in keys}
        known = self._with(connection, plain.values())
        return Resolved({key: known.ids[one] for key, one in plain.items()}, known)

    def _with(self, connection: Connection, keys: Iterable[SeriesKey]) -> _Known:
        known = self._caught_up(connection)
        fresh = dict.fromkeys(key for key in keys if key not in known.ids)
        if not fresh:
            return known
        if known.newest + len(fresh) >= 1 << SERIES_BITS:
            raise StoreError(f"The store takes no more than {1 << SERIES_BITS:,} series.", permanent=True)
        added = dict(enumerate(fresh, known.newest + 1))
        connection.execute(insert(series), [{"id": number, **key._asdict()} for number, key in added.items()])
        return known.grown(added)

    def _caught_up(self, connection: Connection) -> _Known:
        columns = (series.c.id, series.c.metric, series.c.site, series.c.source, series.c.standard)
        with self._lock:
            newer = select(*columns).where(series.c.id > self._known.newest).order_by(series.c.id)
            added = {row[0]: SeriesKey(*row[1:]) for row in connection.execute(newer)}
            if added:
                self._known = self._known.grown(added)
            return self._known


def _plain(key: Key) -> SeriesKey:
    return SeriesKey(*map(storable, key))
