"""What the terminals of 两客一危 vehicles say (JT/T 808), gathered into figures of fleets: no vehicle's track is kept."""

import hmac
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import compare_digest

from datasources.context import SourceContext
from datasources.formats import jt808 as wire
from datasources.rows import Bad
from datasources.tcp import Heard
from datasources.times import TimeReader
from domain.source import AtSpec, ClockSpec, Record

_SPLITS = 16  # split messages that one connection may have under way
_PARTS = 64  # parts of one of them
_CODE = 16  # characters of an authentication code
_FORGET = timedelta(days=1)  # after which a silent terminal's alarm is not counted any more
_MOVING = 5.0  # km/h
_BEIJING = TimeReader(AtSpec(path="@", format="%y%m%d%H%M%S", zone="Asia/Shanghai"))  # 808-2019 table 23: GMT+8
_AT_ONCE = frozenset({wire.HEARTBEAT, wire.SIGN_OFF})


@dataclass(slots=True)
class _Vehicle:
    """The newest of one terminal."""

    fleet: str
    heard: datetime
    told: datetime | None = None
    speed: float = 0.0
    alarms: frozenset[str] = frozenset()


@dataclass
class Fleets:
    """Who belongs to which fleet, and the newest of each. `terminals`: number, or beginning of a number with `*` -> fleet."""

    terminals: Mapping[str, str]
    sizes: Mapping[str, int]
    online_for: timedelta
    clock: Callable[[], datetime]
    tolerance: ClockSpec = field(default_factory=ClockSpec)
    secret: bytes = field(default=b"", repr=False)
    vehicles: dict[str, _Vehicle] = field(default_factory=dict)
    _beginnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Find the beginnings once: they are looked through at each message."""
        self._beginnings = tuple(key[:-1] for key in self.terminals if key.endswith("*"))

    def unlock(self, context: SourceContext, name: str) -> None:
        """Read the secret that authentication codes are made from; SourceError when it is named and not set."""
        self.secret = context.secret(name).encode() if name else b""

    def fleet(self, terminal: str) -> str:
        """The fleet of a terminal; ValueError for a stranger."""
        found = self.terminals.get(terminal)
        if found is None:
            fitting = [key for key in self._beginnings if terminal.startswith(key)]
            if not fitting:
                raise ValueError(f"terminal {masked(terminal)} is not registered")
            found = self.terminals[max(fitting, key=len) + "*"]
        return found

    def code(self, terminal: str) -> str:
        """The code a terminal gets at its registration and identifies with; any will do where no secret is declared."""
        return hmac.digest(self.secret, terminal.encode(), "sha256").hex()[:_CODE] if self.secret else "cockpit"

    def vehicle(self, terminal: str) -> _Vehicle:
        """The terminal's vehicle, heard just now."""
        now = self.clock()
        known = self.vehicles.get(terminal)
        if known is None:
            known = self.vehicles[terminal] = _Vehicle(self.fleet(terminal), now)
        known.heard = now
        return known

    def put(self, terminal: str, body: bytes) -> None:
        """A position; an older one than the newest changes nothing.

        ValueError for one that cannot be, and for one farther from now than the source's clock allows.
        """
        found = wire.position(body)
        now = self.clock()
        at = _BEIJING.read(found.time, now)
        told = f"the position of {masked(terminal)} is of {at.isoformat()} (received {now.isoformat()})"
        if at > now + self.tolerance.ahead:
            raise ValueError(f"{told}, in the future")
        if self.tolerance.late is not None and at < now - self.tolerance.late:
            raise ValueError(f"{told}, too long ago")
        vehicle = self.vehicle(terminal)
        if vehicle.told is None or at >= vehicle.told:
            vehicle.told, vehicle.speed, vehicle.alarms = at, found.speed, frozenset(found.alarms)

    def records(self, now: datetime) -> tuple[Record, ...]:
        """The fleets' figures of this minute."""
        self._forget(now)
        online: Counter[str] = Counter()
        moving: Counter[str] = Counter()
        alarms: Counter[str] = Counter()
        high: Counter[str] = Counter()
        for one in self.vehicles.values():
            here = now - one.heard <= self.online_for
            online[one.fleet] += here
            moving[one.fleet] += here and one.speed >= _MOVING
            alarms[one.fleet] += bool(one.alarms)
            high[one.fleet] += bool(one.alarms & wire.HIGH)
        at = now.replace(second=0, microsecond=0)
        return tuple(
            Record({"site": fleet, "at": at, "online": online[fleet], "total": total, "moving": moving[fleet],
                    "alarms": alarms[fleet], "high_risk": high[fleet]}, f"fleet {fleet}")
            for fleet, total in self.totals().items()
        )  # fmt: skip

    def totals(self) -> dict[str, int]:
        """Each fleet's number of vehicles: declared, else those of its terminals that are named one by one."""
        named = Counter(fleet for terminal, fleet in self.terminals.items() if not terminal.endswith("*"))
        return {fleet: self.sizes.get(fleet, named[fleet]) for fleet in dict.fromkeys(self.terminals.values())}

    def _forget(self, now: datetime) -> None:
        for terminal in [t for t, one in self.vehicles.items() if now - one.heard > _FORGET]:
            del self.vehicles[terminal]


class Session:
    """One connection, mostly of one terminal. Positions are answered once the figures they moved are stored."""

    def __init__(self, fleets: Fleets, address: str) -> None:
        self._fleets = fleets
        self._address = address
        self._cutter = wire.Cutter()
        self._known: set[str] = set()
        self._count = 0
        self._split: dict[tuple[str, int, int], dict[int, wire.Message]] = {}

    def hear(self, data: bytes) -> Iterator[Heard]:
        """What more bytes say."""
        for piece in self._cutter.feed(data):
            try:
                yield self._piece(piece)
            except ValueError as error:
                yield Heard(bad=(self._bad(piece.raw, str(error)),))

    def gone(self) -> None:
        """Nothing is held for it: a vehicle is online as long as it was heard of lately."""

    def _piece(self, piece: wire.Piece) -> Heard:
        if piece.reason:
            raise ValueError(piece.reason)
        told = wire.message(piece.raw)
        if told.id == wire.REGISTER:
            return self._registered(told)
        self._fleets.fleet(told.terminal)
        if told.id == wire.AUTHENTICATE:
            return self._authenticated(told)
        if self._fleets.secret and told.terminal not in self._known:
            return Heard(at_once=self._answer(told, wire.FAILED))
        return self._reported(told)

    def _reported(self, told: wire.Message) -> Heard:
        if told.id in {wire.POSITION, wire.POSITIONS}:
            return self._positions(told)
        self._fleets.vehicle(told.terminal)
        return Heard(at_once=self._answer(told, wire.OK if told.id in _AT_ONCE else wire.NOT_SUPPORTED))

    def _registered(self, told: wire.Message) -> Heard:
        try:
            self._fleets.fleet(told.terminal)
        except ValueError as error:
            refusal = wire.registered(told, wire.NO_SUCH_TERMINAL, "", self._next())
            return Heard(bad=(self._bad(b"", str(error)),), at_once=refusal)
        return Heard(at_once=wire.registered(told, wire.OK, self._fleets.code(told.terminal), self._next()))

    def _authenticated(self, told: wire.Message) -> Heard:
        given = told.body[1 : 1 + told.body[0]] if told.edition == 2019 and told.body else told.body
        expected = self._fleets.code(told.terminal).encode()
        if self._fleets.secret and not compare_digest(given, expected):
            raise ValueError(f"terminal {masked(told.terminal)} does not know its code")
        self._known.add(told.terminal)
        self._fleets.vehicle(told.terminal)
        return Heard(at_once=self._answer(told, wire.OK))

    def _positions(self, told: wire.Message) -> Heard:
        """A message's positions, once all its parts are there; each part has its answer."""
        parts = self._whole(told)
        if not parts:
            return Heard()
        body = b"".join(part.body for part in parts)
        bad: list[Bad] = []
        for one in wire.positions(body) if told.id == wire.POSITIONS else [body]:
            try:
                self._fleets.put(told.terminal, one)
            except ValueError as error:
                bad.append(self._bad(b"", str(error)))
        # A position that cannot be understood will not be understood the next time either: it is answered like the others.
        return Heard(bad=tuple(bad), after=b"".join(self._answer(part, wire.OK) for part in parts))

    def _whole(self, told: wire.Message) -> list[wire.Message]:
        number, total = told.part
        if total <= 1:
            return [told]
        if not 1 <= number <= total <= _PARTS:
            raise ValueError(f"part {number} of {total}")
        key = (told.terminal, told.id, (told.number - number) & 0xFFFF)
        if key not in self._split and len(self._split) >= _SPLITS:
            del self._split[next(iter(self._split))]
        parts = self._split.setdefault(key, {})
        parts[number] = told
        if len(parts) < total:
            return []
        del self._split[key]
        return [parts[n] for n in sorted(parts)]

    def _answer(self, told: wire.Message, result: int) -> bytes:
        return wire.answered(told, result, self._next())

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _bad(self, raw: bytes, reason: str) -> Bad:
        return self._address, _shown(raw), reason


def masked(terminal: str) -> str:
    """A terminal's number as people may see it: it is a telephone number."""
    return f"{terminal[:3]}****{terminal[-2:]}" if len(terminal) > 6 else "****"


def _shown(raw: bytes) -> str:
    """The bytes of a message without the terminal's number, wherever its edition puts it."""
    text = raw.hex()
    return f"{text[:8]}{'*' * len(text[8:28])}{text[28:]}"
