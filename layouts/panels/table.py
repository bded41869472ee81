"""A table of places by metrics: every number a way to its own definition."""

from typing import Literal

from domain.screen import PanelSpec
from layouts import frame
from layouts.number import number
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View
from snapshot.model import Reading


class TableSpec(PanelSpec):
    """items: one column each. of: rows are districts, or the sites that measure the first item."""

    kind: Literal["table"]
    of: Literal["districts", "sites"] = "districts"
    count: int = 100


def build(spec: TableSpec, view: View) -> Node:
    """The table with its head; the rows come with the data."""
    head = [h("Th", view.t("区县") if spec.of == "districts" else view.t("站点"), scope="col")]
    for item in spec.items:
        unit = view.unit(item)
        head.append(h("Th", [view.label(item), h("Small", unit) if unit else None], scope="col"))
    table = h("Table", [h("Thead", h("Tr", head)), h("Tbody", None, id=part_id(spec.key, "rows"))], "table")
    return frame.frame(spec, view, [h("Div", table, "table-box")])


def render(spec: TableSpec, view: View) -> Parts:
    """One row a place, one number a column."""
    columns = [_column(spec, view, item.metric) for item in spec.items]
    places = list(columns[0])[: spec.count]
    body = [_row(spec, view, place, columns) for place in places]
    every = [r for column in columns for r in column.values()]
    blank = h("Tr", h("Td", frame.empty(view, view.title(spec)), colSpan=str(len(columns) + 1)))
    return frame.dress(spec, view, every) | {"rows": {"children": body or [blank]}}


def _column(spec: TableSpec, view: View, metric: str) -> dict[str, Reading]:
    if spec.of == "sites":
        return {r.place: r for r in view.snapshot.readings(metric, view.place)}
    found = view.snapshot.by_district(metric)
    return {r.place: r for r in found if not view.place or r.place == view.place}


def _row(spec: TableSpec, view: View, place: str, columns: list[dict[str, Reading]]) -> Node:
    name = view.place_name(place)
    cells: list[Child] = [h("Th", name, "table-name", title=name, scope="row")]
    for item, column in zip(spec.items, columns, strict=True):
        reading = column.get(place, Reading(item.metric, place))
        cells.append(h("Td", number(view, item, reading, with_unit=False)))
    return h("Tr", cells)
