"""The open case under the map: what it is, its figures, and its chart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.cases import SPOKEN
from domain.case import Case
from layouts import words as city_words
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts.page import MARKS, lasted, said
from layouts.alerts.words import CONDITIONS
from layouts.duty import desk_chart, papers
from layouts.tags import Child, Node, h, node
from layouts.view import View


@dataclass(frozen=True, slots=True)
class Found:
    """The open case, the city as the viewer sees it (None before the first snapshot), and people's names by login."""

    case: Case
    view: View | None
    names: Mapping[str, str]


def render(desk: Desk, found: Found) -> list[Child]:
    """Head, facts and chart."""
    case = found.case
    figure = desk_chart.made(found.view, case) if found.view is not None else None
    back = desk_chart.hours(found.view, case) if found.view is not None else desk_chart.HOURS
    return [_head(desk, case), _facts(desk, found), _chart(desk, figure, back)]


def missing(desk: Desk) -> list[Child]:
    """A number that is not there, or not for this person."""
    return [frame.none(desk.t("没有这件告警"), desk.t("编号可能写错，或不在您的范围内。"))]


def _head(desk: Desk, case: Case) -> Node:
    badge = h("Span", case.level.name, f"badge is-p{int(case.level)}", title=MARKS[case.level])
    state = h("Span", desk.t(SPOKEN[case.handling]), f"case-state is-{case.handling.value}")
    away = h("Button", "×", "pane-away", data={"go": '{"case":""}'}, aria={"label": desk.t("关闭")}, type="button")
    text = said(desk, case.say)
    return h("Header", [badge, h("H2", text, title=text), state, away], "case-head")


def _facts(desk: Desk, found: Found) -> Node:
    case = found.case
    rule, metric = desk.city.rules.get(case.rule), desk.city.metrics.get(case.metric)
    department = (rule.department if rule else "") or (metric.department if metric else "")
    place = " · ".join(dict.fromkeys(p for p in (desk.district(case.district), desk.city.place_name(case.site)) if p))
    owner = found.names.get(case.owner, case.owner)
    told = [
        case.id,
        place,
        desk.t("责任 {who}", who=desk.said(department)) if department else "",
        desk.t("经手 {who}", who=owner) if owner else "",
        desk.t(
            "{state} {time}", state=desk.t(CONDITIONS[case.condition]), time=lasted(desk, case.opened, case.recovered)
        ),
        _figures(desk, case),
        _as_of(found),
        _expected(desk, found),
        desk.t("通知已暂停") if case.hidden else "",
    ]
    spans: list[Child] = [h("Span", text) for text in told if text]
    return h("P", [*spans, papers.to_daily(desk, case.id)], "case-facts")


def _figures(desk: Desk, case: Case) -> str:
    metric = desk.city.metrics.get(case.metric)
    if metric is None or case.value is None:
        return ""
    now = f"{case.value:.{metric.digits}f} {desk.t(metric.unit)}".strip()
    if case.peak is None or case.peak == case.value:
        return desk.t("当前 {value}", value=now)
    return desk.t("当前 {value}，峰值 {peak}", value=now, peak=f"{case.peak:.{metric.digits}f}")


def _as_of(found: Found) -> str:
    """The age of the newest value, with its state when it is late."""
    view, case = found.view, found.case
    if view is None or case.metric not in view.city.metrics or not view.may_read(case.metric):
        return ""
    reading = view.snapshot.reading(case.metric, view.place_asked(case.metric, case.site))
    return view.t("数据 {time}", time=city_words.as_of(view, reading)) if reading.at is not None else ""


def _expected(desk: Desk, found: Found) -> str:
    """When the forecast meets the next graver level, and between when and when."""
    view, case = found.view, found.case
    outlook = desk_chart.near(view, case) if view is not None else None
    if view is None or outlook is None:
        return ""
    end = outlook.steps[-1]
    digits = view.city.metrics[case.metric].digits
    return desk.t(
        "预计 {time} 为 {value}（80% 区间 {low}–{high}）",
        time=view.clock(end.at),
        value=f"{end.middle:.{digits}f}",
        low=f"{end.low80:.{digits}f}",
        high=f"{end.high80:.{digits}f}",
    )


def _chart(desk: Desk, figure: dict[str, Any] | None, back: int) -> Node:
    if figure is None:
        return h("Div", frame.none(desk.t("没有可画的数值"), desk.t("这件告警不针对单一指标。")), "case-chart is-none")
    config = {"displayModeBar": False, "responsive": True, "scrollZoom": False}
    inner = node(
        "dash_core_components",
        "Graph",
        {"id": "duty-chart", "config": config, "className": "graph", "figure": figure},
    )
    label = desk.t("近 {n} 小时与预测", n=back)
    return h("Div", h("Div", [inner], "graph-box", role="img", aria={"label": label}), "case-chart")
