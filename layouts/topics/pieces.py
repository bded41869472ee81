"""Panels that several of the templates have."""

from domain.city import City
from domain.screen import Item
from domain.topic import Curve, Shade
from layouts.panels.map import MapPanelSpec
from layouts.panels.trend import TrendSpec

MAP = "map"


def trend(curve: Curve, area: str = "trend", title: str = "今日走势", title_en: str = "Today") -> TrendSpec:
    """The day's course beside an earlier day."""
    return TrendSpec(
        key="trend",
        kind="trend",
        area=area,
        title=title,
        title_en=title_en,
        curve=curve.item,
        step=curve.step,
        against=curve.against,
        target=curve.target,
        floor=curve.floor,
    )


def shaded(city: City, shade: Shade) -> MapPanelSpec:
    """The city's own map, as its first screen with a map declares it, coloured by another metric."""
    own = next((p for s in city.screens.values() for p in s.panels if isinstance(p, MapPanelSpec)), None)
    base = own or MapPanelSpec(key=MAP, kind="map", area=MAP)
    return base.model_copy(update={"key": MAP, "area": MAP, "items": (shade.item,), "breaks": shade.breaks})


def shade_of(city: City, metric: str) -> Shade | None:
    """How a metric colours districts where some page of the city says so; rates in percent have limits of their own."""
    for topic in city.topics.values():
        if topic.map is not None and topic.map.item.metric == metric:
            return topic.map
    for screen in city.screens.values():
        for panel in screen.panels:
            if isinstance(panel, MapPanelSpec) and panel.items and panel.items[0].metric == metric:
                return Shade(item=panel.items[0], breaks=panel.breaks)
    declared = city.metrics[metric]
    is_local = declared.unit == "%" and declared.across != "none" and declared.topic != "system"
    return Shade(item=Item(metric=metric), breaks=(80, 90, 95, 98)) if is_local else None
