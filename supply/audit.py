"""Known faults of the pinned libraries: `python -m supply.audit` (`make audit`).

pip-audit asks an advisory service about every pin. Here the service is this program on loopback, answering from the
committed snapshot, so that the audit needs no network and says the same everywhere; --online asks the public one instead.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from jobs.clock import utc_now
from supply.advisories import FOLDER, Snapshot, read_snapshot
from supply.pins import DEVELOPMENT, RUNTIME, read_pins

OLD = 90  # days after which the snapshot is called old
LARGEST = 100_000


@contextmanager
def service(snapshot: Snapshot) -> Iterator[str]:
    """The snapshot as an OSV service on loopback; yields the address of its query method."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length", "0")), LARGEST)))
            found = snapshot.of(asked["package"]["name"], asked["version"])
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the audit's own words are what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()


def audit(requirements: Path, url: str, ignored: Sequence[str] = ()) -> tuple[bool, str]:
    """Run pip-audit on one file; whether it found nothing, and its words. url "": the public service."""
    with TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--disable-pip", "--strict"]
        command += ["--vulnerability-service", "osv", "--cache-dir", cache, "--progress-spinner", "off", "--desc", "on"]
        command += ["--osv-url", url] if url else []
        command += [part for name in ignored for part in ("--ignore-vuln", name)]
        env = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"} if url else None
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def describe(snapshot: Snapshot, today: date) -> str:
    """What the audit can know and what it cannot, in a few lines."""
    pinned = set(read_pins(RUNTIME)) | set(read_pins(DEVELOPMENT))
    about = snapshot.about
    lines = [
        f"{len(snapshot.records)} advisories for {len(snapshot.names() & pinned)} of {len(pinned)} pinned libraries, "
        f"taken {about.taken} from {about.source}"
    ]
    if not about.complete:
        lines.append("NOT a complete database: silence about a library proves nothing (advisories/README.md)")
    if (today - about.taken).days > OLD:
        lines.append(f"the snapshot is {(today - about.taken).days} days old: refresh it (advisories/README.md)")
    lines += [
        f"accepted until {one.until}: {one.id} ({one.because})" for one in snapshot.accepted if one.until >= today
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Audit both requirements files; 1 when a fault is known that is not accepted."""
    parser = argparse.ArgumentParser(prog="supply.audit", description=__doc__)
    parser.add_argument("--online", action="store_true", help="ask the public OSV service")
    parser.add_argument("--advisories", type=Path, default=FOLDER, help="folder of the snapshot")
    parser.add_argument("--requirements", type=Path, nargs="*", default=[RUNTIME, DEVELOPMENT])
    args = parser.parse_args(argv)
    today, snapshot = utc_now().date(), read_snapshot(args.advisories)
    print("asking the public advisory service" if args.online else describe(snapshot, today))
    ignored = [one.id for one in snapshot.accepted if one.until >= today]
    clean = True
    with service(snapshot) as url:
        for path in args.requirements:
            fine, words = audit(path, "" if args.online else url, ignored)
            print(f"{path.name}: {words}")
            clean = clean and fine
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
