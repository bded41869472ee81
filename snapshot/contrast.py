"""A number against an earlier one, a target or the others: printed or refused with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.metric import Metric, Window
from indicators.comparable import Side
from indicators.compare import Compared, compare, compare_target, elapsed, progress
from indicators.rank import Entry, rank
from indicators.reasons import Why
from snapshot.ask import Ask
from snapshot.figures import FRESH
from snapshot.model import Basis, Comparison, Rank, Reading
from snapshot.moment import Moment
from snapshot.numbers import read, reading
from snapshot.restate import restated
from snapshot.times import Shift, earlier

NEARLY_TWO_WEEKS = timedelta(days=13)
STALE = Why.STALE.say()


def compared(moment: Moment, ask: Ask, key: str, place: str, basis: Basis, window: Window | None) -> Comparison:
    """The reading against its base: the same local time of an earlier period, as late in it as the newest value is."""
    metric = moment.metric(key)
    span = window or metric.window
    now = reading(moment, ask, key, place, span)
    if now.at is not None and now.freshness not in FRESH:
        return Comparison(basis, refused=STALE)
    if basis == "target":
        return _told(compare_target(metric, side(now)))
    if basis == "progress":
        period = span if span in ("today", "month") else "year"
        return _told(progress(metric, side(now), elapsed(now.at or moment.at, period, moment.zone)))
    base, holiday = _earlier(moment, ask, basis, span, now)
    again = restated(moment, ask, now, base, span)
    told = _told(compare(metric, side(now), replace(side(again), holiday=holiday), basis))
    if again is not base:
        return replace(told, note=Why.RESTATED.say(name=again.standard))
    return replace(told, note=_shifted(moment, basis, now, base))


def _shifted(moment: Moment, basis: Shift, now: Reading, base: Reading) -> str:
    """That the base is not last week's day, because that one was a holiday or was worked for one; "" otherwise."""
    if basis != "week" or now.at is None or base.at is None or now.at - base.at < NEARLY_TWO_WEEKS:
        return ""
    return Why.SHIFTED.say(day=f"{base.at.astimezone(moment.zone):%m-%d}")


def side(told: Reading) -> Side:
    """A reading as one side of a comparison."""
    return Side(told.value, told.at, told.coverage, told.n, told.standard)


def _earlier(moment: Moment, ask: Ask, basis: Shift, window: Window, now: Reading) -> tuple[Reading, str]:
    """The same figure one period before, and why that day does not compare ("" when it does)."""
    if now.at is None:
        return Reading(now.metric, now.place), ""
    end, holiday = earlier(now.at, basis, moment.metric(now.metric), window, moment.zone)
    base = read(moment, ask, now.metric, now.place, window, end)
    return (base if base.at is not None else replace(base, at=end)), holiday


def _told(found: Compared) -> Comparison:
    return Comparison(found.basis, found.base, found.delta, found.unit, found.better, found.refused)


def ranking(moment: Moment, ask: Ask, key: str, window: Window | None) -> Sequence[Rank]:
    """Districts by the metric's direction with last period's ranks; a stale district has no rank."""
    metric = moment.metric(key)
    span = window or metric.window
    now = {d: reading(moment, ask, key, d, span) for d in moment.city.districts}
    before = _ranks_before(moment, ask, metric, span, now)
    stale = {d for d, r in now.items() if r.value is not None and r.freshness not in FRESH}
    fresh = [_entry(moment, d, replace(r, value=None) if d in stale else r) for d, r in now.items()]
    return tuple(
        Rank(r.place, r.rank, r.value, r.n, r.before, STALE if r.place in stale else r.refused)
        for r in rank(metric, fresh, before)
    )


def _ranks_before(
    moment: Moment, ask: Ask, metric: Metric, window: Window, now: Mapping[str, Reading]
) -> dict[str, int | None]:
    """Ranks one period earlier: yesterday for short windows, the month or year before for long ones."""
    basis: Shift = _PERIOD.get(window, "yesterday")
    base = {d: _earlier(moment, ask, basis, window, r)[0] for d, r in now.items()}
    return {r.place: r.rank for r in rank(metric, [_entry(moment, d, r) for d, r in base.items()])}


_PERIOD: Mapping[Window, Shift] = {"d30": "month", "month": "month", "year": "year"}


def _entry(moment: Moment, district: str, told: Reading) -> Entry:
    persons = moment.city.districts[district].population
    return Entry(district, told.value, told.n, persons, told.coverage, told.standard)
