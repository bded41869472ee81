"""Sites by state: alarm, in time, late, stale or silent; a colour of alarm only where an alert is in force."""

from collections.abc import Iterable

from domain.health import Freshness
from layouts import theme, words
from layouts.atlas.picture import Asked, Class, Mark, Picture, located, opens
from layouts.panels import map as panel
from layouts.severity import open_alerts
from layouts.view import View
from snapshot.model import Reading

QUIET, WEAK = "#7CC7EF", "#5E7F9B"
ALARMS = ("一级告警", "二级告警", "三级告警", "四级告警")
FORMS = ("diamond", "triangle", "square", "dot")
FRESH = {Freshness.LIVE: 4, Freshness.LATE: 5, Freshness.STALE: 6, Freshness.DOWN: 6, Freshness.NONE: 7}


def draw(asked: Asked) -> Picture:
    """The sites of the layer's kinds; a click opens the number that the panel leads to."""
    view, spec = asked.view, asked.spec
    kinds = spec.places.get(asked.layer, ())  # type: ignore[call-overload]  # the layer's name comes from an address
    found = [(view.city.sites[site], lon, lat) for site, lon, lat in located(view, kinds)]
    leads = {kind: panel.lead(spec, view, kind) for kind in kinds}
    told = _readings(view, leads.values())
    alarms = _alarms(view)
    marks = []
    for site, lon, lat in found:
        metric = leads[site.kind]
        cls, text = _state(view, told.get((metric, site.id)), alarms.get(site.id))
        marks.append(Mark(site.id, lon, lat, cls, view.place_name(site.id), text, opens(metric, site.id)))
    return Picture(view.t(panel.LAYERS[asked.layer]), _classes(view), marks)  # type: ignore[index]  # as above


def _classes(view: View) -> list[Class]:
    alarms = [
        Class(view.t(text), theme.LEVELS[level], form, 12, level)  # type: ignore[arg-type]  # the tuple's own words
        for level, (text, form) in enumerate(zip(ALARMS, FORMS, strict=True), 1)
    ]
    return [
        *alarms,
        Class(view.t("正常"), QUIET),
        Class(view.t("延迟"), QUIET, "ring"),
        Class(view.t("过期或中断"), theme.STALE, "ring"),
        Class(view.t("无数据"), WEAK, "cross"),
    ]


def _readings(view: View, metrics: Iterable[str]) -> dict[tuple[str, str], Reading]:
    """The newest reading of each site, by the metric that its kind leads to."""
    return {(r.metric, r.place): r for metric in set(metrics) - {""} for r in view.snapshot.readings(metric)}


def _alarms(view: View) -> dict[str, int]:
    """The gravest alert in force at each site."""
    found: dict[str, int] = {}
    for alert in open_alerts(view):
        found[alert.site] = min(int(alert.level), found.get(alert.site, 4))
    return found


def _state(view: View, reading: Reading | None, alarm: int | None) -> tuple[int, str]:
    """The class, and the value with its state in words."""
    if reading is None:
        return (FRESH[Freshness.NONE] if alarm is None else alarm - 1), view.t("无数据")
    metric = view.metric(reading.metric)
    value = f"{words.value(view, metric, reading)} {view.t(metric.unit)}".strip()
    text = f"{value} · {words.as_of(view, reading)}"
    return (FRESH[reading.freshness] if alarm is None else alarm - 1), text
