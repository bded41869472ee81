"""The dictionary of series: (metric, site, source, standard) as a small number."""

from collections.abc import Sequence
from threading import Lock

from sqlalchemy import Connection, insert, select

from domain.errors import StoreError
from domain.observation import SeriesKey
from store.rollup import SERIES_BITS
from store.tables import series


class Dictionary:
    """Every series the store knows, kept in memory; ids count from 1 and are never used again.

    Only committed series are kept, so an undone write leaves nothing behind. Safe for several threads.
    """

    def __init__(self) -> None:
        self._keys: dict[int, SeriesKey] = {}
        self._ids: dict[SeriesKey, int] = {}
        self._lock = Lock()

    def keys(self, connection: Connection) -> dict[int, SeriesKey]:
        """All series as this connection sees them. Not to be changed by the caller."""
        self._catch_up(connection)
        return self._keys

    def known(self, key: int) -> SeriesKey:
        """The key of a series that was loaded before."""
        return self._keys[key]

    def resolve(self, connection: Connection, keys: Sequence[SeriesKey]) -> tuple[list[int], dict[int, SeriesKey]]:
        """Ids of the keys, in their order, and the new ones among them. Only inside a write: nobody else adds meanwhile."""
        if any(key not in self._ids for key in keys):
            self._catch_up(connection)
        fresh = dict.fromkeys(key for key in keys if key not in self._ids)
        added = {key: number for number, key in enumerate(fresh, max(self._keys, default=0) + 1)}
        if len(self._keys) + len(added) >= 1 << SERIES_BITS:
            raise StoreError(
                f"The store holds {len(self._keys)} series and takes no more than {1 << SERIES_BITS}.", permanent=True
            )
        if added:
            rows = [{"id": number, **key._asdict()} for key, number in added.items()]
            connection.execute(insert(series), rows)
        ids = [added.get(key) or self._ids[key] for key in keys]
        return ids, {number: key for key, number in added.items()}

    def _catch_up(self, connection: Connection) -> None:
        with self._lock:
            newest = max(self._keys, default=0)
            columns = (series.c.id, series.c.metric, series.c.site, series.c.source, series.c.standard)
            found = connection.execute(select(*columns).where(series.c.id > newest).order_by(series.c.id)).all()
            if found:
                self._keys = {**self._keys, **{row[0]: SeriesKey(*row[1:]) for row in found}}
                self._ids = {key: number for number, key in self._keys.items()}
