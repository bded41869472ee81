"""The whole cockpit, started as a newcomer starts it, and a real browser in front of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from demo.present import switch
from domain.account import Role
from jobs.clock import utc_now
from tests.servers import free_ports

ROOT = Path(__file__).resolve().parents[2]
CITY = "cities/441800"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--hide-scrollbars",
]  # fmt: skip


@dataclass
class Cockpit:
    """A running cockpit: its address, its files and its process."""

    url: str
    var: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def database(self) -> str:
        return f"sqlite:///{self.var / 'cockpit.sqlite'}"

    @property
    def said(self) -> str:
        """What the newest `run` printed."""
        return (self.var / "run.out").read_text(encoding="utf-8")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run_app(*arguments, env=environment(self.var, self.port))

    def pids(self, name: str) -> list[int]:
        """The processes of this cockpit that run one of app.py's commands."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                env = (folder / "environ").read_bytes()
            except OSError:
                continue
            if name.encode() in words and f"VAR={self.var}".encode() in env.split(b"\0"):
                found.append(int(folder.name))
        return found


def environment(var: Path, port: int, city: str = CITY) -> dict[str, str]:
    return os.environ | {"VAR": str(var), "PORT": str(port), "CITY": city}


def run_app(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def start(var: Path, port: int, city: str = CITY) -> Cockpit:
    """Start `app.py run` and wait until the screen answers."""
    if city == CITY:
        switch(var / "demo", "quiet", utc_now())  # so that no department is under maintenance meanwhile
    with (var / "run.out").open("wb") as out:
        command = [sys.executable, "app.py", "run"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment(var, port, city), stdout=out, stderr=out)
    cockpit = Cockpit(f"http://127.0.0.1:{port}/", var, port, process)
    try:
        wait_for(
            lambda: "Ctrl-C stops everything" in cockpit.said and healthy(cockpit.url),
            170,
            lambda: process.poll() is None,
        )
    except BaseException:
        process.kill()
        raise
    return cockpit


def stop(cockpit: Cockpit) -> int:
    """Ctrl-C, and the exit code."""
    cockpit.process.send_signal(signal.SIGINT)
    return cockpit.process.wait(30)


def healthy(url: str) -> bool:
    try:
        return httpx.get(url + "healthz", timeout=5).is_success
    except httpx.HTTPError:
        return False


def wait_for(condition, seconds: float, alive=lambda: True) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert alive(), "the cockpit ended by itself"
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


@pytest.fixture(scope="session")
def cockpit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cockpit]:
    running = start(tmp_path_factory.mktemp("cockpit"), free_ports(13))
    yield running
    if running.process.poll() is None:
        stop(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path("/usr/bin/chromium").exists():
        pytest.fail("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


class Visit:
    """One page and everything it did behind the scenes."""

    def __init__(self, page: Page, host: str) -> None:
        self.page = page
        self.outside: list[str] = []
        self.failed: list[str] = []
        self.errors: list[str] = []
        page.on(
            "request", lambda r: self.outside.append(r.url) if r.url.startswith("http") and host not in r.url else None
        )
        page.on("response", lambda r: self.failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))


Come = Callable[..., Visit]


@pytest.fixture(scope="session")
def signed_in(browser: Browser, cockpit: Cockpit) -> Callable[[Role], Any]:
    """The cookies of a role, got by one click on the sign-in page the first time."""

    @cache
    def state(role: Role) -> Any:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.goto(f"{cockpit.url}sign-in?next=/session")
        page.locator(f"button[value={role}]").click()
        page.wait_for_url("**/session")
        kept = context.storage_state()
        context.close()
        return kept

    return state


@pytest.fixture
def come(browser: Browser, cockpit: Cockpit, signed_in: Callable[[Role], Any]) -> Iterator[Come]:
    """A new browser in front of the cockpit: signed in with a role, or nobody's."""
    contexts: list[BrowserContext] = []

    def opened(role: Role | None = Role.SHIFT, **more: Any) -> Visit:
        given = {"viewport": {"width": 1920, "height": 1080}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **more}
        context = browser.new_context(storage_state=signed_in(role) if role else None, **given)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(45_000)
        return Visit(page, f"127.0.0.1:{cockpit.port}")

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def visit(come: Come) -> Visit:
    """The cockpit as a shift leader sees it."""
    return come()
