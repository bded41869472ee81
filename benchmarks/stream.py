"""The live stream at one tick a second: server CPU and bytes per viewer, delay, and how many viewers one process holds.

`python -m benchmarks.stream [--viewers 100 500 1000] [--seconds 8]`. The city of cities/441800 with its overview screen on a
store of its own; another process commits 60 observations each second. All viewers are on loopback in this process; every
twentieth reads uncompressed and times each event. Delay: from the commit to the event's arrival. CPU is user + system time of
the serving process, less what it uses without viewers.

In the same run: the raw limit (a bare ASGI app that sends 1,000 bytes a second to as many viewers) and the peer (the same
screen as a plain Dash callback that answers each viewer once a second with figures made by plotly.graph_objects).
"""

import argparse
import asyncio
import json
import re
import resource
import statistics
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
PORT, BARE_PORT = 18_150, 18_151
SAMPLED = 20
PEERS = 6
EVENT = re.compile(rb"id: (\d+)\n")


@dataclass(frozen=True)
class Cost:
    """What the serving process has used so far; commits are wall-clock ms."""

    cpu: float
    sent: int
    messages: int
    rss_kb: int
    commits: list[int]


async def ask(path: str, body: bytes = b"", port: int = PORT) -> bytes:
    """One request on a connection of its own; the body of the answer, which must have a length."""
    reader, writer = await asyncio.open_connection(HOST, port)
    verb = "POST" if body else "GET"
    head = f"{verb} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
    await writer.drain()
    answer = await reader.read(-1)
    writer.close()
    return answer.partition(b"\r\n\r\n")[2]


async def cost(port: int = PORT) -> Cost:
    told = json.loads(await ask("/bench", port=port))
    return Cost(**{name: told[name] for name in Cost.__annotations__})


async def view(port: int, arrivals: list[tuple[int, float]] | None) -> None:
    """One viewer until cancelled; with a list it reads plain text and notes each event's id and arrival (ms)."""
    reader, writer = await asyncio.open_connection(HOST, port)
    encoding = "gzip" if arrivals is None else "identity"
    writer.write(f"GET /stream?screen=overview HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {encoding}\r\n\r\n".encode())
    try:
        while part := await reader.read(65_536):
            if arrivals is not None:
                now = time.time() * 1000
                arrivals += [(int(v), now) for v in EVENT.findall(part)]
    finally:
        writer.close()


async def level(port: int, viewers: int, seconds: float) -> tuple[Cost, Cost, list[tuple[int, float]]]:
    """Connect viewers, let them settle, and measure for a while."""
    arrivals: list[tuple[int, float]] = []
    tasks = []
    for number in range(viewers):
        tasks.append(asyncio.create_task(view(port, arrivals if number % SAMPLED == 0 else None)))
        if number % 50 == 49:
            await asyncio.sleep(0.05)
    await asyncio.sleep(3)
    arrivals.clear()
    before = await cost(port)
    await asyncio.sleep(seconds)
    after = await cost(port)
    found = list(arrivals)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(1)
    return before, after, found


def delays(arrivals: Sequence[tuple[int, float]], commits: Sequence[int]) -> list[float]:
    """ms from the newest commit a snapshot can hold to the event's arrival."""
    out = []
    for version, arrived in arrivals:
        index = bisect_right(commits, version) - 1
        if index >= 0:
            out.append(arrived - commits[index])
    return sorted(out)


async def measure(name: str, port: int, levels: Sequence[int], seconds: float) -> float:
    """Print one row a level; the CPU ms per viewer and tick of the largest."""
    print(name)
    print(
        f"{'viewers':>8} {'CPU ms/viewer/tick':>19} {'B/viewer/tick':>14} {'p50 ms':>7} {'p95 ms':>7} {'cores':>6} {'KiB/viewer':>11}"
    )
    idle_cpu, idle_rss, last = 0.0, 0, 0.0
    for viewers in (0, *levels):
        before, after, arrivals = await level(port, viewers, seconds)
        cpu, ticks = after.cpu - before.cpu, max(after.messages - before.messages, 1)
        if not viewers:
            idle_cpu, idle_rss = cpu, after.rss_kb
            print(f"{0:>8} {'':>19} {'':>14} {'':>7} {'':>7} {cpu / seconds:>6.2f}  ({ticks} ticks, drawing included)")
            continue
        last = (cpu - idle_cpu) * 1000 / viewers / ticks
        late = delays(arrivals, after.commits)
        p50, p95 = (late[int(len(late) * q)] for q in (0.5, 0.95)) if late else (0.0, 0.0)
        size = (after.sent - before.sent) / viewers / ticks
        memory = (after.rss_kb - idle_rss) / viewers
        print(f"{viewers:>8} {last:>19.4f} {size:>14.0f} {p50:>7.0f} {p95:>7.0f} {cpu / seconds:>6.2f} {memory:>11.0f}")
    return last


async def peer(rounds: int) -> float:
    """CPU ms per viewer and tick of a plain Dash callback, with its bytes printed."""
    call = json.dumps(
        {
            "output": "screen.data",
            "outputs": {"id": "screen", "property": "data"},
            "inputs": [{"id": "clock", "property": "n_intervals", "value": 1}],
            "changedPropIds": ["clock.n_intervals"],
        }
    ).encode()
    await ask("/_dash-update-component", call)
    before, sizes = await cost(), []
    for _ in range(rounds):
        answers = await asyncio.gather(*(ask("/_dash-update-component", call) for _ in range(PEERS)))
        sizes += [len(answer) for answer in answers]
        await asyncio.sleep(1)
    used = (await cost()).cpu - before.cpu
    per = used * 1000 / rounds / PEERS
    print(f"plain Dash callback: {per:.1f} CPU ms and {statistics.median(sizes):,.0f} B per viewer and tick")
    return per


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, nargs="+", default=[100, 500, 1000])
    parser.add_argument("--seconds", type=float, default=8)
    asked = parser.parse_args()
    most = max(asked.viewers) + 200
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(most * 2, 4096), resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bare, server, feed = await started("bare", BARE_PORT, folder), None, None
        try:
            await ready(bare, BARE_PORT)
            floor = await measure("raw limit", BARE_PORT, asked.viewers[-1:], asked.seconds)
            await ended(bare)
            server = await started("serve", PORT, folder)
            await ready(server, PORT)
            feed = await started("feed", PORT, folder)
            await fed()
            ours = await measure("the stream", PORT, asked.viewers, asked.seconds)
            theirs = await peer(3)
        finally:
            for process in (bare, feed, server):
                await ended(process)
    print(
        f"CPU per viewer and tick: {ours / floor:.2f} of the raw limit; plain Dash takes {theirs / ours:,.0f} times the stream's"
    )


async def fed() -> None:
    """Wait until the other process commits: it starts up for some seconds."""
    for _ in range(240):
        if (await cost()).commits:
            return
        await asyncio.sleep(0.25)
    raise SystemExit("nothing was committed within a minute")


async def started(part: str, port: int, folder: str) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "benchmarks._stream_server", part, str(port), folder)
    return await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parent.parent)


async def ended(process: asyncio.subprocess.Process | None) -> None:
    if process is not None and process.returncode is None:
        process.kill()  # what it wrote goes away with the folder
        await process.wait()


async def ready(server: asyncio.subprocess.Process, port: int) -> None:
    """Wait until the server shows its first snapshot."""
    for _ in range(240):
        if server.returncode is not None:
            raise SystemExit("the server did not start")
        try:
            if b'"status":"ok"' in await ask("/healthz", port=port):
                return
        except OSError:
            pass
        await asyncio.sleep(0.25)
    raise SystemExit("the server was not ready within a minute")


if __name__ == "__main__":
    asyncio.run(main())
