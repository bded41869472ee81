"""Whatever the order and repetition of batches, the store ends in the state that the sorted, distinct values give."""

from collections.abc import Collection, Iterable
from datetime import timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.batch import Batch
from domain.observation import Quality
from store import open_store
from tests.store.conftest import BACKENDS, Address
from tests.store.values import HOUR, NOW, State, batch, naive, seen, state_of, told

SITES = ("a", "b", "c")
MOMENTS = st.tuples(st.integers(0, 30), st.sampled_from(SITES))
# Without shrinking: an example opens two databases, and thousands of them would outlast the test's time limit.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@st.composite
def distinct_batches(draw: st.DrawFn) -> list[Batch]:
    """Batches in which nothing that is said of a moment is said again by another batch."""
    return [
        _batch(
            number,
            {
                moment: (draw(st.integers(0, 3)) * 10.0 + number, draw(st.sampled_from(Quality)))
                for moment in draw(st.sets(MOMENTS, min_size=1, max_size=12))
            },
        )
        for number in range(draw(st.integers(1, 5)))
    ]


@st.composite
def repeating_batches(draw: st.DrawFn) -> list[Batch]:
    """Batches that tell the same moments again, sometimes unchanged; a value that was replaced does not come back."""
    return [
        _batch(
            number,
            dict.fromkeys(draw(st.sets(MOMENTS, min_size=1, max_size=12)), (float(number // 2), Quality.GOOD)),
        )
        for number in range(draw(st.integers(1, 5)))
    ]


def _batch(number: int, values: dict[tuple[int, str], tuple[float, Quality]]) -> Batch:
    received = NOW + timedelta(minutes=number)
    return batch(
        *(
            seen(
                None if quality is Quality.MISSING and number == 0 else value,
                NOW - timedelta(minutes=25) * step,
                site,
                received=received,
                quality=quality,
            )
            for (step, site), (value, quality) in values.items()
        ),
        received=received,
    )


def _after(
    address: str, batches: Iterable[Batch], *, close_after: Collection[int] = (), by_other: Collection[int] = ()
) -> tuple[State, object, object]:
    """The state that the batches lead to, with its hours and days, closed on the way and at the end.

    Some batches are written by another process, as far as the store can tell.
    """
    with open_store(address) as store, open_store(address) as other:
        for number, one in enumerate(batches):
            (other if number in by_other else store).write(one)
            if number in close_after:
                store.close_buckets(NOW - HOUR * (number % 3))
        start, end = NOW - timedelta(days=3), NOW + timedelta(days=2)
        before = told(store, store.hours(start, end)), told(store, store.days(start, end))
        assert before == (naive(store, "Asia/Shanghai", "hour"), naive(store, "Asia/Shanghai", "day"))
        store.close_buckets(NOW + timedelta(days=2))
        after = told(store, store.hours(start, end)), told(store, store.days(start, end))
        assert after == before
        return state_of(store), *after


@pytest.mark.parametrize("kind", BACKENDS)
@settings(max_examples=12, deadline=None, phases=PHASES)
@given(batches=distinct_batches(), data=st.data())
def test_any_order_and_repetition_gives_the_state_of_the_sorted_distinct_values(
    kind: str, address: Address, batches: list[Batch], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*batches, *data.draw(st.lists(st.sampled_from(batches), max_size=4))]))
    some = st.sets(st.integers(0, len(shuffled) - 1))
    state = _after(address(kind), shuffled, close_after=data.draw(some), by_other=data.draw(some))
    assert state == _after(address("sqlite"), batches)


@settings(max_examples=12, deadline=None, phases=PHASES)
@given(batches=repeating_batches(), data=st.data())
def test_values_told_again_unchanged_do_not_depend_on_the_order_either(
    address: Address, batches: list[Batch], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*batches, *batches[:2]]))
    state, hours, days = _after(address("sqlite"), shuffled)
    expected, *rest = _after(address("sqlite"), batches)
    assert state.without_arrival() == expected.without_arrival()
    assert [hours, days] == rest


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(batches=distinct_batches())
def test_one_write_of_everything_equals_many_writes(address: Address, batches: list[Batch]) -> None:
    everything = batch(*(one for page in batches for one in page.observations))
    assert _after(address("sqlite"), [everything]) == _after(address("sqlite"), batches)
