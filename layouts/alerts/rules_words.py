"""How a rule is said in words: its kind, its levels, how long it waits, where it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.rule import gap
from domain.metric import Metric
from domain.rule import Kind, Level, Rule, Scope, When
from layouts.accounts.desk import Desk

KINDS: Mapping[Kind, str] = {
    "threshold": "阈值",
    "outside": "区间外",
    "change": "变化量",
    "baseline": "同期对比",
    "share": "多站同超",
    "silent": "数据中断",
    "versus": "两指标比较",
    "records": "事件数量",
    "deadline": "办理时限",
    "forecast": "预测越限",
    "combined": "组合条件",
}
DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
BLANKS: Mapping[str, str] = {  # what a rule's sentence leaves open
    "site": "地点",
    "value": "数值",
    "threshold": "门限",
    "district": "区县",
    "base": "往日同期",
    "count": "数量",
    "times": "倍数",
    "then": "原值",
    "other": "另一数值",
    "left": "剩余",
    "expected": "预计时间",
}
FACTS: Mapping[str, str] = {"warning_level": "警戒水位", "guarantee_level": "保证水位"}


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a rule's cases: open now, opened in the last 7 days, of those closed, and closed as false alarms."""

    open: int = 0
    week: int = 0
    closed: int = 0
    false: int = 0

    @property
    def nuisance(self) -> float | None:
        """Percent of the closed that were false alarms; None while none is closed."""
        return 100 * self.false / self.closed if self.closed else None

    @property
    def is_nuisance(self) -> bool:
        """Whether so many were false that the rule ought to be reviewed."""
        return self.nuisance is not None and self.nuisance > NUISANCE


NUISANCE = 20.0  # percent of false alarms above which a rule is marked
NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Row:
    """A level's limit in words: reached at `fire`, gone at `clear`."""

    level: str
    fire: str
    clear: str = ""


def topic_of(rule: Rule, metrics: Mapping[str, Metric]) -> str:
    """The topic whose people a rule concerns."""
    metric = metrics.get(rule.when.metric)
    return rule.topic or (metric.topic if metric else "")


def subject(desk: Desk, rule: Rule) -> str:
    """The kind of condition and the metric it watches."""
    metric = desk.city.metrics.get(rule.when.metric)
    kind = desk.t(KINDS[rule.when.kind])
    return f"{desk.either(metric.name, metric.name_en)} · {kind}" if metric else kind


def rows(desk: Desk, rule: Rule) -> list[Row]:
    """Every level of a condition, the most urgent first; those of its parts one after the other."""
    return _rows(desk, rule.when)


def short(desk: Desk, rule: Rule) -> str:
    """The levels in one line, each with what ends it in brackets."""
    told = (f"{row.level} {row.fire}" + (f"（{row.clear}）" if row.clear else "") for row in rows(desk, rule))
    return " · ".join(told)


def levels(rule: Rule) -> list[Level]:
    """The levels that a rule knows, the most urgent first."""
    return sorted(_levels(rule.when))


def _levels(when: When) -> set[Level]:
    return {*when.above, *when.below, *when.outside}.union(*(_levels(part) for part in (*when.all, *when.any)))


def _rows(desk: Desk, when: When) -> list[Row]:
    unit = _unit(desk, when)
    found = [
        Row(level, _side("≥", limit, unit, desk), _gone(desk, when, limit, 1)) for level, limit in when.above.items()
    ]
    found += [
        Row(level, _side("≤", limit, unit, desk), _gone(desk, when, limit, -1)) for level, limit in when.below.items()
    ]
    found += [
        Row(level, desk.t("{low} 以下或 {high} 以上", low=f"{low:g}", high=f"{high:g}"), _back(desk, when))
        for level, (low, high) in when.outside.items()
    ]
    found.sort(key=lambda row: row.level)
    return found + [row for part in (*when.all, *when.any) for row in _rows(desk, part)]


def _side(sign: str, limit: float | str, unit: str, desk: Desk) -> str:
    if isinstance(limit, str):
        return f"{sign} {desk.t(FACTS[limit]) if limit in FACTS else limit}"
    return f"{sign} {limit:g}{unit}"


def _gone(desk: Desk, when: When, limit: float | str, sign: int) -> str:
    """The value at which a level is left behind; the gap itself where the threshold is a site's own."""
    if isinstance(limit, str):
        return _back(desk, when)
    mark = "<" if sign > 0 else ">"
    return f"{mark} {limit - sign * gap(when.clear, float(limit)):g}"


def _back(desk: Desk, when: When) -> str:
    if not when.clear:
        return ""
    return desk.t("回退 {gap}", gap=when.clear if isinstance(when.clear, str) else f"{when.clear:g}")


def _unit(desk: Desk, when: When) -> str:
    metric = desk.city.metrics.get(when.metric)
    unit = metric.unit if metric else ""
    compared = when.baseline or when.versus
    if compared is not None and compared.compared == "ratio":
        unit = desk.t("倍")
    elif when.share is not None:
        unit = "%" if when.share.percent else desk.t("处")
    elif when.silent:
        unit = desk.t("分钟")
    elif when.kind in ("records", "deadline"):
        unit = desk.t("起") if when.records else "%"
    return f" {unit}" if unit else ""


def detail(desk: Desk, when: When) -> str:
    """What a kind of condition measures, for those that are more than a value."""
    told = [text for text in (_detail(desk, when),) if text]
    told += [text for part in (*when.all, *when.any) if (text := detail(desk, part))]
    return "；".join(told)


def _detail(desk: Desk, when: When) -> str:
    say = _DETAILS.get(when.kind)
    return say(desk, when) if say else ""


def _change(desk: Desk, when: When) -> str:
    return desk.t("{span}内的变化", span=span(desk, when.change.over)) if when.change else ""


def _baseline(desk: Desk, when: When) -> str:
    one = when.baseline
    if one is None:
        return ""
    return desk.t("{span}与前 {n} 天同一时段的中位数相比", span=span(desk, one.over), n=one.days)


def _share(desk: Desk, when: When) -> str:
    one = when.share
    if one is None:
        return ""
    limit = f"≥ {one.above:g}" if one.above is not None else f"≤ {one.below:g}"
    area = "同一区县内 {limit} 的站点" if one.of == "district" else "全市 {limit} 的站点"
    return desk.t(area, limit=limit)


def _versus(desk: Desk, when: When) -> str:
    name = when.versus.metric if when.versus else ""
    other = desk.city.metrics.get(name)
    return desk.t("与 {other} 相比", other=desk.either(other.name, other.name_en) if other else name)


def _combined(desk: Desk, when: When) -> str:
    told = "同一地点 {n} 个条件同时成立" if when.all else "同一地点 {n} 个条件之一成立"
    return desk.t(told, n=len(when.all or when.any))


def _deadline(desk: Desk, when: When) -> str:
    return desk.t("允许 {span}，剩余百分比", span=span(desk, when.deadline.allow)) if when.deadline else ""


def _records(desk: Desk, when: When) -> str:
    within = when.records.within if when.records else None
    return desk.t("最近 {span}内开始的事件", span=span(desk, within)) if within else ""


def _forecast(desk: Desk, when: When) -> str:
    return desk.t("未来 {span}的预测", span=span(desk, when.forecast.within)) if when.forecast else ""


_DETAILS: Mapping[Kind, Callable[[Desk, When], str]] = {
    "change": _change,
    "baseline": _baseline,
    "share": _share,
    "versus": _versus,
    "combined": _combined,
    "deadline": _deadline,
    "records": _records,
    "forecast": _forecast,
}


def span(desk: Desk, length: timedelta) -> str:
    """A span in its largest whole unit."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    if seconds or not minutes:
        return desk.t("{n} 秒", n=int(length.total_seconds()))
    if minutes % 1440 == 0:
        return desk.t("{n} 天", n=minutes // 1440)
    return desk.t("{n} 小时", n=minutes // 60) if minutes % 60 == 0 else desk.t("{n} 分钟", n=minutes)


def waits(desk: Desk, rule: Rule) -> str:
    """How long a condition must last, and how long it must be gone."""
    lasts = span(desk, rule.hold) if rule.hold else desk.t("立即")
    return f"{lasts} / {span(desk, rule.keep) if rule.keep else desk.t('立即')}"


def scope(desk: Desk, rule: Rule) -> str:
    """Where and when a rule holds."""
    told = [*_where(desk, rule.scope), *_when(desk, rule.scope)]
    return " · ".join(told) if told else desk.t("全市")


def _where(desk: Desk, one: Scope) -> Sequence[str]:
    parts = [
        desk.listed([desk.district(code) for code in one.districts]),
        desk.listed([desk.topic(key) for key in one.topics]),
        desk.listed(list(one.kinds)),
        desk.listed([f"{name} = {value}" for name, value in one.facts.items()]),
    ]
    return [part for part in parts if part]


def _when(desk: Desk, one: Scope) -> Sequence[str]:
    parts = [
        desk.listed([desk.t("{n} 月", n=month) for month in one.months]),
        desk.listed([desk.t(DAYS[day - 1]) for day in one.weekdays if 1 <= day <= 7]),
        desk.listed([f"{begin}:00–{end}:00" for begin, end in one.hours]),
    ]
    return [part for part in parts if part]


def department(desk: Desk, rule: Rule) -> str:
    """Who must act."""
    metric = desk.city.metrics.get(rule.when.metric)
    return desk.said(rule.department or (metric.department if metric else ""))
