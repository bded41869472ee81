"""What a connection of HJ 212 devices says, checked against the register of devices. No I/O, no clock."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from secrets import compare_digest
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from datasources.context import SourceContext
from datasources.formats import hj212 as wire
from datasources.formats.sm4 import deciphered, key_of
from datasources.tcp import Heard
from domain.errors import SourceError
from domain.source import Record

_SPLIT = 64  # split messages that one connection may have under way
_NAME = re.compile(r"[A-Za-z0-9_]+")
Check = Literal["hj212", "modbus_hilo", "modbus_lohi"]


class Device(BaseModel):
    """One registered device (数采仪)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    site: str = Field(description="The site it measures.")
    check: Check = Field("hj212", description="How it computes its CRC; the last two are wrong, and common.")
    units: dict[str, str] = Field(
        default_factory=dict, description="Factor -> unit, where it differs from the source's."
    )
    password_env: str = Field("", description="Environment variable with its PW; empty: PW is not looked at.")
    key_env: str = Field("", description="Environment variable with its SM4 key (16 characters); HJ 212-2025.")


@dataclass
class Register:
    """The devices of one source, their secrets once `unlock` has read them, and which of them are connected."""

    devices: Mapping[str, Device]
    take: frozenset[str]
    units: Mapping[str, str]
    factors: frozenset[str]
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    keys: dict[str, bytes] = field(default_factory=dict, repr=False)
    connected: Counter[str] = field(default_factory=Counter)

    def unlock(self, context: SourceContext) -> None:
        """Read the devices' passwords and keys; SourceError when one is not set or no key."""
        for mn, device in self.devices.items():
            if device.password_env:
                self.passwords[mn] = context.secret(device.password_env)
            if device.key_env:
                try:
                    self.keys[mn] = key_of(context.secret(device.key_env))
                except ValueError as error:
                    raise SourceError(f"{device.key_env}: {error}", permanent=True) from error

    def device(self, head: wire.Head) -> Device:
        """The device that speaks; ValueError for a stranger or a wrong password."""
        device = self.devices.get(head.mn)
        if device is None:
            raise ValueError(f"device {head.mn[:40]!r} is not registered")
        expected = self.passwords.get(head.mn)
        if expected is not None and not compare_digest(expected.encode(), head.fields.get("PW", "").encode()):
            raise ValueError("the device's PW is not the one that was agreed on")
        return device


@dataclass
class _Split:
    """A message in several parts: its time, once one of them told it, and what is there of it."""

    time: str = ""
    parts: dict[int, bytes] = field(default_factory=dict)
    waiting: dict[int, "_Told"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Told:
    """One message understood, or one part of it."""

    head: wire.Head
    device: Device
    fields: dict[str, object]


class Session:
    """One connection: cuts the stream, checks each frame, and makes records of the data.

    Parts of a split message are records of their own, so each can be stored and answered as it comes: a device that waits
    for the answer to the first part before it sends the second would wait for ever otherwise. A part without DataTime takes
    that of the message's other parts (same MN, CN and PNUM; each part has its own QN), and waits, unanswered, for one.
    """

    def __init__(self, register: Register, address: str) -> None:
        self._register = register
        self._address = address
        self._cutter = wire.Cutter()
        self._mns: set[str] = set()
        self._split: dict[tuple[str, str, int], _Split] = {}

    def hear(self, data: bytes) -> Iterator[Heard]:
        """What more bytes say."""
        for piece in self._cutter.feed(data):
            try:
                yield self._understood(piece)
            except ValueError as error:
                mn = re.search(rb"MN=([^;&]{1,40})", piece.segment)
                where = f"{self._address} {wire.text_of(mn[1])}" if mn else self._address
                yield Heard(bad=((where, wire.shown(piece.segment), str(error)),))

    def gone(self) -> None:
        """Its devices are not connected any more."""
        self._register.connected -= Counter(self._mns)

    def _understood(self, piece: wire.Piece) -> Heard:
        if piece.reason:
            raise ValueError(piece.reason)
        head = wire.head(piece.segment)
        device = self._register.device(head)
        head = self._checked(head, piece, device)
        if head.mn not in self._mns:
            self._mns.add(head.mn)
            self._register.connected[head.mn] += 1
        if head.cn in wire.NOTICES:
            return Heard(at_once=_answer(head, wire.NOTICE_ANSWER, device))
        if head.cn not in wire.DATA:
            return Heard()  # an answer to something: nothing is owed
        if head.cn not in self._register.take:
            return Heard(at_once=_answer(head, wire.DATA_ANSWER, device))
        return self._data(_Told(head, device, wire.said(head.content)))

    def _checked(self, head: wire.Head, piece: wire.Piece, device: Device) -> wire.Head:
        """The head with its content in plain text; ValueError when the CRC (of the plain text) is not the one sent."""
        segment = piece.segment
        key = self._register.keys.get(head.mn)
        if key is not None and wire.must_be_encrypted(head.cn):
            before = segment[: len(segment) - len(head.content) - 2]
            head = replace(head, content=deciphered(head.content, key))
            segment = before + head.content + b"&&"
        wanted = wire.CHECKS[device.check](segment)
        if wanted != piece.crc:
            hint = next(
                (f"; it is that of check: {name}" for name, of in wire.CHECKS.items() if of(segment) == piece.crc), ""
            )
            raise ValueError(f"CRC {piece.crc:04X} is not {wanted:04X} (check: {device.check}){hint}")
        return head

    def _data(self, told: _Told) -> Heard:
        number, total = told.head.parts
        if total > 1:
            return self._part(told, number, total)
        if "DataTime" not in told.fields:
            raise ValueError("no DataTime: it reports nothing")
        return Heard(records=(self._record(told),), after=_answer(told.head, wire.DATA_ANSWER, told.device))

    def _part(self, told: _Told, number: int, total: int) -> Heard:
        split = self._begun((told.head.mn, told.head.cn, total))
        time = told.fields.get("DataTime")
        another = split.parts.get(number, told.head.content) != told.head.content
        if another:  # the same number with other words: the next message has begun
            split.time, split.parts, split.waiting = "", {}, {}
        split.parts[number] = told.head.content
        if isinstance(time, str):
            split.time = time
        if not split.time:
            split.waiting[number] = told
            return Heard()
        ready = [*split.waiting.values(), told]
        split.waiting = {}
        for one in ready:
            one.fields.setdefault("DataTime", split.time)
        records = tuple(self._record(one) for one in ready if self._register.factors & one.fields.keys())
        answers = b"".join(_answer(one.head, wire.DATA_ANSWER, one.device) for one in ready)
        return Heard(records=records, after=answers)

    def _begun(self, key: tuple[str, str, int]) -> _Split:
        if key not in self._split and len(self._split) >= _SPLIT:
            del self._split[next(iter(self._split))]
        return self._split.setdefault(key, _Split())

    def _record(self, told: _Told) -> Record:
        head, device = told.head, told.device
        for factor, said in told.fields.items():
            unit = device.units.get(factor) or self._register.units.get(factor)
            if unit and isinstance(said, dict):
                said["unit"] = unit
        names = {name: head.fields.get(name, "") for name in ("MN", "ST", "CN", "QN")}
        fields = {**told.fields, **names, "RF": head.fields.get("RF") == "1", "site": device.site}
        return Record(fields, f"{self._address} {head.mn} QN {names['QN'] or '-'}")


def factors_of(paths: Mapping[str, str] | list[str]) -> frozenset[str]:
    """The factors that JMESPaths of values begin with."""
    return frozenset(found[0] for path in paths if (found := _NAME.search(path)))


def _answer(head: wire.Head, cn: str, device: Device) -> bytes:
    return wire.answer(head, cn, device.check) if head.wants_answer else b""
