"""Departments that never give up: each says its next value until it was acknowledged, and remembers what was, and what it laid out."""

import asyncio
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from datasources.formats import hj212, jt808
from jobs.clock import utc_now
from tests.killing.child import DEVICES, Setup

ANSWER = 4.0  # seconds that a sender waits for an answer before it dials again
AGAIN = 0.1
BATCH = 5  # records of a push, rows of a file
Row = tuple[str, int]  # site, milliseconds


@dataclass
class Ledger:
    """What was said: (site, moment) -> value, and how often each source has answered.

    acknowledged: the cockpit itself told the sender that it has it, so it is in the store or in the spool from that moment
    on. published: it lies where a source fetches it (a table, a folder, a service, a broker), which has told nobody anything
    yet: it is owed once the source has got that far.
    """

    start: datetime
    sent: dict[Row, float] = field(default_factory=dict)
    acknowledged: dict[Row, float] = field(default_factory=dict)
    published: dict[Row, float] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    stop: bool = False

    def say(self, site: str, number: int) -> datetime:
        """The moment of a site's number-th value, which is said from now on."""
        self.sent[self.row(site, number)] = float(number)
        return self.start + timedelta(seconds=number)

    def row(self, site: str, number: int) -> Row:
        """Where a site's number-th value belongs in the store."""
        return site, int((self.start + timedelta(seconds=number)).timestamp() * 1000)

    def heard(self, site: str, numbers: Iterable[int]) -> None:
        """The cockpit has acknowledged these."""
        self.acknowledged |= {self.row(site, number): float(number) for number in numbers}
        self.answers[site.partition("-")[0]] += 1

    def laid(self, site: str, numbers: Iterable[int]) -> None:
        """These are there to be fetched."""
        self.published |= {self.row(site, number): float(number) for number in numbers}

    def owed(self) -> dict[Row, float]:
        """What has to be in the store in the end."""
        return self.published | self.acknowledged


async def device(ledger: Ledger, setup: Setup, number: int) -> None:
    """An HJ 212 device that asks for 9014."""

    def frame(count: int) -> bytes:
        at = ledger.say(f"hj212-{number}", count) + timedelta(hours=8)
        said = f"DataTime={at:%Y%m%d%H%M%S};a34004-Rtd={count}.0,a34004-Flag=N"
        return hj212.frame(
            f"QN={at:%Y%m%d%H%M%S}{count % 1000:03d};ST=22;CN=2011;PW=1;MN=M{number};Flag=5;CP=&&{said}&&".encode()
        )

    await _dialling(ledger, setup.hj212, frame, b"9014", lambda count: ledger.heard(f"hj212-{number}", [count]))


async def terminal(ledger: Ledger, setup: Setup) -> None:
    """A JT/T 808 terminal; its positions are counted in the figures of the fleet, none is kept by itself."""

    def frame(count: int) -> bytes:
        words = b"".join(n.to_bytes(4, "big") for n in (0, 3, 23_683_000, 113_053_000))
        at = bytes.fromhex(f"{utc_now() + timedelta(hours=8):%y%m%d%H%M%S}")
        body = words + b"\x00\x1e\x02\x58\x00\x5a" + at
        return jt808.frame(jt808.Message(jt808.POSITION, "14400000001", count & 0xFFFF, body))

    await _dialling(ledger, setup.jt808, frame, b"\x80\x01", lambda _: ledger.answers.update(["jt808"]))


async def _dialling(
    ledger: Ledger, port: int, frame: Callable[[int], bytes], answer: bytes, heard: Callable[[int], None]
) -> None:
    count = 0
    while not ledger.stop:
        writer: asyncio.StreamWriter | None = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while not ledger.stop:
                writer.write(frame(count))
                got = b""
                while answer not in got:
                    piece = await asyncio.wait_for(reader.read(4096), ANSWER)
                    if not piece:
                        raise ConnectionError
                    got += piece
                heard(count)
                count += 1
                await asyncio.sleep(0.01)
        except (OSError, TimeoutError):
            await asyncio.sleep(AGAIN)
        finally:
            if writer is not None:
                writer.transport.abort()


async def pusher(ledger: Ledger, setup: Setup, number: int) -> None:
    """A department that pushes, under a key that stays the same until it is answered."""
    count, site = 0, f"push-{number}"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{setup.push}", timeout=ANSWER) as client:
        while not ledger.stop:
            numbers = list(range(count, count + BATCH))
            lines = [json.dumps({"time": ledger.say(site, n).isoformat(), "site": site, "v": n}) for n in numbers]
            headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": f"{number}-{count}"}
            try:
                answer = await client.post("/observations", content="\n".join(lines), headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(AGAIN)
                continue
            if answer.status_code == 200:
                ledger.heard(site, numbers)
                count += BATCH
            await asyncio.sleep(0.02 if answer.status_code == 200 else AGAIN)


async def publisher(ledger: Ledger, setup: Setup) -> None:
    """A sensor on the message broker. The broker's PUBACK is none of the cockpit's: it only means that the broker has it."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "sensor", protocol=mqtt.MQTTv5)
    await asyncio.to_thread(client.connect, "127.0.0.1", setup.mqtt)
    client.loop_start()
    count = 0
    while not ledger.stop:
        body = json.dumps({"time": ledger.say("mqtt-0", count).isoformat(), "site": "mqtt-0", "v": count})
        sent = client.publish("kills/0", body, 1)
        await asyncio.to_thread(sent.wait_for_publish, ANSWER)
        if sent.is_published():
            ledger.laid("mqtt-0", [count])
            count += 1
        await asyncio.sleep(0.05)
    client.loop_stop()


async def clerk(ledger: Ledger, setup: Setup) -> None:
    """A department that lays files into a folder, and one that writes into its own database."""
    folder = Path(setup.folder) / "demo"
    count = 0
    while not ledger.stop:
        numbers = list(range(count, count + BATCH))
        await asyncio.to_thread(_laid, ledger, folder, numbers)
        for site in ("file-0", "sql-0"):
            ledger.laid(site, numbers)
        count += BATCH
        await asyncio.sleep(1.0)


def moved(ledger: Ledger, folder: Path) -> None:
    """Hear what the collector has put aside as read: it tells the department so by moving the file."""
    for path in (folder / "drop" / "done").glob("*.csv"):
        first = int(path.stem.partition(".")[0])
        ledger.heard("file-0", range(first, first + BATCH))


def prepared(folder: Path) -> None:
    """The folder and the database of `clerk`."""
    (folder / "drop").mkdir(parents=True)
    with sqlite3.connect(folder / "feed.db") as feed:
        feed.execute("PRAGMA journal_mode=WAL")
        feed.execute("CREATE TABLE feed (id INTEGER PRIMARY KEY, time TEXT, site TEXT, v REAL)")


def _laid(ledger: Ledger, folder: Path, numbers: list[int]) -> None:
    lines = ["time,site,v", *(f"{ledger.say('file-0', n).isoformat()},file-0,{n}" for n in numbers)]
    name = folder / "drop" / f"{numbers[0]:08d}.csv"
    part = name.with_suffix(".part")
    part.write_text("\n".join(lines) + "\n", "utf-8")
    part.rename(name)
    rows = [(n, ledger.say("sql-0", n).isoformat(), "sql-0", n) for n in numbers]
    feed = sqlite3.connect(folder / "feed.db", timeout=5)
    with feed:
        feed.executemany("INSERT INTO feed VALUES (?, ?, ?, ?)", rows)
    feed.close()


class Department:
    """A REST service with one row more each 50 ms, asked for by what it had last; asking on means that what came is durable."""

    def __init__(self, ledger: Ledger, port: int) -> None:
        self._ledger, self._began, self._count, self._asked = ledger, utc_now(), 0, -1
        self._turn = threading.Lock()
        department = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                since = int(parse_qs(urlsplit(self.path).query)["since"][0])
                body = json.dumps(department.rows(since)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def rows(self, since: int) -> list[dict[str, object]]:
        """At most 500 rows after a number."""
        ledger, site = self._ledger, "http_json-0"
        with self._turn:
            if not ledger.stop:
                count = int((utc_now() - self._began).total_seconds() * 20)
                ledger.laid(site, range(self._count, count))
                self._count = max(self._count, count)
            ledger.heard(site, range(self._asked + 1, since + 1))
            self._asked = max(self._asked, since)
            numbers = range(since + 1, min(self._count, since + 501))
            return [{"n": n, "time": ledger.say(site, n).isoformat(), "site": site, "v": n} for n in numbers]

    def close(self) -> None:
        """End the service."""
        self._server.shutdown()
        self._server.server_close()


def everybody(ledger: Ledger, setup: Setup) -> list[Coroutine[object, object, None]]:
    """All who send."""
    return [
        *(device(ledger, setup, number) for number in range(DEVICES)),
        *(pusher(ledger, setup, number) for number in range(2)),
        terminal(ledger, setup), publisher(ledger, setup), clerk(ledger, setup),
    ]  # fmt: skip
