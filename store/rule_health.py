"""How the rules are doing, as rows: one a rule, written anew as a whole."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from domain.rule_health import RuleHealth
from store.desk_tables import rule_health
from store.driver import storable, upsert
from store.moment import from_ms, from_ms_or_none, to_ms, to_ms_or_none

_KEPT = ("evaluated", "evaluations", "failures", "updated", "failing", "error")


def keep(connection: Connection, found: Iterable[RuleHealth]) -> None:
    """Write what is known of some rules."""
    rows: list[dict[str, object]] = [
        {
            "rule": storable(one.rule),
            "updated": to_ms(one.updated),
            "evaluated": to_ms_or_none(one.evaluated),
            "failing": to_ms_or_none(one.failing),
            "evaluations": one.evaluations,
            "failures": one.failures,
            "error": storable(one.error),
        }
        for one in found
    ]
    if rows:
        upsert(connection, rule_health, rows, update=_KEPT)


def read(connection: Connection) -> dict[str, RuleHealth]:
    """Every rule of which something is known."""
    return {
        row["rule"]: RuleHealth(
            rule=row["rule"],
            updated=from_ms(row["updated"]),
            evaluated=from_ms_or_none(row["evaluated"]),
            evaluations=row["evaluations"],
            failures=row["failures"],
            failing=from_ms_or_none(row["failing"]),
            error=row["error"],
        )
        for row in connection.execute(select(rule_health)).mappings()
    }
