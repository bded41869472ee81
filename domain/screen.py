"""A screen as declared in screens/<name>.yaml: a grid of panels."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.metric import Window


class Item(BaseModel):
    """One number of a panel: a metric with how this panel shows it; empty fields take the metric's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    metric: str
    label: str = ""
    label_en: str = ""
    window: Window | None = None
    compare: tuple[Literal["yesterday", "week", "month", "year", "target", "progress"], ...] = ()
    unit: str = ""


class PanelSpec(BaseModel):
    """What every panel declares; a panel kind subclasses this with its own keys (`layouts/panels/<kind>.py`).

    area: the panel's grid area name. items: what it shows. caption: the right-hand text, "auto" = source and age.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    kind: str
    area: str
    title: str = ""
    title_en: str = ""
    items: tuple[Item, ...] = ()
    caption: str = "auto"


class Screen(BaseModel):
    """A page: CSS grid template (one string a row), column and row sizes, and its panels in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    title: str
    title_en: str = ""
    grid: tuple[str, ...]
    columns: str
    rows: str
    panels: tuple[PanelSpec, ...] = Field(min_length=1)
    order: int = 0
