"""A scene of the wall as declared in screens/wall/<name>.yaml: a screen with a grid for each width of wall."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.metric import Duration
from domain.screen import Screen

WALL = "wall"
"""The key under which all scenes together are one screen: they are drawn and sent as one."""

Width = Literal["portrait", "ultrawide", "double", "triple"]
COLUMNS: dict[str, int] = {"portrait": 1, "ultrawide": 4, "double": 5, "triple": 7}
"""Columns of a wall of each width: upright, 21:9, two and three screens of 16:9 side by side."""


_PLACE = "wall:"


def wall_place(wall: str) -> str:
    """The site that figures about a wall belong to."""
    return _PLACE + wall


def wall_at(place: str) -> str:
    """The wall whose site this is, "" for any other place."""
    return place.removeprefix(_PLACE) if place.startswith(_PLACE) else ""


class WallSpec(BaseModel):
    """A wall that somebody answers for, under city.yaml's `walls`, by the name under which it reports: login or login/name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(description="Name in alerts and on /walls.")
    silent_after: Duration = Field(
        timedelta(minutes=1), description="Without a report for so long it counts as silent."
    )


class Grid(BaseModel):
    """A CSS grid: areas, column and row sizes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    grid: tuple[str, ...] = Field(description="CSS grid areas: one text a row, one word a column, . for empty cells.")
    columns: str = Field(description="CSS sizes of the columns.")
    rows: str = Field(description="CSS sizes of the rows.")


class WallScene(Screen):
    """One scene. Its own grid is for 16:9 (three columns); `wide` holds the others.

    A panel that stands in none of a grid's areas is left out there: a narrow wall shows less, never smaller.
    """

    dwell: Duration = Field(timedelta(seconds=40), description="How long it stays.")
    often: bool = Field(False, description="Shown between all others, every second time.")
    hours: tuple[str, ...] = Field(
        (), description="Hours of the day in which it is shown, from-to (7-22); none = always."
    )
    uses: tuple[str, ...] = Field(
        (), description="Panels of other scenes shown here too, scene-panel (overview-map): one map serves them all."
    )
    wide: dict[Width, Grid] = Field(
        default_factory=dict,
        description="Grids of other walls: portrait, ultrawide (21:9), double (32:9), triple (48:9).",
    )

    def grids(self) -> dict[int, Grid]:
        """Every grid by its number of columns."""
        own = Grid(grid=self.grid, columns=self.columns, rows=self.rows)
        return {3: own} | {COLUMNS[width]: grid for width, grid in self.wide.items()}
