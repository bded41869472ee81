"""A table of places by metrics: every number a way to its own definition."""

from collections.abc import Sequence
from typing import Literal

from domain.screen import PanelSpec
from layouts import frame, links
from layouts.number import number
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View, is_judgeable
from snapshot.model import Reading


class TableSpec(PanelSpec):
    """items: one column each. of: rows are districts, or the sites that measure the first item; sites come worst first.

    count: how many rows at most; the panel's height decides how many of them are seen.
    everywhere: for pages: all districts also where one of them is looked at, which is marked; names lead to the districts'
    pages, and the list scrolls.
    """

    kind: Literal["table"]
    of: Literal["districts", "sites"] = "districts"
    count: int = 100
    everywhere: bool = False


def build(spec: TableSpec, view: View) -> Node:
    """The table with its head; the rows come with the data."""
    head = [h("Th", view.t("区县") if spec.of == "districts" else view.t("站点"), scope="col")]
    for item in spec.items:
        unit = view.unit(item)
        head.append(h("Th", [view.label(item), h("Small", unit) if unit else None], scope="col"))
    table = h("Table", [h("Thead", h("Tr", head)), h("Tbody", None, id=part_id(spec.key, "rows"))], "table")
    more = h("Div", None, "more", id=part_id(spec.key, "more"))
    return frame.frame(spec, view, [h("Div", table, "page-table" if spec.everywhere else "table-box"), more])


def render(spec: TableSpec, view: View) -> Parts:
    """One row a place, one number a column."""
    columns = [_column(spec, view, item.metric) for item in spec.items]
    places = list(columns[0])
    body = [_row(spec, view, place, columns) for place in places[: spec.count]]
    more = view.t("共 {n} 处，由差到好", n=len(places)) if spec.of == "sites" and places else None
    every = [r for column in columns for r in column.values()]
    blank = h("Tr", h("Td", frame.empty(view, view.title(spec)), colSpan=str(len(columns) + 1)))
    return frame.dress(spec, view, every) | {"rows": {"children": body or [blank]}, "more": {"children": more}}


def _column(spec: TableSpec, view: View, metric: str) -> dict[str, Reading]:
    if spec.of == "sites":
        return {r.place: r for r in worst_first(view, metric, view.snapshot.readings(metric, view.place))}
    found = sorted(view.snapshot.by_district(metric), key=lambda r: r.place != view.place)  # one's own comes first
    return {r.place: r for r in found if spec.everywhere or not view.place or r.place == view.place}


def worst_first(view: View, metric: str, found: Sequence[Reading]) -> list[Reading]:
    """By the metric's direction, what cannot be judged last; without a direction as declared."""
    sign = {"higher": 1, "lower": -1}.get(view.metric(metric).better, 0)
    return sorted(found, key=lambda r: (not is_judgeable(r), sign * (r.value or 0.0)))


def _row(spec: TableSpec, view: View, place: str, columns: list[dict[str, Reading]]) -> Node:
    name = view.place_name(place)
    is_link = spec.everywhere and place in view.city.districts
    shown = links.named_district(view, place, name) if is_link else name
    cells: list[Child] = [h("Th", shown, "table-name", title=name, scope="row")]
    for item, column in zip(spec.items, columns, strict=True):
        reading = column.get(place, Reading(item.metric, place))
        cells.append(h("Td", number(view, item, reading, with_unit=False)))
    return h("Tr", cells, "is-here" if spec.everywhere and place == view.place else "")
