import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.batch import Batch, Reject
from domain.errors import StoreError
from domain.health import Freshness
from domain.incident import Incident
from domain.observation import Observation
from domain.run import SourceRun
from store import Store
from store.push import KEPT, Answer, Receipt, Settled, Taken
from tests.cities import NOW, observed, source

MINUTE = timedelta(minutes=1)
KEY = Receipt("radar", "k-1", "digest-1")
RUN = SourceRun("radar", NOW, NOW + timedelta(seconds=1), ok=True, read=1, written=1)


def reading(value: float, minutes: int = 0, metric: str = "air.pm25", site: str = "air-1") -> Observation:
    return observed(metric, site, value, NOW - minutes * MINUTE, "radar")


def batch(*observations: Observation, **changes: object) -> Batch:
    return replace(Batch("radar", NOW, observations, read=len(observations)), **changes)  # type: ignore[arg-type]


def answering(body: bytes, seen: list[Taken] | None = None, run: SourceRun = RUN) -> Callable[[Taken], Settled]:
    def settle(taken: Taken) -> Settled:
        if seen is not None:
            seen.append(taken)
        return Settled(body, run)

    return settle


def test_a_repeated_request_gets_its_answer_and_writes_nothing(store: Store) -> None:
    first = store.inbox.take(batch(reading(1.0)), KEY, answering(b"one"))
    version = store.version()
    again = store.inbox.take(batch(reading(2.0)), KEY, answering(b"two"))
    assert first == Answer(b"one")
    assert again == Answer(b"one", repeated=True, same=True)
    assert store.version() == version
    assert [one.value for one in store.latest()] == [1.0]
    assert store.inbox.answered(KEY, NOW) == again


def test_another_request_under_the_same_key_is_told_apart(store: Store) -> None:
    store.inbox.take(batch(reading(1.0)), KEY, answering(b"one"))
    other = store.inbox.take(batch(reading(2.0)), replace(KEY, digest="digest-2"), answering(b"two"))
    assert (other.repeated, other.same) == (True, False)
    assert [one.value for one in store.latest()] == [1.0]


def test_a_key_belongs_to_its_source(store: Store) -> None:
    store.inbox.take(batch(), KEY, answering(b"one"))
    assert store.inbox.answered(replace(KEY, source="camera"), NOW) is None
    assert store.inbox.take(batch(), replace(KEY, source="camera"), answering(b"two")) == Answer(b"two")


def test_an_answer_is_kept_for_seven_days_and_no_longer(store: Store) -> None:
    store.inbox.take(batch(), KEY, answering(b"one"))
    assert store.inbox.answered(KEY, NOW + KEPT - MINUTE) is not None
    assert store.inbox.answered(KEY, NOW + KEPT) is None
    later = batch(received=NOW + KEPT)
    assert store.inbox.take(later, replace(KEY, digest="other"), answering(b"two")) == Answer(b"two")


def test_nothing_is_kept_when_the_caller_fails(store: Store) -> None:
    def settle(_: Taken) -> Settled:
        raise StoreError("no")

    version = store.version()
    with pytest.raises(StoreError):
        store.inbox.take(batch(reading(1.0)), KEY, settle, {"air.pm25"})
    assert store.version() == version
    assert store.latest() == []
    assert store.inbox.waiting(9) == []
    assert store.inbox.answered(KEY, NOW) is None
    assert store.runs() == []


def test_what_was_stored_already_is_told_row_by_row(store: Store) -> None:
    store.write(batch(reading(1.0, 2), reading(2.0, 1)))
    seen: list[Taken] = []
    pushed = batch(reading(3.0), reading(1.0, 2), replace(reading(9.0, 1), received=NOW + MINUTE), reading(5.0, 3))
    store.inbox.take(pushed, None, answering(b"", seen))
    assert seen[0].held.tolist() == [False, True, False, False]
    assert (seen[0].written.inserted, seen[0].written.corrected, seen[0].written.duplicates) == (2, 1, 1)


def test_incidents_that_say_nothing_new_are_told(store: Store) -> None:
    told = Incident("1", "radar", "flood", "积水", NOW, NOW, NOW)
    store.write(batch(incidents=(told, replace(told, id="2"))))
    seen: list[Taken] = []
    moved = replace(told, id="2", status="closed", updated=NOW + MINUTE)
    store.inbox.take(batch(incidents=(told, moved, replace(told, id="3"))), None, answering(b"", seen))
    assert seen[0].told == {"1"}
    assert seen[0].written.incidents == 2


def test_values_of_followed_metrics_wait_for_the_collector(store: Store) -> None:
    observations = (reading(1.0), reading(2.0, 5, "water.ph", "gauge-1"), reading(3.0, 1))
    store.inbox.take(batch(*observations), None, answering(b""), {"air.pm25"})
    (waiting,) = store.inbox.waiting(9)
    assert waiting.batch.source == "radar"
    assert waiting.batch.observations == (observations[2], observations[0])
    store.inbox.done(waiting.number)
    assert store.inbox.waiting(9) == []


def test_values_that_were_stored_already_wait_for_nobody(store: Store) -> None:
    store.inbox.take(batch(reading(1.0)), None, answering(b""), {"air.pm25"})
    store.inbox.take(batch(reading(1.0)), None, answering(b""), {"air.pm25"})
    assert len(store.inbox.waiting(9)) == 1


def test_a_missing_value_waits_as_one(store: Store) -> None:
    store.inbox.take(batch(replace(reading(1.0), value=None)), None, answering(b""), {"air.pm25"})
    assert store.inbox.waiting(1)[0].batch.observations[0].value is None


def test_much_data_waits_in_pieces_that_no_moment_is_cut_by(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.push_rows.PIECE", 4)
    observations = [reading(float(i), i // 3, site=f"air-{i % 3}") for i in range(12)]
    store.inbox.take(batch(*observations), None, answering(b""), {"air.pm25"})
    waiting = [one.batch.observations for one in store.inbox.waiting(9)]
    assert [len(part) for part in waiting] == [6, 6]
    assert len({o.at for part in waiting for o in part}) == sum(len({o.at for o in part}) for part in waiting)
    assert [one.number for one in store.inbox.waiting(1)] == [store.inbox.waiting(9)[0].number]


def test_a_push_is_a_run_of_its_source(store: Store) -> None:
    store.inbox.take(batch(reading(1.0)), None, answering(b""))
    health = store.health(NOW + MINUTE, {"radar": source("radar", ["air.pm25"])}, NOW)["radar"]
    assert (health.state, health.rows, health.last_success) == (Freshness.LIVE, 1, RUN.ended)
    assert "health" in store.changes(0).kinds


def test_pushes_of_one_minute_are_one_run(store: Store) -> None:
    for second in (0, 0, 1, 59):
        at = NOW + timedelta(seconds=second)
        run = replace(RUN, started=at, ended=at, read=2, rejected=1)
        store.inbox.take(batch(reading(float(second))), None, answering(b"", run=run))
    (run,) = store.runs()
    assert (run.read, run.written, run.rejected, run.started, run.ended) == (8, 4, 4, NOW, NOW + timedelta(seconds=59))
    store.inbox.take(batch(), None, answering(b"", run=replace(RUN, started=NOW + MINUTE, ended=NOW + MINUTE)))
    assert len(store.runs()) == 2


def test_refused_pushes_make_a_source_ill_and_the_next_good_one_well(store: Store) -> None:
    sources = {"radar": source("radar", ["air.pm25"])}
    store.inbox.take(batch(reading(1.0)), None, answering(b""))
    for second in (10, 20):
        at = NOW + timedelta(seconds=second)
        store.inbox.refuse(SourceRun("radar", at, at, ok=False, error="line 3 is not JSON"))
    ill = store.health(NOW + MINUTE, sources, NOW)["radar"]
    assert (ill.state, ill.error) == (Freshness.DOWN, "line 3 is not JSON")
    well = replace(RUN, started=NOW + MINUTE, ended=NOW + MINUTE)
    store.inbox.take(batch(reading(2.0)), None, answering(b"", run=well))
    assert store.health(NOW + MINUTE, sources, NOW)["radar"].state is Freshness.LIVE
    assert [run.ok for run in store.runs()] == [True, False, True]


def test_rejects_go_to_quarantine_with_the_batch(store: Store) -> None:
    store.inbox.take(batch(rejects=(Reject("no time", "{}", "record 1"),)), None, answering(b""))
    assert [one.where for one in store.quarantine(9)] == ["record 1"]


def test_of_requests_under_one_key_at_the_same_moment_one_is_written(store: Store) -> None:
    answers: list[Answer] = []

    def send(value: float) -> None:
        answers.append(store.inbox.take(batch(reading(value)), KEY, answering(str(value).encode())))

    threads = [threading.Thread(target=send, args=(float(i),)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.repeated for one in answers) == [False, *[True] * 5]
    assert len({one.body for one in answers}) == 1
    assert str(store.latest()[0].value).encode() == answers[0].body
