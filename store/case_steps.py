"""Steps of many cases at once, for figures about them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from store.desk_tables import alert_case, case_step
from store.moment import from_ms, to_ms


def read_steps(connection: Connection, since: datetime, until: datetime) -> Iterator[tuple[str, datetime, str, str]]:
    """(case, at, verb, actor) of every step of the cases opened since <= t < until, in the order they were written."""
    column = alert_case.c
    opened = select(column.id).where(column.opened >= to_ms(since), column.opened < to_ms(until))
    statement = (
        select(case_step.c.case_id, case_step.c.at, case_step.c.verb, case_step.c.actor)
        .where(case_step.c.case_id.in_(opened))
        .order_by(case_step.c.id)
    )
    for case, at, verb, actor in connection.execute(statement):
        yield case, from_ms(at), verb, actor
