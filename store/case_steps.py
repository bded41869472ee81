"""Steps of many cases at once, for figures about them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from domain.case import CaseEvent
from store.cases import event_of
from store.desk_tables import alert_case, case_step
from store.moment import to_ms


def read_steps(connection: Connection, since: datetime, until: datetime) -> Iterator[CaseEvent]:
    """Every step of the cases opened since <= t < until, in the order they were written."""
    column = alert_case.c
    opened = select(column.id).where(column.opened >= to_ms(since), column.opened < to_ms(until))
    statement = select(case_step).where(case_step.c.case_id.in_(opened)).order_by(case_step.c.id)
    for row in connection.execute(statement).mappings():
        yield event_of(row)
