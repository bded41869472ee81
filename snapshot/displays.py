"""The walls as they report themselves, and what they are told to show: kept in the store, so that any web process may be asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

SILENT = timedelta(seconds=60)  # three missed reports: nobody knows any more what the room sees
FORGOTTEN = timedelta(days=7)
MOST = 200  # walls kept; a browser that invents names fills no store


class Kept(Protocol):
    """Where reports and orders are (`store.walls`): texts by a wall's name."""

    def report(self, wall: str, text: str) -> None:
        """Keep what a wall says of itself."""

    def order(self, wall: str, text: str) -> None:
        """Keep what a wall is told."""

    def reports(self) -> Mapping[str, str]:
        """What every known wall said last."""

    def orders(self) -> Mapping[str, str]:
        """What walls were told last."""

    def forget(self, wall: str) -> None:
        """Keep nothing of a wall any more."""


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


class Displays:
    """Every wall by the name it gives itself under its login. Reports and orders never overwrite each other."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def beat(self, login: str, name: str, address: str, facts: Mapping[str, str | float], now: datetime) -> Orders:
        """A wall reports; what it shall do. StoreError when that cannot be kept."""
        key = f"{login}/{name}" if name else login
        known = {one.id: one for one in self.all()}
        since = known[key].since if key in known else now
        told = {"login": login, "address": address, "seen": now.isoformat(), "since": since.isoformat()}
        self._kept.report(key, json.dumps(told | {"facts": dict(facts)}))
        self._forget([*(one for one in known.values() if one.id != key)], now)
        return known[key].orders if key in known else Orders()

    def all(self) -> list[Display]:
        """Every wall, by name."""
        orders = self._kept.orders()
        return [_display(key, text, orders.get(key, "")) for key, text in sorted(self._kept.reports().items())]

    def order(self, key: str, orders: Orders) -> bool:
        """Tell one wall what to do; False when it is not known."""
        if key not in self._kept.reports():
            return False
        moments = {
            name: at.isoformat() if at else "" for name, at in (("until", orders.until), ("reload", orders.reload))
        }
        self._kept.order(key, json.dumps({"scene": orders.scene, "message": orders.message, **moments}))
        return True

    def _forget(self, others: list[Display], now: datetime) -> None:
        newest = sorted(others, key=lambda one: one.seen, reverse=True)
        for number, one in enumerate(newest, 1):
            if now - one.seen >= FORGOTTEN or number >= MOST:
                self._kept.forget(one.id)


def last_seen(kept: Kept) -> dict[str, datetime]:
    """When each wall reported last."""
    return {key: datetime.fromisoformat(json.loads(text)["seen"]) for key, text in kept.reports().items()}


def _display(key: str, report: str, orders: str) -> Display:
    told: dict[str, Any] = json.loads(report)
    seen, since = (datetime.fromisoformat(told[name]) for name in ("seen", "since"))
    return Display(key, told["login"], told["address"], seen, since, told["facts"], _orders(orders))


def _orders(text: str) -> Orders:
    told: dict[str, str] = json.loads(text or "{}")
    until, reload = (datetime.fromisoformat(told[name]) if told.get(name) else None for name in ("until", "reload"))
    return Orders(told.get("scene", ""), until, told.get("message", ""), reload)
