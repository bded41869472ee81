"""A worker killed by SIGKILL at any moment: every notice arrives, and only what it held arrives twice."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from domain.notice import NoticeState
from jobs.clock import utc_now
from jobs.notify import AT_ONCE, trial
from store import open_store
from tests.notify.here import Server, listening
from tests.servers import postgres_programs, private_postgres

KILLS = 2
NOTICES = 60


def test_a_worker_killed_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    _nothing_is_lost(f"sqlite:///{tmp_path / 'killed.sqlite'}", KILLS)


@pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL is not installed")
def test_nor_does_one_on_postgresql() -> None:
    with private_postgres() as address:
        _nothing_is_lost(address, 1)


def _nothing_is_lost(address: str, kills: int) -> None:
    now = utc_now()
    with open_store(address) as store, listening() as there:
        planned = {one.id for one in (trial("duty", now) for _ in range(NOTICES)) if store.desk.put_notice(one)}
        for turn in range(kills):
            _run(address, there, 61.0 * turn, killed=True)
        _run(address, there, 61.0 * kills, killed=False)
        arrived = Counter(headers["idempotency-key"] for _, headers, _ in there.got)
        assert set(arrived) == planned
        assert max(arrived.values()) <= 1 + kills
        assert sum(arrived.values()) - NOTICES <= kills * AT_ONCE
        states = {one.state for one in store.desk.notices(now, limit=NOTICES)}
        assert states == {NoticeState.SENT}


def _run(address: str, there: Server, ahead: float, *, killed: bool) -> None:
    """One worker; a doomed one is killed some moments after its first notice of this turn has arrived."""
    before = len(there.got)
    command = [sys.executable, "-m", "tests.jobs.outbox_child", address, there.url, str(ahead)]
    with subprocess.Popen(command) as child:
        if not killed:
            assert child.wait(60) == 0
            return
        while len(there.got) == before and child.poll() is None:
            time.sleep(0.002)
        time.sleep(random.random() * 0.05)  # any moment will do
        child.kill()
