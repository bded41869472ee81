"""Whether two figures may be compared at all, and if not, why (in Chinese, one sentence)."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.metric import Metric
from indicators.exact import fraction
from indicators.hj633 import CHINA, edition_of
from indicators.rates import SMALL
from indicators.reasons import Why

FIRST = "1"  # a definition that has had no other before it
COVERED = 0.8  # below 80 % of the expected samples a figure is not compared


class Thin(NamedTuple):
    """How it is said that a figure has gaps, or rests on few cases."""

    uncovered: Why
    few: Why


NOW, BASE = Thin(Why.UNCOVERED_NOW, Why.FEW_NOW), Thin(Why.UNCOVERED_BASE, Why.FEW_BASE)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. coverage: 0..1 of the expected samples; n: a rate's denominator.

    at: the moment the figure is of (its period's end). standard: what computed it. boundary: any text that changes with the
    place's boundaries ("" = unknown). holiday: why this day compares with nothing ("" = it does), from `holidays.base_of`.
    """

    value: float | None
    at: datetime | None = None
    coverage: float = 1.0
    n: float | None = None
    standard: str = ""
    boundary: str = ""
    holiday: str = ""


def refusal(metric: Metric, now: Side, base: Side) -> str:
    """The first reason why two figures do not compare, "" when they do.

    In order: no value, 口径变更 (metric.since lies between the two), another standard, boundaries changed, a holiday without a
    counterpart, coverage below 80 %, a denominator below 30 (but for a census).
    """
    return (
        _absent(now, base)
        or _redefined(metric, now, base)
        or _restandardised(metric, now, base)
        or _moved(now, base)
        or now.holiday
        or base.holiday
        or thin(metric, now, NOW)
        or thin(metric, base, BASE)
    )


def thin(metric: Metric, side: Side, words: Thin) -> str:
    """Why one figure is too thin to judge by: coverage below 80 % or a sample below 30; "" when it is not."""
    return uncovered(side.coverage, words.uncovered) or few(metric, side.n, words.few)


def _absent(now: Side, base: Side) -> str:
    if now.value is None:
        return Why.NO_VALUE.say()
    return Why.NO_BASE.say() if base.value is None else ""


def _redefined(metric: Metric, now: Side, base: Side) -> str:
    """metric.since is the day (or moment) from which the present version of the definition holds; a first version changes nothing."""
    since = _moment(metric.since) if metric.version != FIRST else None
    if since is None or now.at is None or base.at is None or not base.at < since <= now.at:
        return ""
    return Why.REDEFINED.say(day=metric.since, n=metric.version)


def _moment(text: str) -> datetime | None:
    """The start of a declared day in China, or the declared moment; None when none is declared or it is no date."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _restandardised(metric: Metric, now: Side, base: Side) -> str:
    new, old = _standard(metric, now), _standard(metric, base)
    return Why.RESTANDARDISED.say(old=old, new=new) if new and old and new != old else ""


def _standard(metric: Metric, side: Side) -> str:
    """The standard a figure was computed by; an AQI that does not name it was computed by the edition of its day."""
    if side.standard or side.at is None or metric.derive not in ("aqi", "aqi_primary"):
        return side.standard
    return edition_of(side.at, metric.standard)


def _moved(now: Side, base: Side) -> str:
    return Why.MOVED.say() if now.boundary and base.boundary and now.boundary != base.boundary else ""


def uncovered(coverage: float, why: Why) -> str:
    """Why a figure with gaps is not judged, in the given words; "" from 80 % on."""
    return "" if coverage >= COVERED else why.say(n=int(fraction(coverage) * 100))


def few(metric: Metric, n: float | None, why: Why) -> str:
    """Why a rate over `n` cases is not judged; "" for enough of them, and for a census, where few is all there are."""
    return why.say(n=f"{n:g}", m=SMALL) if n is not None and n < SMALL and not metric.census else ""
