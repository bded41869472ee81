import asyncio
import contextlib
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from demo import serve
from domain.city import City
from domain.errors import CockpitError
from tests.demo.conftest import NOW, ROOT, SECRET


def _free_stretch() -> int:
    """A port after which as many as there are departments are free."""
    for first in range(21_000, 29_000, 50):
        with contextlib.ExitStack() as held:
            try:
                for n in range(serve.PORTS):
                    held.enter_context(socket.create_server((serve.HOST, first + n)))
            except OSError:
                continue
            return first
    pytest.fail("no free ports")


def _clock() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


def test_the_environment_names_everything_the_sources_ask_for(tmp_path: Path) -> None:
    folder = ROOT / "cities" / "441800"
    text = "".join((folder / f"{name}.yaml").read_text(encoding="utf-8") for name in ("sources", "receivers"))
    asked = {*re.findall(r"\$\{(\w+)", text), *re.findall(r"(?:appSecret|key_env): (\w+)", text)} - {"NAME"}
    assert asked == set(serve.environment(9000, tmp_path, SECRET))


async def test_all_departments_answer_from_one_process_and_stop_together(city: City, tmp_path: Path) -> None:
    first = _free_stretch()
    running = asyncio.create_task(serve.main(city, first, tmp_path, _clock, serve.Keys(SECRET), "quiet"))
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5)) as client:
        for n in range(serve.SERVERS):
            answer = await client.get(f"http://{serve.HOST}:{first + n}/health")
            assert answer.json() == {"ok": True}
    assert (tmp_path / "hotline.sqlite").exists()
    assert (tmp_path / "scenario.json").exists()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with socket.create_server((serve.HOST, first)):
        pass


async def test_a_port_in_use_is_one_sentence(city: City, tmp_path: Path) -> None:
    first = _free_stretch()
    with (
        socket.create_server((serve.HOST, first + 2)),
        pytest.raises(CockpitError, match=f"port {first + 2} of the demonstration departments is in use"),
    ):
        await serve.main(city, first, tmp_path, _clock, serve.Keys(SECRET))


def test_the_token_is_not_in_what_a_log_would_show() -> None:
    assert "cc_secret" not in repr(serve.Keys(SECRET, "http://127.0.0.1:1", "cc_secret"))
