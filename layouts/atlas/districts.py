"""Districts coloured by any metric that has values of districts, and the list of these to choose from."""

from domain.metric import Metric
from domain.screen import Item
from layouts import theme, words
from layouts.atlas import limits
from layouts.atlas.picture import Asked, Class, Picture
from layouts.topics import pieces
from layouts.view import View, is_judgeable
from snapshot.model import Reading

TOPICS = {
    "service": "政务服务", "hotline": "12345 热线", "environment": "生态环境", "water": "水务", "traffic": "交通运行",
    "emergency": "应急指挥", "governance": "基层治理", "digital": "数字底座", "economy": "经济运行", "system": "综合",
}  # fmt: skip


def draw(asked: Asked) -> Picture:
    """The values of the metric, their classes with limits and unit; without a judgeable value a district is hatched."""
    view, item = asked.view, _item(asked)
    metric = view.metric(item.metric)
    readings = view.snapshot.by_district(item.metric, item.window)
    judged = [r.value for r in readings if r.value is not None and is_judgeable(r)]
    bounds, declared = _limits(asked, item, judged)
    shades = theme.STEPS if bounds else theme.STEPS[2:3]
    said = [Class(text, colour, "fill") for text, colour in zip(limits.texts(bounds) or [""], shades, strict=False)]
    classes = ([c for c in said if c.text] if judged else []) + [Class(view.t("无数据"), theme.UNKNOWN, "hatch")]
    note = "" if declared else view.t("按当前数值等距分级")
    return Picture(
        title=view.label(item),
        classes=classes,
        values={r.place: (_step(r, bounds), words.value(view, metric, r), words.as_of(view, r)) for r in readings},
        unit=view.unit(item),
        note=note,
        metric=item.metric,
    )


def choices(view: View) -> list[dict[str, object]]:
    """Every metric of which some district has a value now, by topic: what the chooser offers."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, metric in view.city.metrics.items():
        if view.may_read(key) and _has_districts(view, metric):
            groups.setdefault(metric.topic, []).append((key, view.either(metric.name, metric.name_en)))
    return [{"topic": view.t(TOPICS[topic]), "metrics": found} for topic, found in groups.items()]


def _has_districts(view: View, metric: Metric) -> bool:
    return any(r.value is not None for r in view.snapshot.by_district(metric.key))


def _item(asked: Asked) -> Item:
    """The panel's own number, or the one asked for with the window that a page of the city gives it."""
    own = asked.spec.items[0] if asked.spec.items else None
    if own is not None and asked.metric in ("", own.metric):
        return own
    shade = pieces.shade_of(asked.view.city, asked.metric)
    return shade.item if shade is not None else Item(metric=asked.metric)


def _limits(asked: Asked, item: Item, values: list[float]) -> tuple[tuple[float, ...], bool]:
    if asked.spec.items and item == asked.spec.items[0]:
        return asked.spec.breaks, True
    return limits.of_metric(asked.view.city, item.metric, values)


def _step(reading: Reading, bounds: tuple[float, ...]) -> int:
    """Class 0 to 4, -1 without a judgeable value; the middle one where all districts are alike."""
    if reading.value is None or not is_judgeable(reading):
        return -1
    return limits.step_of(reading.value, bounds) if bounds else 2
