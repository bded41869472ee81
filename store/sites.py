"""Places learnt from records, for the screens: what a source's first record of a place said about it."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from domain.place import Site
from store.driver import upsert
from store.tables import site as table


def write_sites(connection: Connection, source: str, sites: Sequence[Site]) -> int:
    """Keep sites; how many are new or were described differently before."""
    if not sites:
        return 0
    held = {row[0]: row[1] for row in connection.execute(select(table.c.id, table.c.spec))}
    specs = {one.id: one.model_dump_json() for one in sites}
    rows = [{"id": key, "source": source, "spec": spec} for key, spec in specs.items() if held.get(key) != spec]
    upsert(connection, table, rows, update=["source", "spec"])
    return len(rows)


def read_sites(connection: Connection, districts: Collection[str] | None = None) -> list[Site]:
    """Every learnt site, or those in some districts, in order of id."""
    specs = connection.execute(select(table.c.spec).order_by(table.c.id)).scalars()
    found = (Site.model_validate_json(spec) for spec in specs)
    return [one for one in found if districts is None or one.district in districts]
