"""Panels that several of the templates have."""

from datetime import timedelta

from domain.city import City
from domain.metric import Metric
from domain.screen import Item, PanelSpec
from domain.topic import Curve, Shade
from layouts.panels.course import CourseSpec
from layouts.panels.map import MapPanelSpec
from layouts.panels.trend import TrendSpec

MAP = "map"
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def trend(city: City, curve: Curve) -> PanelSpec:
    """The day's course beside an earlier day; of what comes daily or less often, 90 days."""
    if city.metrics[curve.item.metric].every >= DAY:
        return CourseSpec(
            key="trend",
            kind="course",
            area="trend",
            title="近 90 天",
            title_en="Last 90 days",
            items=(curve.item,),
            hours=90 * 24,
        )
    return TrendSpec(
        key="trend",
        kind="trend",
        area="trend",
        title="今日走势",
        title_en="Today",
        curve=curve.item,
        step=curve.step,
        against=curve.against,
        target=curve.target,
        floor=curve.floor,
    )


def long_course(metric: Metric, item: Item, area: str) -> CourseSpec:
    """30 days; of what comes daily or less often, the year."""
    if metric.every < DAY:
        return CourseSpec(
            key="month", kind="course", area=area, title="近 30 天", title_en="Last 30 days", items=(item,)
        )
    return CourseSpec(
        key="month",
        kind="course",
        area=area,
        title="近 12 个月",
        title_en="Last 12 months",
        items=(item,),
        hours=365 * 24,
        step=WEEK,
    )


def floor_of(metric: Metric) -> float:
    """Where the axis of a day's course starts: a rate that moves between 95 and 100 is a flat line on an axis from zero."""
    if metric.composite:
        return 80.0
    is_high = metric.better == "higher" and metric.target is not None and metric.aggregate != "sum"
    return round((metric.target or 0.0) * 0.9) if is_high else 0.0


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
