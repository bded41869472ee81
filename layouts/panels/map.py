"""The map: what the server knows about places, as data; assets/map.js draws it on WebGL or on a canvas."""

from typing import Any, Literal

from pydantic import Field, model_validator

from domain.place import Site
from domain.screen import Item, PanelSpec
from geo import basemap, crs
from layouts import frame, links, theme, words
from layouts.ground import has_layer, legend_steps, rights
from layouts.severity import PENDING_GRADE, of_bands, open_alerts, open_incidents
from layouts.tags import Child, Node, Parts, h, part_id, store
from layouts.view import View, is_judgeable
from snapshot.model import Reading

Layer = Literal[
    "index", "alerts", "warnings", "sites", "water", "roads", "facilities", "resources", "cameras", "complaints", "vehicles", "towns", "rivers"
]  # fmt: skip
LAYERS: dict[Layer, str] = {
    "index": "综合指数",
    "alerts": "预警事件",
    "sites": "监测站点",
    "water": "水雨情",
    "roads": "路况",
    "facilities": "设施",
    "warnings": "官方预警",
    "resources": "应急资源",
    "cameras": "视频",
    "complaints": "诉求密度",
    "vehicles": "车辆",
    "towns": "乡镇",
    "rivers": "河流",
}
DRAWN: tuple[Layer, ...] = ("warnings", "resources", "cameras", "complaints", "vehicles", "towns")
"""Layers that the server draws whole when their chip is pressed (layouts/atlas); a command map adds the sites' own."""
BASE_LAYERS = ("districts", "context", "water", "streams", "coast", "towns")
ROADS = "segment"


class MapPanelSpec(PanelSpec):
    """items[0]: the metric of the choropleth until another is chosen; breaks: its four limits, rising. layers: chips; shown: those on at first.

    places: layer -> the kinds of site it holds; sites of other kinds are not drawn.
    roads: the metric that colours segments; bands: its rising thresholds, last = red. lead: site kind -> metric a click opens.
    """

    kind: Literal["map"]
    breaks: tuple[float, float, float, float] = (80, 85, 90, 95)
    layers: tuple[Layer, ...] = ("index", "alerts", "sites", "water", "roads", "facilities")
    shown: tuple[Layer, ...] = ("index", "alerts", "sites")
    places: dict[Layer, tuple[str, ...]] = Field(
        default={
            "sites": ("air", "noise", "outfall", "weather"),
            "water": ("gauge", "reservoir", "rain", "section"),
            "facilities": ("hall", "parking", "restaurant"),
        }
    )
    roads: Item | None = None
    bands: tuple[float, ...] = ()
    lead: dict[str, str] = Field(default_factory=dict)
    callouts: int = Field(5, ge=0, le=20)
    command: bool = Field(
        False, description="The command map: sites by state, search, measuring, and an address that keeps the view."
    )

    @model_validator(mode="after")
    def _rising(self) -> "MapPanelSpec":
        if list(self.breaks) != sorted(set(self.breaks)):
            raise ValueError("breaks: the four limits must rise")
        return self


def build(spec: MapPanelSpec, view: View) -> Node:
    """The empty map with its chips, legend and rights; config and data are for the browser."""
    chips = [_chip(spec, view, layer) for layer in spec.layers]
    body: list[Child] = [
        h("Div", None, "map-gl", id=part_id(spec.key, "gl")),
        h("Div", None, "map-leaflet", id=part_id(spec.key, "leaflet")),
        h("Div", None, "map-over", id=f"over-{spec.key}", data={"panel": spec.key}),
        h("Div", chips, "map-chips", role="group", aria={"label": view.t("图层")}),
        h("Div", _legend(spec, view), "map-legend"),
        h("Div", rights(view, with_base=True), "map-rights"),
        store(part_id(spec.key, "config"), _config(spec, view)),
        store(part_id(spec.key, "data")),
    ]
    return frame.frame(spec, view, body)


def render(spec: MapPanelSpec, view: View) -> Parts:
    """Values by district, marks, site states and road levels: only what can change."""
    item = spec.items[0]
    readings = view.snapshot.by_district(item.metric, item.window)
    data = {
        "at": view.clock(view.snapshot.at),
        "here": view.place,
        "districts": {r.place: _district(spec, view, r) for r in readings},
        "marks": _marks(view),
        "roads": _roads(spec, view) if spec.roads else {},
    }
    return {"frame": {"className": "panel kind-map is-live"}, "data": {"data": data}}


def _chip(spec: MapPanelSpec, view: View, layer: Layer) -> Node:
    pressed = "true" if layer in spec.shown else "false"
    return h("Button", view.t(LAYERS[layer]), "chip", data={"layer": layer}, aria={"pressed": pressed}, type="button")


def _legend(spec: MapPanelSpec, view: View) -> list[Child]:
    name = view.label(spec.items[0])
    levels = [
        h("Span", [h("I", theme.SHAPES[n], f"shape is-p{n}"), word], "legend-item")
        for n, word in zip((1, 2, 3, 4), (view.t("红"), view.t("橙"), view.t("黄"), view.t("蓝")), strict=True)
    ]
    unit = view.unit(spec.items[0])
    title = f"{name}（{unit}）" if unit else name
    return [
        h(
            "Button",
            f"{title} ▾",
            "legend-title legend-own",
            title=view.t("换一个指标着色"),
            data={"shade": "", "own": f"{title} ▾"},
            type="button",
        ),
        h("Div", legend_steps(view, spec.breaks), "legend-steps legend-own"),
        h("Div", levels, "legend-levels"),
    ]


def _config(spec: MapPanelSpec, view: View) -> dict[str, Any]:
    """What never changes while the page is open: addresses, colours, and where every site and road lies."""
    layer_of = {kind: layer for layer, kinds in spec.places.items() for kind in kinds}
    located = [s for s in view.city.sites.values() if s.lon is not None and s.lat is not None and s.kind in layer_of]
    roads = [s for s in view.city.sites.values() if s.kind == ROADS and s.line]
    centre = view.city.spec.map.center
    return {
        "panel": spec.key,
        "city": view.city.adcode,
        "center": list(centre),
        "zoom": view.city.spec.map.zoom,
        "urls": {name: view.layer_url(name) for name in BASE_LAYERS if has_layer(view, name)},
        "names": {code: view.short_name(code) for code in view.city.districts},
        "shown": list(spec.shown),
        "layers": list(spec.layers),
        "places": list(spec.places),
        "drawn": drawn(spec),
        "base": _base(view),
        "command": spec.command,
        "whole": "" if spec.command else links.href(view, links.MAP),
        "callouts": spec.callouts,
        "shapes": theme.SHAPES,
        "unit": view.unit(spec.items[0]),
        "sites": [_site(spec, view, s, layer_of[s.kind]) for s in located],
        "roads": [
            {"id": s.id, "name": view.place_name(s.id), "line": [[round(x, 4), round(y, 4)] for x, y in s.line]}
            for s in roads
        ],
        "roadMetric": spec.roads.metric if spec.roads else "",
        "indexMetric": spec.items[0].metric,
    }


def _base(view: View) -> dict[str, Any] | None:
    """The city's own base map as the browser is told of it; None for none. What a PMTiles file holds follows from `draw`."""
    base = view.city.spec.map.base
    if base is None:
        return None
    is_file = base.kind == "pmtiles"
    return {
        "kind": ("vector" if base.draw else "raster") if is_file else base.kind,
        "url": basemap.ADDRESS if is_file else base.url,
        "crs": crs.canonical(base.crs),
        "zooms": list(base.zooms),
        "size": base.size,
        "opacity": base.opacity,
        "draw": [one.model_dump() for one in base.draw],
    }


def drawn(spec: MapPanelSpec) -> list[Layer]:
    """The layers of a panel that the server draws whole."""
    return [layer for layer in spec.layers if layer in DRAWN or (spec.command and layer in spec.places)]


def lead(spec: MapPanelSpec, view: View, kind: str) -> str:
    """The metric that a click on a site of a kind opens, "" for a kind that nothing measures."""
    metric = spec.lead.get(kind) or next((m.key for m in view.city.metrics.values() if m.site_kind == kind), "")
    return metric if metric in view.city.metrics else ""


def _site(spec: MapPanelSpec, view: View, site: Site, layer: Layer) -> list[Any]:
    lon, lat = round(site.lon or 0.0, 4), round(site.lat or 0.0, 4)
    return [site.id, lon, lat, view.place_name(site.id), layer, lead(spec, view, site.kind)]


def _district(spec: MapPanelSpec, view: View, reading: Reading) -> dict[str, Any]:
    """Class 0..4 of the choropleth, -1 without a judgeable value; text is what hovering says."""
    value = reading.value if is_judgeable(reading) else None
    step = -1 if value is None else sum(value >= b for b in spec.breaks)
    metric = view.metric(spec.items[0].metric)
    text = words.figure(reading.value, metric.digits)
    return {"step": step, "text": text, "state": words.as_of(view, reading)}


def _marks(view: View) -> list[dict[str, Any]]:
    """Alerts and incidents that have a place, gravest first; an alert of a district sits on the district's middle."""
    out = [_alert_mark(view, a.site, a.metric, int(a.level), view.personal(a.say)) for a in open_alerts(view)]
    for incident in map(view.incident, open_incidents(view)):
        if incident.lon is None or incident.lat is None:
            continue
        title = f"{incident.title} · {words.incident_state(view, incident)}"
        grade = incident.grade or 0  # nobody has graded it yet: a mark without a severity
        out.append(
            {
                "lon": incident.lon,
                "lat": incident.lat,
                "level": grade,
                "kind": "incident",
                "text": title,
                "incident": incident.id,
            }
        )
    return sorted((m for m in out if m), key=lambda m: m["level"] or PENDING_GRADE)


def _alert_mark(view: View, place: str, metric: str, level: int, say: str) -> dict[str, Any]:
    site = view.city.sites.get(place)
    at = site.spot if site is not None else None
    where = {"lon": at[0], "lat": at[1]} if at else {"district": place}
    return where | {"level": level, "kind": "alert", "text": say, "metric": metric, "place": place}


def _roads(spec: MapPanelSpec, view: View) -> dict[str, Any]:
    """Segment -> [level 1..3 or 0, value text]; a quiet road is 0, a silent one is left out."""
    if spec.roads is None:
        return {}
    metric = view.metric(spec.roads.metric)
    found = view.snapshot.readings(spec.roads.metric, view.place)
    return {
        r.place: [of_bands(r.value, spec.bands) or 0, words.figure(r.value, metric.digits)]
        for r in found
        if is_judgeable(r)
    }
