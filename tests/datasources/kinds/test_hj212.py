"""HJ 212 devices against the listening source, over real connections."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.formats import hj212 as wire
from datasources.formats.sm4 import enciphered, key_of
from datasources.kinds.hj212 import Hj212Source, Hj212Spec
from domain.batch import Batch, Written
from domain.errors import StoreError
from domain.run import SourceRun
from tests.servers import free_port

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
KEY = "0000000000000000"
PASSWORD = "p4ssw0rd-212"
BASE: dict[str, Any] = {
    "key": "kitchens", "kind": "hj212", "department": "环保", "every": "5m", "metrics": {"air.pm25": "a34004", "air.co": "a21005"},
    "devices": {
        "MN1": "A1", "MN2": {"site": "A2", "check": "modbus_lohi", "units": {"a34004": "mg/m³"}},
        "MN3": {"site": "A3", "key_env": "DEVICE_KEY"}, "MN4": {"site": "air-7", "password_env": "DEVICE_PW"},
    },
    "units": {"a34004": "µg/m³"},
}  # fmt: skip


class Room:
    """The collector with a store that tells what it was given, and may be down."""

    def __init__(self, context: SourceContext, **keys: Any) -> None:
        self.port = free_port()
        declared = BASE | {"listen": {"port": self.port}} | keys
        self.source = Hj212Source(Hj212Spec.model_validate(declared), context)
        self.batches: list[Batch] = []
        self.runs: list[SourceRun] = []
        self.down = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.arrived = asyncio.Event()
        self.collector = Collector(
            {"kitchens": self.source}, self._write, lambda _: None, self._record, context=context
        )

    @property
    def stored(self) -> list[tuple[str, str, float | None, int]]:
        return [(o.metric, o.site, o.value, int(o.quality)) for batch in self.batches for o in batch.observations]

    @property
    def reasons(self) -> list[str]:
        return [reject.reason for batch in self.batches for reject in batch.rejects]

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await asyncio.sleep(0.01)

    async def told(self) -> None:
        await self.until(lambda: self.runs)

    @asynccontextmanager
    async def device(self) -> AsyncIterator["Device"]:
        async with asyncio.timeout(10):
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    break
                except OSError:
                    await asyncio.sleep(0.02)
        yield Device(reader, writer)
        writer.close()

    async def _write(self, batch: Batch) -> Written:
        self.arrived.set()
        await self.gate.wait()
        if self.down:
            raise StoreError("the store is down")
        self.batches.append(batch)
        return Written(len(self.batches), inserted=len(batch.observations))

    async def _record(self, run: SourceRun) -> None:
        self.runs.append(run)


class Device:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, raw: bytes) -> None:
        self.writer.write(raw)

    async def answer(self) -> str:
        async with asyncio.timeout(10):
            return (await self.reader.readuntil(b"\r\n")).decode()

    async def closed(self) -> bool:
        async with asyncio.timeout(10):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


def report(said: str, mn: str = "MN1", *, flag: int = 5, cn: str = "2011", qn: str = "20261124142900001", more: str = "",
           check: str = "hj212", pw: str = "123456") -> bytes:  # fmt: skip
    return wire.frame(f"QN={qn};ST=31;CN={cn};PW={pw};MN={mn};Flag={flag};{more}CP=&&{said}&&".encode(), check)


def values(pm: str, flag: str = "N", time: str = "20261124142900") -> str:
    return f"DataTime={time};a34004-Rtd={pm},a34004-Flag={flag}"


@pytest.fixture
async def room(context: SourceContext) -> AsyncIterator[Room]:
    async for one in opened(Room(with_env(context))):
        yield one


def with_env(context: SourceContext) -> SourceContext:
    return SourceContext(
        context.metrics,
        context.sites,
        context.places,
        {"DEVICE_KEY": KEY, "DEVICE_PW": PASSWORD},
        context.root,
        context.areas,
    )


async def opened(room: Room) -> AsyncIterator[Room]:
    listening = asyncio.create_task(room.collector.listen("kitchens", lambda: NOW))
    yield room
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_report_is_stored_and_then_answered(room: Room) -> None:
    room.gate.clear()
    async with room.device() as device:
        device.send(report(values("35.5")))
        await room.arrived.wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(device.reader.read(1), 0.3)
        room.gate.set()
        assert (
            await device.answer()
            == "##0066QN=20261124142900001;ST=91;CN=9014;PW=123456;MN=MN1;Flag=4;CP=&&&&"
            + crc_of("QN=20261124142900001;ST=91;CN=9014;PW=123456;MN=MN1;Flag=4;CP=&&&&")
        )
    assert room.stored == [("air.pm25", "A1", 35.5, 0)]
    assert room.batches[0].observations[0].at == datetime(2026, 11, 24, 6, 29, tzinfo=UTC)


def crc_of(segment: str) -> str:
    return f"{wire.crc(segment.encode()):04X}\r\n"


async def test_only_a_device_that_asks_for_an_answer_gets_one(room: Room) -> None:
    async with room.device() as device:
        device.send(
            report(values("1"), flag=4) + report(values("2", time="20261124142930"), flag=9, qn="20261124142930002")
        )
        answer = await device.answer()
    assert "QN=20261124142930002" in answer
    assert "Flag=8" in answer
    assert len(room.stored) == 2


async def test_what_the_store_did_not_take_is_not_answered_and_the_device_can_send_it_again(room: Room) -> None:
    room.down = True
    async with room.device() as device:
        device.send(report(values("7")))
        assert await device.closed()
    room.down = False
    async with room.device() as device:
        device.send(report(values("7")))
        assert "CN=9014" in await device.answer()
    assert room.stored == [("air.pm25", "A1", 7.0, 0)]
    assert [run.ok for run in room.runs] == [False]
    assert "the store is down" in room.runs[0].error


@pytest.mark.parametrize(
    ("flag", "value", "quality"),
    [("N", 35.0, 0), ("S", 35.0, 1), ("T", 35.0, 1), ("F", None, 2), ("B", None, 2), ("M", 35.0, 3), ("C", 35.0, 3),
     ("D", 35.0, 3), ("X", 35.0, 1)],
)  # fmt: skip
async def test_a_flag_is_the_values_quality(room: Room, flag: str, value: float | None, quality: int) -> None:
    async with room.device() as device:
        device.send(report(values("35", flag)))
        await device.answer()
    assert room.stored == [("air.pm25", "A1", value, quality)]


async def test_every_device_has_its_own_unit_check_and_password(room: Room) -> None:
    async with room.device() as device:
        device.send(report(values("0.05"), "MN2", check="modbus_lohi"))
        assert await device.answer()
        device.send(report(values("3"), "MN2"))
        device.send(report(values("4"), "MN4", pw="wrong"))
        device.send(report(values("5"), "MN4", pw=PASSWORD))
        await device.answer()
        await room.until(lambda: len(room.reasons) == 2)
    assert room.stored == [("air.pm25", "A2", 50.0, 0), ("air.pm25", "air-7", 5.0, 0)]
    assert "is not" in room.reasons[0]
    assert "it is that of check: hj212" in room.reasons[0]
    assert "PW is not the one" in room.reasons[1]
    assert "wrong" not in repr(room.batches)


async def test_a_stranger_is_refused_and_not_answered(room: Room) -> None:
    async with room.device() as device:
        device.send(report(values("3"), "MN9") + report(values("4")))
        assert "MN=MN1" in await device.answer()
    assert room.reasons == ["127.0.0.1 MN9: device 'MN9' is not registered"]


async def test_an_enciphered_report_is_read_and_a_plain_one_of_that_device_refused(room: Room) -> None:
    plain = values("11") + ";" + "a21005-Rtd=1.2"
    segment = f"QN=20261124142900001;ST=31;CN=2011;PW=123456;MN=MN3;Flag=9;CP=&&{plain}&&"
    sent = segment.encode().replace(plain.encode(), enciphered(plain.encode(), key_of(KEY)))
    async with room.device() as device:
        device.send(b"##%04d%b%04X\r\n" % (len(sent), sent, wire.crc(segment.encode())))
        assert "Flag=8" in await device.answer()
        device.send(report(values("12"), "MN3", flag=9))
        await room.until(lambda: room.reasons)
    assert room.stored == [("air.pm25", "A3", 11.0, 0), ("air.co", "A3", 1.2, 0)]


async def test_parts_of_a_message_are_stored_and_answered_one_by_one(room: Room) -> None:
    async with room.device() as device:
        device.send(report(values("21"), flag=7, more="PNUM=2;PNO=1;"))
        assert "QN=20261124142900001" in await device.answer()
        device.send(report("a21005-Rtd=0.9", flag=7, more="PNUM=2;PNO=2;", qn="20261124142900002"))
        assert "QN=20261124142900002" in await device.answer()
    assert room.stored == [("air.pm25", "A1", 21.0, 0), ("air.co", "A1", 0.9, 0)]
    assert len({o.at for batch in room.batches for o in batch.observations}) == 1


async def test_a_part_that_comes_before_its_time_waits_for_it(room: Room) -> None:
    async with room.device() as device:
        device.send(report("a21005-Rtd=0.9", flag=7, more="PNO=0002;PNUM=0002;", qn="20261124142900002"))
        device.send(report(values("21"), flag=7, more="PNUM=2;PNO=1;"))
        assert "QN=20261124142900002" in await device.answer()
        assert "QN=20261124142900001" in await device.answer()
    assert sorted(room.stored) == [("air.co", "A1", 0.9, 0), ("air.pm25", "A1", 21.0, 0)]


async def test_the_next_messages_part_does_not_take_the_last_ones_time(room: Room) -> None:
    async with room.device() as device:
        device.send(report(values("21"), flag=7, more="PNUM=2;PNO=1;"))
        device.send(report("a21005-Rtd=0.9", flag=7, more="PNUM=2;PNO=2;", qn="20261124142900002"))
        await device.answer()
        await device.answer()
        device.send(report("a21005-Rtd=1.0", flag=7, more="PNUM=2;PNO=2;", qn="20261124142930002"))
        device.send(report(values("22", time="20261124142930"), flag=7, more="PNUM=2;PNO=1;", qn="20261124142930001"))
        await device.answer()
        await device.answer()
    seconds = {(o.metric, o.at.second): o.value for batch in room.batches for o in batch.observations}
    assert seconds == {("air.pm25", 0): 21.0, ("air.co", 0): 0.9, ("air.pm25", 30): 22.0, ("air.co", 30): 1.0}


async def test_a_heartbeat_is_answered_at_once_and_stores_nothing(room: Room) -> None:
    async with room.device() as device:
        device.send(report("", flag=9, cn="9015"))
        assert "CN=9013" in await device.answer()
        device.send(report("DataTime=20261124142900;a34004-Avg=3", cn="2051"))
        assert "CN=9014" in await device.answer()
    assert not room.batches


async def test_a_command_is_no_report(room: Room) -> None:
    async with room.device() as device:
        device.send(report("BeginTime=20261124140000;EndTime=20261124142900"))
        await room.until(lambda: room.reasons)
    assert "no DataTime" in room.reasons[0]


async def test_noise_and_broken_frames_cost_nothing_but_themselves(room: Room) -> None:
    good = [report(values(str(n), time=f"202611241429{n:02d}"), flag=4) for n in range(5)]
    wrong_length = b"##0010" + good[0][6:]
    async with room.device() as device:
        device.send(good[0] + b"\x00\xffnoise" + good[1] + wrong_length + good[2] + b"##zz" + good[3][:40] + good[4])
        await room.until(lambda: len(room.stored) == 4)
    assert [value for _, _, value, _ in room.stored] == [0.0, 1.0, 2.0, 4.0]
    assert len(room.reasons) >= 3


async def test_who_only_talks_nonsense_is_hung_up_on(room: Room) -> None:
    async with room.device() as device:
        device.send(b"##GET / HTTP/1.1\r\n" * 40)
        assert await device.closed()
    await room.until(lambda: room.reasons)
    assert len(room.reasons) == 20


async def test_more_devices_than_declared_are_turned_away(context: SourceContext) -> None:
    port = free_port()
    async for room in opened(Room(with_env(context), listen={"port": port, "connections": 1})):
        room.port = port
        async with room.device() as first:
            first.send(report(values("1")))
            await first.answer()
            async with room.device() as second:
                assert await second.closed()


async def test_a_silent_connection_is_closed(context: SourceContext) -> None:
    port = free_port()
    async for room in opened(Room(with_env(context), listen={"port": port, "idle": "1s"})):
        room.port = port
        async with room.device() as device:
            device.send(report(values("1")))
            await device.answer()
            assert await device.closed()


async def test_a_port_in_use_is_told_as_the_sources_error(context: SourceContext) -> None:
    port = free_port()
    taken = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", port)
    async for one in opened(Room(with_env(context), listen={"port": port})):
        await one.told()
        assert not one.runs[0].ok
        assert f"cannot listen at 127.0.0.1:{port}" in one.runs[0].error
    taken.close()
    await taken.wait_closed()


async def test_a_device_key_that_is_not_set_is_told(context: SourceContext) -> None:
    async for one in opened(Room(context)):
        await one.told()
        assert "DEVICE_KEY is not set" in one.runs[0].error


async def test_devices_that_are_connected_are_told_each_interval(context: SourceContext) -> None:
    clock = [NOW]
    port = free_port()
    keys: dict[str, Any] = {
        "metrics": {"air.pm25": "a34004", "hotline.calls": "online"},
        "presence": True,
        "listen": {"port": port},
    }
    room = Room(with_env(context), **keys)
    room.port = port
    listening = asyncio.create_task(room.collector.listen("kitchens", lambda: clock[0]))
    async with room.device() as device:
        device.send(report(values("1")))
        await device.answer()
        clock[0] = datetime(2026, 11, 24, 6, 36, 7, tzinfo=UTC)
        device.send(report(values("2", time="20261124142930")))
        await room.until(lambda: len(room.stored) == 6)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    online = [o for batch in room.batches for o in batch.observations if o.metric == "hotline.calls"]
    assert {(o.site, o.value) for o in online} == {("A1", 1.0), ("A2", 0.0), ("A3", 0.0), ("air-7", 0.0)}


@pytest.mark.parametrize(
    ("keys", "said"),
    [({"every": None, "cron": "5 * * * *"}, "give every:"), ({"take": ["1011"]}, "1011 is no data of HJ 212"),
     ({"listen": {}}, "port"), ({"devices": {"M": {"site": "A1", "check": "crc32"}}}, "modbus_hilo")],
)  # fmt: skip
def test_a_declaration_that_makes_no_sense_is_refused_with_the_reason(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Hj212Spec.model_validate(BASE | {"listen": {"port": 9001}} | keys)
