"""Servers that tests start for themselves, on loopback and in folders of their own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import randbelow
from tempfile import mkdtemp

# Below the ports that the system gives to whoever asks for any: a server that is started again finds its own free.
HELD = range(20_000, 32_000)


def free_ports(count: int) -> int:
    """The first of so many neighbouring loopback ports that nobody uses and the system gives to nobody else."""
    while True:
        first = HELD.start + randbelow(len(HELD) - count)
        if all(_free(first + number) for number in range(count)):
            return first


def free_port() -> int:
    """One such port."""
    return free_ports(1)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest version's; None when it is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if folders:
        return folders[-1]
    found = shutil.which("pg_ctl")
    return Path(found).parent if found else None


@contextmanager
def private_postgres() -> Iterator[str]:
    """A PostgreSQL of one's own: yields the URL of its empty database. As root it runs as the user `postgres`.

    RuntimeError with what to install when there is none.
    """
    programs = postgres_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(mkdtemp(prefix="pg-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    settings = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c shared_buffers=256MB -c max_connections=60"
    try:
        _as(user, programs / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        _as(user, programs / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", settings, "start")
        try:
            yield f"postgresql://{user}@127.0.0.1:{port}/postgres"
        finally:
            _as(user, programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:  # not waited for: some hundred thousand files take half a minute
        os.posix_spawn("/bin/rm", ["rm", "-rf", str(folder)], os.environ)


def _as(user: str, program: Path, *arguments: object) -> None:
    done = subprocess.run(
        [program, *map(str, arguments)],
        user=user if os.geteuid() == 0 else None,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stdout.strip()[-400:]}")


class KillablePostgres:
    """A PostgreSQL of one's own that dies by SIGKILL and is started again. `fsync` is on, as it is in earnest."""

    def __init__(self, folder: Path) -> None:
        programs = postgres_programs()
        if programs is None:
            raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
        self._programs, self._folder, self._port = programs, folder, free_port()
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, self._user)
        self.url = f"postgresql://{self._user}@127.0.0.1:{self._port}/postgres"
        init = ("-U", self._user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        _as(self._user, programs / "initdb", "-D", folder / "data", *init)

    def start(self) -> None:
        """Start it, also after a kill; it recovers by itself."""
        own = "-c unix_socket_directories='' -c shared_buffers=64MB -c max_connections=60"  # a socket's lock would survive
        settings = f"-p {self._port} -h 127.0.0.1 {own}"
        arguments = ("-D", self._folder / "data", "-w", "-t", "60", "-l", self._folder / "log", "-o", settings, "start")
        _as(self._user, self._programs / "pg_ctl", *arguments)

    def kill(self) -> None:
        """SIGKILL to the server and all its processes, which are gone when this returns."""
        lock = self._folder / "data" / "postmaster.pid"
        head = int(lock.read_text().split()[0])
        os.kill(head, signal.SIGSTOP)  # so that none is born while they are counted
        numbers = (head, *_children_of(head))
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        while any(_alive(number) for number in numbers):
            time.sleep(0.005)
        lock.unlink()  # to the next one a dead server that nobody has collected yet would still be running

    def stop(self) -> None:
        """End it at once."""
        with suppress(RuntimeError):
            _as(self._user, self._programs / "pg_ctl", "-D", self._folder / "data", "-w", "-m", "immediate", "stop")


def _children_of(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                found.append(int(status.parent.name))
    return found


def _alive(number: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
