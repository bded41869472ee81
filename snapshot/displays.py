"""The walls as they report themselves, and what they are told to show: in the memory of the web process that serves them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

SILENT = timedelta(seconds=60)  # three missed reports: nobody knows any more what the room sees
FORGOTTEN = timedelta(days=7)
MOST = 200  # walls kept; a browser that invents names fills no memory


@dataclass(frozen=True, slots=True)
class Orders:
    """What an operator wants a wall to do. scene "" = its round; until None = until told otherwise.

    message: a line at the bottom. reload: when it was last asked to fetch itself afresh; a wall that is older does.
    """

    scene: str = ""
    until: datetime | None = None
    message: str = ""
    reload: datetime | None = None


@dataclass(frozen=True, slots=True)
class Display:
    """One wall. facts: what its browser says of itself (scene, call, build, fps, heap, age, size)."""

    id: str
    login: str
    address: str
    seen: datetime
    since: datetime
    facts: Mapping[str, str | float] = field(default_factory=dict)
    orders: Orders = Orders()

    def silent(self, now: datetime) -> bool:
        """Whether it has not reported for too long."""
        return now - self.seen > SILENT


class Displays:
    """Every wall by the name it gives itself under its login. Safe to use from several threads."""

    def __init__(self) -> None:
        self._known: dict[str, Display] = {}
        self._lock = Lock()

    def beat(self, login: str, name: str, address: str, facts: Mapping[str, str | float], now: datetime) -> Orders:
        """A wall reports; what it shall do."""
        key = f"{login}/{name}" if name else login
        with self._lock:
            known = self._known.get(key)
            since = known.since if known else now
            orders = known.orders if known else Orders()
            self._known[key] = Display(key, login, address, now, since, facts, orders)
            self._forget(now)
            return orders

    def all(self) -> list[Display]:
        """Every wall, by name."""
        with self._lock:
            return sorted(self._known.values(), key=lambda one: one.id)

    def order(self, key: str, orders: Orders) -> bool:
        """Tell one wall what to do; False when it is not known."""
        with self._lock:
            known = self._known.get(key)
            if known is None:
                return False
            self._known[key] = replace(known, orders=orders)
            return True

    def _forget(self, now: datetime) -> None:
        self._known = {key: one for key, one in self._known.items() if now - one.seen < FORGOTTEN}
        while len(self._known) > MOST:
            self._known.pop(min(self._known, key=lambda key: self._known[key].seen))
