"""What needs somebody: alerts in force and open incidents in one list, gravest first."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from alerts.cases import SPOKEN
from domain.alert import Alert, AlertLevel, Condition
from domain.case import Handling
from domain.incident import OFFICIAL_WARNING, Incident
from domain.screen import PanelSpec
from layouts import frame, words
from layouts.severity import PENDING_GRADE, official, open_alerts, open_incidents
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.theme import SHAPES
from layouts.view import View

COLOURS = {"红色": "red", "橙色": "orange", "黄色": "yellow", "蓝色": "blue"}
CONDITIONS = {Condition.FIRING: "触发中", Condition.RECOVERING: "恢复中"}


class AlertsSpec(PanelSpec):
    """count: how many rows at most; the panel's height decides how many of them are seen."""

    kind: Literal["alerts"]
    count: int = Field(12, ge=1, le=100)
    incidents: bool = True


def build(spec: AlertsSpec, view: View) -> Node:
    """The list, empty."""
    body = [h("Ul", None, "events", id=part_id(spec.key, "rows")), h("Div", None, "more", id=part_id(spec.key, "more"))]
    return frame.frame(spec, view, body, "with-rows")


def render(spec: AlertsSpec, view: View) -> Parts:
    """Alerts and incidents by severity, then newest first; an incident never borrows an alert's level."""
    alerts = open_alerts(view)
    incidents = open_incidents(view) if spec.incidents else []
    entries = [(int(a.level), -(a.fired or a.since).timestamp(), _alert(view, a)) for a in alerts]
    entries += [(official(i) or i.grade or PENDING_GRADE, -i.at.timestamp(), _incident(view, i)) for i in incidents]
    entries.sort(key=lambda e: e[:2])
    shown: list[Child] = [e[2] for e in entries[: spec.count]]
    state = "empty" if view.is_first_start and not entries else "live"
    return {
        "frame": {"className": f"panel kind-alerts is-{state}"},
        "caption": {"children": _caption(view, alerts, incidents)},
        "rows": {"children": shown or [_calm(view)]},
        "more": {"children": view.t("共 {n} 项，按级别和时间排列", n=len(entries)) if entries else None},
    }


def _caption(view: View, alerts: list[Alert], incidents: list[Incident]) -> list[Child]:
    counts = [(level, sum(a.level is level for a in alerts)) for level in AlertLevel]
    texts = [f"{level.name} {n}" for level, n in counts if n]
    if incidents:
        texts.append(view.t("事件 {n}", n=len(incidents)))
    return [h("Span", " · ".join(texts) if texts else view.clock(view.snapshot.at))]


def _calm(view: View) -> Node:
    if view.is_first_start:
        return h("Li", frame.empty(view), "event is-empty")
    words_ = [h("Span", view.t("当前没有生效的预警和未办结的事件"), "empty-word")]
    return h("Li", h("Div", words_, "empty"), "event is-empty")


def _alert(view: View, alert: Alert) -> Node:
    rule = view.city.rules.get(alert.rule)
    began = alert.fired or alert.since
    metric = view.city.metrics.get(alert.metric)  # a rule about incidents has none
    who = (rule.department if rule else "") or (metric.department if metric is not None else "")
    state = view.t("数据过期") if alert.stale else view.t(CONDITIONS.get(alert.condition, "触发中"))
    case = view.snapshot.cases.get(alert.fingerprint)
    if case is not None and case.handling is not Handling.NEW:
        state = view.t(SPOKEN[case.handling])
    badge = h("Span", f"P{int(alert.level)}", f"badge is-p{int(alert.level)}", title=SHAPES[int(alert.level)])
    where = {"metric": alert.metric, "place": alert.site}
    sub = " · ".join(part for part in (view.said(who), view.clock(began)) if part)
    return _row(badge, view.personal(alert.say), sub, (state, _lasted(view, began)), where, f"is-p{int(alert.level)}")


def _incident(view: View, told: Incident) -> Node:
    incident = view.incident(told)
    grade = incident.grade
    badge = h(
        "Span",
        words.GRADES[grade] if grade else "?",
        f"badge is-grade is-p{grade}" if grade else "badge is-grade",
        title=view.t(words.GRADE_WORDS[grade]) if grade else view.t("未定级"),
    )
    colour = incident.detail.get("颜色", "") if incident.kind == OFFICIAL_WARNING else ""
    if colour:  # the issuer's scale, on a badge of its own shape
        cls = f"badge is-official is-{COLOURS.get(colour, 'blue')}"
        badge = h("Span", colour[:1], cls, title=view.t("官方预警"))
    who = " · ".join(p for p in (view.said(incident.department), view.clock(incident.at)) if p)
    state = (words.incident_state(view, incident), view.place_name(incident.district) if incident.district else "")
    grave = f"is-p{grade}" if grade and grade <= 2 else ""
    return _row(badge, incident.title, who, state, {"incident": incident.id}, grave)


def _row(badge: Node, title: str, sub: str, state: tuple[str, str], data: dict[str, str], cls: str) -> Node:
    body: list[Child] = [
        badge,
        h(
            "Span",
            [h("Span", title, "event-title"), h("Span", sub, "event-sub")],
            "event-text",
            title=f"{title}\n{sub}",
        ),
        h("Span", [h("Span", state[0], "event-state"), h("Span", state[1], "event-sub")], "event-right"),
    ]
    return h("Li", h("Button", body, f"event-row {cls}".strip(), data=data, type="button"), "event")


def _lasted(view: View, since: datetime) -> str:
    minutes = max(int((view.snapshot.at - since).total_seconds() // 60), 0)
    if minutes < 60:
        return view.t("已 {n} 分钟", n=minutes)
    return view.t("已 {n} 小时", n=minutes // 60) if minutes < 2880 else view.t("已 {n} 天", n=minutes // 1440)
