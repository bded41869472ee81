"""HJ/T 212-2005, HJ 212-2017 and HJ 212-2025: frames out of a stream of bytes, messages out of frames, answers.

A frame is `##`, four decimal digits (bytes of the data segment), the segment, four hex digits of CRC and CR LF. Frames are
cut by their length, since the segment of an encrypted one may hold anything; CR LF only helps to find the next frame.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

DATA: Final = frozenset(
    ["2011", "2013", "2021", "2031", "2041", "2051", "2052", "2061", "2062", "2081", "2111", "3019", "3020", "3021"]
)  # CN of what a device uploads: answered by 9014
NOTICES: Final = frozenset({"1001", "1002", "1013", "9015"})  # answered by 9013
ENCRYPTED: Final = frozenset({"1014", "3020"})  # and 2000..2999, HJ 212-2025 6.4
DATA_ANSWER, NOTICE_ANSWER = "9014", "9013"
LONGEST: Final = 9999  # bytes of a segment: what four digits can say; the standard's 1024 is exceeded in the field
FLAGS: Final[Mapping[str, Literal["good", "suspect", "missing", "invalid"]]] = {
    "N": "good", "S": "suspect", "T": "suspect", "F": "missing", "B": "missing", "M": "invalid", "C": "invalid",
    "D": "invalid",
}  # fmt: skip
# HJ/T 212-2005 factor codes -> those of 2017; the others stay as they are.
OLD: Final = {
    "011": "w01018", "060": "w21003", "101": "w21011", "065": "w21001", "B02": "a00000", "B01": "w00000", "S01": "a19001",
    "S02": "a01011", "S03": "a01012", "S05": "a01014", "S08": "a01013", "01": "a34013", "02": "a21026", "03": "a21002",
    "04": "a21005",
}  # fmt: skip

_START, _END = b"##", b"\r\n"
_HEADER, _TRAILER = 6, 6
_CP, _MARK = b"CP=&&", b"&&"
_HEX = re.compile(rb"[0-9A-Fa-f]{4}\r\n")
_FINISHED = re.compile(rb"&&[0-9A-Fa-f]{4}\r\n")  # before the length is reached: the length is wrong
_CN = re.compile(r"\d{4}")
_PASSWORD = re.compile(r"(PW=|NewPW=|NewSK=)[^;&,]*")
_SPOKEN = ("Rtd", "Avg", "Data", "RS", "RT")  # of these, what a factor's value is
_POLYNOMIAL = 0xA001
_LEAST_NOISE = 200  # bytes of what is no frame that quarantine is shown


def _table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        made.append(value)
    return tuple(made)


_TABLE: Final = _table()


def crc(segment: bytes) -> int:
    """HJ 212-2017 Annex A: unlike Modbus it throws the low byte away at every step, so only 256 values exist."""
    value = 0xFFFF
    for byte in segment:
        value = _TABLE[(value >> 8) ^ byte]
    return value


def modbus(segment: bytes) -> int:
    """CRC-16/MODBUS, which some devices send instead."""
    value = 0xFFFF
    for byte in segment:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value


CHECKS: Final[Mapping[str, Callable[[bytes], int]]] = {
    "hj212": crc,
    "modbus_hilo": modbus,
    "modbus_lohi": lambda segment: int.from_bytes(modbus(segment).to_bytes(2, "little"), "big"),
}


class Piece(NamedTuple):
    """A frame's segment and its CRC; or, with a reason, bytes that are no frame."""

    segment: bytes
    crc: int = 0
    reason: str = ""


class Cutter:
    """Cuts a stream into frames. After a broken one it goes on at the next `##`; it never holds more than one frame."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that are complete with these bytes."""
        held, at = self._held + data, 0
        try:
            while True:
                start = held.find(_START, at)
                if start < 0:
                    keep = len(held) - held.endswith(b"#")
                    yield from _noise(held[at:keep])
                    at = keep
                    return
                yield from _noise(held[at:start])
                at = start
                piece, end = _frame(held, start)
                if piece is None:
                    return
                yield piece
                at = end
        finally:
            self._held = held[at:]


def _frame(held: bytes, start: int) -> tuple[Piece | None, int]:
    """The piece that begins at `start` and where it ends; None when more bytes are needed."""
    digits = held[start + 2 : start + _HEADER]
    if digits and not digits.isdigit():
        return _broken(held, start, "the length is not four digits")
    begin = start + _HEADER
    end = begin + int(digits) if len(digits) == _HEADER - 2 else start + LONGEST
    tail = held[end : end + _TRAILER]
    if len(tail) == _TRAILER and _HEX.fullmatch(tail):
        return Piece(held[begin:end], int(tail[:4], 16)), end + _TRAILER
    if len(tail) == _TRAILER or _FINISHED.search(held, begin):
        return _broken(held, start, f"no CRC and line end after the {digits.decode()} bytes that it names")
    return None, start


def _broken(held: bytes, start: int, reason: str) -> tuple[Piece, int]:
    """What is given up: up to the next start of a frame, or the line's end."""
    following = held.find(_START, start + 2)
    line = held.find(_END, start)
    ends = [end for end in (following, line + 2 if line >= 0 else -1) if end >= 0]
    end = min(ends, default=len(held))
    return Piece(held[start:end], reason=reason), end


def _noise(between: bytes) -> Iterator[Piece]:
    if between.strip():
        yield Piece(between[:_LEAST_NOISE], reason=f"{len(between)} bytes between frames that are none")


@dataclass(frozen=True, slots=True)
class Head:
    """A segment's fields before CP, and the bytes between the && of CP."""

    fields: Mapping[str, str]
    content: bytes

    @property
    def cn(self) -> str:
        """The command's number."""
        return self.fields["CN"]

    @property
    def mn(self) -> str:
        """The device's own name."""
        return self.fields["MN"]

    @property
    def flag(self) -> int:
        """Bits: 0 an answer is wanted, 1 parts are numbered, from 2 the edition (0: 2005, 1: 2017, 2: 2025)."""
        text = self.fields.get("Flag", "")
        return int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else 0

    @property
    def wants_answer(self) -> bool:
        """Whether the device waits for an answer, and sends again without one."""
        return bool(self.flag & 1)

    @property
    def parts(self) -> tuple[int, int]:
        """(number, of how many); (1, 1) for a message in one piece. ValueError for numbers that make no sense."""
        total, number = self.fields.get("PNUM", ""), self.fields.get("PNO", "")
        if not (total or number):
            return 1, 1
        if not (_small(total) and _small(number)) or not 1 <= int(number) <= int(total):
            raise ValueError(f"part {number[:8]!r} of {total[:8]!r}")
        return int(number), int(total)


def head(segment: bytes) -> Head:
    """A segment split; ValueError with a sentence when it is none."""
    before, found, after = segment.partition(_CP)
    if not found or not after.endswith(_MARK):
        raise ValueError("no CP=&&…&& in the data segment")
    fields: dict[str, str] = {}
    for item in text_of(before).split(";"):
        name, sign, value = item.partition("=")
        if item.strip() and not sign:
            raise ValueError(f"{item.strip()[:40]!r} is not name=value")
        if sign:
            fields[name.strip()] = value.strip()
    if not _CN.fullmatch(fields.get("CN", "")):
        raise ValueError("no command number CN")
    if not fields.get("MN"):
        raise ValueError("no device number MN")
    return Head(fields, after[: -len(_MARK)])


def text_of(raw: bytes) -> str:
    """UTF-8, else the GB 18030 of older devices; never fails."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def said(content: bytes) -> dict[str, object]:
    """What CP says: DataTime and other plain fields as texts; each factor a dictionary of its suffixes.

    A factor also has `value` (the first of Rtd, Avg, Data, RS, RT that is there) and `flag`. Old factor codes become those
    of 2017. ValueError for an item that is not name=value. Both `,` and `;` stand between items: the standard's own print
    mixes them up.
    """
    fields: dict[str, object] = {}
    for item in re.split("[;,]", text_of(content)):
        if not item.strip():
            continue
        name, sign, value = item.partition("=")
        if not sign:
            raise ValueError(f"{item.strip()[:40]!r} is not name=value")
        _put(fields, name.strip(), value.strip())
    for factor in fields.values():
        if isinstance(factor, dict):
            _summed_up(factor)
    return fields


def _put(fields: dict[str, object], name: str, value: str) -> None:
    code, dash, suffix = name.rpartition("-")
    if not dash:
        fields[name] = value
        return
    factor = fields.setdefault(OLD.get(code, code), {})
    if not isinstance(factor, dict):
        raise ValueError(f"{code[:40]!r} is both a field and a factor")  # noqa: TRY004 - it is the message's mistake
    factor[suffix] = value


def _summed_up(factor: dict[str, str]) -> None:
    spoken = next((factor[name] for name in _SPOKEN if name in factor), None)
    if spoken is not None:
        factor["value"] = spoken
    if "Flag" in factor:
        factor["flag"] = factor["Flag"]


def frame(segment: bytes, check: str = "hj212") -> bytes:
    """A whole frame; ValueError when the segment is too long for its length to be said."""
    if len(segment) > LONGEST:
        raise ValueError(f"{len(segment)} bytes are more than a frame can hold")
    return b"##%04d%b%04X\r\n" % (len(segment), segment, CHECKS[check](segment))


def answer(to: Head, cn: str, check: str = "hj212") -> bytes:
    """The answer to a message, under its own QN (HJ 212-2017 Annex C.16); b"" where it has none to repeat."""
    number = to.fields.get("QN", "")
    if not number:
        return b""
    flag = to.flag & ~0b11 if to.flag >= 0b100 else 0
    said_back = f"QN={number};ST=91;CN={cn};PW={to.fields.get('PW', '')};MN={to.mn};Flag={flag};CP=&&&&"
    return frame(said_back.encode("utf-8", "replace"), check)


def shown(raw: bytes) -> str:
    """A frame as quarantine may show it: without passwords and keys."""
    return _PASSWORD.sub(r"\1***", text_of(raw))


def must_be_encrypted(cn: str) -> bool:
    """Whether a command's CP travels encrypted where a key is agreed on (HJ 212-2025 6.4)."""
    return cn.startswith("2") or cn in ENCRYPTED


def _small(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4
