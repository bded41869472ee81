import gzip
import zlib
from datetime import UTC, datetime, timedelta, timezone

import orjson

from snapshot.diff import Changes, Put
from snapshot.wire import GZIP_HEADER, heartbeat, hello, tick, whole

AT = datetime(2026, 11, 24, 14, 34, 8, 900_000, tzinfo=timezone(timedelta(hours=8)))
ID = '{"panel":"map","part":"data"}'


def data_of(plain: bytes) -> dict:
    (line,) = [line for line in plain.split(b"\n") if line.startswith(b"data: ")]
    return orjson.loads(line.removeprefix(b"data: "))


def test_a_tick_is_one_line_of_json_with_its_version_as_event_id() -> None:
    message = tick(7, AT, Changes({ID: {"children": "12\n件"}}, (Put("clock", "data", ("a", 0), None),)))
    assert message.plain.startswith(b"id: 7\ndata: {")
    assert message.plain.endswith(b"}\n\n")
    assert message.plain.count(b"\n") == 3
    assert data_of(message.plain) == {
        "v": 7,
        "at": "2026-11-24T06:34:08Z",
        "full": False,
        "set": [[{"panel": "map", "part": "data"}, {"children": "12\n件"}]],
        "put": [["clock", "data", ["a", 0], None]],
    }


def test_packed_messages_stand_alone_behind_any_gzip_header() -> None:
    parts = [hello("b1", AT), whole(1, AT, {ID: {"figure": {"y": [1.5] * 500}}}), heartbeat(1, AT, AT)]
    for start in range(3):
        joined = GZIP_HEADER + b"".join(part.packed for part in parts[start:])
        decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        assert decoder.decompress(joined) == b"".join(part.plain for part in parts[start:])


def test_the_reader_gets_each_event_before_the_next_one_is_sent() -> None:
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    decoder.decompress(GZIP_HEADER)
    for message in (hello("b", AT), tick(2, AT, Changes({"x": {"a": 1}}))):
        assert decoder.decompress(message.packed) == message.plain


def test_a_gzip_stream_begins_as_the_standard_says() -> None:
    assert (
        gzip.decompress(
            GZIP_HEADER + zlib.compress(b"x", wbits=-15) + zlib.crc32(b"x").to_bytes(4, "little") + b"\1\0\0\0"
        )
        == b"x"
    )


def test_hello_names_build_time_and_retry() -> None:
    plain = hello("abc", AT).plain
    assert plain.startswith(b"event: hello\nretry: ")
    assert data_of(plain) == {"build": "abc", "now": "2026-11-24T06:34:08Z"}


def test_a_heartbeat_has_no_event_id_of_its_own() -> None:
    plain = heartbeat(9, AT, AT.astimezone(UTC)).plain
    assert plain.startswith(b"event: heartbeat\ndata: ")
    assert data_of(plain)["v"] == 9
