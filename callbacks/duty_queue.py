"""The desk's queue, drawn once for everybody who may see the same of it: each viewer only gets his own cases marked."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from domain.account import Reach, Right
from domain.case import Case
from domain.order import Order
from layouts.accounts.desk import Desk
from layouts.duty import desk_queue
from layouts.duty.desk_queue import Around, Kept
from store import Store
from store.desk import CaseQuery
from store.duty import DossierQuery

MOST = 16  # reaches that are remembered at once; a city has a handful
OPEN = DossierQuery(over=False)


@dataclass(frozen=True, slots=True)
class Shared:
    """What viewers share: the language, whether personal details may be read, and the reach."""

    lang: str
    personal: bool
    reach: Reach


@dataclass(slots=True)
class Drawing:
    """The newest queue of one reach. mark: how many steps there were when it was drawn, and the end of the shift."""

    lock: Lock = field(default_factory=Lock)
    mark: tuple[tuple[int, int], datetime | None] | None = None
    rows: Sequence[Mapping[str, Any]] = ()
    owned: Mapping[str, Sequence[int]] = field(default_factory=dict)
    kept: Kept = field(default_factory=dict)


class Queues:
    """Queues by what their viewers share; safe to call from several threads. Those asked for least lately are forgotten."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._drawings: OrderedDict[Shared, Drawing] = OrderedDict()

    def rows(self, desk: Desk, end: datetime | None) -> list[Mapping[str, Any]]:
        """The viewer's rows. end: of the shift. The store is read when anything has moved since, by whoever asks first. StoreError."""
        drawing = self._of(Shared(desk.lang, desk.may(Right.PERSONAL), desk.viewer.reach))
        with drawing.lock:  # the others wait for the one who draws, and take what he has drawn
            mark = (self._store.duty.moved(), end)
            if mark != drawing.mark:
                self._draw(drawing, desk, end)
                drawing.mark = mark
            return desk_queue.of(desk.viewer.login, drawing.rows, drawing.owned)

    def _draw(self, drawing: Drawing, desk: Desk, end: datetime | None) -> None:
        reach = desk.viewer.reach
        asked = CaseQuery(topics=reach.topics, districts=reach.districts, over=False)
        cases: list[Case] = self._store.desk.cases(asked, desk_queue.MOST)
        orders = self._store.duty.dossiers(Order, OPEN, desk_queue.MOST)
        around = Around(end, desk_queue.by_case(orders))
        drawing.rows, drawing.owned, drawing.kept = desk_queue.drawn(desk, cases, around, drawing.kept)

    def _of(self, shared: Shared) -> Drawing:
        with self._lock:
            found = self._drawings.setdefault(shared, Drawing())
            self._drawings.move_to_end(shared)
            if len(self._drawings) > MOST:
                self._drawings.popitem(last=False)
            return found
