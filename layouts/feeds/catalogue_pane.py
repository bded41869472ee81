"""One metric beside the catalogue's list: what it means, whose it is, how good its data are, and the ways on from it."""

from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.feeds.catalogue_rows import Row, age, freshness, span, standard
from layouts.feeds.figures import bar, counted, grade, percent
from layouts.feeds.filters import PATH, to
from layouts.tags import Child, Node, h


def pane(desk: Desk, row: Row) -> list[Child]:
    """Everything about it."""
    metric = row.metric
    close = h(
        "A", "×", "pane-close", href=to(desk, PATH), title="Esc", aria={"label": desk.t("关闭")}, data={"close": ""}
    )
    head = h("Div", [h("H3", desk.either(metric.name, metric.name_en)), close], "pane-head")
    return [head, _meaning(desk, row), _quality(desk, row), _ways(desk, row)]


def _meaning(desk: Desk, row: Row) -> Node:
    metric = row.metric
    facts = " · ".join(
        part for part in (desk.said(metric.unit), metric.key, desk.topic(metric.topic), standard(desk, row)) if part
    )
    return papers.section(
        desk.t("口径"), h("P", desk.either(metric.definition, metric.definition_en)), h("P", facts, "field-hint")
    )


def _quality(desk: Desk, row: Row) -> Node:
    quality = row.quality
    hint = desk.t("每 {span} 一值 · {age}", span=span(desk, row.metric), age=age(desk, row))
    told: list[Child] = [
        h("B", freshness(desk, row), f"source-state is-{quality.state}"),
        h("Span", hint, "field-hint"),
    ]
    if row.open:
        for word, share in (("24 小时完整率", quality.day), ("30 天完整率", quality.month)):
            told += [h("Span", desk.t(word), "field-hint"), bar(share.percent, title=counted(desk, share))]
        told += [h("Span", desk.t("有效率"), "field-hint"), h("Span", percent(row.valid), grade(row.valid))]
    return papers.section(desk.t("质量"), h("Div", told, "feed-facts"))


def _ways(desk: Desk, row: Row) -> Node:
    metric = row.metric
    links: list[Child] = [h("A", desk.t("指标页"), "link", href=to(desk, f"/indicator/{metric.key}"))]
    links.append(h("A", desk.said(metric.department), "link", href=to(desk, PATH, department=metric.department)))
    links += [
        h("A", desk.said(spec.name or spec.key), "link", href=to(desk, "/sources", source=spec.key))
        for spec in row.feeds
    ]
    links += [
        h("A", desk.either(part.name, part.name_en), "link", href=to(desk, PATH, key=part.key)) for part in row.parts
    ]
    several = h("Span", desk.t("多源"), "tag") if len(row.feeds) > 1 else None
    return papers.section(desk.t("来源与去处"), h("Div", [*links, several], "thing-facts"))
