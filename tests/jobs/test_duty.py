"""Time moves orders through the timetable: what is due, each once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from alerts.notify import WebhookReceiver
from domain.city import City
from domain.order import Order
from domain.receiver import Receiver
from jobs.duty import turned
from store import open_store
from tests.duty.test_orders import NOW, UNIT, ZONE, Flow


@dataclass(frozen=True)
class Zone:
    zone: ZoneInfo
    receivers: Mapping[str, Receiver] = field(default_factory=dict)


def test_what_is_due_moves_once_and_nothing_else_does(tmp_path: Path) -> None:
    unit = WebhookReceiver(key="unit", url="http://unit.example/", departments=(UNIT,))
    city = cast(City, cast(Any, Zone(ZONE, {"unit": unit})))
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        urgent, slow = Flow(store, level=1), Flow(store, level=4)
        assert turned(city, store, NOW + timedelta(minutes=4)) == 0
        at = NOW + timedelta(minutes=6)
        assert turned(city, store, at) == 1  # the unit has not signed within five minutes
        assert turned(city, store, at) == 0
        marks = {one.id: one.supervision for one in store.duty.dossiers(Order)}
        assert marks == {urgent.id: "urge", slow.id: ""}
        assert [(one.kind.value, one.cases) for one in store.desk.notices(NOW)] == [("urged", (urgent.id,))]
