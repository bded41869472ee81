"""The last 24 hours as a bar: how many alerts and incidents began in each half hour, and the way back in time."""

from typing import Literal

from domain.screen import PanelSpec
from layouts import frame
from layouts.rows import percent
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View
from snapshot.model import Trend


class TimelineSpec(PanelSpec):
    """minutes: the width of one bar; hours: the span."""

    kind: Literal["timeline"]
    minutes: int = 30
    hours: int = 24


def build(spec: TimelineSpec, view: View) -> Node:
    """The bar, empty; the browser's own code puts the slider into its slot."""
    label = view.t("拖动查看过去 24 小时任一时刻")
    facts = {"label": label, "hours": str(spec.hours), "panel": spec.key}
    slot = h("Div", None, "time-slot", data=facts, id=part_id(spec.key, "slot"))
    bars = h("Div", None, "time-bars", id=part_id(spec.key, "bars"))
    axis = h("Div", None, "time-axis", id=part_id(spec.key, "axis"))
    return frame.frame(spec, view, [h("Div", [bars, slot], "time-box"), axis])


def render(spec: TimelineSpec, view: View) -> Parts:
    """Bars, axis and the moment they end at."""
    course = view.snapshot.events_per(spec.minutes, spec.hours)
    top = max([4.0, *(v for v in course.values if v is not None)])
    total = round(sum(v for v in course.values if v is not None))
    bars: list[Child] = [_bar(view, course, i, top) for i in range(len(course.values))]
    unit = view.t("预警与事件起数 / {n} 分钟，共 {total} 起", n=spec.minutes, total=total)
    now = f"{view.clock(view.snapshot.at)} {view.t('实时') if view.snapshot.live else view.t('回放')}"
    return {
        "frame": {"className": "panel kind-timeline is-live"},
        "caption": {"children": [h("Span", f"{unit} · "), h("B", now)], "title": f"{unit} · {now}"},
        "bars": {"children": bars},
        "axis": {"children": _axis(view, course)},
        "slot": {"data-end": view.snapshot.at.isoformat(timespec="minutes")},
    }


def _bar(view: View, course: Trend, i: int, top: float) -> Node:
    value = course.values[i] or 0.0
    title = f"{view.clock(course.at[i])} · {view.t('{n} 起', n=round(value))}"
    return h("Span", h("Span", None, "time-fill", style={"height": percent(value / top)}), "time-bar", title=title)


def _axis(view: View, course: Trend) -> list[Child]:
    """A label at every fourth full hour, placed where its bar begins."""
    out: list[Child] = []
    for i, at in enumerate(course.at):
        local = view.local(at)
        if local.minute == 0 and local.hour % 4 == 0:
            left = percent(i / max(len(course.at), 1))
            out.append(h("Span", local.strftime("%H:%M"), style={"left": left}))
    return out
