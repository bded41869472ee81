"""Screens: the metrics that panels show, and the grid they stand in."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from config.checks.names import no_metric, not_among
from config.parts import Entry, Parts, ScreenEntry, valid
from config.problem import Path
from datasources.units import conversion
from domain.screen import Item, Screen
from domain.wall import Grid


def check_screens(parts: Parts) -> None:
    """Every number a panel names exists, and grid and panels name each other."""
    for screen in parts.screens.values():
        for panel in screen.panels.values():
            if panel.value is not None:
                check_items(parts, panel, panel.value)
        if screen.value is not None:
            check_grid(screen, screen.value)
            _check_areas(screen, screen.value)


def check_topics(parts: Parts) -> None:
    """Every number a topic's page names exists, and the map's limits rise."""
    for _, entry, topic in valid(parts.topics):
        check_items(parts, entry, topic)
        if topic.map is not None and list(topic.map.breaks) != sorted(set(topic.map.breaks)):
            entry.tell("the four limits must rise", "map", "breaks")


def check_items(parts: Parts, entry: Entry[Any], panel: BaseModel) -> None:
    """Every number that a declaration names exists, and is shown and compared as its metric allows."""
    for path, item in items(panel):
        if sentence := no_metric(parts, item.metric):
            entry.tell(sentence, *path, *(() if path and path[-1] == "metric" else ("metric",)))
            continue
        metric = parts.metric(item.metric)
        if metric is None:
            continue
        if {"target", "progress"} & set(item.compare) and metric.target is None:
            entry.tell(
                f"{metric.key} has no target: in metrics.yaml; declare it or leave the comparison out", *path, "compare"
            )
        if item.unit and _converts(metric.unit, item.unit):
            text = f"panels do not convert: numbers in {metric.unit} would stand under {item.unit}; leave unit: out"
            entry.tell(text, *path, "unit")


def items(value: object, path: Path = ()) -> Iterator[tuple[Path, Item]]:
    """Every number that a panel's spec names, with its place in the spec, whatever keys the kind has."""
    if isinstance(value, Item):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from items(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from items(item, (*path, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from items(item, (*path, str(name)))


def _converts(own: str, shown: str) -> bool:
    """Whether the shown unit is another measure of the same thing (km for m): then the number under it would be wrong."""
    try:
        change = conversion(own, shown)
    except ValueError:
        return False
    return change.factor != 1 or change.offset != 0


def check_grid(entry: ScreenEntry, screen: Screen | Grid, inside: Path = ()) -> None:
    """Rows equally long, as many tracks as cells, and every area one rectangle (else the browser drops the whole grid).

    `inside`: where in the file the grid stands.
    """
    rows = [row.split() for row in screen.grid]
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            entry.tell(
                f"has {len(row)} cells, the first row {len(rows[0])}; write one area name a column",
                *inside,
                "grid",
                index,
            )
            return
    for name, tracks, cells in (
        ("columns", screen.columns, len(rows[0]) if rows else 0),
        ("rows", screen.rows, len(rows)),
    ):
        count = _tracks(tracks)
        if count is not None and count != cells:
            entry.tell(f"gives {count} sizes for {cells} {name} of the grid; write one each", *inside, name)
    for area in dict.fromkeys(cell for row in rows for cell in row):
        if area.strip(".") and not _is_rectangle(rows, area):
            entry.tell(f"area {area} is no rectangle; its cells must fill one", *inside, "grid")


def _tracks(text: str) -> int | None:
    """How many sizes a CSS track list gives; None where repeat() or names make that the browser's business."""
    if "repeat(" in text or "[" in text:
        return None
    depth, count, inside = 0, 0, False
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        blank = letter.isspace() and depth == 0
        count += not blank and not inside
        inside = not blank
    return count


def _is_rectangle(rows: list[list[str]], area: str) -> bool:
    cells = {(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == area}
    ys, xs = {y for y, _ in cells}, {x for _, x in cells}
    return len(cells) == (max(ys) - min(ys) + 1) * (max(xs) - min(xs) + 1)


def _check_areas(entry: ScreenEntry, screen: Screen) -> None:
    areas = {cell for row in screen.grid for cell in row.split() if cell.strip(".")}
    used: dict[str, str] = {}
    for key, panel in entry.panels.items():
        if panel.value is None:
            continue
        area = panel.value.area
        if sentence := not_among(area, areas, "area of the grid"):
            panel.tell(sentence, "area")
        elif area in used:
            panel.tell(f"area {area} holds panel {used[area]} already; give each panel its own", "area")
        used.setdefault(area, key)
    whole = all(panel.value is not None for panel in entry.panels.values())
    for area in sorted(areas - set(used)):
        if whole:
            entry.tell(f"area {area} has no panel; add one with area: {area}, or write . for empty cells", "grid")
