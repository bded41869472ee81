"""Scenes of the wall: the metrics that panels show, each of their grids, and panels that another scene lends."""

import re
from collections.abc import Mapping

from config.checks.names import not_among
from config.checks.screens import check_grid, check_items
from config.parts import Entry, Parts, ScreenEntry
from domain.screen import PanelSpec
from domain.wall import Grid, WallScene

Lent = Mapping[str, Entry[PanelSpec]]
_HOURS = re.compile(r"(\d|1\d|2[0-3])-(\d|1\d|2[0-4])")


def check_scenes(parts: Parts) -> None:
    """Every number exists, every grid is whole, and each of its areas has a panel of this scene or one that is lent."""
    lent = {f"{key}-{name}": panel for key, scene in parts.scenes.items() for name, panel in scene.panels.items()}
    for entry in parts.scenes.values():
        for panel in entry.panels.values():
            if panel.value is not None:
                check_items(parts, panel, panel.value)
        if isinstance(entry.value, WallScene):
            _check_names(entry, entry.value, lent)
            _check_grids(entry, entry.value, _areas(entry, entry.value, lent))


def _check_names(entry: ScreenEntry, scene: WallScene, lent: Lent) -> None:
    for index, name in enumerate(scene.uses):
        if sentence := not_among(name, lent, "panel of a scene"):
            entry.tell(sentence, "uses", index)
    for index, span in enumerate(scene.hours):
        if not _HOURS.fullmatch(span):
            entry.tell(f"{span!r} is no span of hours; write from-to, such as 7-22", "hours", index)


def _areas(entry: ScreenEntry, scene: WallScene, lent: Lent) -> set[str] | None:
    """The areas that panels fill; None while one of the scene's own is not valid, so that nobody can tell."""
    own = [panel.value for panel in entry.panels.values()]
    if None in own:
        return None
    borrowed = [lent[name].value for name in scene.uses if name in lent]
    return {panel.area for panel in (*own, *borrowed) if panel is not None}


def _check_grids(entry: ScreenEntry, scene: WallScene, areas: set[str] | None) -> None:
    shown: set[str] = set()
    own = Grid(grid=scene.grid, columns=scene.columns, rows=scene.rows)
    grids: list[tuple[str, Grid]] = [("", own), *scene.wide.items()]
    for width, grid in grids:
        inside = ("wide", width) if width else ()
        check_grid(entry, grid, inside)
        cells = {cell for row in grid.grid for cell in row.split() if cell.strip(".")}
        shown |= cells
        for area in sorted(cells - areas) if areas is not None else ():
            entry.tell(
                f"area {area} has no panel; add one with area: {area}, or write . for empty cells", *inside, "grid"
            )
    for key, panel in entry.panels.items():
        if panel.value is not None and panel.value.area not in shown:
            panel.tell(f"panel {key} stands in none of the scene's grids; name its area in one", "area")
