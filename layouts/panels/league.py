"""The full ranking of districts as it is published: rank, value, volume, last period's rank, and the rule under the table."""

from collections.abc import Iterator
from typing import Literal

from domain.metric import Metric, Window
from domain.screen import PanelSpec
from indicators.rank import is_amount
from indicators.rates import SMALL, is_rate
from layouts import frame, links, words
from layouts.number import number
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View
from snapshot.model import Rank, Reading

BEFORE: dict[Window, str] = {"d30": "上一个 30 天", "month": "上月同期", "year": "上年同期"}
YESTERDAY = "昨日同时"


class LeagueSpec(PanelSpec):
    """items[0] is ranked; every district has a row, those that cannot be ranked with the reason."""

    kind: Literal["league"]


def build(spec: LeagueSpec, view: View) -> Node:
    """The table with its head and its rule; rows come with the data."""
    item = spec.items[0]
    metric = view.metric(item.metric)
    amount = is_amount(metric)
    unit = view.t("{unit}/万人", unit=view.t(metric.unit)) if amount else view.unit(item)
    heads: list[Child] = [
        h("Th", view.t("名次"), scope="col"),
        h("Th", view.t("区县"), "is-text", scope="col"),
        h("Th", [view.label(item), h("Small", unit) if unit else None], scope="col"),
        h("Th", view.t("总量") if amount else view.t("样本"), scope="col"),
        h("Th", view.t("上期"), scope="col"),
        h("Th", view.t("升降"), scope="col"),
    ]
    table = h("Table", [h("Thead", h("Tr", heads)), h("Tbody", None, id=part_id(spec.key, "rows"))], "table league")
    return frame.frame(spec, view, [h("Div", table, "page-table"), h("P", rule(view, metric, item.window), "rule")])


def render(spec: LeagueSpec, view: View) -> Parts:
    """One row a district, best first."""
    item = spec.items[0]
    found = {r.place: r for r in view.snapshot.by_district(item.metric, item.window)}
    rows = [_row(spec, view, rank, found) for rank in view.snapshot.ranking(item.metric, item.window)]
    return frame.dress(spec, view, list(found.values())) | {"rows": {"children": rows or _none(spec, view)}}


def rule(view: View, metric: Metric, window: Window | None) -> str:
    """How the table is made, in one sentence: direction, normalisation, who is left out, ties, and what last period is."""
    return view.t("口径：") + view.t("；").join(_clauses(view, metric, window or metric.window))


def _clauses(view: View, metric: Metric, window: Window) -> Iterator[str]:
    yield view.either(view.said(metric.definition), metric.definition_en).rstrip("。.")
    yield view.t(
        {"higher": "越高越好", "lower": "越低越好", "band": "越接近目标区间越好"}.get(
            metric.better, "无优劣方向，只列数值"
        )
    )
    if is_amount(metric):
        yield view.t("按每万人折算，不以总量排名")
    if is_rate(metric) and not metric.census:
        yield view.t("样本少于 {n} 不排名", n=SMALL)
    yield view.t("覆盖率低于 80% 或数据过期不排名")
    yield view.t("数值相同名次并列")
    yield view.t("上期为{period}", period=view.t(BEFORE.get(window, YESTERDAY)))


def _none(spec: LeagueSpec, view: View) -> list[Node]:
    return [h("Tr", h("Td", frame.empty(view, view.title(spec)), colSpan="6"))]


def _row(spec: LeagueSpec, view: View, rank: Rank, found: dict[str, Reading]) -> Node:
    item = spec.items[0]
    metric = view.metric(item.metric)
    reading = found.get(rank.place, Reading(item.metric, rank.place))
    name = view.short_name(rank.place)
    place = links.named_district(view, rank.place, name)
    amount = is_amount(metric)
    told = number(view, item, reading, with_unit=False)
    cells: list[Child] = [
        h("Td", "—" if rank.rank is None else str(rank.rank), "league-rank"),
        h("Th", place, "is-text", scope="row"),
        h("Td", _normal(metric, rank) if amount else told),
        h("Td", told if amount else words.figure(rank.n, 0), "is-quiet"),
    ]
    if rank.rank is None:
        why = view.said(rank.refused)
        cells.append(h("Td", why, "is-refused", colSpan="2", title=why))
    else:
        cells += [
            h("Td", "—" if rank.before is None else str(rank.before), "is-quiet"),
            h("Td", _move(rank), "is-quiet"),
        ]
    return h("Tr", cells, "is-here" if rank.place == view.place else "")


def _normal(metric: Metric, rank: Rank) -> str:
    """An amount as it is ranked, per 10,000 persons; what is not ranked has no such figure."""
    return words.figure(rank.value if rank.rank is not None else None, metric.digits + 2)


def _move(rank: Rank) -> str:
    if rank.before is None or rank.rank is None:
        return "—"
    places = rank.before - rank.rank
    return "–" if not places else f"{'▲' if places > 0 else '▼'}{abs(places)}"
