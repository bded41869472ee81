"""Every source and how it is doing, worst first: the list behind 数据健康度."""

from collections import Counter

from access.reach import REFUSED, Sight, sight_of
from domain.health import Freshness, SourceHealth
from domain.source import SourceSpec
from layouts import faults, frame, sheet, words
from layouts.tags import Child, Node, h
from layouts.view import View

WORST = (Freshness.DOWN, Freshness.STALE, Freshness.NONE, Freshness.LATE, Freshness.LIVE)
SHAPES = {
    Freshness.LIVE: "●",
    Freshness.LATE: "○",
    Freshness.STALE: "▨",
    Freshness.DOWN: "✕",
    Freshness.NONE: "–",
}
COLUMNS = ("状态", "数据源", "自", "上次成功", "今日入库", "今日隔离", "耗时")


def mark(view: View, state: Freshness) -> Node:
    """A state as shape and word."""
    word = view.t(state_word(state))
    return h("Span", [h("I", SHAPES[state], "source-shape", aria={"hidden": "true"}), word], f"source-state is-{state}")


def state_word(state: Freshness) -> str:
    """What a state of a source is called: a live one is 正常."""
    return "正常" if state is Freshness.LIVE else words.FRESHNESS[state]


def ordered(view: View) -> list[tuple[SourceSpec, SourceHealth]]:
    """Declared sources with their health, worst first, then those with most rejects, then as declared."""
    found = [
        (view.city.sources[key], health) for key, health in view.snapshot.sources.items() if key in view.city.sources
    ]
    return sorted(found, key=lambda pair: (WORST.index(pair[1].state), -pair[1].rejected))


def table(view: View) -> Node:
    """The list as a section of a drawer, with how many are in each state above it."""
    found = ordered(view)
    if not found and not view.snapshot.reach.whole:
        return sheet.section(view.t("数据源"), sheet.refused(view))
    if not found:
        return sheet.section(view.t("数据源"), frame.empty(view, view.t("本城市没有声明数据源")))
    counts = Counter(health.state for _, health in found)
    summary: list[Child] = [
        h("Span", [mark(view, state), h("B", str(counts[state]))], "source-count") for state in WORST if counts[state]
    ]
    heads: list[Child] = [h("Th", view.t(name), scope="col") for name in COLUMNS]
    rows: list[Child] = [row for spec, health in found for row in _rows(view, spec, health)]
    body = h("Table", [h("Thead", h("Tr", heads)), h("Tbody", rows)], "table sources")
    return sheet.section(view.t("数据源（{n}）", n=len(found)), h("Div", summary, "source-counts"), body)


def _rows(view: View, spec: SourceSpec, health: SourceHealth) -> list[Node]:
    """One row a source, and below it the error's sentence where there is one."""
    name = view.source_label(spec)
    label = h("Button", name, "source-name", data={"sources": spec.key}, type="button", title=name)
    who = h("Span", view.said(spec.department), "source-who", title=view.said(spec.department))
    counts: list[Child] = [h("Td", "—", title=view.t(REFUSED)) for _ in range(3)]
    if is_open(view, spec.key):
        counts = [
            h("Td", words.figure(health.rows, 0)),
            h("Td", words.figure(health.rejected, 0), "is-counted" if health.rejected else ""),
            h("Td", latency(view, health)),
        ]
    cells: list[Child] = [
        h("Td", mark(view, health.state)),
        h("Th", [label, who], scope="row"),
        h("Td", view.clock(health.since)),
        h("Td", view.age(health.last_success) if health.last_success else view.t("从未成功")),
        *counts,
    ]
    row = h("Tr", cells, f"is-{health.state}", data={"sources": spec.key})
    if not health.error:
        return [row]
    error = view.raw(health.error)
    text = [h("B", view.t(faults.kind(health.error))), h("Span", error, title=error)]
    told = h("Td", h("Div", text, "source-error"), colSpan=str(len(COLUMNS) - 1))
    return [row, h("Tr", [h("Td"), told], f"is-error is-{health.state}", data={"sources": spec.key})]


def is_open(view: View, source: str) -> bool:
    """Whether more than a source's state may be read: counts, errors and records are of all that it feeds."""
    return sight_of(view.snapshot.reach, view.city, source) is Sight.WHOLE


def latency(view: View, health: SourceHealth) -> str:
    """How long the newest run took."""
    return "—" if health.latency is None else view.t("{n} 秒", n=words.figure(health.latency, 1))
