"""Every parser of foreign bytes under a coverage-guided fuzzer: executions, the largest memory, and what was found.

    pip install atheris && python -m benchmarks.fuzz [--minutes 60] [--only hj212 cap]

Each parser runs in a process of its own, for its share of the time. A finding is any exception but SourceError, an input that takes
longer than ten seconds, or more than a gigabyte of memory; its input is kept in `build/fuzz` and named. atheris is not among the
project's requirements: nothing else needs it.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FunctionType
from typing import Any

from datasources.delivery import JSON, NDJSON, entries
from datasources.formats import hj212, jt808
from datasources.formats.cap import read_cap
from datasources.formats.documents import parse_json, parse_xml
from datasources.formats.exposition import read_exposition, read_matrix
from datasources.formats.gtfs import read_feed
from datasources.formats.packed import unpack
from datasources.formats.tables import read_csv, read_excel, read_fixed
from datasources.formats.text import decode
from datasources.hj212_devices import Device, Register
from datasources.hj212_devices import Session as Hj212Session
from datasources.jt808_terminals import Fleets
from datasources.jt808_terminals import Session as Jt808Session
from datasources.kinds.push import PushSpec
from datasources.messages import records_in
from domain.errors import SourceError

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
FOLDER = Path(__file__).resolve().parents[1] / "build" / "fuzz"
_SLOWEST, _LARGEST = 10, 1024  # seconds of one input, MB of the process
_LONGEST_INPUT = 4096
_PUSHED = PushSpec.model_validate(
    {"key": "p", "kind": "push", "department": "d", "every": "1m", "at": {"path": "t"}, "site": {"path": "s"}, "metrics": {"m": "v"}}
)  # fmt: skip
_FOLLOWED = (
    "datasources.formats.",
    "datasources.hj212_devices",
    "datasources.jt808_terminals",
    "datasources.messages",
    "datasources.delivery",
)
_MN = "QY441800TEST01"
_REPORT = (
    f"QN=20261124140000001;ST=31;CN=2011;PW=123456;MN={_MN};Flag=5;CP=&&DataTime=20261124140000;a34013-Rtd=1.2,a34013-Flag=N&&"
).encode()
_CAP = (
    b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a</identifier><sender>s</sender><sent>2026-11-24T14:00:00+08:00</sent>'
    b"<status>Actual</status><msgType>Update</msgType><references>s,b,2026-11-24T13:00:00+08:00</references><info><language>zh-CN</language>"
    b"<event>\xe6\x9a\xb4\xe9\x9b\xa8</event><severity>Severe</severity><area><areaDesc>x</areaDesc><polygon>23,113 24,113 24,114 23,113</polygon>"
    b"<circle>23,113 5</circle></area></info></alert>"
)


def _hj212(data: bytes) -> None:
    session = Hj212Session(
        Register({_MN: Device(site="s")}, frozenset({"2011"}), {}, frozenset({"a34013"})), "127.0.0.1"
    )
    for half in (data[: len(data) // 2], data[len(data) // 2 :]):
        list(session.hear(half))
    session.gone()


def _jt808(data: bytes) -> None:
    fleets = Fleets({"144*": "f"}, {}, timedelta(minutes=5), lambda: NOW)
    session = Jt808Session(fleets, "127.0.0.1")
    list(session.hear(data))
    # A checksum keeps chance out; behind it the fuzzer is the terminal itself.
    body = jt808.Message(int.from_bytes(data[:2].ljust(2, b"\0"), "big"), "14400000001", 1, data[2:1000])
    list(session.hear(jt808.frame(body)))
    session.gone()
    fleets.records(NOW)


def _hj212_checked(data: bytes) -> None:
    """Past the length and the checksum: the grammar inside."""
    _hj212(hj212.frame(data[:1000]))


def _csv(data: bytes) -> None:
    text = decode(data, "auto", "f")
    read_csv(text, ",", (), 0, "f")
    read_fixed(text, (3, 5), ("a", "b"), 0, "f")


def _packed(data: bytes) -> None:
    for name in ("f.gz", "f.zip"):
        for _, content in unpack(name, data, 1_000_000):
            read_csv(decode(content, "auto", "f"), ",", (), 0, "f")


def _pushed(data: bytes) -> None:
    for media in (JSON, NDJSON, "text/csv"):
        list(entries(_PUSHED, media, data))


def _each(*readers: Callable[[bytes], object]) -> Callable[[bytes], None]:
    def all_of(data: bytes) -> None:
        for reader in readers:
            try:
                reader(data)
            except SourceError:
                continue

    return all_of


TARGETS: Mapping[str, tuple[Callable[[bytes], None], tuple[bytes, ...]]] = {
    "hj212": (_each(_hj212, _hj212_checked), (hj212.frame(_REPORT), _REPORT)),
    "jt808": (
        _each(_jt808),
        (jt808.frame(jt808.Message(jt808.POSITION, "14400000001", 1, bytes(28))), b"\x02\x00" + bytes(28)),
    ),
    "cap": (_each(lambda data: read_cap(data, "f", ("zh",))), (_CAP,)),
    "gtfs_rt": (_each(lambda data: read_feed(data, "f", ("zh",))), (b"\x0a\x0d\x0a\x032.0\x10\x00\x18\x80\x9e\xb6\xc8\x06",)),
    "prometheus": (
        _each(lambda data: read_exposition(data, "f"), lambda data: list(read_matrix(data, "f"))),
        (b'# TYPE a counter\na_total{b="c"} 1.5 1764000000000\n# EOF\n', b'{"status":"success","data":{"resultType":"matrix","result":[]}}'),
    ),
    "documents": (
        _each(lambda data: parse_json(data, "f"), lambda data: parse_xml(data, "f")),
        (b'{"a": [1, null, "x"]}', b"<a b='1'><c>2</c></a>"),
    ),
    "mqtt": (_each(lambda data: records_in(data, "a/b", "x || @", {"c": "y"}, "f")), (b'{"x": [{"v": 1}], "y": 2}', b"12.5")),
    "tables": (_each(_csv, lambda data: read_excel(data, "", (), 0, "f")), (b"t,v\r\n1,2\r\n", "时间,值\n".encode("gb18030"))),
    "packed": (_each(_packed), (b"PK\x03\x04", b"\x1f\x8b\x08\x00")),
    "pushed": (_each(_pushed), (b'[{"t": "2026-11-24", "s": "a", "v": 1}]', b"t,s,v\n1,a,2\n")),
}  # fmt: skip


def _one(name: str, seconds: int) -> None:
    """Fuzz one parser in this process; does not return."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # not among the requirements

    test, seeds = TARGETS[name]
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed{number}").write_bytes(seed)
    for function in _ours():
        atheris.instrument_func(function)
    limits = [f"-max_total_time={seconds}", f"-timeout={_SLOWEST}", f"-rss_limit_mb={_LARGEST}", f"-max_len={_LONGEST_INPUT}"]  # fmt: skip
    options = ["-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={FOLDER}/{name}-"]
    atheris.Setup([sys.argv[0], *limits, *options, str(corpus)], test)
    atheris.Fuzz()


def _ours() -> Iterator[FunctionType]:
    """The functions of the parsers: the fuzzer follows their branches. Libraries stay as they are: all of them would take minutes."""
    for name in sorted(sys.modules):
        if not name.startswith(_FOLLOWED):
            continue
        for one in vars(sys.modules[name]).values():
            members = vars(one).values() if isinstance(one, type) else (one,)
            for member in members:
                if isinstance(member, FunctionType) and member.__module__ == name:
                    yield member


def _told(name: str, seconds: int) -> dict[str, Any]:
    """One parser in a process of its own; what its last lines say."""
    command = [sys.executable, "-m", "benchmarks.fuzz", "--target", name, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    said = dict(re.findall(r"stat::(\w+):\s+(\d+)", done.stdout + done.stderr))
    return {
        "runs": int(said.get("number_of_executed_units", 0)),
        "memory": int(said.get("peak_rss_mb", 0)),
        "finding": "" if done.returncode == 0 else (done.stdout + done.stderr)[-2000:],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="for all parsers together")
    parser.add_argument("--only", nargs="*", choices=sorted(TARGETS), default=sorted(TARGETS))
    parser.add_argument("--target", choices=sorted(TARGETS), help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=60, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.target:
        _one(args.target, args.seconds)
    share = max(1, int(args.minutes * 60 / len(args.only)))
    total = 0
    for name in args.only:
        told = _told(name, share)
        total += told["runs"]
        print(f"{name:<12} {told['runs']:>12,} executions in {share} s, at most {told['memory']} MB", flush=True)
        if told["finding"]:
            print(f"  FOUND:\n{told['finding']}", flush=True)
    print(f"all          {total:>12,} executions")


if __name__ == "__main__":
    main()
