"""Vehicles as counts of fleets, never one by one: the store holds no vehicle's track, so nobody can see one here."""

from layouts import words
from layouts.atlas import limits
from layouts.atlas.picture import Asked, Class, Mark, Picture, located, opens
from layouts.view import View, is_judgeable
from snapshot.model import Reading

ONLINE = "fleet.online"
NAMES = {ONLINE: "在线", "fleet.total": "入网", "fleet.high_risk_open": "高风险未处置"}
SIZES = (10.0, 12.0, 14.0, 16.0, 18.0)
COLOUR, SILENT = "#2E7FD6", "#5E7F9B"


def draw(asked: Asked) -> Picture:
    """One bubble a fleet at its district's seat: how many of its vehicles report, of how many, how many at high risk."""
    view = asked.view
    if ONLINE not in view.city.metrics or not view.may_read(ONLINE):
        return Picture(view.t("车辆"), note=view.t("无数据"))
    told = {metric: _readings(view, metric) for metric in NAMES}
    counts = [r.value for r in told[ONLINE].values() if r.value is not None and is_judgeable(r)]
    bounds = limits.round_limits(counts)
    said = limits.texts(bounds) or [view.t("在线车辆")]
    classes = [Class(text, COLOUR, "bubble", size) for text, size in zip(said, SIZES, strict=False)]
    silent = len(classes)
    classes.append(Class(view.t("无数据"), SILENT, "ring", 8))
    marks = []
    for site, lon, lat in located(view, (view.metric(ONLINE).site_kind,)):
        reading = told[ONLINE].get(site)
        count = reading.value if reading is not None and is_judgeable(reading) else None
        cls = silent if count is None else limits.step_of(count, bounds)
        text = " · ".join(f"{view.t(name)} {_figure(told[metric].get(site))}" for metric, name in NAMES.items())
        label = "" if count is None else words.figure(count, 0)
        marks.append(Mark(site, lon, lat, cls, view.place_name(site), text, opens(ONLINE, site), label))
    return Picture(view.t("在线车辆"), classes, marks, unit=view.t("辆"), note=view.t("按车队汇总，不含单车"))


def _readings(view: View, metric: str) -> dict[str, Reading]:
    return {r.place: r for r in view.snapshot.readings(metric)} if metric in view.city.metrics else {}


def _figure(reading: Reading | None) -> str:
    return words.figure(reading.value if reading is not None else None, 0)
