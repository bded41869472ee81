"""What a layer of the map shows at one moment, as the browser is told it: classes with their legend, marks, areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from geo.resources import Resource, Spot
from layouts.panels.map import MapPanelSpec
from layouts.view import View

Shape = Literal["dot", "ring", "cross", "square", "diamond", "triangle", "bubble", "badge", "fill", "hatch", "none"]
Go = Mapping[str, Any]


@dataclass(frozen=True)
class Ground:
    """What lies on the map whatever is measured: resources and towns of the city folder."""

    resources: Sequence[Resource] = ()
    towns: Sequence[Spot] = ()


@dataclass(frozen=True)
class Asked:
    """Which layer, seen how. metric: what colours districts, "" for the panel's own."""

    layer: str
    spec: MapPanelSpec
    view: View
    ground: Ground = field(default_factory=Ground)
    metric: str = ""


class Class(NamedTuple):
    """One line of the legend and how what belongs to it is drawn.

    level: 1 (red) to 4 (blue) where the class is an alarm, so that a heap of marks shows its gravest; 0 for the rest.
    """

    text: str
    colour: str
    shape: Shape = "dot"
    size: float = 6.0
    level: int = 0


class Mark(NamedTuple):
    """A point. label: written on the mark itself; text: its value and state in words; go: what a click opens."""

    id: str
    lon: float
    lat: float
    cls: int
    name: str
    text: str
    go: Go
    label: str = ""


class Area(NamedTuple):
    """A district by its code, or a ring of [lon, lat] corners."""

    id: str
    place: str | Sequence[tuple[float, float]]
    cls: int
    name: str
    text: str
    go: Go


@dataclass(frozen=True)
class Picture:
    """A layer as of now. values: district -> [class, value, state] of a coloured map; note: as of when, by whom, or why empty."""

    title: str
    classes: Sequence[Class] = ()
    marks: Sequence[Mark] = ()
    areas: Sequence[Area] = ()
    values: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    unit: str = ""
    note: str = ""
    metric: str = ""

    def told(self) -> dict[str, Any]:
        """The picture as JSON, without what it has none of."""
        found = {
            "title": self.title, "unit": self.unit, "note": self.note, "metric": self.metric, "classes": self.classes,
            "marks": self.marks, "areas": self.areas, "values": self.values,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}


def opens(metric: str, place: str) -> Go:
    """A click opens the drawer on a number."""
    return {"metric": metric, "place": place} if metric else {}


def card(lines: Sequence[str], links: Sequence[tuple[str, str]] = ()) -> Go:
    """A click shows a card with these lines and links (words, address)."""
    return {"lines": [line for line in lines if line], "links": list(links)}


def located(view: View, kinds: Sequence[str]) -> list[tuple[str, float, float]]:
    """Id and place of every site of some kinds that has one."""
    found = [s for s in view.city.sites.values() if s.kind in kinds]
    return [(s.id, round(s.lon, 5), round(s.lat, 5)) for s in found if s.lon is not None and s.lat is not None]
