"""The list behind a number: alerts with their cases, and incidents, each a way to its file."""

from typing import Literal

from alerts.cases import SPOKEN
from domain.alert import Alert
from domain.incident import Incident
from domain.metric import Topic
from domain.screen import PanelSpec
from layouts import frame, links, words
from layouts.alerts.words import CONDITIONS
from layouts.severity import is_here, open_incidents
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.theme import SHAPES
from layouts.view import View

HEADS = ("级别", "编号", "内容", "地点", "时间", "处置")


class CasesSpec(PanelSpec):
    """metric, topics: whose alerts are listed, none = everybody's. incidents: also incidents of the command centre."""

    kind: Literal["cases"]
    metric: str = ""
    topics: tuple[Topic, ...] = ()
    incidents: bool = False
    count: int = 200


def build(spec: CasesSpec, view: View) -> Node:
    """The table with its head and the way to all cases."""
    heads = [h("Th", view.t(name), "is-text", scope="col") for name in HEADS]
    table = h("Table", [h("Thead", h("Tr", heads)), h("Tbody", None, id=part_id(spec.key, "rows"))], "table cases")
    topic = spec.topics[0] if len(spec.topics) == 1 else ""
    way = h("A", view.t("全部告警单 →"), "link", href=links.cases(view, topic=topic, district=view.place))
    return frame.frame(spec, view, [h("Div", table, "page-table"), h("P", way, "rule")])


def render(spec: CasesSpec, view: View) -> Parts:
    """Alerts most urgent first, then incidents gravest first."""
    alerts = [a for a in view.snapshot.alerts if is_here(view, a.site) and _is_meant(spec, view, a)]
    incidents = open_incidents(view) if spec.incidents else []
    rows = [_alert(view, a) for a in alerts] + [_incident(view, i) for i in incidents]
    state = "live" if rows or not view.is_first_start else "empty"
    told = view.t("共 {n} 项", n=len(rows)) if rows else view.clock(view.snapshot.at)
    return {
        "frame": {"className": f"panel kind-{spec.kind} is-{state}"},
        "caption": {"children": [told], "title": told},
        "rows": {"children": rows[: spec.count] or [_calm(view)]},
    }


def _is_meant(spec: CasesSpec, view: View, alert: Alert) -> bool:
    if spec.metric:
        return alert.metric == spec.metric
    metric = view.city.metrics.get(alert.metric)
    return not spec.topics or (metric is not None and metric.topic in spec.topics)


def _calm(view: View) -> Node:
    words_ = frame.empty(view) if view.is_first_start else frame.empty_of(view.t("近 24 小时没有告警和未办结的事件"))
    return h("Tr", h("Td", words_, colSpan=str(len(HEADS))))


def _alert(view: View, alert: Alert) -> Node:
    case = view.snapshot.cases.get(alert.fingerprint)
    level = int(alert.level)
    began = alert.fired or alert.since
    say = view.personal(alert.say)
    number: Child = "—"
    if case is not None:
        number = h("A", case.id, "link", href=links.cases(view, case=case.id))
    text = h("Button", say, "link", data={"metric": alert.metric, "place": alert.site}, title=say, type="button")
    state = view.t(SPOKEN[case.handling] if case is not None else CONDITIONS[alert.condition])
    return _row([_badge(f"P{level}", level), number, text, view.place_name(alert.site), view.clock(began), state])


def _incident(view: View, told: Incident) -> Node:
    incident = view.incident(told)
    text = h("Button", incident.title, "link", data={"incident": incident.id}, title=incident.title, type="button")
    where = view.place_name(incident.district) if incident.district else "—"
    badge = _badge(words.GRADES[incident.grade], incident.grade) if incident.grade else h("Span", "?", "badge is-grade")
    return _row([badge, incident.id, text, where, view.clock(incident.at), words.incident_state(view, incident)])


def _badge(text: str, level: int) -> Node:
    kind = "" if text.startswith("P") else "is-grade "
    return h("Span", text, f"badge {kind}is-p{level}", title=SHAPES[level])


def _row(cells: list[Child]) -> Node:
    return h("Tr", [h("Td", cell, "is-text", title=cell if isinstance(cell, str) else None) for cell in cells])
