"""In the header of every screen: the operating stage with its reasons, leaders' instructions not carried out, official warnings."""

from typing import Any

from indicators.status import NAMES
from layouts.severity import official, open_incidents
from layouts.tags import Child, Node, h
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


def marks(view: View) -> dict[str, Any]:
    """The stage, and beside it what else waits, as long as it does."""
    found: list[Child] = [chip(view)["children"], _instructions(view), _official(view)]
    shown = [one for one in found if one]
    return {"children": shown if len(shown) > 1 else next(iter(shown), None)}


def _instructions(view: View) -> Node | None:
    """How many instructions of leaders are not carried out; what they say is for those who may open their page."""
    found = view.snapshot.instructions
    if not found:
        return None
    late = sum(one.late for one in found)
    told = view.t("批示 {n} 件待落实", n=len(found))
    title = told + (f" · {view.t('超时限 {n} 件', n=late)}" if late else "")
    href = "/instructions" if view.lang == "zh" else f"/instructions?lang={view.lang}"
    words = [h("Span", view.t("批示")), h("B", str(len(found)))]
    return h("A", words, f"wait-chip{' is-late' if late else ''}", href=href, title=title, aria={"label": title})


def _official(view: View) -> Node | None:
    """How many official warnings are in force; the colour is the gravest one's, of its issuer's scale. Shown at the duty desk."""
    found = [(level, one.title) for one in open_incidents(view) if (level := official(one)) is not None]
    if not found:
        return None
    title = "\n".join(view.said(view.personal(text)) for _, text in sorted(found)[:MOST])
    words = [h("Span", view.t("官方预警")), h("B", str(len(found)))]
    return h("Span", words, f"wait-chip is-official is-p{min(found)[0]}", title=title)
