"""Steps of many cases at once, for figures about them."""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, select

from domain.case import CaseEvent, Handling
from store.desk_tables import alert_case, case_step
from store.moment import from_ms, to_ms


def read_steps(connection: Connection, since: datetime, until: datetime) -> Iterator[CaseEvent]:
    """Every step of the cases opened since <= t < until, in the order they were written."""
    column = alert_case.c
    opened = select(column.id).where(column.opened >= to_ms(since), column.opened < to_ms(until))
    statement = select(case_step).where(case_step.c.case_id.in_(opened)).order_by(case_step.c.id)
    for row in connection.execute(statement).mappings():
        yield CaseEvent(
            case=row["case_id"],
            at=from_ms(row["at"]),
            actor=row["actor"],
            verb=row["verb"],
            old=None if row["old"] is None else Handling(row["old"]),
            new=Handling(row["new"]),
            told=json.loads(row["told"]),
        )
