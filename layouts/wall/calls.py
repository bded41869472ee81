"""What takes the wall over: cases that need somebody now, as data for the browser's own code. Nothing personal, no names."""

from typing import Any

from domain.alert import AlertLevel
from domain.case import Case, Handling
from layouts.severity import open_alerts, open_incidents
from layouts.tags import id_json, part_id
from layouts.theme import SHAPES
from layouts.view import View

KEY = "wall"
CALLS = part_id(KEY, "calls")
ID = id_json(KEY, "calls")
MOST = 6  # calls sent; a city with more of them has other worries than this picture


def render(view: View) -> dict[str, Any]:
    """P1 and P2 cases in which something is owed, gravest and newest first, and how many P1-P4 are open.

    Whether one of them takes the picture over is a matter of time, which assets/wall.js judges by the clock.
    """
    cases = [c for c in view.snapshot.cases.values() if not c.over and c.level <= AlertLevel.P2]
    cases.sort(key=lambda c: (c.level, -c.opened.timestamp()))
    return {"data": {"calls": [_call(view, case) for case in cases[:MOST]], "more": max(len(cases) - MOST, 0)}}


def _call(view: View, case: Case) -> dict[str, Any]:
    rule = view.city.rules.get(case.rule)
    metric = view.city.metrics.get(case.metric)
    who = (rule.department if rule else "") or (metric.department if metric else "")
    site = view.city.sites.get(case.site)
    place = " · ".join(dict.fromkeys(n for n in (_district(view, case), view.place_name(case.site)) if n))
    facts = [(view.t("位置"), place), (view.t("责任单位"), view.said(who))]
    if metric is not None and case.value is not None:
        facts.append((view.said(metric.name), f"{case.value:,.{metric.digits}f} {view.t(metric.unit)}".strip()))
    if metric is not None and case.peak is not None and case.peak != case.value:
        facts.append((view.t("峰值"), f"{case.peak:,.{metric.digits}f} {view.t(metric.unit)}".strip()))
    return {
        "id": case.id[-4:],  # shortened: the whole number is for the desk
        "level": int(case.level),
        "shape": SHAPES[int(case.level)],
        "say": view.personal(case.say),
        "facts": [fact for fact in facts if fact[1]],
        "opened": case.opened.isoformat(),
        "signed": case.acknowledged.isoformat() if case.acknowledged else "",
        "new": case.handling is Handling.NEW,
        "held": bool(case.hidden),
        "at": [site.lon, site.lat] if site is not None and site.lon is not None else None,
    }


def _district(view: View, case: Case) -> str:
    return view.place_name(case.district) if case.district else ""


def line(view: View) -> str:
    """The bottom line's sentence: what is gravest, or that nothing is."""
    alerts, incidents = open_alerts(view), open_incidents(view)
    if not alerts and not incidents:
        return view.t("当前没有生效的预警和未办结的事件")
    counts = [(level, sum(a.level is level for a in alerts)) for level in AlertLevel]
    parts = [f"{SHAPES[int(level)]} {level.name} {n}" for level, n in counts if n]
    return "　".join([*parts, *([view.t("事件 {n}", n=len(incidents))] if incidents else [])])
