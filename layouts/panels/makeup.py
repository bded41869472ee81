"""How a number comes about: a rate's two halves, or the components of an index with their published weights and scores."""

from typing import Literal

from domain.metric import Metric
from domain.screen import Item, PanelSpec
from indicators.composite import Composite, composite
from layouts import frame, words
from layouts.number import number
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View, is_judgeable
from snapshot.model import Reading

HEADS = ("组成", "数值", "权重", "得分", "贡献")
RULE = "得分：越高越好为数值÷目标（不超过 100）；越低越好在目标以内为 100，超出为目标÷数值；无目标按有效范围内的位置。缺数据的组成不计，权重按比例分给其余组成"


class MakeupSpec(PanelSpec):
    """items[0]: a rate with numerator and denominator, or an index of components."""

    kind: Literal["makeup"]


def build(spec: MakeupSpec, view: View) -> Node:
    """The table with its head."""
    metric = view.metric(spec.items[0].metric)
    names = HEADS if metric.composite else HEADS[:2]
    heads = [h("Th", view.t(name), "" if i else "is-text", scope="col") for i, name in enumerate(names)]
    table = h("Table", [h("Thead", h("Tr", heads)), h("Tbody", None, id=part_id(spec.key, "rows"))], "table makeup")
    rule = view.t(RULE) if metric.composite else view.t("比率为分子合计÷分母合计，不是各地比率的平均")
    return frame.frame(spec, view, [h("Div", table, "page-table"), h("P", rule, "rule")])


def render(spec: MakeupSpec, view: View) -> Parts:
    """One row a component."""
    item = spec.items[0]
    metric = view.metric(item.metric)
    parts = [Item(metric=key, window=None if metric.composite else item.window) for key in _keys(metric)]
    readings = [view.reading(part) for part in parts]
    if metric.composite:
        rows = _weighed(view, metric, parts, readings)
    else:
        rows = [_plain(view, part, reading) for part, reading in zip(parts, readings, strict=True)]
    return frame.dress(spec, view, [view.reading(item)]) | {"rows": {"children": rows}}


def _keys(metric: Metric) -> tuple[str, ...]:
    return tuple(metric.composite) if metric.composite else metric.ratio or ()


def _plain(view: View, item: Item, reading: Reading) -> Node:
    return h("Tr", [h("Th", view.label(item), "is-text", scope="row"), h("Td", number(view, item, reading))])


def _weighed(view: View, metric: Metric, parts: list[Item], readings: list[Reading]) -> list[Node]:
    """Weight, score and what it adds to the index, each component with its share of the weights that are present."""
    values = {r.metric: r.value if is_judgeable(r) else None for r in readings}
    index = composite(values, metric.composite, view.city.metrics)
    present = sum(metric.composite[key] for key in index.scores)
    whole = sum(metric.composite.values())
    rows = []
    for item, reading in zip(parts, readings, strict=True):
        weight = metric.composite[item.metric]
        cells: list[Child] = [
            h("Th", view.label(item), "is-text", scope="row"),
            h("Td", number(view, item, reading)),
            h("Td", f"{words.figure(weight * 100 / whole, 0)}%", "is-quiet"),
            *_scored(view, index, item.metric, weight / present if present else 0.0),
        ]
        rows.append(h("Tr", cells))
    return [*rows, _total(view, index)]


def _total(view: View, index: Composite) -> Node:
    """What the contributions add up to: the index itself, and on how much of the weights it rests."""
    rest = view.t("覆盖 {n}%", n=round(index.coverage * 100))
    return h(
        "Tr",
        [
            h("Th", view.t("合计"), "is-text", scope="row"),
            h("Td", None),
            h("Td", rest, "is-quiet"),
            h("Td", None),
            h("Td", words.figure(index.value, 1)),
        ],
        "is-total",
    )


def _scored(view: View, index: Composite, key: str, share: float) -> list[Child]:
    score = index.scores.get(key)
    if score is None:
        return [h("Td", view.t("缺数据"), "is-refused", colSpan="2")]
    return [h("Td", words.figure(score, 1)), h("Td", words.figure(score * share, 1), "is-quiet")]
