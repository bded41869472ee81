from datetime import datetime

from domain.batch import Batch, Reject
from store import Store
from tests.store.values import HOUR, NOW, seen

BAD = Reject("no time", '{"pm25": 3}', "page 2 row 7")


def _write(store: Store, *rejects: Reject, received: datetime = NOW, source: str = "air") -> int:
    return store.write(Batch(source, received, rejects=rejects)).rejected


def test_a_reject_is_kept_with_its_reason_and_its_text(store: Store) -> None:
    store.write(Batch("air", NOW, (seen(1),), rejects=(BAD,)))
    [kept] = store.quarantine(10)
    assert (kept.source, kept.reason, kept.raw, kept.where) == ("air", BAD.reason, BAD.raw, BAD.where)
    assert (kept.received, kept.seen, kept.times) == (NOW.replace(microsecond=0), NOW.replace(microsecond=0), 1)
    assert len(store.latest()) == 1


def test_the_same_batch_again_changes_nothing(store: Store) -> None:
    assert _write(store, BAD) == 1
    version = store.version()
    assert _write(store, BAD) == 1
    assert store.version() == version
    assert store.quarantine(10)[0].times == 1


def test_a_record_met_again_later_is_counted_at_its_own_row(store: Store) -> None:
    _write(store, BAD)
    _write(store, BAD, received=NOW + HOUR)
    [kept] = store.quarantine(10)
    assert (kept.times, kept.received, kept.seen) == (2, NOW, NOW + HOUR)


def test_rejects_are_listed_newest_first_and_counted_by_source(store: Store) -> None:
    _write(store, BAD)
    _write(store, BAD, Reject("no time", "other"), source="water", received=NOW + HOUR)
    assert [kept.source for kept in store.quarantine(10)] == ["water", "water", "air"]
    assert len(store.quarantine(1)) == 1
    assert [kept.source for kept in store.quarantine(10, "air")] == ["air"]
    assert store.quarantine_counts(NOW) == {"air": 1, "water": 2}
    assert store.quarantine_counts(NOW + HOUR) == {"water": 2}


def test_raw_text_is_cut_and_may_hold_anything(store: Store) -> None:
    _write(store, Reject("bad\0unit", "x" * 5000), Reject("坏", "\0\ud800 ü"))
    assert max(len(kept.raw) for kept in store.quarantine(10)) == 2000
