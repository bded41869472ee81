"""What walls report and what they are told, where every process finds it: a few texts a wall among the store's marks."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from store.driver import storable
from store.marks import get_mark, put_mark
from store.tables import meta
from store.work import Work

_REPORT, _ORDERS, _PICTURE, _PICTURED = "wall.report:", "wall.orders:", "wall.picture:", "wall.pictured:"


class Walls:
    """Reports, orders and pictures by a wall's name, each replaced by the next: nothing here grows with time."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def report(self, wall: str, text: str) -> None:
        """Keep what a wall says of itself."""
        self._put(_REPORT + wall, text)

    def order(self, wall: str, text: str) -> None:
        """Keep what a wall is told."""
        self._put(_ORDERS + wall, text)

    def picture(self, wall: str, at: str, image: str) -> None:
        """Keep a wall's picture, and apart from it what is listed: when it came."""
        with self._work.writing() as connection:
            put_mark(connection, storable(_PICTURE + wall), storable(image))
            put_mark(connection, storable(_PICTURED + wall), storable(at))

    def pictured(self) -> Mapping[str, str]:
        """When the picture of each wall came, for those that sent one."""
        return self._all(_PICTURED)

    def picture_of(self, wall: str) -> str:
        """A wall's picture, "" without one."""
        with self._work.reading() as connection:
            return get_mark(connection, _PICTURE + wall) or ""

    def reports(self) -> Mapping[str, str]:
        """What every known wall said last."""
        return self._all(_REPORT)

    def orders(self) -> Mapping[str, str]:
        """What each wall was told last, for those that were told something."""
        return self._all(_ORDERS)

    def forget(self, wall: str) -> None:
        """Keep nothing of a wall any more."""
        with self._work.writing() as connection:
            kept = [kind + wall for kind in (_REPORT, _ORDERS, _PICTURE, _PICTURED)]
            connection.execute(delete(meta).where(meta.c.key.in_(kept)))

    def _put(self, key: str, text: str) -> None:
        with self._work.writing() as connection:
            put_mark(connection, storable(key), storable(text))

    def _all(self, prefix: str) -> Mapping[str, str]:
        wanted = select(meta.c.key, meta.c.value).where(meta.c.key.startswith(prefix, autoescape=True))
        with self._work.reading() as connection:
            return {row[0].removeprefix(prefix): row[1] for row in connection.execute(wanted)}
