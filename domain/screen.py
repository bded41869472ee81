"""A screen as declared in screens/<name>.yaml: a grid of panels."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.metric import Window


class Item(BaseModel):
    """One number of a panel: a metric with how this panel shows it; empty fields take the metric's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    metric: str = Field(description="Metric shown.")
    label: str = Field("", description="Label; else the metric's name.")
    label_en: str = Field("", description="English label.")
    window: Window | None = Field(None, description="Span shown; else the metric's own.")
    compare: tuple[Literal["yesterday", "week", "month", "year", "target", "progress"], ...] = Field(
        (), description="What the number is compared with."
    )
    unit: str = Field(
        "", description="Unit written beside the number; else the metric's own. Numbers are not converted."
    )


class PanelSpec(BaseModel):
    """What every panel declares; a panel kind subclasses this with its own keys (`layouts/panels/<kind>.py`).

    area: the panel's grid area name. items: what it shows. caption: the right-hand text, "auto" = source and age.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str = Field(description="Name of the panel on this screen.")
    kind: str = Field(description="What it looks like; the kinds are below.")
    area: str = Field(description="Area of the grid it fills.")
    title: str = Field("", description="Title; empty for none.")
    title_en: str = Field("", description="English title.")
    items: tuple[Item, ...] = Field((), description="The numbers it shows, in order.")
    caption: str = Field("auto", description="Text at the right of the title; auto = source and age of the data.")


class Screen(BaseModel):
    """A page: CSS grid template (one string a row), column and row sizes, and its panels in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    title: str = Field(description="Name in the menu.")
    title_en: str = Field("", description="English name.")
    grid: tuple[str, ...] = Field(description="CSS grid areas: one text a row, one word a column, . for empty cells.")
    columns: str = Field(description="CSS sizes of the columns.")
    rows: str = Field(description="CSS sizes of the rows.")
    panels: tuple[PanelSpec, ...] = Field(min_length=1, description="The panels, in reading order.")
    order: int = Field(0, description="Place in the menu, lowest first.")
