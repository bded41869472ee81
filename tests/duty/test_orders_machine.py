"""Whatever people and time do with an order and its case, in whatever order: nothing illegal is ever reached."""

import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.case import Handling
from domain.errors import TransitionRefused
from domain.order import Order
from duty import orders
from duty.order_table import MOVES, STATES, Given
from duty.orders import Wish
from duty.supervise import RANKS
from store import Store, open_store
from tests.duty.test_orders import LI, OTHER, PEOPLE, UNIT, ZONE, case

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


class Desk(RuleBasedStateMachine):
    """One case, its orders, everybody who may have to do with them, and the clock."""

    empty: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(Desk.empty, self.folder / "store.db")
        self.store: Store = open_store(f"sqlite:///{self.folder}/store.db")
        self.now = NOW
        self.marks: dict[str, int] = {}

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize(level=st.sampled_from([1, 2, 3, 4]))
    def begins(self, level: int) -> None:
        self.case = case(self.store)
        self._try(orders.dispatch(Wish(UNIT, "排水", self.case.id, level=level), LI, self.now, ZONE))

    @rule()
    def another_is_sent_out(self) -> None:
        if len(self._orders()) < 3:
            self._try(orders.dispatch(Wish(UNIT, "排水", self.case.id), LI, self.now, ZONE))

    @rule(
        who=st.sampled_from(PEOPLE), verb=st.sampled_from(sorted(MOVES)), which=st.integers(0, 2),
        unit=st.sampled_from(["", UNIT, OTHER]), days=st.integers(-1, 20), words=st.sampled_from(["", "说明"]),
    )  # fmt: skip
    def somebody_does_something(self, who, verb, which, unit, days, words) -> None:  # type: ignore[no-untyped-def]
        found = self._orders()
        given = Given(words, unit, self.now + timedelta(days=days), words, words)
        self._try(orders.step(found[which % len(found)].id, verb, who, given, self.now, ZONE))

    @rule(hours=st.sampled_from([0.1, 1, 5, 30, 80]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)
        for one in self._orders():
            self._try(orders.timed(one.id, self.now, ZONE))

    @invariant()
    def orders_are_whole(self) -> None:
        for one in self._orders():
            assert one.state in STATES
            assert one.sent <= one.offered <= self.now
            assert (one.closed is not None) == one.over
            assert (one.state in ("done", "archived") and one.checker != "") <= (one.checker != one.dispatcher)
            assert one.returns <= 2
            assert one.state != "shelved" or one.until is not None
            if not one.over:
                assert RANKS.index(one.supervision) >= self.marks.get(one.id, 0)  # what was marked stays marked
            self.marks[one.id] = RANKS.index(one.supervision)

    @invariant()
    def the_case_is_done_only_when_its_orders_are(self) -> None:
        held = self.store.desk.case(self.case.id)
        assert held is not None
        if held.handling is Handling.DONE:
            assert all(one.over for one in self._orders())

    @invariant()
    def nothing_is_lost_of_what_happened(self) -> None:
        found = self._orders()
        events = self.store.duty.history([one.id for one in found])
        for one in found:
            mine = [event for event in events if event.dossier == one.id]
            assert len(mine) == one.version
            assert mine[-1].new == one.state
            assert all(before.new == after.old for before, after in pairwise(mine))

    def _orders(self) -> list[Order]:
        return self.store.duty.dossiers(Order)

    def _try(self, decision: orders.Decision) -> None:
        with suppress(TransitionRefused):  # the table's own test holds what a refusal says
            self.store.duty.decide(decision, None, self.now)


def test_no_sequence_of_steps_reaches_an_illegal_state(empty_store: Path) -> None:
    Desk.empty = empty_store
    tried = settings(max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Desk, settings=tried)  # type: ignore[no-untyped-call]
