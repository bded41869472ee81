"""Cameras with their on-line state: one by one where a source tells of each, else the share of each district's."""

from domain.health import Freshness
from layouts import theme, words
from layouts.atlas import limits
from layouts.atlas.picture import Asked, Class, Mark, Picture, located, opens
from layouts.view import View, is_judgeable
from snapshot.model import Reading

STATE, RATE = "video.state", "video.online_rate"
LIMITS = (90.0, 95.0, 98.0)  # percent on line
QUIET, WEAK = "#7CC7EF", "#5E7F9B"
ON, OFF, STALE, NONE = range(4)


def draw(asked: Asked) -> Picture:
    """Each camera on line, off line or not heard of; a click opens its state's course."""
    view = asked.view
    for metric, made in ((STATE, _each), (RATE, _shares)):
        if metric in view.city.metrics and view.may_read(metric):
            return made(view, {r.place: r for r in view.snapshot.readings(metric)})
    return Picture(view.t("视频"), note=view.t("无数据"))


def _each(view: View, told: dict[str, Reading]) -> Picture:
    classes = [
        Class(view.t("在线"), QUIET, "square", 5),
        Class(view.t("离线"), theme.TEXT, "cross", 7),
        Class(view.t("过期或中断"), theme.STALE, "ring", 5),
        Class(view.t("无数据"), WEAK, "ring", 5),
    ]
    marks = []
    for site, lon, lat in located(view, (view.metric(STATE).site_kind,)):
        cls = _class(told.get(site))
        reading = told.get(site)
        text = classes[cls].text + (f" · {words.as_of(view, reading)}" if reading is not None else "")
        marks.append(Mark(site, lon, lat, cls, view.place_name(site), text, opens(STATE, site)))
    off = sum(mark.cls == OFF for mark in marks)
    return Picture(view.t("视频"), classes, marks, note=view.t("共 {n} 路，离线 {off} 路", n=len(marks), off=off))


def _class(reading: Reading | None) -> int:
    if reading is None or reading.value is None:
        return NONE
    if reading.freshness not in (Freshness.LIVE, Freshness.LATE):
        return STALE
    return ON if reading.value > 0 else OFF


def _shares(view: View, told: dict[str, Reading]) -> Picture:
    said = limits.texts(LIMITS)
    classes = [Class(f"{text} %", theme.STEPS[n + 1], "bubble", 12) for n, text in enumerate(said)]
    classes.append(Class(view.t("无数据"), WEAK, "ring", 8))
    marks = []
    for site, lon, lat in located(view, (view.metric(RATE).site_kind,)):
        reading = told.get(site)
        value = reading.value if reading is not None and is_judgeable(reading) else None
        cls = len(classes) - 1 if value is None else limits.step_of(value, LIMITS)
        label = "" if value is None else words.figure(value, 0)
        text = f"{words.figure(value, 1)} %" + (f" · {words.as_of(view, reading)}" if reading is not None else "")
        marks.append(Mark(site, lon, lat, cls, view.place_name(site), text, opens(RATE, site), label))
    return Picture(view.t("视频在线率"), classes, marks)
