"""The catalogue as rows: what a metric means and whose it is, beside how good its data are; the page and the file show the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from access.reach import Sight, metrics_of, sees, sight_of
from domain.health import Freshness
from domain.metric import Metric
from domain.source import SourceSpec
from indicators.quality import Share
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.feeds.figures import percent
from layouts.words import FRESHNESS
from snapshot.quality import MetricQuality, Quality

NAMES = ("text", "topic", "department", "source", "state", "key")
LONGEST = 100
HEADS = (
    "指标", "编号", "专题", "口径", "单位", "责任单位", "权威来源", "标准", "版本", "更新间隔", "新鲜度", "最新时间", "24 小时应收", "24 小时实收",
    "24 小时完整率", "30 天完整率", "有效率",
)  # fmt: skip
STATES: Mapping[str, str] = {"": "全部", "stale": "过期", "thin": "缺数", "none": "无数据"}
THIN = 95.0  # percent: below it something is missing that was owed


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the catalogue: words, a topic, a department, a source, a state of STATES; the metric that is opened."""

    text: str = ""
    topic: str = ""
    department: str = ""
    source: str = ""
    state: str = ""
    key: str = ""

    @property
    def given(self) -> bool:
        """Whether anything is asked for."""
        return any((self.text, self.topic, self.department, self.source, self.state))


@dataclass(frozen=True, slots=True)
class Row:
    """A metric in the catalogue. feeds: sources that send it; parts: metrics it is computed from. open: its counts may be read."""

    metric: Metric
    feeds: Sequence[SourceSpec] = ()
    parts: Sequence[Metric] = ()
    quality: MetricQuality = field(default_factory=MetricQuality)
    valid: float | None = None
    open: bool = True


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    return Asked(**words(search, NAMES, LONGEST))


def rows(desk: Desk, quality: Quality, asked: Asked) -> list[Row]:
    """The metrics that may be read and fit what is asked, as declared."""
    city, allowed = desk.city, metrics_of(desk.viewer.reach, desk.city)
    feeds: dict[str, list[SourceSpec]] = {}
    for spec in city.sources.values():
        for key in spec.metrics:
            feeds.setdefault(key, []).append(spec)
    made = (
        _row(desk, quality, metric, feeds.get(key, []))
        for key, metric in city.metrics.items()
        if allowed is None or key in allowed
    )
    return [row for row in made if _fits(desk, row, asked)]


def _row(desk: Desk, quality: Quality, metric: Metric, feeds: Sequence[SourceSpec]) -> Row:
    parts = [desk.city.metrics[key] for key in _parts(metric) if key in desk.city.metrics]
    found = quality.metrics.get(metric.key)
    if found is None and parts:
        found = _worst([quality.metrics.get(part.key, MetricQuality()) for part in parts])
    shares = [quality.sources[spec.key].valid for spec in feeds if spec.key in quality.sources]
    known = [value for value in shares if value is not None]
    return Row(metric, feeds, parts, found or MetricQuality(), min(known, default=None), _open(desk, metric, feeds))


def _parts(metric: Metric) -> Iterable[str]:
    """The metrics that one is computed from, as far as it names them."""
    if metric.agree is not None:
        return dict.fromkeys(key for key, _ in metric.agree.figures)
    return (*(metric.ratio or ()), *metric.composite)


def _worst(parts: Sequence[MetricQuality]) -> MetricQuality:
    """What is computed is as good as the worst of its parts."""
    order = (Freshness.LIVE, Freshness.LATE, Freshness.STALE, Freshness.DOWN, Freshness.NONE)
    worst = max(parts, key=lambda one: order.index(one.state))
    newest = [one.newest for one in parts if one.newest is not None]
    return MetricQuality(
        max(one.series for one in parts),
        min(newest, default=None),
        worst.state,
        _least([one.day for one in parts]),
        _least([one.month for one in parts]),
    )


def _least(shares: Sequence[Share]) -> Share:
    return min(shares, key=lambda share: 101.0 if share.percent is None else share.percent)


def _open(desk: Desk, metric: Metric, feeds: Sequence[SourceSpec]) -> bool:
    """Counts are of the whole city: who reads a part of it does not read them."""
    if feeds:
        return all(sight_of(desk.viewer.reach, desk.city, spec.key) is Sight.WHOLE for spec in feeds)
    return sees(desk.viewer.reach, desk.city, metric.key, desk.city.adcode)


def _fits(desk: Desk, row: Row, asked: Asked) -> bool:
    metric = row.metric
    return (
        asked.topic in ("", metric.topic)
        and asked.department in ("", metric.department)
        and (not asked.source or asked.source in {spec.key for spec in row.feeds})
        and _in_state(row, asked.state)
        and asked.text.lower() in _words(desk, row)
    )


def _in_state(row: Row, state: str) -> bool:
    if state == "stale":
        return row.quality.state in (Freshness.STALE, Freshness.DOWN)
    if state == "thin":
        rate = row.quality.day.percent
        return row.open and rate is not None and rate < THIN
    return state != "none" or row.quality.state is Freshness.NONE


def _words(desk: Desk, row: Row) -> str:
    metric = row.metric
    told = (
        metric.key, metric.name, metric.name_en, metric.definition, metric.definition_en, metric.department, metric.standard,
        *(f"{spec.key} {spec.name} {desk.said(spec.name)}" for spec in row.feeds),
    )  # fmt: skip
    return " ".join(told).lower()


def table(desk: Desk, found: Iterable[Row]) -> list[list[str]]:
    """Heads and rows as text, for a file."""
    return [[desk.t(head) for head in HEADS], *(_cells(desk, row) for row in found)]


def _cells(desk: Desk, row: Row) -> list[str]:
    metric, quality = row.metric, row.quality
    counted = [
        str(quality.day.whole),
        str(quality.day.part),
        percent(quality.day.percent),
        percent(quality.month.percent),
    ]
    return [
        desk.either(metric.name, metric.name_en),
        metric.key,
        desk.topic(metric.topic),
        desk.either(metric.definition, metric.definition_en),
        desk.said(metric.unit),
        desk.said(metric.department),
        origin(desk, row),
        desk.said(metric.standard),
        metric.version,
        span(desk, metric),
        freshness(desk, row),
        desk.moment(quality.newest),
        *(counted if row.open else ["", "", "", ""]),
        percent(row.valid) if row.open else "",
    ]


def origin(desk: Desk, row: Row) -> str:
    """Where a metric's numbers come from, in words: 一数一源."""
    if row.feeds:
        return desk.listed([desk.said(spec.name or spec.key) for spec in row.feeds])
    if row.parts:
        return desk.t("由{names}计算", names=desk.listed([desk.either(one.name, one.name_en) for one in row.parts]))
    return desk.t("本系统计算")


def span(desk: Desk, metric: Metric) -> str:
    """The expected interval."""
    minutes = round(metric.every.total_seconds() / 60)
    if minutes < 60:
        return desk.t("{n} 分钟", n=minutes)
    return desk.t("{n} 小时", n=minutes // 60) if minutes < 1440 else desk.t("{n} 天", n=minutes // 1440)


def freshness(desk: Desk, row: Row) -> str:
    """How fresh its newest value is, in one word."""
    return desk.t(FRESHNESS[row.quality.state])


def age(desk: Desk, row: Row) -> str:
    """How long ago its newest value is of."""
    return desk.age(row.quality.newest) if row.quality.newest else desk.t("从未收到")


def standard(desk: Desk, row: Row) -> str:
    """The standard, the version of the definition and since when it holds."""
    metric = row.metric
    parts = (desk.said(metric.standard), desk.t("第 {n} 版", n=metric.version), metric.since)
    return " · ".join(part for part in parts if part)
