"""The drawer behind a number or an incident: what it means, whose it is, how it went, and the list behind it."""

from datetime import timedelta

from domain.account import Right, Role
from domain.health import MEASURED, RATE, WALL_SILENCE, source_at
from domain.metric import Metric
from domain.screen import Item
from duty.daily import WRITERS
from layouts import expected, figure, links, sheet, source, sources, theme, words
from layouts.address import Address
from layouts.number import number
from layouts.rows import name_cell
from layouts.tags import Child, Node, h, node
from layouts.view import View, is_judgeable, is_refused
from snapshot.model import Basis, Reading

LIST_LENGTH = 60
OF_SOURCES = MEASURED - {WALL_SILENCE}
COMPARED: tuple[Basis, ...] = ("yesterday", "week", "month", "year", "progress")
TOPICS = {
    "service": "政务服务",
    "hotline": "12345 热线",
    "environment": "生态环境",
    "water": "水务水环境",
    "traffic": "交通运行",
    "emergency": "应急管理",
    "governance": "基层治理",
    "digital": "数字底座",
    "economy": "经济运行",
    "system": "系统运行",
}
AGGREGATES = {"mean": "平均", "sum": "合计", "max": "最大", "min": "最小", "last": "最新"}


def render(view: View, address: Address, records: source.Records | None = None) -> list[Child]:
    """The drawer's children for what the address names; nothing for an address that names nothing.

    records: what the store keeps of the source that the address opens.
    """
    if address.incident:
        return _incident(view, address.incident)
    if address.metric:
        return _metric(view, view.metric(address.metric), address.place)
    if address.source:
        return source.render(view, address.source, records)
    return _sources(view) if address.sources else []


def _sources(view: View) -> list[Child]:
    """All sources: the drawer of the city's data health, or the bare list where the city does not declare it."""
    if RATE in view.city.metrics:
        return _metric(view, view.metric(RATE), "")
    return [sheet.head(view, view.t(TOPICS["system"]), view.t("数据源")), sources.table(view)]


def _metric(view: View, metric: Metric, place: str) -> list[Child]:
    place = view.place_asked(metric.key, place)
    reading = view.snapshot.reading(metric.key, place)
    topic, name = view.t(TOPICS[metric.topic]), view.either(metric.name, metric.name_en)
    if is_refused(reading):
        # The city's data health may be closed to somebody who may see how the own sources do.
        return [
            sheet.head(view, topic, name),
            sources.table(view) if metric.key == RATE else None,
            sheet.refused(view),
        ]
    head = sheet.head(view, f"{topic} · {view.place_name(place or view.city.adcode)}", name)
    return [
        head,
        _value(view, metric, reading),
        _ways(view, metric, place, reading),
        sources.table(view) if metric.key in OF_SOURCES and not source_at(place) else None,
        _compared(view, metric, place),
        _history(view, metric, place),
        _facts(view, metric, reading),
        _behind(view, metric, place),
    ]


def _ways(view: View, metric: Metric, place: str, reading: Reading) -> Node:
    """From the number on: its own page with the list behind it, the page of its district, and what may be made of it."""
    ways = [h("A", view.t("指标页 →"), "way", href=links.indicator(view, metric.key, place))]
    district = view.city.district_of(place)
    if district and links.has_districts(view):
        name = view.t("{name}页 →", name=view.short_name(district))
        ways.append(h("A", name, "way", href=links.district(view, district)))
    return h("Div", [*ways, *_deeds(view, metric, place, reading)], "ways")


def _deeds(view: View, metric: Metric, place: str, reading: Reading) -> list[Child]:
    """What may be made of the number as it stands now: an order by the desk, an instruction by a leader."""
    if not view.snapshot.live:
        return []
    shown = f"{words.value(view, metric, reading)} {view.t(metric.unit)} · {words.as_of(view, reading)}".strip()
    deeds: list[Child] = []
    if Right.ACT in view.rights:
        deeds.append(h("A", view.t("调度 →"), "way", href=links.order(view, metric.key, place, shown)))
    if view.role is Role.LEADER:
        deeds.append(h("A", view.t("批示 →"), "way", href=links.instruct(view, metric.key, place, shown)))
    if view.role in WRITERS and view.snapshot.reach.whole:
        deeds.append(h("A", view.t("存入日报 →"), "way", href=links.to_daily(view, metric.key, place)))
    return deeds


def _value(view: View, metric: Metric, reading: Reading) -> Node:
    text = words.value(view, metric, reading)
    unit = h("Span", view.t(metric.unit), "unit") if metric.key not in words.CODED else None
    state = h("Span", words.as_of(view, reading), f"state is-{reading.freshness}")
    notes = [view.said(reading.note)] if reading.note else []
    if reading.value is not None and reading.coverage < 0.995:
        notes.append(view.t("覆盖 {n}%", n=round(reading.coverage * 100)))
    if reading.n is not None:
        notes.append(view.t("样本 {n}", n=words.figure(reading.n, 0)))
    note = h("Span", " · ".join(notes), "remark") if notes else None
    return h(
        "Div",
        [h("Div", [h("Span", text, "digits"), unit], f"drawer-value is-{reading.freshness}"), state, note],
        "drawer-now",
    )


def _compared(view: View, metric: Metric, place: str) -> Node:
    """Every comparison, printed or refused with its reason: a missing one would look like no change."""
    rows: list[Child] = []
    for basis in COMPARED:
        if basis == "progress" and (metric.target is None or not (metric.to_date or metric.aggregate == "sum")):
            continue
        found = view.snapshot.compare(metric.key, place, basis)
        refused = found.delta is None
        text = (view.said(found.refused) or view.t("不可比")) if refused else words.explain(view, found, metric.digits)
        told = text if refused else text.removeprefix(words.basis(view, basis)).strip()
        rows.append(sheet.fact(words.basis(view, basis), told, "is-refused" if refused else ""))
    return sheet.section(view.t("比较"), h("Dl", rows, "facts"))


def _facts(view: View, metric: Metric, reading: Reading) -> Node:
    goal = (
        f"{words.figure(metric.target, metric.digits)} {metric.target_source}".strip()
        if metric.target is not None
        else ""
    )
    told = [
        (view.t("口径"), view.either(view.said(metric.definition), metric.definition_en)),
        (view.t("单位"), view.t(metric.unit)),
        (view.t("责任单位"), view.said(metric.department)),
        (view.t("来源"), view.source_name(metric.key)),
        (view.t("标准"), reading.standard or metric.standard),
        (view.t("口径版本"), " · ".join(p for p in (metric.version, metric.since) if p)),
        (view.t("更新周期"), sheet.span(view, metric.every)),
        (view.t("到达时间"), view.clock(reading.received) if reading.received else ""),
        (view.t("汇总方式"), view.t(AGGREGATES[metric.aggregate])),
        (view.t("目标"), goal),
        (view.t("编号"), metric.key),
    ]
    return sheet.section(view.t("定义"), h("Dl", [sheet.fact(name, value) for name, value in told if value], "facts"))


def _history(view: View, metric: Metric, place: str) -> Node:
    """24 hours and 30 days, each on its own axis, with the target as a thin dotted line."""
    day = _chart(view, metric, place, 24, timedelta(hours=1), "%H:%M")
    month = _chart(view, metric, place, 24 * 30, timedelta(days=1), "%m-%d")
    found = view.snapshot.outlook(metric.key, place or view.city.adcode)
    return sheet.section(
        view.t("历史"),
        h("Div", view.t("近 24 小时"), "chart-name"),
        _graph("drawer-day", expected.drawn(view, metric, day, found) if found else day, view.t("近 24 小时")),
        h("Div", expected.words(view, found), "chart-name") if found else None,
        h("Div", view.t("近 30 天"), "chart-name"),
        _graph("drawer-month", month, view.t("近 30 天")),
    )


def _graph(ident: str, made: figure.Figure, label: str) -> Node:
    config = {"displayModeBar": False, "responsive": True}
    inner = node("dash_core_components", "Graph", {"id": ident, "config": config, "className": "graph", "figure": made})
    return h("Div", [inner], "graph-box", role="img", aria={"label": label})


def _chart(view: View, metric: Metric, place: str, hours: int, step: timedelta, form: str) -> figure.Figure:
    course = view.snapshot.trend(metric.key, place, hours, step)
    values = figure.rounded(figure.whole(view, metric, course), metric.digits)
    seen = figure.known(values, [metric.target])
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    if metric.aggregate == "sum":
        low = 0.0
    made = theme.layout(
        xaxis=theme.axis(type="date", showgrid=False, tickformat=form, hoverformat=f"{form}", nticks=6),
        yaxis=figure.value_axis(low, max(high, low + 10.0**-metric.digits), metric.digits),
    )
    if metric.target is not None:
        made["shapes"] = [figure.level_line(metric.target)]
    if not figure.known(values):
        made["annotations"] = [figure.no_data(view)]
    return {"data": [figure.line(view, course, values, view.either(metric.name, metric.name_en))], "layout": made}


def _behind(view: View, metric: Metric, place: str) -> Node | None:
    """The places behind the number: districts for a figure about areas, sites for a measured one; worst first."""
    if metric.key in MEASURED:
        key = source_at(place)
        return h("Button", view.t("打开数据源"), "source-back", data={"sources": key}, type="button") if key else None
    item = Item(metric=metric.key)
    found = list(view.snapshot.readings(metric.key, place if place in view.city.districts else ""))
    if not found:
        found = list(view.snapshot.by_district(metric.key))
    found = [r for r in found if r.place != (place or view.city.adcode)]
    if len(found) < 2:
        return None
    sign = 1 if metric.better == "higher" else -1
    found.sort(key=lambda r: (not is_judgeable(r), sign * (r.value or 0.0)))
    rows = [_row(view, item, r) for r in found[:LIST_LENGTH]]
    more = (
        h("Div", view.t("共 {n} 处，显示前 {m} 处", n=len(found), m=LIST_LENGTH), "more")
        if len(found) > LIST_LENGTH
        else None
    )
    return sheet.section(view.t("明细（{n}）", n=len(found)), h("Ul", rows, "rows list"), more)


def _row(view: View, item: Item, reading: Reading) -> Node:
    site = view.city.sites.get(reading.place)
    tail = view.place_name(site.district) if site else ""
    mark = h("Span", view.t("示意"), "hint") if site and site.illustrative else None
    state = "" if is_judgeable(reading) else words.state(view, reading)
    return h(
        "Li",
        [
            name_cell(view.place_name(reading.place)),
            h("Span", [tail, mark], "row-tail"),
            h("Span", state, "row-state"),
            number(view, item, reading),
        ],
        "row",
    )


def _incident(view: View, ident: str) -> list[Child]:
    told = next((i for i in view.snapshot.incidents if i.id == ident), None)
    if told is None:
        return [
            sheet.head(view, view.t("事件"), view.t("没有找到这起事件")),
            h("P", view.t("它可能已经归档，或链接有误。"), "drawer-note"),
        ]
    found = view.incident(told)
    facts = [
        (
            view.t("级别"),
            f"{words.GRADES[found.grade]} {view.t(words.GRADE_WORDS[found.grade])}"
            if found.grade
            else view.t("未定级"),
        ),
        (view.t("状态"), words.incident_state(view, found)),
        (view.t("发生时间"), view.clock(found.at)),
        (view.t("最近更新"), view.clock(found.updated)),
        (view.t("责任单位"), view.said(found.department)),
        (view.t("区县"), view.place_name(found.district) if found.district else ""),
        (view.t("编号"), found.id),
        *((view.t(name), view.said(value)) for name, value in found.detail.items()),
    ]
    list_ = h("Dl", [sheet.fact(name, value) for name, value in facts if value], "facts")
    note = None if found == told else h("P", view.t("个人信息已按权限遮蔽"), "drawer-note")
    return [sheet.head(view, view.t("事件"), found.title), sheet.section(view.t("情况"), list_, note)]
