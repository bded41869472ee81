"""`app.py notify` from its words to the receipt."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import app
from alerts.notify import WebhookReceiver
from domain.city import City
from jobs.notify import Outbox
from jobs.waking import Waking
from store import open_store
from tests.cities import tiny_city
from tests.notify.here import OPEN, Server, listening

ROOT = Path(__file__).resolve().parents[2]
Notify = Callable[..., tuple[int, str, str]]


@pytest.fixture
def server() -> Iterator[Server]:
    with listening() as one:
        yield one


@pytest.fixture
def city(server: Server) -> City:
    return replace(tiny_city(), receivers={"duty": WebhookReceiver(key="duty", url=server.url, name="值班室")})


@pytest.fixture
def notify(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Notify:
    """Runs `app.py notify ...` on a fresh store; exit code, standard output and error."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("composition.city.load_city", lambda settings: city)
    monkeypatch.setenv("VAR", str(tmp_path))
    monkeypatch.setenv("CITY", "cities/441800")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*words: str) -> tuple[int, str, str]:
        code = app.main(["notify", *words])
        out, err = capsys.readouterr()
        return code, out, " ".join(err.split())

    return run


@pytest.fixture
def collector(city: City, tmp_path: Path) -> Iterator[None]:
    """The sending part of a collector on the same store, in a thread of its own."""
    over = threading.Event()
    ready = threading.Event()

    async def send() -> None:
        with open_store(f"sqlite:///{(tmp_path / 'cockpit.sqlite').resolve()}") as store:
            outbox, waking = Outbox(city, store, OPEN), Waking(store)
            tasks = [asyncio.create_task(waking.watch()), asyncio.create_task(outbox.run(waking))]
            ready.set()
            await asyncio.to_thread(over.wait)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await outbox.close()
            waking.close()

    thread = threading.Thread(target=asyncio.run, args=(send(),))
    thread.start()
    ready.wait(20)
    yield
    over.set()
    thread.join()


@pytest.mark.usefixtures("collector")
def test_a_test_comes_back_with_its_receipt(notify: Notify, server: Server) -> None:
    code, out, _ = notify("test", "duty")
    assert code == 0
    assert out.startswith("duty has it after ")
    assert len(server.got) == 1
    assert "sent" in notify("list")[1]


@pytest.mark.usefixtures("collector")
def test_a_receiver_that_refuses_is_a_sentence(notify: Notify, server: Server) -> None:
    server.statuses = [403]
    code, _, err = notify("test", "duty")
    assert code == 2
    assert "answered 403" in err


@pytest.mark.usefixtures("collector")
def test_a_receiver_that_is_away_is_told_and_tried_on(notify: Notify, server: Server) -> None:
    server.statuses = [503]
    code, _, err = notify("test", "duty", "--wait", "1")
    assert code == 2
    assert "answered 503" in err
    assert "goes on trying" in err


def test_without_a_collector_that_is_said(notify: Notify) -> None:
    code, _, err = notify("test", "duty", "--wait", "0.2")
    assert code == 2
    assert "is the collector running?" in err


def test_an_unknown_receiver_is_named_with_the_known_ones(notify: Notify) -> None:
    code, _, err = notify("test", "dutty")
    assert code == 2
    assert "there are: duty" in err


def test_receivers_are_listed_also_before_their_first_notice(notify: Notify) -> None:
    code, out, _ = notify("list")
    assert code == 0
    assert "值班室" in out
    assert "never told" in out
