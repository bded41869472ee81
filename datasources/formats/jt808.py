"""JT/T 808-2013 and 808-2019: messages out of a stream of bytes, positions out of messages, answers.

A message stands between two 0x7e; inside, 0x7d 0x02 is 0x7e and 0x7d 0x01 is 0x7d. Its last byte is the XOR of all before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

REGISTER, AUTHENTICATE, HEARTBEAT, SIGN_OFF = 0x0100, 0x0102, 0x0002, 0x0003
POSITION, POSITIONS = 0x0200, 0x0704
ANSWER, REGISTERED = 0x8001, 0x8100
OK, FAILED, NOT_SUPPORTED = 0, 1, 3  # results of a general answer (JT/T 808-2019 8.2)
NO_SUCH_TERMINAL = 4  # result of a registration: the terminal is not in the register
LONGEST: Final = 2400  # bytes between two marks: 1023 of a body with head and checksum, every one of them escaped
# Alarm bits of 0x0200 (JT/T 808-2019 table 24). High: what a fleet's duty officer must settle at once.
ALARMS: Final = {
    0: "emergency", 1: "overspeed", 2: "fatigue", 3: "danger", 4: "gnss_fault", 5: "antenna_open", 6: "antenna_short",
    7: "power_low", 8: "power_off", 18: "drove_too_long", 19: "parked_too_long", 20: "area", 21: "route", 23: "off_route",
    26: "stolen", 27: "ignition", 28: "displaced", 29: "collision", 30: "rollover",
}  # fmt: skip
HIGH: Final = frozenset(
    {"emergency", "overspeed", "fatigue", "danger", "drove_too_long", "off_route", "collision", "rollover"}
)

_HEAD_2013, _HEAD_2019 = 12, 17
_SPLIT, _NEW = 1 << 13, 1 << 14
_ENCRYPTED = 0b111 << 10
_BODY = 0x3FF
_FIX = 28  # bytes of a position without its additional items
_LOCATED, _SOUTH, _WEST = 1 << 1, 1 << 2, 1 << 3


class Piece(NamedTuple):
    """The bytes between two marks, unescaped; or, with a reason, what is no message."""

    raw: bytes
    reason: str = ""


class Cutter:
    """Cuts a stream into messages; never holds more than one."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that are complete with these bytes."""
        *whole, rest = (self._held + data).split(b"\x7e")
        self._held = rest if len(rest) <= LONGEST else b""
        yield from (_piece(one) for one in whole if one)
        if len(rest) > LONGEST:
            yield Piece(rest[:LONGEST], f"more than {LONGEST} bytes without a mark")


def _piece(between: bytes) -> Piece:
    if len(between) > LONGEST:
        return Piece(between[:LONGEST], f"more than {LONGEST} bytes without a mark")
    return Piece(between)


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `number` is the terminal's own count, `edition` 2013 or 2019. `part` is (1, 1) unless it is split."""

    id: int
    terminal: str
    number: int
    body: bytes
    edition: int = 2013
    part: tuple[int, int] = (1, 1)

    @property
    def phone(self) -> bytes:
        """The terminal's number as it stands in a head: BCD, 6 or 10 bytes."""
        return bytes.fromhex(self.terminal.zfill(20 if self.edition == 2019 else 12))


def message(between: bytes) -> Message:
    """What stands between two marks; ValueError with a sentence when it is no message."""
    raw = unescaped(between)
    if len(raw) < _HEAD_2013 + 1:
        raise ValueError(f"{len(raw)} bytes are no message")
    given = raw[-1]
    if checksum(raw[:-1]) != given:
        raise ValueError(f"checksum {given:02X} is not {checksum(raw[:-1]):02X}")
    facts = int.from_bytes(raw[2:4], "big")
    if facts & _ENCRYPTED:
        raise ValueError("the body is enciphered; no key can be agreed on")
    edition = 2019 if facts & _NEW else 2013
    at = _HEAD_2019 if edition == 2019 else _HEAD_2013
    terminal = _named(raw[at - 12 : at - 2] if edition == 2019 else raw[at - 8 : at - 2])
    number = int.from_bytes(raw[at - 2 : at], "big")
    part = (1, 1)
    if facts & _SPLIT:
        part = int.from_bytes(raw[at + 2 : at + 4], "big"), int.from_bytes(raw[at : at + 2], "big")
        at += 4
    body = raw[at:-1]
    if len(body) != facts & _BODY:
        raise ValueError(f"the body has {len(body)} bytes, its head says {facts & _BODY}")
    return Message(int.from_bytes(raw[:2], "big"), terminal, number, body, edition, part)


def unescaped(between: bytes) -> bytes:
    """A 0x7d before anything but 1 or 2 stays as it is, as some terminals send it: the checksum decides."""
    return between.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")


def checksum(raw: bytes) -> int:
    """The XOR of all bytes."""
    value = 0
    for byte in raw:
        value ^= byte
    return value


def _named(raw: bytes) -> str:
    """A terminal's number without its leading zeros; digits by the standard, hex where a maker does otherwise."""
    return raw.hex().lstrip("0") or "0"


class Position(NamedTuple):
    """One 0x0200: WGS-84 degrees as sent, speed in km/h, `time` as the terminal's clock shows it (yymmddhhmmss, Beijing)."""

    time: str
    lon: float
    lat: float
    speed: float
    heading: int
    altitude: int
    located: bool
    ignition: bool
    alarms: tuple[str, ...]


def position(body: bytes) -> Position:
    """ValueError when the body is too short or its time is none."""
    if len(body) < _FIX:
        raise ValueError(f"a position of {len(body)} bytes; {_FIX} are the least")
    bits, status, lat, lon = (int.from_bytes(body[at : at + 4], "big") for at in range(0, 16, 4))
    altitude, speed, heading = (int.from_bytes(body[at : at + 2], "big") for at in range(16, 22, 2))
    time = body[22:28].hex()
    datetime.strptime(time, "%y%m%d%H%M%S")  # noqa: DTZ007 - whether it is a time; the zone comes with the source
    names = tuple(name for bit, name in ALARMS.items() if bits >> bit & 1)
    return Position(
        time, (-lon if status & _WEST else lon) / 1e6, (-lat if status & _SOUTH else lat) / 1e6, speed / 10, heading, altitude,
        bool(status & _LOCATED), bool(status & 1), names,
    )  # fmt: skip


def positions(body: bytes) -> list[bytes]:
    """The bodies in a 0x0704 (positions a terminal held back); ValueError when they do not fit."""
    if len(body) < 3:
        raise ValueError("a bulk upload without a count")
    found: list[bytes] = []
    count, at = int.from_bytes(body[:2], "big"), 3
    for _ in range(count):
        length = int.from_bytes(body[at : at + 2], "big")
        one = body[at + 2 : at + 2 + length]
        if len(one) != length or not length:
            raise ValueError(f"a bulk upload says {count} positions and holds {len(found)}")
        found.append(one)
        at += 2 + length
    return found


def frame(to: Message) -> bytes:
    """A message as it travels."""
    facts = len(to.body) | (_NEW if to.edition == 2019 else 0) | (_SPLIT if to.part[1] > 1 else 0)
    version = b"\x01" if to.edition == 2019 else b""
    raw = to.id.to_bytes(2, "big") + facts.to_bytes(2, "big") + version + to.phone + to.number.to_bytes(2, "big")
    if to.part[1] > 1:
        raw += to.part[1].to_bytes(2, "big") + to.part[0].to_bytes(2, "big")
    raw += to.body
    raw += bytes((checksum(raw),))
    return b"\x7e" + raw.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e"


def answered(to: Message, result: int, number: int) -> bytes:
    """The platform's general answer (0x8001) to a message; `number` is the platform's own count."""
    body = to.number.to_bytes(2, "big") + to.id.to_bytes(2, "big") + bytes((result,))
    return frame(Message(ANSWER, to.terminal, number & 0xFFFF, body, to.edition))


def registered(to: Message, result: int, code: str, number: int) -> bytes:
    """The answer to a registration (0x8100), with the code that the terminal is to identify with."""
    body = to.number.to_bytes(2, "big") + bytes((result,)) + (code.encode("gbk") if result == OK else b"")
    return frame(Message(REGISTERED, to.terminal, number & 0xFFFF, body, to.edition))
