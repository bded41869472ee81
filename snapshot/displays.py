"""The walls as they report themselves, and what they are told to show: kept in the store, so that any web process may be asked."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

    def picture(self, wall: str, at: str, image: str) -> None:
        """Keep a wall's picture and when it came."""

    def pictured(self) -> Mapping[str, str]:
        """When the picture of each wall came."""

    def picture_of(self, wall: str) -> str:
        """A wall's picture, "" without one."""

    def forget(self, wall: str) -> None:
        """Keep nothing of a wall any more."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What an operator wants a wall to do. scene "" = its round; until None = until told otherwise.

    message: a line at the bottom. reload: when it was last asked to fetch itself afresh; a wall that is older does.
    picture: when a picture of it was last asked for.
    """

    scene: str = ""
    until: datetime | None = None
    message: str = ""
    reload: datetime | None = None
    picture: datetime | None = None


@dataclass(frozen=True, slots=True)
class Display:
    """One wall. facts: what its browser says of itself (scene, call, build, fps, heap, age, size).

    pictured: when its last picture came, of `size` bytes; 0 = its browser made none.
    """

    id: str
    login: str
    address: str
    seen: datetime
    since: datetime
    facts: Mapping[str, str | float] = field(default_factory=dict)
    orders: Orders = Orders()
    pictured: datetime | None = None
    size: int = 0

    @property
    def is_asked(self) -> bool:
        """A picture was asked for and has not come."""
        asked = self.orders.picture
        return asked is not None and (self.pictured is None or self.pictured < asked)


class Displays:
    """Every wall by the name it gives itself under its login. Reports and orders never overwrite each other."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def beat(self, login: str, name: str, address: str, facts: Mapping[str, str | float], now: datetime) -> Orders:
        """A wall reports; what it shall do, a picture only until it has come. StoreError when that cannot be kept."""
        key = wall_key(login, name)
        known = {one.id: one for one in self.all()}
        since = known[key].since if key in known else now
        told = {"login": login, "address": address, "seen": now.isoformat(), "since": since.isoformat()}
        self._kept.report(key, json.dumps(told | {"facts": dict(facts)}))
        self._forget([*(one for one in known.values() if one.id != key)], now)
        if key not in known:
            return Orders()
        one = known[key]
        return one.orders if one.is_asked else replace(one.orders, picture=None)

    def all(self) -> list[Display]:
        """Every wall, by name."""
        orders, pictured = self._kept.orders(), self._kept.pictured()
        reports = sorted(self._kept.reports().items())
        return [_display(key, text, orders.get(key, ""), pictured.get(key, "")) for key, text in reports]

    def send(self, login: str, name: str, image: bytes, now: datetime) -> bool:
        """Keep the picture that a wall was asked for; False when nobody asked. No bytes: its browser made none."""
        key = wall_key(login, name)
        if not any(one.id == key and one.is_asked for one in self.all()):
            return False
        self._kept.picture(key, f"{now.isoformat()} {len(image)}", b64encode(image).decode())
        return True

    def picture(self, key: str) -> bytes:
        """The last picture of a wall, empty without one."""
        return b64decode(self._kept.picture_of(key))

    def order(self, key: str, orders: Orders) -> bool:
        """Tell one wall what to do; False when it is not known."""
        if key not in self._kept.reports():
            return False
        moments = {
            name: at.isoformat() if at else ""
            for name, at in (("until", orders.until), ("reload", orders.reload), ("picture", orders.picture))
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


def wall_key(login: str, name: str) -> str:
    """Under what a wall is known: its login, and the name that tells it from others of the same login."""
    return f"{login}/{name}" if name else login


def _display(key: str, report: str, orders: str, pictured: str) -> Display:
    told: dict[str, Any] = json.loads(report)
    seen, since = (datetime.fromisoformat(told[name]) for name in ("seen", "since"))
    at, _, size = pictured.partition(" ")
    came = datetime.fromisoformat(at) if at else None
    return Display(
        key, told["login"], told["address"], seen, since, told["facts"], _orders(orders), came, int(size or 0)
    )


def _orders(text: str) -> Orders:
    told: dict[str, str] = json.loads(text or "{}")
    until, reload, picture = (
        datetime.fromisoformat(told[name]) if told.get(name) else None for name in ("until", "reload", "picture")
    )
    return Orders(told.get("scene", ""), until, told.get("message", ""), reload, picture)
