from datetime import datetime, timedelta

import pytest

from domain.health import Freshness
from domain.run import SourceRun
from domain.source import AtSpec, SiteSpec, SourceSpec
from store import Store
from tests.store.values import HOUR, MINUTE, NOW, batch

MIDNIGHT = NOW - timedelta(hours=14)


def spec(every: str = "5m") -> SourceSpec:
    return SourceSpec(
        key="air", kind="http_json", department="生态环境局", every=every, at=AtSpec(path="t"), site=SiteSpec(path="s"),
        metrics={"air.pm25": "pm25"},
    )  # type: ignore[arg-type]  # fmt: skip


def run(at: datetime = NOW, *, ok: bool = True, written: int = 3, rejected: int = 0, error: str = "") -> SourceRun:
    error = error or ("" if ok else "connection refused")
    return SourceRun("air", at, at + timedelta(seconds=2), ok, 5, written, 1, rejected, error, "c7")


def test_runs_come_back_newest_first(store: Store) -> None:
    runs = [run(NOW + i * MINUTE) for i in range(3)]
    for one in runs:
        store.record_run(one)
    assert store.runs(2) == [runs[2], runs[1]]
    assert store.runs(10, "water") == []


def test_a_skipped_run_and_a_known_run_are_not_recorded(store: Store) -> None:
    store.record_run(SourceRun("air", NOW, NOW, ok=False, skipped=True))
    assert store.version() == 0
    store.record_run(run(ok=False))
    store.record_run(run(ok=False))
    assert (len(store.runs()), store.version()) == (1, 1)
    assert store.health(NOW, {"air": spec()}, MIDNIGHT)["air"].state is Freshness.DOWN


def test_a_source_that_never_ran_has_no_state(store: Store) -> None:
    health = store.health(NOW, {"air": spec()}, MIDNIGHT)["air"]
    assert (health.state, health.last_run, health.rows) == (Freshness.NONE, None, 0)


@pytest.mark.parametrize(
    ("minutes", "state"), [(0, "live"), (7, "live"), (8, "late"), (15, "late"), (16, "stale"), (600, "stale")]
)
def test_without_a_failure_a_source_is_as_fresh_as_its_last_success(store: Store, minutes: int, state: str) -> None:
    store.record_run(run())
    assert store.health(NOW + minutes * MINUTE, {"air": spec()}, MIDNIGHT)["air"].state == state


def test_one_failure_is_not_an_outage_and_two_are(store: Store) -> None:
    store.record_run(run())
    store.record_run(run(NOW + 5 * MINUTE, ok=False))
    health = store.health(NOW + 6 * MINUTE, {"air": spec()}, MIDNIGHT)["air"]
    assert (health.state, health.error) == (Freshness.LIVE, "connection refused")
    store.record_run(run(NOW + 10 * MINUTE, ok=False))
    health = store.health(NOW + 11 * MINUTE, {"air": spec()}, MIDNIGHT)["air"]
    assert (health.state, health.since) == (Freshness.DOWN, NOW + 5 * MINUTE)
    assert (health.last_run, health.last_success) == (NOW + 10 * MINUTE, NOW + timedelta(seconds=2))


def test_a_failure_after_a_long_silence_is_an_outage(store: Store) -> None:
    store.record_run(run())
    store.record_run(run(NOW + HOUR, ok=False))
    assert store.health(NOW + HOUR, {"air": spec()}, MIDNIGHT)["air"].state is Freshness.DOWN


def test_a_success_ends_the_outage(store: Store) -> None:
    store.record_run(run(ok=False))
    store.record_run(run(NOW + MINUTE, ok=False))
    store.record_run(run(NOW + 2 * MINUTE))
    health = store.health(NOW + 3 * MINUTE, {"air": spec()}, MIDNIGHT)["air"]
    assert (health.state, health.error, health.since) == (Freshness.LIVE, "", NOW + 2 * MINUTE)
    assert health.latency == 2.0


def test_a_run_told_late_does_not_move_the_state(store: Store) -> None:
    store.record_run(run(NOW + HOUR))
    store.record_run(run(NOW, ok=False))
    health = store.health(NOW + HOUR, {"air": spec()}, MIDNIGHT)["air"]
    assert (health.state, health.last_run) == (Freshness.LIVE, NOW + HOUR)


def test_rows_and_rejects_count_since_midnight(store: Store) -> None:
    store.record_run(run(MIDNIGHT - MINUTE, written=100))
    store.record_run(run(MIDNIGHT, written=7, rejected=2))
    store.record_run(run(NOW, written=5))
    health = store.health(NOW, {"air": spec()}, MIDNIGHT)["air"]
    assert (health.rows, health.rejected) == (12, 2)


def test_a_run_leaves_the_cursor_alone(store: Store) -> None:
    """It moves with the page it belongs to, in one transaction."""
    store.write(batch(cursor="c1"))
    store.record_run(run())
    assert store.cursor("air") == "c1"
