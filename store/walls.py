"""What walls report and what they are told, where every process finds it: two texts a wall among the store's marks."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from store.driver import storable
from store.marks import put_mark
from store.tables import meta
from store.work import Work

_REPORT, _ORDERS = "wall.report:", "wall.orders:"


class Walls:
    """Reports and orders by a wall's name, each replaced by the next: nothing here grows with time."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def report(self, wall: str, text: str) -> None:
        """Keep what a wall says of itself."""
        self._put(_REPORT + wall, text)

    def order(self, wall: str, text: str) -> None:
        """Keep what a wall is told."""
        self._put(_ORDERS + wall, text)

    def reports(self) -> Mapping[str, str]:
        """What every known wall said last."""
        return self._all(_REPORT)

    def orders(self) -> Mapping[str, str]:
        """What each wall was told last, for those that were told something."""
        return self._all(_ORDERS)

    def forget(self, wall: str) -> None:
        """Keep nothing of a wall any more."""
        with self._work.writing() as connection:
            connection.execute(delete(meta).where(meta.c.key.in_([_REPORT + wall, _ORDERS + wall])))

    def _put(self, key: str, text: str) -> None:
        with self._work.writing() as connection:
            put_mark(connection, storable(key), storable(text))

    def _all(self, prefix: str) -> Mapping[str, str]:
        wanted = select(meta.c.key, meta.c.value).where(meta.c.key.startswith(prefix, autoescape=True))
        with self._work.reading() as connection:
            return {row[0].removeprefix(prefix): row[1] for row in connection.execute(wanted)}
