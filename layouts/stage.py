"""The operating stage in the header of every screen: its number and name, its reasons on pointing at it, a way to the shifts."""

from typing import Any

from indicators.status import NAMES
from layouts.tags import h
from layouts.view import View

METRIC = "city.status"
SHIFTS = "/shifts"
MOST = 12  # reasons that a tooltip shows
ORDERED = "人工指定"  # what the note begins with when a person has ordered it


def chip(view: View) -> dict[str, Any]:
    """The stage of the whole city; nothing where it is not declared, or not for those who look."""
    reading = view.snapshot.reading(METRIC) if METRIC in view.city.metrics else None
    if reading is None or reading.value is None:
        return {"children": None}
    level = int(reading.value)
    reasons = [view.said(reason) for reason in reading.note.split("；") if reason]
    label = view.t("运行状态 {n} {name}", n=level, name=view.t(NAMES[level]))
    told = "\n".join([label, *reasons[:MOST]])
    mark = h("Small", view.t("人工")) if reading.note.startswith(ORDERED) else None
    words = [h("B", str(level)), h("Span", view.t(NAMES[level])), mark]
    href = SHIFTS if view.lang == "zh" else f"{SHIFTS}?lang={view.lang}"
    return {"children": h("A", words, f"stage-chip is-s{level}", href=href, title=told, aria={"label": label})}
