"""A topic's page as declared in screens/topics/<name>.yaml: the contents of one fixed template."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.metric import Duration, Topic
from domain.screen import Item

DISTRICT = "district"
"""The name under which the contents of every district's own page are declared."""


class Curve(BaseModel):
    """The day's course at the head of a page, beside an earlier day."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    item: Item = Field(description="The metric drawn.")
    against: Literal["yesterday", "week", "none"] = Field("yesterday", description="The earlier day drawn beside it.")
    step: Duration = Field(timedelta(hours=1), description="Length of one step.")
    target: bool = Field(False, description="Draw the metric's target.")
    floor: float = Field(0.0, description="Where the value axis starts.")


class Mix(BaseModel):
    """What a number is made of: bars, largest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = Field(description="Title.")
    title_en: str = Field("", description="English title.")
    items: tuple[Item, ...] = Field(min_length=1, description="One bar each.")


class Shade(BaseModel):
    """The map's colours: a metric by district, and the four limits between its five classes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    item: Item = Field(description="The metric that colours districts.")
    breaks: tuple[float, float, float, float] = Field(description="The four limits, rising.")


class More(BaseModel):
    """A further table at the foot of the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = Field(description="Title.")
    title_en: str = Field("", description="English title.")
    of: Literal["figures", "districts", "sites"] = Field(
        "figures",
        description="What the rows are: the numbers themselves, compared; districts; or the first item's sites.",
    )
    items: tuple[Item, ...] = Field(
        min_length=1, description="The numbers: rows of figures, columns of a list of places."
    )


class TopicPage(BaseModel):
    """One topic: headlines, trend, composition, ranking, map and lists. `key` is the file's name, the address /topic/<key>."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    title: str = Field(description="Name in the menu.")
    title_en: str = Field("", description="English name.")
    order: int = Field(0, description="Place in the menu, lowest first.")
    topics: tuple[Topic, ...] = Field((), description="Topics whose alerts it lists; none = all of them.")
    incidents: bool = Field(False, description="Also list incidents reported to the command centre.")
    headlines: tuple[Item, ...] = Field(
        min_length=1, max_length=8, description="The cards at the top; they are also the rows of the comparison table."
    )
    trend: Curve = Field(description="The day's course.")
    mix: Mix | None = Field(None, description="What it is made of.")
    ranking: Item | None = Field(None, description="What districts are ranked by.")
    map: Shade | None = Field(None, description="What the map shows; none = no map.")
    places: tuple[Item, ...] = Field((), description="Columns of the list of sites, or of districts.")
    of: Literal["districts", "sites"] = Field("sites", description="What the rows of that list are.")
    more: tuple[More, ...] = Field(
        (), max_length=2, description="Further tables at the foot; the first is the wider one."
    )
