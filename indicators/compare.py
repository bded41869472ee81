"""Comparisons that print a difference or refuse with the reason: 环比, 同比, target, time progress."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from domain.metric import Metric
from indicators.comparable import NOW, Side, refusal, thin
from indicators.exact import fraction
from indicators.rates import is_rate
from indicators.reasons import Why

Basis = Literal["yesterday", "week", "month", "year", "target", "progress"]
Unit = Literal["%", "pt", ""]
Period = Literal["today", "month", "year"]

# Units whose differences are shown as they are: a percentage of a degree, an index or a handful of incidents says nothing.
PLAIN_UNITS = frozenset(
    {"", "-", "级", "类", "分", "℃", "°C", "m", "件", "起", "个", "处", "人", "座", "支", "辆", "天"}
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A difference or a reason. base: what it was measured against; unit: "%" of the base, "pt" points, "" the metric's own.

    better: whether the change is for the better, None when it is neither or the metric has no direction. refused: a Chinese
    sentence, then delta is None.
    """

    basis: Basis
    base: float | None = None
    delta: float | None = None
    unit: Unit = ""
    better: bool | None = None
    refused: str = ""


def compare(metric: Metric, now: Side, base: Side, basis: Basis) -> Compared:
    """Compare a figure with the same figure of an earlier period; `comparable.refusal` names what refuses it."""
    refused = refusal(metric, now, base)
    if refused or now.value is None or base.value is None:
        return Compared(basis, base.value, refused=refused)
    return _difference(metric, now.value, base.value, basis)


def _difference(metric: Metric, value: float, base: float, basis: Basis) -> Compared:
    unit = unit_of(metric)
    if unit == "%" and base <= 0:
        return Compared(basis, base, refused=Why.NO_GROWTH.say())
    return Compared(basis, base, difference(value, base, unit), unit, improved(metric, value, base))


def unit_of(metric: Metric) -> Unit:
    """How a metric's differences are told: rates in points, totals and amounts in percent, indices and states plainly."""
    if is_rate(metric):
        return "pt"
    counted = metric.aggregate == "sum"
    return "%" if counted or (metric.unit not in PLAIN_UNITS and metric.better != "band") else ""


def difference(value: float, base: float, unit: Unit) -> float:
    """The difference as it was printed, in percent of the base for "%" (ZeroDivisionError for a base of 0)."""
    exact = fraction(value) - fraction(base)
    return float(exact * 100 / fraction(base)) if unit == "%" else float(exact)


def improved(metric: Metric, value: float, base: float) -> bool | None:
    """Whether going from base to value is for the better; for a band, whether it comes nearer to it. None: no change."""
    gain = _merit(metric, value) - _merit(metric, base)
    return None if gain == 0 else gain > 0


def _merit(metric: Metric, value: float) -> Fraction:
    """A number that grows as the metric gets better; constant for a metric without direction."""
    exact = fraction(value)
    if metric.better == "band" and metric.band is not None:
        low, high = (fraction(edge) for edge in metric.band)
        return -max(low - exact, exact - high, Fraction(0))
    return exact * {"higher": 1, "lower": -1}.get(metric.better, 0)


def compare_target(metric: Metric, now: Side) -> Compared:
    """A figure against the metric's target; better = met. Refused: no target, no value, too thin to judge by."""
    if metric.target is None:
        return Compared("target", refused=Why.NO_TARGET.say())
    refused = Why.NO_VALUE.say() if now.value is None else thin(metric, now, NOW)
    if refused or now.value is None:
        return Compared("target", metric.target, refused=refused)
    told = _difference(metric, now.value, metric.target, "target")
    return Compared("target", told.base, told.delta, told.unit, met(metric, now.value), told.refused)


def met(metric: Metric, value: float) -> bool | None:
    """Whether a value meets the target (reached, not exceeded, or inside the band); None without target or direction."""
    if metric.better == "band" and metric.band is not None:
        return metric.band[0] <= value <= metric.band[1]
    if metric.target is None or metric.better == "none":
        return None
    return _merit(metric, value) >= _merit(metric, metric.target)


def progress(metric: Metric, now: Side, gone: Fraction) -> Compared:
    """目标完成率 against 时序进度: base = share of the time gone in percent, delta = 完成率 - 时序 in points (negative: lag).

    gone: 0..1 from `elapsed`. For a metric that is better lower, staying below the time's share is for the better.
    """
    if metric.target is None or metric.target <= 0:
        return Compared("progress", refused=Why.NO_TARGET.say())
    refused = Why.NO_VALUE.say() if now.value is None else thin(metric, now, NOW)
    if refused or now.value is None:
        return Compared("progress", float(gone * 100), refused=refused)
    done = fraction(now.value) * 100 / fraction(metric.target)
    lead = done - gone * 100
    sign = {"higher": 1, "lower": -1}.get(metric.better, 0)
    better = None if lead * sign == 0 else lead * sign > 0
    return Compared("progress", float(gone * 100), float(lead), "pt", better)


def elapsed(at: datetime, period: Period, zone: ZoneInfo) -> Fraction:
    """The share of the local day, month or year that has gone at a moment, 0..1, by the city's clock."""
    local = at.astimezone(zone)
    start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "today":
        end = start + timedelta(days=1)
    elif period == "month":
        start = start.replace(day=1)
        end = (start + timedelta(days=31)).replace(day=1)
    else:
        start = start.replace(day=1, month=1)
        end = start.replace(year=start.year + 1)
    now, begin, finish = (fraction(moment.timestamp()) for moment in (local, start, end))
    return (now - begin) / (finish - begin)
