"""The city in three dimensions: districts raised by a metric, sites as columns by value. assets/twin.js draws it.

Where the browser's WebGL is weak or lost the wall shows the flat map that shares this panel's area (assets/wall.js).
"""

from typing import Any, Literal

from pydantic import Field, model_validator

from domain.health import Freshness
from domain.screen import Item, PanelSpec
from layouts import frame, words
from layouts.ground import has_layer, legend_steps, rights
from layouts.severity import of_place
from layouts.tags import Child, Node, Parts, h, part_id, store
from layouts.view import View, is_judgeable
from snapshot.model import Reading

LAYERS = ("districts", "context", "water")


class Column(Item):
    """A metric of sites, drawn as one column a site. floor, ceiling: values of a flat and of a full column."""

    floor: float = Field(0, description="Value of a flat column.")
    ceiling: float = Field(description="Value of a full column; larger ones are no taller.")


class TwinSpec(PanelSpec):
    """items[0] raises and colours the districts; floor: its value at which one is flat; breaks: its four limits, rising.

    columns: metrics of sites, each with the value of a full column.
    """

    kind: Literal["twin"]
    floor: float = 0
    breaks: tuple[float, float, float, float] = (80, 85, 90, 95)
    columns: tuple[Column, ...] = Field((), max_length=3)

    @model_validator(mode="after")
    def _rising(self) -> "TwinSpec":
        if list(self.breaks) != sorted(set(self.breaks)) or self.floor >= self.breaks[0]:
            raise ValueError("floor and breaks: floor and the four limits must rise")
        if any(column.floor >= column.ceiling for column in self.columns):
            raise ValueError("columns: floor must be below ceiling")
        return self


def build(spec: TwinSpec, view: View) -> Node:
    """The empty scene with its legend and rights; config and data are for the browser."""
    body: list[Child] = [
        h("Div", None, "twin-gl", id=part_id(spec.key, "gl")),
        h("Div", None, "twin-over", id=f"twin-{spec.key}"),
        h("Div", _legend(spec, view), "map-legend"),
        h("Div", rights(view), "map-rights"),
        store(part_id(spec.key, "config"), _config(spec, view)),
        store(part_id(spec.key, "data")),
    ]
    return frame.frame(spec, view, body)


def render(spec: TwinSpec, view: View) -> Parts:
    """Height, class and words of each district and column. What is too old to judge is flat and grey, and says so."""
    item = spec.items[0]
    readings = view.snapshot.by_district(item.metric, item.window)
    data = {
        "districts": {r.place: _district(spec, view, r) for r in readings},
        "columns": {
            f"{number}:{r.place}": _column(column, view, r)
            for number, column in enumerate(spec.columns)
            for r in view.snapshot.readings(column.metric, view.place)
        },
    }
    return frame.dress(spec, view, readings) | {"data": {"data": data}}


def share(value: float, floor: float, ceiling: float) -> float:
    """How much of its full height a value has, 0..1, in hundredths: a smaller change is not worth drawing."""
    return round(min(max((value - floor) / (ceiling - floor), 0.0), 1.0), 2)


def _district(spec: TwinSpec, view: View, reading: Reading) -> list[Any]:
    """[height 0..1, class 0..4 or -1, the number, its age in words unless it is live]."""
    text, state = _words(view, reading)
    if not is_judgeable(reading) or reading.value is None:
        return [0, -1, text, state]
    step = sum(reading.value >= limit for limit in spec.breaks)
    return [share(reading.value, spec.floor, spec.breaks[-1]), step, text, state]


def _column(column: Column, view: View, reading: Reading) -> list[Any]:
    """[height 0..1 or None for what cannot be judged, level of its alert or 0, the number]."""
    text, _ = _words(view, reading)
    if not is_judgeable(reading) or reading.value is None:
        return [None, 0, text]
    level = of_place(view.snapshot.alerts, column.metric, reading.place)
    return [share(reading.value, column.floor, column.ceiling), level or 0, text]


def _words(view: View, reading: Reading) -> tuple[str, str]:
    text = words.figure(reading.value, view.metric(reading.metric).digits)
    return text, "" if reading.freshness is Freshness.LIVE else words.as_of(view, reading)


def _legend(spec: TwinSpec, view: View) -> list[Child]:
    columns = [_column_key(number, column, view) for number, column in enumerate(spec.columns)]
    grey = h("Div", [h("I", None, "swatch is-old"), view.t("灰色平柱：过期或无数据")], "legend-item")
    name = view.label(spec.items[0])
    return [
        h("Div", name, "legend-title", title=name),
        h("Div", legend_steps(view, spec.breaks), "legend-steps"),
        h("Div", [*columns, grey], "legend-columns") if columns else None,
    ]


def _column_key(number: int, column: Column, view: View) -> Node:
    scale = f"{words.figure(column.floor, 0)}–{words.figure(column.ceiling, 0)} {view.unit(column)}".strip()
    return h("Div", [h("I", None, f"swatch column-{number}"), f"{view.label(column)} {scale}"], "legend-item")


def _config(spec: TwinSpec, view: View) -> dict[str, Any]:
    """What never changes while the page is open: addresses, names, and where every column stands."""
    places = view.city.spec.map
    return {
        "panel": spec.key,
        "center": list(places.center),
        "zoom": places.zoom,
        "urls": {name: view.layer_url(name) for name in LAYERS if has_layer(view, name)},
        "names": {code: view.short_name(code) for code in view.city.districts},
        "columns": [row for number, column in enumerate(spec.columns) for row in _stands(number, column, view)],
    }


def _stands(number: int, column: Column, view: View) -> list[list[Any]]:
    """[name in the data, longitude, latitude, which metric, the district it stands on] of every site with a place."""
    kind = view.metric(column.metric).site_kind
    found = [(site, site.spot) for site in view.city.sites.values() if site.kind == kind]
    return [[f"{number}:{s.id}", round(at[0], 4), round(at[1], 4), number, s.district] for s, at in found if at]
