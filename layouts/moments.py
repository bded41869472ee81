"""Which snapshot an address asks for, seen as far as somebody's rights reach."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from domain.account import Reach
from snapshot.model import Snapshot
from snapshot.restricted import Lens

_KEPT = 64  # lenses kept: one for each reach in use


class Moments:
    """`live` gives the newest snapshot (None before the first), `replay` an earlier moment's; it may raise StoreError."""

    def __init__(self, live: Callable[[], Snapshot | None], replay: Callable[[datetime], Snapshot]) -> None:
        self._live, self._replay = live, replay
        self._lenses: OrderedDict[Reach, Lens] = OrderedDict()
        self._lock = Lock()

    def shown(self, at: datetime | None, reach: Reach) -> Snapshot | None:
        """The snapshot of a moment (None = now) through a reach; None before the first."""
        snapshot = self._live() if at is None else self._replay(at)
        return None if snapshot is None else self._lens(reach)(snapshot)

    def _lens(self, reach: Reach) -> Lens:
        with self._lock:
            lens = self._lenses.setdefault(reach, Lens(reach))
            self._lenses.move_to_end(reach)
            if len(self._lenses) > _KEPT:
                self._lenses.popitem(last=False)
        return lens
