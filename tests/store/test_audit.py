import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.account import Account, Role
from domain.deed import Deed
from domain.errors import StoreError
from store import Store, audit, open_store, people_tables
from store.audit import SEALED, AuditQuery, Head, hash_of
from tests.store.values import HOUR, MINUTE, NOW


def did(verb: str = "data.export", *, minute: int = 0, **said: Any) -> Deed:
    fields = {"actor": "li.wei", "thing": "account:li.wei", "address": "10.0.0.7"} | said
    return Deed(NOW + minute * MINUTE, verb=verb, **fields)


def meddle(store: Store, *statements: str) -> None:
    """What somebody with the database's own tools does, who also takes away the triggers."""
    with store._driver.writing() as connection:
        postgres = connection.dialect.name == "postgresql"
        if postgres:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        else:
            for trigger in ("audit_no_update", "audit_no_delete", "audit_next_only"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for statement in statements:
            connection.execute(text(statement))
        if postgres:
            connection.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))


def test_a_deed_comes_back_as_it_was_told(store: Store) -> None:
    deed = did(before={"role": "clerk"}, after={"role": "leader", "名": ["甲", 1, None]}, reason="调岗")
    assert store.audit.append(deed) == 1
    [row] = store.audit.search()
    assert (row.id, row.at, row.actor, row.verb) == (1, NOW.replace(microsecond=0), "li.wei", "data.export")
    assert (row.thing, row.address, row.reason) == ("account:li.wei", "10.0.0.7", "调岗")
    assert (row.before, row.after) == ({"role": "clerk"}, {"role": "leader", "名": ["甲", 1, None]})


def test_each_row_is_sealed_with_the_one_before_it(store: Store) -> None:
    for minute in range(3):
        store.audit.append(did(minute=minute))
    third, second, first = store.audit.search()
    assert (first.prev, second.prev, third.prev) == ("", first.hash, second.hash)
    assert len({first.hash, second.hash, third.hash}) == 3
    assert store.audit.head() == Head(3, third.hash)
    verdict = store.audit.verify()
    assert (verdict.ok, verdict.rows, verdict.head) == (True, 3, Head(3, third.hash))


def test_an_empty_log_is_whole(store: Store) -> None:
    verdict = store.audit.verify()
    assert (verdict.ok, verdict.rows, verdict.head) == (True, 0, Head())


def test_the_hash_can_be_computed_by_anybody_from_the_row() -> None:
    row = {"id": 1, "at": 0, "actor": "甲", "verb": "v", "thing": "", "address": "", "reason": ""}
    whole = {**row, "before": "{}", "after": '{"a":1}', "prev": "00", "hash": "not part of it"}
    # printf '%s' '00{"actor":"甲","address":"","after":"{\\"a\\":1}","at":0,"before":"{}",...,"verb":"v"}' | sha256sum
    assert hash_of(whole) == "65a9b171322b5c817d9793dc1de83b82a6c0a757224502e0f5214d71b5217c99"
    assert hash_of(whole) == hash_of(dict(reversed(whole.items())))
    assert {*SEALED, "prev", "hash"} == {column.name for column in people_tables.audit.columns}
    assert hash_of(whole) != hash_of({**whole, "prev": "01"})


MEDDLING = (
    "UPDATE audit SET actor = 'nobody' WHERE id = 1",
    "UPDATE audit SET hash = hash",
    "DELETE FROM audit WHERE id = 2",
    "DELETE FROM audit",
    "INSERT INTO audit SELECT 7, at, actor, verb, thing, address, before, after, reason, prev, hash FROM audit WHERE id = 1",
    "INSERT INTO audit SELECT 0, at, actor, verb, thing, address, before, after, reason, prev, hash FROM audit WHERE id = 1",
)


def test_the_database_itself_refuses_to_change_the_log(store: Store) -> None:
    store.audit.append(did())
    store.audit.append(did(minute=1))
    for statement in MEDDLING:
        with pytest.raises(StoreError, match="only grows"), store._writing() as connection:
            connection.execute(text(statement))
    assert (store.audit.verify().ok, len(store.audit.search())) == (True, 2)


def test_a_row_cannot_be_replaced_in_sqlite_or_the_table_emptied_in_postgresql(store: Store, backend: str) -> None:
    store.audit.append(did())
    replaced = "INSERT OR REPLACE INTO audit SELECT id, at, 'x', verb, thing, address, before, after, reason, prev, hash FROM audit"
    statement = replaced if backend == "sqlite" else "TRUNCATE audit"
    with pytest.raises(StoreError, match="only grows"), store._writing() as connection:
        connection.execute(text(statement))
    assert store.audit.search()[0].actor == "li.wei"


@pytest.mark.parametrize(
    ("statements", "broken_at", "why"),
    [
        (["UPDATE audit SET actor = 'nobody' WHERE id = 2"], 2, "changed"),
        (["UPDATE audit SET before = '{ }' WHERE id = 3"], 3, "changed"),
        (["UPDATE audit SET at = at + 1 WHERE id = 1"], 1, "changed"),
        (["DELETE FROM audit WHERE id = 2"], 2, "missing"),
        (["DELETE FROM audit WHERE id = 1"], 1, "missing"),
        (["DELETE FROM audit WHERE id > 2"], 3, "cut"),
        (["DELETE FROM audit"], 1, "cut"),
        (["DELETE FROM audit WHERE id = 2", "UPDATE audit SET id = id - 1 WHERE id > 2"], 2, "unlinked"),
    ],
)
def test_meddling_past_the_triggers_is_found(store: Store, statements: list[str], broken_at: int, why: str) -> None:
    for minute in range(4):
        store.audit.append(did(minute=minute))
    meddle(store, *statements)
    verdict = store.audit.verify()
    assert (verdict.ok, verdict.broken_at, verdict.why) == (False, broken_at, why)


def test_a_log_that_was_written_anew_is_found_by_a_head_noted_elsewhere(store: Store) -> None:
    store.audit.append(did())
    noted = store.audit.head()
    store.audit.append(did(minute=1))
    assert store.audit.verify(noted).ok
    meddle(store, "DELETE FROM audit")
    store.audit.append(did(actor="somebody.else"))
    store.audit.append(did(minute=1))
    assert store.audit.verify().ok
    found = store.audit.verify(noted)
    assert (found.ok, found.broken_at, found.why) == (False, 1, "unlike")
    assert store.audit.verify(Head(9, "00")).why == "cut"


def test_verifying_goes_over_the_edges_of_its_chunks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "CHUNK", 3)
    for rows in range(1, 8):
        store.audit.append(did(minute=rows))
        assert (store.audit.verify().ok, store.audit.verify().rows) == (True, rows)
    meddle(store, "UPDATE audit SET reason = 'x' WHERE id = 7")
    assert store.audit.verify().broken_at == 7


def test_writers_side_by_side_keep_one_chain(url: str) -> None:
    with open_store(url) as one, open_store(url) as other, ThreadPoolExecutor(8) as pool:
        stores = [one, other] * 20
        numbers = list(pool.map(lambda pair: pair[1].audit.append(did(minute=pair[0])), enumerate(stores)))
        assert sorted(numbers) == list(range(1, 41))
        assert (one.audit.verify().ok, one.audit.verify().rows) == (True, 40)


def test_a_deed_and_what_it_did_are_there_together_or_not_at_all(store: Store) -> None:
    taken = Account("li.wei", "李伟", Role.CLERK)
    assert store.people.add(taken, "hash", did("account.add"))
    assert not store.people.add(taken, "hash", did("account.add"))
    with pytest.raises(ValueError, match="on purpose"):
        store.people.change("li.wei", _fails, did("account.change"))
    assert [row.verb for row in store.audit.search()] == ["account.add"]


def _fails(account: Account) -> Account:
    raise ValueError("on purpose")


SEARCHES: list[tuple[AuditQuery, list[int]]] = [
    (AuditQuery(), [5, 4, 3, 2, 1]),
    (AuditQuery(actor="chen"), [4, 3]),
    (AuditQuery(verb="session"), [4, 1]),
    (AuditQuery(verb="session.start"), [1]),
    (AuditQuery(verb="sess"), []),
    (AuditQuery(thing="account:li"), [5, 4, 2, 1]),
    (AuditQuery(thing="account:li.wei"), [5, 2, 1]),
    (AuditQuery(thing="account_li"), []),
    (AuditQuery(address="10.0.0.9"), [2]),
    (AuditQuery(text="电池"), [2]),
    (AuditQuery(text="100%"), [3]),
    (AuditQuery(text="%"), [3]),
    (AuditQuery(text="CHEN"), [4, 3]),
    (AuditQuery(since=NOW + 2 * MINUTE), [5, 4, 3]),
    (AuditQuery(until=NOW + 2 * MINUTE), [2, 1]),
    (AuditQuery(since=NOW + MINUTE, until=NOW + 3 * MINUTE), [3, 2]),
    (AuditQuery(actor="li.wei", verb="account", text="电池"), [2]),
    (AuditQuery(actor="nul\0", text="\ud800"), []),
]


def test_the_log_is_searched_by_who_what_which_and_when(store: Store) -> None:
    for deed in (
        did("session.start"),
        did("account.change", minute=1, after={"name": "电池"}, address="10.0.0.9"),
        did("data.export", minute=2, actor="chen", thing="source:air", reason="100% of it"),
        did("session.end", minute=3, actor="chen", thing="account:li"),
        did("sessions", minute=4, actor="wang"),
    ):
        store.audit.append(deed)
    for query, found in SEARCHES:
        assert [row.id for row in store.audit.search(query)] == found, query


def test_pages_of_a_search_follow_each_other(store: Store) -> None:
    for minute in range(5):
        store.audit.append(did(minute=minute))
    assert [row.id for row in store.audit.search(limit=2)] == [5, 4]
    assert [row.id for row in store.audit.search(limit=2, before_id=4)] == [3, 2]
    assert store.audit.search(limit=2, before_id=1) == []
    assert len(store.audit.search(before_id=1 << 70)) == 5


def test_what_names_itself_a_secret_is_left_out(store: Store) -> None:
    store.audit.append(did(after={"password": "p", "inner": {"Client-Secret": "s", "cookie_value": 1, "name": "n"}}))
    after = store.audit.search()[0].after
    assert after == {"password": "***", "inner": {"Client-Secret": "***", "cookie_value": "***", "name": "n"}}


def test_values_of_every_kind_are_kept_as_plain_ones(store: Store) -> None:
    told: Mapping[str, object] = {
        "role": Role.CLERK,
        "names": frozenset({"b", "a"}),
        "at": NOW,
        "spans": (1, 2.5, math.nan, math.inf),
        "odd": HOUR,
        "none": None,
        "yes": True,
    }
    store.audit.append(did(after=told))
    assert store.audit.search()[0].after == {
        "role": "clerk", "names": ["a", "b"], "at": NOW.isoformat(), "spans": [1, 2.5, "nan", "inf"], "odd": "1:00:00",
        "none": None, "yes": True,
    }  # fmt: skip
    assert store.audit.verify().ok


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def shared(address: Callable[[str], str]) -> Callable[[str], Store]:
    return lambda kind: open_store(address(kind))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_whatever_is_told_the_chain_stays_whole(shared: Callable[[str], Store], kind: str) -> None:
    with shared(kind) as store:

        @settings(deadline=None)  # the disk has its own pace
        @given(
            st.dictionaries(st.text(st.characters(exclude_categories=()), max_size=5), JSON, max_size=3),
            st.text(st.characters(exclude_categories=())),
        )
        def tell(said: dict[str, object], words: str) -> None:
            store.audit.append(replace(did(), actor=words, thing=words, reason=words, before=said, after=said))

        tell()
        verdict = store.audit.verify()
        assert verdict.ok
        assert verdict.rows == len(store.audit.search(limit=10_000)) > 10


def test_the_log_stands_in_order_of_writing_even_when_the_clock_went_back(store: Store) -> None:
    store.audit.append(did())
    store.audit.append(replace(did(), at=NOW - timedelta(days=1)))
    assert [row.id for row in store.audit.search()] == [2, 1]
    assert store.audit.verify().ok
