"""HJ 212 on the wire: frames, checks, fields; against frames from the field where they are at hand."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.formats import hj212 as wire
from datasources.formats.sm4 import deciphered, enciphered, key_of
from datasources.hj212_devices import Device, Register, Session

SAMPLES = Path("/work/shared/standards/hj212_samples.txt")
# HJ 212-2017 Annex A, printed with its CRC.
PRINTED = b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&"
CHECK_OF = {"VALID": "hj212", "COMPUTED": "hj212", "MODBUS_HILO": "modbus_hilo", "MODBUS_LOHI": "modbus_lohi"}


def pieces(stream: bytes, size: int = 1 << 20) -> list[wire.Piece]:
    cutter = wire.Cutter()
    return [piece for at in range(0, len(stream), size) for piece in cutter.feed(stream[at : at + size])]


def session(*mns: str, check: str = "hj212", take: str = "2011") -> Session:
    devices = {mn: Device.model_validate({"site": "A1", "check": check}) for mn in mns}
    return Session(Register(devices, frozenset({take}), {}, frozenset()), "test")


def samples() -> Iterator[tuple[str, bytes]]:
    if not SAMPLES.is_file():
        return
    kind = ""
    for line in SAMPLES.read_text("utf-8").splitlines():
        if found := re.match(r"# \[\d+\] crc=(\w+)", line):
            kind = found[1]
        elif line.startswith("##"):
            yield kind, line.encode() + b"\r\n"


def test_the_standards_own_example_has_the_standards_crc() -> None:
    assert wire.frame(PRINTED) == b"##0101" + PRINTED + b"1C80\r\n"
    assert wire.modbus(PRINTED) == 0x0759


def test_only_256_checks_exist() -> None:
    assert len({wire.crc(n.to_bytes(3, "big")) for n in range(0, 1 << 16, 7)}) <= 256


@pytest.mark.skipif(not SAMPLES.is_file(), reason="the sample frames are not on this machine")
def test_every_valid_sample_decodes_and_every_invalid_one_is_refused_with_its_reason() -> None:
    counted = 0
    for kind, frame in samples():
        (piece,) = pieces(frame)
        head = wire.head(piece.segment)
        heard = list(session(head.mn, check=CHECK_OF.get(kind, "hj212"), take=head.cn).hear(frame))
        reasons = [reason for one in heard for _, _, reason in one.bad]
        counted += 1
        if kind == "INVALID":
            assert len(reasons) == 1
            assert re.match(r"CRC \w{4} is not \w{4}", reasons[0])
        elif "DataTime" in wire.said(head.content) or head.cn not in wire.DATA:
            assert not reasons, frame
        else:  # a platform's command, which no device sends
            assert reasons == ["no DataTime: it reports nothing"] or head.cn not in wire.DATA
    assert counted == 74


def test_frames_are_found_however_the_network_cuts_them() -> None:
    stream = b"junk" + wire.frame(PRINTED) + b"\r\n" + wire.frame(PRINTED) + b"##12" + wire.frame(PRINTED)
    whole = pieces(stream)
    for size in (1, 2, 7, 64):
        cut = pieces(stream, size)
        assert [p.segment for p in cut if not p.reason] == [PRINTED] * 3
    assert [p.segment for p in whole if not p.reason] == [PRINTED] * 3
    assert "4 bytes between frames" in whole[0].reason


def test_an_enciphered_segment_may_hold_line_ends_and_frame_starts() -> None:
    segment = b"QN=1;ST=31;CN=2011;MN=M;Flag=9;CP=&&ab\r\n##0010&&\r\ncd&&"
    (piece,) = pieces(wire.frame(segment))
    assert piece.segment == segment


def test_a_length_that_is_too_long_is_known_at_the_frames_end() -> None:
    frame = wire.frame(PRINTED)
    (piece,) = pieces(b"##0999" + frame[6:])
    assert "0999" in piece.reason


def test_old_codes_spaces_and_mixed_up_separators_are_understood() -> None:
    said = wire.said(b" DataTime=20160824003817;B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N; LA-Rtd =50.1;x-Data=1;")
    assert said["DataTime"] == "20160824003817"
    assert said["w01018"] == {"Rtd": "231.0", "Flag": "N", "value": "231.0", "flag": "N"}
    assert said["LA"] == {"Rtd": "50.1", "value": "50.1"}
    assert said["w00000"] == {"Rtd": "36.91", "value": "36.91"}


@pytest.mark.parametrize(
    ("segment", "said"),
    [(b"", "no CP="), (b"CN=2011;MN=1;CP=&&", "no CP="), (b"MN=1;CP=&&&&", "no command number"),
     (b"CN=2011;CP=&&&&", "no device number"), (b"CN=2011;nonsense;MN=1;CP=&&&&", "not name=value")],
)  # fmt: skip
def test_a_segment_that_is_none_says_why(segment: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wire.head(segment)


def test_quarantine_never_sees_a_password_or_a_key() -> None:
    shown = wire.shown(b"QN=1;PW=s3cret;MN=M;CP=&&SKCreateTime=1,NewSK=0123456789abcdef;NewPW=654321&&")
    assert "s3cret" not in shown
    assert "0123456789abcdef" not in shown
    assert "654321" not in shown


def test_sm4_is_the_published_one_and_leaves_a_short_rest_plain() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")  # GB/T 32907-2016 A.1
    assert enciphered(key + b"rest", key) == bytes.fromhex("681edf34d206965e86b3e94f536e4246") + b"rest"
    assert deciphered(enciphered(PRINTED, key), key) == PRINTED
    with pytest.raises(ValueError, match="16 characters"):
        key_of("short")


@given(st.lists(st.binary(max_size=200), max_size=12))
def test_hostile_bytes_never_raise_and_nothing_grows(chunks: list[bytes]) -> None:
    one = session("M1")
    for chunk in chunks:
        list(one.hear(chunk))
    assert len(one._cutter._held) <= wire.LONGEST + 200


texts = st.text(st.sampled_from("QNSTCPWMFlag=&;,-#0123456789abc\r\n é中"), max_size=120)


@given(texts, st.sampled_from(["2011", "9015", "1013", "9014"]), st.integers(0, 300))
def test_whatever_stands_in_a_well_formed_frame_is_understood_or_refused(said: str, cn: str, flag: int) -> None:
    frame = wire.frame(f"QN=1;ST=22;CN={cn};MN=M1;Flag={flag};PNUM=2;PNO=1;CP=&&{said}&&".encode())
    heard = list(session("M1").hear(frame))
    assert len(heard) == 1
    assert all(reason for one in heard for _, _, reason in one.bad)


@given(st.binary(min_size=1, max_size=60), st.integers(1, 9))
def test_a_good_frame_after_any_noise_is_found(noise: bytes, size: int) -> None:
    good = wire.frame(PRINTED)
    found = pieces(noise + b"\r\n" + good + good, size)
    assert PRINTED in [p.segment for p in found if not p.reason]
