"""The clocks of a case: due, actual, breached, from its own steps and its orders."""

from datetime import timedelta

from domain.case import CaseEvent, Handling
from duty.clocks import case_clocks, next_clock
from store import Store
from tests.duty.test_orders import CLERK, HOUR, MINUTE, NOW, ZONE, Flow, case


def test_a_case_tells_when_it_was_owed_what_and_when_it_came(store: Store) -> None:
    held = case(store)
    flow = Flow(store, about=held.id)
    flow.now = NOW + 2 * HOUR
    order = flow.does(CLERK, "accept")
    events = [
        CaseEvent(held.id, NOW, "system", "open", None, Handling.NEW),
        CaseEvent(held.id, NOW + 10 * MINUTE, "li.wei", "acknowledge", Handling.NEW, Handling.ACKNOWLEDGED),
        CaseEvent(held.id, NOW + 80 * MINUTE, "li.wei", "dispatch", Handling.ACKNOWLEDGED, Handling.WORKING),
    ]
    clocks = case_clocks(held, events, [order], ZONE)
    now = NOW + 3 * HOUR
    assert [(one.name, one.due - NOW, one.breached(now)) for one in clocks[:3]] == [
        ("sign", 15 * MINUTE, False),
        ("act", 70 * MINUTE, True),  # an hour from its signature
        ("unit", HOUR, True),
    ]
    waiting = next_clock(clocks)
    assert waiting is not None
    assert (waiting.name, waiting.due) == ("finish", order.finish_by)
    assert waiting.left(now) == order.finish_by - now
    assert not waiting.breached(now)
    assert waiting.breached(order.finish_by + timedelta(seconds=1))
