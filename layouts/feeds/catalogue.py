"""The page of the metric and data catalogue: what every number means, whose it is, and how good its data are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from domain.city import City
from domain.health import Freshness
from domain.metric import Metric
from indicators.quality import WEIGHTS
from layouts import spark
from layouts.accounts import frame, grid
from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.feeds.catalogue_rows import Asked, Row, age, freshness, origin, standard
from layouts.feeds.figures import bar, grade, percent
from layouts.feeds.filters import PATH, filters, to
from layouts.tags import Child, Node, h
from snapshot.quality import Quality

IDS = papers.Ids("catalogue")
MONTHS = 12
_STATE_RULES = {f"is-{state}": f"params.data.is === '{state}'" for state in Freshness}
_SHARES: Mapping[str, str] = {"complete": "完整率", "valid": "有效率", "available": "可用率"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A declared pair of figures: at how many places they were compared last, and where they differ most."""

    metric: Metric
    places: int = 0
    worst: str = ""
    by: float | None = None
    rules: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. all: how many rows there are without a filter."""

    quality: Quality
    rows: Sequence[Row] = ()
    all: int = 0
    pairs: Sequence[Pair] = field(default_factory=tuple)
    whole: bool = True


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "数据目录", IDS)


def body(desk: Desk, asked: Asked, shown: Shown) -> list[Child]:
    """Departments, pairs, and the metrics that fit."""
    parts: list[Child] = [_summary(desk, shown)]
    if shown.whole:
        parts += [_departments(desk, shown.quality), _pairs(desk, shown.pairs)]
    return [*parts, _metrics(desk, asked, shown)]


def _summary(desk: Desk, shown: Shown) -> Node:
    scores = list(shown.quality.departments.values())
    stale = sum(row.quality.state in (Freshness.STALE, Freshness.DOWN) for row in shown.rows)
    cells = [
        (desk.t("指标"), str(shown.all), ""),
        (desk.t("过期"), str(stale), "is-bad" if stale else ""),
    ]
    if shown.whole:
        average = sum(scores) / len(scores) if scores else None
        cells.insert(1, (desk.t("数据源"), str(len(desk.city.sources)), ""))
        cells.append((desk.t("平均质量分"), "—" if average is None else f"{average:.1f}", grade(average)))
    figures = [h("Div", [h("B", value, how), h("Span", name)], "feed-figure") for name, value, how in cells]
    until = desk.t(
        "统计时段 {start} 至 {end}", start=desk.moment(shown.quality.start), end=desk.moment(shown.quality.end)
    )
    return h("Div", [h("Div", figures, "feed-figures"), h("Span", until, "field-hint")], "feed-head")


def formula(desk: Desk) -> str:
    """How the score is made, as it is printed."""
    terms = " + ".join(f"{desk.t(_SHARES[name])} × {round(100 * weight)}%" for name, weight in WEIGHTS.items())
    rest = desk.t(
        "完整率＝24 小时实收 ÷ 应收；有效率＝读懂的记录 ÷ 读取的记录；可用率＝没有过期、中断的小时 ÷ 全部小时。缺项的权重由其余各项分担；单位得分是其各数据源得分的平均。"
    )
    return f"{desk.t('质量分')} ＝ {terms}。{rest}" if desk.lang == "zh" else f"{desk.t('质量分')} = {terms}. {rest}"


def _departments(desk: Desk, quality: Quality) -> Node:
    title = desk.t("单位数据质量")
    names = sorted({spec.department for spec in desk.city.sources.values()}, key=lambda name: _order(quality, name))
    if not names:
        return papers.section(title, frame.none(desk.t("本城市没有声明数据源")))
    months = sorted({month for _, month in quality.months})[-MONTHS:]
    head: list[Child] = [
        desk.t(word) for word in ("责任单位", "质量分", "完整率", "有效率", "可用率", "数据源", "月度走势")
    ]
    rows = [_department(desk, quality, name, months) for name in names]
    return papers.section(title, papers.table(head, rows, "is-departments"), h("P", formula(desk), "field-hint"))


def _order(quality: Quality, name: str) -> tuple[float, str]:
    """The worst first; what cannot be judged at the end."""
    return quality.departments.get(name, 101.0), name


def _department(desk: Desk, quality: Quality, name: str, months: Sequence[str]) -> list[Child]:
    keys = [key for key, spec in desk.city.sources.items() if spec.department == name]
    known = [quality.sources[key] for key in keys if key in quality.sources]
    shares = (
        _mean([one.day.percent for one in known]),
        _mean([one.valid for one in known]),
        _mean([one.available.percent for one in known]),
    )
    score = quality.departments.get(name)
    sources = h("A", str(len(keys)), "link", href=to(desk, "/sources", department=name))
    return [
        h("A", desk.said(name), "link", href=to(desk, PATH, department=name)),
        bar(score, "" if score is None else f"{score:.1f}"),
        *(h("Span", percent(value), grade(value)) for value in shares),
        sources,
        _course(desk, [(month, quality.months.get((name, month))) for month in months]),
    ]


def _course(desk: Desk, months: Sequence[tuple[str, float | None]]) -> Child:
    """A department's months: the newest as a number, all of them as a line once there are enough."""
    known = [(month, value) for month, value in months if value is not None]
    if not known:
        return h("Span", desk.t("尚无月度记录"), "field-hint")
    told = desk.listed([f"{month} {value:.1f}" for month, value in known])
    drawn = spark.spark([value for _, value in months], told)
    month, value = known[-1]
    return h("Span", [drawn, h("Span", f"{month} {value:.1f}")], "feed-months", title=told)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _pairs(desk: Desk, pairs: Sequence[Pair]) -> Child:
    title = desk.t("多源校核")
    if not pairs:
        return papers.section(title, h("P", desk.t("没有声明需要互相核对的指标。"), "field-hint"))
    head: list[Child] = [desk.t(word) for word in ("核对", "两个来源", "已核对", "差异最大", "告警规则")]
    return papers.section(title, papers.table(head, [_pair(desk, pair) for pair in pairs]))


def _pair(desk: Desk, pair: Pair) -> list[Child]:
    metric, agree = pair.metric, pair.metric.agree
    two = f"{_figure(desk, agree.one)} ↔ {_figure(desk, agree.other)}" if agree else ""
    by = "—" if pair.by is None else f"{pair.worst} {pair.by:+.{metric.digits}f} {desk.said(metric.unit)}"
    rules = [h("A", _rule(desk.city, key), "link", href=to(desk, "/rules", rule=key)) for key in pair.rules]
    return [
        h("A", desk.either(metric.name, metric.name_en), "link", href=to(desk, f"/indicator/{metric.key}")),
        two,
        desk.t("{n} 处", n=pair.places) if pair.places else desk.t("暂无可比数据"),
        by,
        h("Span", rules) if rules else h("Span", desk.t("未设"), "field-hint"),
    ]


def _figure(desk: Desk, named: str) -> str:
    key, _, source = named.partition("@")
    metric = desk.city.metrics.get(key)
    name = desk.either(metric.name, metric.name_en) if metric else key
    spec = desk.city.sources.get(source)
    who = metric.department if metric and not spec else spec.department if spec else ""
    return desk.t("{name}（{who}）", name=name, who=desk.said(who)) if who else name


def _rule(city: City, key: str) -> str:
    return key if key in city.rules else ""


def _metrics(desk: Desk, asked: Asked, shown: Shown) -> Node:
    title = desk.t("指标目录（{n}）", n=len(shown.rows))
    none = frame.none(desk.t("没有符合条件的指标"), desk.t("放宽条件再试。"))
    return papers.section(title, filters(desk, asked), _table(desk, asked, shown.rows) if shown.rows else none)


def _table(desk: Desk, asked: Asked, rows: Sequence[Row]) -> Node:
    share: dict[str, Any] = {"type": "rightAligned", "sortable": True}
    columns = [
        grid.column("name", desk.t("指标"), 170, 3, tooltipField="meaning"),
        grid.column("key", desk.t("编号"), 150, 2),
        grid.column("unit", desk.t("单位"), 76),
        grid.column("department", desk.t("责任单位"), 150, 3),
        grid.column("origin", desk.t("权威来源（一数一源）"), 160, 3),
        grid.column("standard", desk.t("标准 · 版本"), 130, 2),
        grid.column("fresh", desk.t("新鲜度"), 150, cellClassRules=_STATE_RULES),
        *(
            grid.column(name, desk.t(word), 108, cellClassRules=_grades(name), **share)
            for name, word in (("day", "24 小时完整率"), ("month", "30 天完整率"), ("valid", "有效率"))
        ),
    ]
    return grid.table(
        desk, "catalogue-grid", desk.t("指标列表"), columns, [_row(desk, asked, row) for row in rows], "key"
    )


def _grades(name: str) -> dict[str, str]:
    return {how: f"params.data.{name}_is === '{how}'" for how in ("is-fair", "is-bad", "is-none")}


def _row(desk: Desk, asked: Asked, row: Row) -> dict[str, object]:
    metric, quality = row.metric, row.quality
    shares = {"day": quality.day.percent, "month": quality.month.percent, "valid": row.valid}
    known = {name: value if row.open else None for name, value in shares.items()}
    return {
        "id": metric.key,
        "open": metric.key == asked.key,
        "name": desk.either(metric.name, metric.name_en),
        "meaning": desk.either(metric.definition, metric.definition_en),
        "key": metric.key,
        "unit": desk.said(metric.unit),
        "department": desk.said(metric.department),
        "origin": origin(desk, row),
        "standard": standard(desk, row),
        "is": quality.state.value,
        "fresh": f"{freshness(desk, row)} · {age(desk, row)}",
        **{name: percent(value) for name, value in known.items()},
        **{f"{name}_is": grade(value) for name, value in known.items()},
    }
