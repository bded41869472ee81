from collections.abc import Sequence

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.batch import Batch
from domain.incident import Incident
from store import Store, open_store
from tests.store.conftest import Address
from tests.store.values import HOUR, MINUTE, NOW, incident

DAYS = 24 * HOUR


def _write(store: Store, *incidents: Incident) -> int:
    return store.write(Batch("incidents", NOW, incidents=incidents)).incidents


def test_an_incident_comes_back_as_it_was_told(store: Store) -> None:
    told = incident(
        grade=2, lon=113.05, lat=23.68, district="441802", department="应急管理局", site="x", status="handling"
    )
    assert _write(store, told) == 1
    assert store.incidents(NOW, NOW - DAYS) == [told]


def test_told_again_unchanged_is_not_news(store: Store) -> None:
    _write(store, incident())
    version = store.version()
    assert _write(store, incident(received=NOW + HOUR)) == 0
    assert _write(store, incident(updated=NOW + HOUR)) == 0
    assert store.version() == version
    assert store.incidents(NOW + HOUR, NOW)[0].updated == NOW + HOUR


def test_an_update_replaces_and_the_past_stays_as_it_was_known(store: Store) -> None:
    opened = incident(at=NOW)
    closed = incident(at=NOW, updated=NOW + HOUR, status="closed", title="积水已排除")
    assert _write(store, opened) + _write(store, closed) == 2
    assert store.incidents(NOW + 30 * MINUTE, NOW - DAYS) == [opened]
    assert store.incidents(NOW + 2 * HOUR, NOW - DAYS) == [closed]
    assert store.incidents(NOW - HOUR, NOW - DAYS) == []


def test_an_old_version_that_comes_late_changes_the_past_only(store: Store) -> None:
    closed = incident(updated=NOW + HOUR, status="closed")
    _write(store, closed)
    assert _write(store, incident(updated=NOW, received=NOW + MINUTE)) == 1
    assert store.incidents(NOW + 2 * HOUR, NOW) == [closed]
    assert [one.status for one in store.incidents(NOW + 2 * MINUTE, NOW)] == ["open"]


def test_closed_incidents_leave_after_a_while_and_open_ones_stay(store: Store) -> None:
    _write(store, incident("1", status="closed"), incident("2"))
    later = NOW + 3 * DAYS
    assert [one.id for one in store.incidents(later, NOW)] == ["2", "1"]
    assert [one.id for one in store.incidents(later, later - DAYS)] == ["2"]


def test_two_sources_may_use_one_id(store: Store) -> None:
    one = incident()
    other = Incident(**{name: getattr(one, name) for name in Incident.__slots__} | {"source": "fire"})
    assert _write(store, one, other) == 2
    assert len(store.incidents(NOW, NOW)) == 2


def test_many_incidents_in_one_batch(store: Store) -> None:
    many = [incident(str(i)) for i in range(1000)]
    assert _write(store, *many) == 1000
    assert _write(store, *many) == 0


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 3)),
        min_size=1,
        max_size=8,
        unique_by=lambda t: t[:2],
    ),
    st.randoms(use_true_random=False),
)
def test_the_present_state_does_not_depend_on_the_order_of_arrival(
    address: Address, told: list[tuple[int, int, int]], random: object
) -> None:
    versions = [incident(str(key), updated=NOW + step * MINUTE, title=f"{step}-{said}") for key, step, said in told]
    shuffled = [*versions, *versions[:3]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert _state(address, shuffled) == _state(address, versions)


def _state(address: Address, versions: Sequence[Incident]) -> list[list[Incident]]:
    with open_store(address("sqlite")) as store:
        for one in versions:
            _write(store, one)
        return [store.incidents(NOW + i * MINUTE, NOW - DAYS) for i in range(7)]
