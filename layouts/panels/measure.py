"""One number in full: what it is now, what it means, whose it is, and how its feed does."""

from typing import Literal

from domain.metric import Metric
from domain.screen import PanelSpec
from layouts import frame, sheet, words
from layouts.drawer import AGGREGATES
from layouts.number import number
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View
from snapshot.model import Reading


class MeasureSpec(PanelSpec):
    """items[0] is told: value, state, definition, department, source, standard, data health."""

    kind: Literal["measure"]


def build(spec: MeasureSpec, view: View) -> Node:
    """The panel, empty."""
    body = [
        h("Div", None, "measure-now", id=part_id(spec.key, "now")),
        h("Dl", None, "facts", id=part_id(spec.key, "facts")),
    ]
    return frame.frame(spec, view, [h("Div", body, "page-table")])


def render(spec: MeasureSpec, view: View) -> Parts:
    """Value and facts."""
    item = spec.items[0]
    metric, reading = view.metric(item.metric), view.reading(item)
    now = [number(view, item, reading, "kpi"), h("Span", words.as_of(view, reading), f"state is-{reading.freshness}")]
    told = [h("Span", note, "remark") for note in _notes(view, reading)]
    return frame.dress(spec, view, [reading]) | {
        "now": {"children": [*now, *told]},
        "facts": {"children": [sheet.fact(name, value) for name, value in _facts(view, metric, reading) if value]},
    }


def _notes(view: View, reading: Reading) -> list[str]:
    out = [view.said(reading.note)] if reading.note else []
    if reading.value is not None and reading.coverage < 0.995:
        out.append(view.t("覆盖 {n}%", n=round(reading.coverage * 100)))
    if reading.n is not None:
        out.append(view.t("样本 {n}", n=words.figure(reading.n, 0)))
    return out


def _facts(view: View, metric: Metric, reading: Reading) -> list[tuple[str, Child]]:
    goal = ""
    if metric.target is not None:
        goal = f"{words.figure(metric.target, metric.digits)}{view.t(metric.unit)} {view.said(metric.target_source)}"
    return [
        (view.t("口径"), view.either(view.said(metric.definition), metric.definition_en)),
        (view.t("责任单位"), view.said(metric.department)),
        (view.t("来源"), _source(view, metric)),
        (view.t("数据健康"), _health(view, metric)),
        (view.t("目标"), goal.strip()),
        (view.t("标准"), reading.standard or metric.standard),
        (view.t("口径版本"), " · ".join(p for p in (metric.version, metric.since) if p)),
        (view.t("更新周期"), sheet.span(view, metric.every)),
        (view.t("汇总方式"), view.t(AGGREGATES[metric.aggregate])),
    ]


def _source(view: View, metric: Metric) -> Child:
    """The source with a way to its records; a computed number has none of its own."""
    key = view.snapshot.source_of(metric.key)
    if not key:
        return view.t("由驾驶舱计算")
    return h("Button", view.source_name(metric.key), "link", data={"sources": key}, type="button")


def _health(view: View, metric: Metric) -> str:
    health = view.snapshot.sources.get(view.snapshot.source_of(metric.key))
    if health is None:
        return ""
    word = view.t(words.FRESHNESS[health.state])
    if health.last_success is None:
        return word
    return f"{word} · {view.t('最近成功 {time}', time=view.clock(health.last_success))}"
