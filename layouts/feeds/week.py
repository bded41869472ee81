"""A source's week at a glance: cells of four hours, one colour each."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.health import Freshness
from snapshot.sources import CELLS

DAY_CELLS = CELLS // 7

# The colour of a cell of the week: a source's worst state in it; None = nothing is known.
COLOURS: Mapping[Freshness | None, str] = {
    Freshness.LIVE: "var(--bar)",
    Freshness.LATE: "var(--p4)",
    Freshness.STALE: "var(--stale)",
    Freshness.DOWN: "var(--p2)",
    Freshness.NONE: "var(--hairline)",
    None: "var(--hairline)",
}


def cell() -> dict[str, Any]:
    """The column that shows `band` of a row, with its words for whoever does not see it."""
    return {"cellClass": "strip", "cellStyle": {"function": "({background: params.data.band})"}}


def band(states: Sequence[Freshness | None]) -> str:
    """The cells as one background: hundreds of elements of their own would keep a browser busy for half a minute."""
    cells: list[str] = []
    for i, state in enumerate(states):
        cells += ["transparent"] if i and not i % DAY_CELLS else []
        cells.append(COLOURS[state])
    stops = [
        f"{colour} {100 * i / len(cells):.2f}% {100 * (i + 0.82) / len(cells):.2f}%, "
        f"transparent {100 * (i + 0.82) / len(cells):.2f}% {100 * (i + 1) / len(cells):.2f}%"
        for i, colour in enumerate(cells)
    ]
    return f"linear-gradient(90deg, {', '.join(stops)})"
