"""JT/T 808 on the wire, and terminals against the listening source over real connections."""

import asyncio
import csv
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.formats import jt808 as wire
from datasources.jt808_terminals import Fleets, Session, masked
from datasources.kinds.jt808 import Jt808Source, Jt808Spec
from domain.batch import Batch, Written
from domain.run import SourceRun
from tests.servers import free_port

RECORDED = Path("/work/shared/data/protocol/jt808_packets.csv")
NOW = datetime(2026, 11, 24, 6, 30, 20, tzinfo=UTC)
PHONE = "13812345678"
MINUTE = timedelta(minutes=1)


def place(*, alarm: int = 0, speed: int = 600, time: str = "261124143000") -> bytes:
    numbers = (alarm, 0b11, 23_683_000, 113_053_000)
    fix = b"".join(n.to_bytes(4, "big") for n in numbers) + b"".join(n.to_bytes(2, "big") for n in (30, speed, 90))
    return fix + bytes.fromhex(time)


def sent(body: bytes, number: int = 1, id_: int = wire.POSITION, terminal: str = PHONE, edition: int = 2013) -> bytes:
    return wire.frame(wire.Message(id_, terminal, number, body, edition))


def fleets(**more: Any) -> Fleets:
    keys: dict[str, Any] = {
        "terminals": {PHONE: "A1", "139*": "A2"},
        "sizes": {"A2": 10},
        "online_for": 5 * MINUTE,
        "clock": lambda: NOW,
    }
    return Fleets(**(keys | more))


def heard(session: Session, raw: bytes) -> tuple[list[wire.Message], list[wire.Message], list[str]]:
    pieces = list(session.hear(raw))
    both = [b"".join(getattr(piece, name) for piece in pieces) for name in ("at_once", "after")]
    told = [[wire.message(p.raw) for p in wire.Cutter().feed(one)] for one in both]
    return told[0], told[1], [reason for piece in pieces for _, _, reason in piece.bad]


@pytest.mark.parametrize("edition", [2013, 2019])
@pytest.mark.parametrize("body", [b"", b"\x7e\x7d\x7d\x02~}", place()])
def test_a_message_comes_back_as_it_was_sent(edition: int, body: bytes) -> None:
    (piece,) = wire.Cutter().feed(sent(body, 0x7D7E, edition=edition))
    assert wire.message(piece.raw) == wire.Message(wire.POSITION, PHONE, 0x7D7E, body, edition)


@pytest.mark.replay
@pytest.mark.skipif(not RECORDED.is_file(), reason="the recorded messages are not on this machine")
def test_recorded_messages_are_read_and_wrong_checksums_refused() -> None:
    with RECORDED.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    positions = refused = 0
    for row in rows:
        (first, *_) = wire.Cutter().feed(bytes.fromhex(row["hex"]))
        try:
            read = wire.message(first.raw)
        except ValueError:
            refused += 1
            continue
        assert f"{read.id:04x}" == row["msg_id"]
        assert str(read.edition) == row["version"]
        if read.id in {wire.POSITION, wire.POSITIONS}:
            positions += all(
                wire.position(one) for one in (wire.positions(read.body) if read.id == wire.POSITIONS else [read.body])
            )
    assert positions >= 30
    assert refused <= 7


def test_a_position_is_degrees_kilometres_an_hour_and_alarms() -> None:
    found = wire.position(place(alarm=0b111, speed=905))
    assert (found.lon, found.lat, found.speed, found.located, found.ignition) == (113.053, 23.683, 90.5, True, True)
    assert found.alarms == ("emergency", "overspeed", "fatigue")


def test_fleets_count_who_is_online_moves_and_has_an_alarm_that_is_not_over() -> None:
    those, one = fleets(), Session(fleets(), "test")
    one = Session(those, "test")
    heard(one, sent(place(alarm=0b10)) + sent(place(alarm=1 << 7), terminal="13900000001"))
    first, second = those.records(NOW)
    assert first.fields == {
        "site": "A1",
        "at": NOW.replace(second=0),
        "online": 1,
        "total": 1,
        "moving": 1,
        "alarms": 1,
        "high_risk": 1,
    }
    assert (second.fields["total"], second.fields["alarms"], second.fields["high_risk"]) == (10, 1, 0)
    heard(one, sent(place(time="261124143010", speed=0)))
    assert those.records(NOW)[0].fields["high_risk"] == 0
    assert those.records(NOW + 6 * MINUTE)[0].fields["online"] == 0


def test_a_position_that_was_held_back_does_not_bring_an_alarm_back() -> None:
    those = fleets()
    one = Session(those, "test")
    heard(one, sent(place()))
    old = place(alarm=0b1, time="261124120000")
    bulk = b"\x00\x02\x01" + 2 * (len(old).to_bytes(2, "big") + old)
    _, after, bad = heard(one, sent(bulk, 2, wire.POSITIONS))
    assert (len(after), bad) == (1, [])
    assert those.records(NOW)[0].fields["alarms"] == 0


def test_parts_of_a_message_are_answered_each_once_all_are_there() -> None:
    old = place()
    bulk = b"\x00\x01\x01" + len(old).to_bytes(2, "big") + old
    parts = [
        wire.frame(wire.Message(wire.POSITIONS, PHONE, 7 + n, bulk[n * 20 : (n + 1) * 20], 2013, (n + 1, 2)))
        for n in range(2)
    ]
    parts[1] = wire.frame(wire.Message(wire.POSITIONS, PHONE, 8, bulk[20:], 2013, (2, 2)))
    one = Session(fleets(), "test")
    assert heard(one, parts[1]) == ([], [], [])
    _, after, _ = heard(one, parts[0])
    assert [int.from_bytes(answer.body[:2], "big") for answer in after] == [7, 8]


def test_a_terminal_registers_identifies_and_only_then_reports_where_codes_are_looked_at() -> None:
    one = Session(fleets(secret=b"key"), "test")
    (refused,), _, _ = heard(one, sent(place()))
    assert refused.body[4] == wire.FAILED
    (made,), _, _ = heard(one, sent(b"\x00" * 25, 3, wire.REGISTER))
    assert (made.id, made.body[:3]) == (wire.REGISTERED, b"\x00\x03\x00")
    code = made.body[3:]
    assert "does not know its code" in heard(one, sent(b"guess", 4, wire.AUTHENTICATE))[2][0]
    in_2019 = bytes((len(code),)) + code + b"\x00" * 35
    for edition, body in ((2013, code), (2019, in_2019)):
        again = Session(one._fleets, "test")
        (welcome,), _, _ = heard(again, sent(body, 5, wire.AUTHENTICATE, edition=edition))
        assert (welcome.id, welcome.body[4], welcome.edition) == (wire.ANSWER, wire.OK, edition)
        assert len(heard(again, sent(place(), 6, edition=edition))[1]) == 1


def test_strangers_the_future_and_what_we_do_not_take_are_refused() -> None:
    one = Session(fleets(), "test")
    assert heard(one, sent(place(), terminal="15000000000"))[2] == ["terminal 150****00 is not registered"]
    assert heard(one, sent(b"", id_=wire.REGISTER, terminal="15000000000"))[0][0].body[2] == wire.NO_SUCH_TERMINAL
    assert "in the future" in heard(one, sent(place(time="261124150000")))[2][0]
    assert heard(one, sent(b"x", id_=0x0900))[0][0].body[4] == wire.NOT_SUPPORTED
    assert heard(one, sent(b"", id_=wire.HEARTBEAT))[0][0].body[4] == wire.OK


@pytest.mark.parametrize("edition", [2013, 2019])
def test_quarantine_never_sees_a_terminals_whole_number(edition: int) -> None:
    raw = bytearray(sent(place(), terminal="15000012345", edition=edition))
    bad = [one.bad for one in Session(fleets(), "test").hear(bytes(raw))]
    raw[-2] ^= 1
    bad += [one.bad for one in Session(fleets(), "test").hear(bytes(raw))]
    assert len(bad) == 2
    assert "15000012345" not in repr(bad)
    assert masked("1") == "****"


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_hostile_bytes_never_raise_and_nothing_grows(chunks: list[bytes]) -> None:
    one = Session(fleets(), "test")
    for chunk in chunks:
        list(one.hear(chunk + b"\x7e"))
    assert len(one._cutter._held) <= wire.LONGEST


@given(st.sampled_from([wire.POSITION, wire.POSITIONS, wire.REGISTER, wire.AUTHENTICATE]), st.binary(max_size=200), st.sampled_from([2013, 2019]),
       st.tuples(st.integers(0, 9), st.integers(0, 9)))  # fmt: skip
def test_any_body_is_understood_or_refused(id_: int, body: bytes, edition: int, part: tuple[int, int]) -> None:
    raw = wire.frame(wire.Message(id_, PHONE, 1, body, edition, part))
    assert len(list(Session(fleets(), "test").hear(raw))) == 1


class Room:
    """The collector, a clock that tests move, and what was stored."""

    def __init__(self, context: SourceContext, **keys: Any) -> None:
        self.port = free_port()
        self.now = NOW
        self.batches: list[Batch] = []
        self.runs: list[SourceRun] = []
        self.gate = asyncio.Event()
        self.gate.set()
        declared: dict[str, Any] = {
            "key": "fleet", "kind": "jt808", "department": "交通", "every": "1m", "listen": {"port": self.port}, "terminals": {PHONE: "A1"},
            "metrics": {"hotline.calls": "online", "traffic.speed": "high_risk"},
        }  # fmt: skip
        source = Jt808Source(Jt808Spec.model_validate(declared | keys), context)
        self.collector = Collector({"fleet": source}, self._write, lambda _: None, self._record, context=context)

    async def _write(self, batch: Batch) -> Written:
        await self.gate.wait()
        self.batches.append(batch)
        return Written(len(self.batches), inserted=len(batch.observations))

    async def _record(self, run: SourceRun) -> None:
        self.runs.append(run)

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(10):
            while True:
                try:
                    return await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)


@pytest.fixture
async def room(context: SourceContext) -> AsyncIterator[Room]:
    made = Room(context)
    listening = asyncio.create_task(made.collector.listen("fleet", lambda: made.now))
    yield made
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def answer(reader: asyncio.StreamReader) -> wire.Message:
    async with asyncio.timeout(10):
        await reader.readuntil(b"\x7e")
        return wire.message((await reader.readuntil(b"\x7e"))[:-1])


async def test_a_position_is_answered_once_the_fleets_figures_are_stored(room: Room) -> None:
    reader, writer = await room.connected()
    writer.write(sent(b"", 1, wire.HEARTBEAT))
    assert (await answer(reader)).body[4] == wire.OK
    room.now += 2 * MINUTE
    room.gate.clear()
    writer.write(sent(place(alarm=0b1, time="261124143200"), 2))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 1.5)
    room.gate.set()
    assert (await answer(reader)).body[:2] == b"\x00\x02"
    writer.close()
    stored = [(o.metric, o.site, o.value) for batch in room.batches for o in batch.observations]
    assert stored == [("hotline.calls", "A1", 1.0), ("traffic.speed", "A1", 1.0)]
    assert room.batches[-1].observations[0].at == datetime(2026, 11, 24, 6, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("keys", "said"),
    [({"terminals": {"0138": "A1"}}, "without leading zeros"), ({"terminals": {"1*3": "A1"}}, "its beginning"), ({"terminals": {}}, "terminals"),
     ({"every": None, "cron": "* * * * *"}, "give every:")],
)  # fmt: skip
def test_a_declaration_that_makes_no_sense_is_refused_with_the_reason(
    context: SourceContext, keys: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Room(context, **keys)
