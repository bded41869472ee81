"""Rankings for 通报: normalised, with a minimum volume, ties sharing a rank, and a reason for every place left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.metric import Metric
from indicators.comparable import few, uncovered
from indicators.exact import Number, fraction, half_even
from indicators.rates import is_rate
from indicators.reasons import Why

PER_PERSONS = 10_000  # amounts are ranked per 万人: raw counts only rank how large the places are


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to be ranked. n: a rate's denominator; persons: population, for amounts; coverage 0..1 of expected samples."""

    place: str
    value: float | None
    n: float | None = None
    persons: float | None = None
    coverage: float = 1.0
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One row: `rank` None means not ranked, `refused` says why (Chinese). value: what was ranked, normalised for amounts.

    before: last period's rank, None when there was none.
    """

    place: str
    rank: int | None
    value: float | None
    n: float | None = None
    before: int | None = None
    refused: str = ""


def rank(metric: Metric, entries: Sequence[Entry], before: Mapping[str, int | None] | None = None) -> list[Ranked]:
    """Order places by the metric's direction, best first; those not ranked come last, both in the given order among equals.

    Amounts (across: sum) are ranked per 10,000 persons. Values equal at the metric's displayed digits share a rank and the
    next rank is skipped (1, 2, 2, 4). Left out with a reason: no value, no direction, a sample below 30, no population, coverage
    below 80 %, another standard than the newest among them. before: last period's ranks by place.
    """
    rows = [_row(metric, entry, entries) for entry in entries]
    earlier = before or {}
    good = [row for row in rows if not row.refused]
    merits = {row.place: _merit(metric, row) for row in good}
    good.sort(key=lambda row: -merits[row.place])
    ranked = [
        Ranked(
            row.place,
            1 + sum(merit > merits[row.place] for merit in merits.values()),
            row.value,
            row.n,
            earlier.get(row.place),
        )
        for row in good
    ]
    return ranked + [row for row in rows if row.refused]


def _row(metric: Metric, entry: Entry, entries: Sequence[Entry]) -> Ranked:
    """The place with its normalised value, or with the reason why it is not ranked."""
    refused = _refusal(metric, entry, entries)
    value = entry.value
    if not refused and value is not None and is_amount(metric) and entry.persons:
        value = float(per_persons(value, entry.persons))
    return Ranked(entry.place, None, value, entry.n, refused=refused)


def is_amount(metric: Metric) -> bool:
    """Whether a metric grows with the size of its place, so that only its share per person can be ranked."""
    return metric.across == "sum" and not is_rate(metric)


def per_persons(value: Number, persons: Number) -> Fraction:
    """An amount per 10,000 persons; ZeroDivisionError without population."""
    return fraction(value) * PER_PERSONS / fraction(persons)


def _refusal(metric: Metric, entry: Entry, entries: Sequence[Entry]) -> str:
    if metric.better == "none":
        return Why.NO_DIRECTION.say()
    if entry.value is None:
        return Why.NO_DATA.say()
    return few(metric, entry.n, Why.FEW) or _uneven(metric, entry, entries)


def _uneven(metric: Metric, entry: Entry, entries: Sequence[Entry]) -> str:
    if gaps := uncovered(entry.coverage, Why.UNCOVERED):
        return gaps
    if is_amount(metric) and not entry.persons:
        return Why.NO_POPULATION.say()
    standard = max((e.standard for e in entries if e.value is not None), default="")
    return Why.OTHER_STANDARD.say(name=entry.standard or Why.UNNAMED.say()) if entry.standard != standard else ""


def _merit(metric: Metric, row: Ranked) -> Fraction:
    """A number that grows as the value gets better, at the digits people see (two more for amounts per 10,000)."""
    shown = half_even(fraction(row.value or 0.0), metric.digits + (2 if is_amount(metric) else 0))
    if metric.better == "band" and metric.band is not None:
        low, high = (fraction(edge) for edge in metric.band)
        return -max(low - shown, shown - high, Fraction(0))
    return shown if metric.better == "higher" else -shown
