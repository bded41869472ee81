import asyncio
import os
import signal
import sys
from pathlib import Path

from jobs.supervisor import Child, Supervisor

LIVE_UNTIL_TOLD = (
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('up', flush=True); signal.pause()"
)


async def until(condition, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def marks(folder: Path) -> int:
    return len(list(folder.iterdir()))


async def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    code = f"import tempfile, time; tempfile.mkstemp(dir={str(tmp_path)!r}); time.sleep(60)"
    child = Child("worker", [sys.executable, "-c", code])
    supervisor = Supervisor([child])
    await supervisor.start()
    await until(lambda: marks(tmp_path) == 1)
    os.kill(child.process.pid, signal.SIGKILL)
    await until(lambda: marks(tmp_path) == 2)
    await supervisor.stop()
    assert child.process.returncode is not None


async def test_stop_ends_every_child_and_starts_none_again(tmp_path: Path) -> None:
    children = [Child(name, [sys.executable, "-c", LIVE_UNTIL_TOLD]) for name in ("a", "b")]
    supervisor = Supervisor(children)
    tasks = await supervisor.start()
    await supervisor.stop()
    await asyncio.gather(*tasks)
    assert all(child.process.returncode is not None for child in children)


async def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = (
        "import os, pathlib, signal\nfrom jobs.supervisor import end_with_parent\nend_with_parent()\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\nsignal.pause()"
    )
    parent = (
        "import asyncio, sys\nfrom jobs.supervisor import Child, Supervisor\n"
        f"async def main():\n  await asyncio.gather(*await Supervisor([Child('c', [sys.executable, '-c', {child!r}])]).start())\nasyncio.run(main())"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", parent, cwd=Path(__file__).parents[2])
    await until(lambda: pid_file.exists() and pid_file.read_text())
    pid = int(pid_file.read_text())
    process.kill()
    await process.wait()
    await until(lambda: not Path(f"/proc/{pid}").exists())
