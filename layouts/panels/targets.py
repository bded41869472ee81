"""The year's targets: what was promised, by whom and until when, how far it is, and by how much it lags."""

from datetime import date
from typing import Literal

from pydantic import Field

from domain.metric import Metric
from domain.screen import Item, PanelSpec
from layouts import frame, links, rows, words
from layouts.drawer import TOPICS
from layouts.number import number
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View, is_judgeable, is_refused
from snapshot.model import Comparison, Reading

HEADS = ("指标", "专题", "责任单位", "完成时限", "目标", "现状", "完成率", "时序进度", "领先或滞后")


class TargetsSpec(PanelSpec):
    """items: one row each. due: of all that name no date of their own in `dues`."""

    kind: Literal["targets"]
    due: date = Field(description="Until when the targets are to be reached.")
    dues: dict[str, date] = Field(default_factory=dict, description="Metric -> its own date, where it is another.")


def build(spec: TargetsSpec, view: View) -> Node:
    """The table with its head and how it is judged."""
    heads = [h("Th", view.t(name), "is-text" if i < 4 else "", scope="col") for i, name in enumerate(HEADS)]
    table = h("Table", [h("Thead", h("Tr", heads)), h("Tbody", None, id=part_id(spec.key, "rows"))], "table targets")
    rule = view.t("完成率与时序进度之差为百分点，负数为滞后；比率类指标按达标与否判断，差值为与目标之差")
    return frame.frame(spec, view, [h("Div", table, "page-table"), h("P", rule, "rule")])


def render(spec: TargetsSpec, view: View) -> Parts:
    """Those that lag come first."""
    readings = [view.reading(item) for item in spec.items]
    made = [_row(spec, view, item, reading) for item, reading in zip(spec.items, readings, strict=True)]
    made.sort(key=lambda pair: pair[0])
    return frame.dress(spec, view, readings) | {"rows": {"children": [node for _, node in made]}}


def _row(spec: TargetsSpec, view: View, item: Item, reading: Reading) -> tuple[int, Node]:
    metric = view.metric(item.metric)
    grows = metric.to_date or metric.aggregate == "sum"
    found = view.snapshot.compare(metric.key, view.place_of(metric.key), "progress" if grows else "target", item.window)
    judged = found.better if is_judgeable(reading) else None
    late = judged is False
    label = view.label(item)
    cells: list[Child] = [
        h("Th", h("A", label, "link", href=links.indicator(view, metric.key)), "is-text", scope="row", title=label),
        h("Td", view.t(TOPICS[metric.topic]), "is-text is-quiet"),
        h("Td", view.said(metric.department), "is-text", title=view.said(metric.department)),
        h("Td", spec.dues.get(metric.key, spec.due).isoformat(), "is-text is-quiet"),
        h(
            "Td",
            f"{words.figure(metric.target, metric.digits)}{view.t(metric.unit)}",
            title=metric.target_source or None,
        ),
        h("Td", number(view, item, reading)),
        *_progress(view, metric, reading, found, grows=grows),
    ]
    return 0 if late else 1 if judged is None else 2, h("Tr", cells, "is-late" if late else "")


def _progress(view: View, metric: Metric, reading: Reading, found: Comparison, *, grows: bool) -> list[Child]:
    if found.delta is None or is_refused(reading):
        why = view.said(found.refused) or view.t("不可比")
        return [h("Td", why, "is-refused", colSpan="3", title=why)]
    if grows:
        done = (found.base or 0.0) + found.delta
        bar = rows.track(rows.share(done, 0.0, 100.0), None, rows.share(found.base, 0.0, 100.0))
        gap = f"{_signed(found.delta, 1)} {view.t('个百分点')}"
        return [
            h("Td", [h("Span", f"{words.figure(done, 1)}%"), bar], "with-bar"),
            h("Td", f"{words.figure(found.base, 1)}%", "is-quiet"),
            h("Td", gap, _sense(found)),
        ]
    word = {True: view.t("达标"), False: view.t("未达标"), None: "—"}[found.better]
    unit = view.t("个百分点") if found.unit == "pt" else found.unit or view.t(metric.unit)
    gap = f"{_signed(found.delta, metric.digits)} {unit}".strip()
    return [h("Td", word, _sense(found)), h("Td", "—", "is-quiet"), h("Td", gap, _sense(found))]


def _signed(value: float, digits: int) -> str:
    text = words.figure(abs(value), digits)
    return text if not text.strip("0.,") else f"{'+' if value > 0 else '−'}{text}"


def _sense(found: Comparison) -> str:
    return {True: "is-met", False: "is-missed", None: ""}[found.better]
