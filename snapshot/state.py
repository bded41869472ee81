"""What the snapshot says of the city and of itself: status 1..5, data health, events per interval."""

from datetime import timedelta

import numpy as np

from access import mask
from domain.health import Freshness
from domain.metric import Metric
from duty.stage import in_force
from indicators.status import health_share
from indicators.status import status as judge
from snapshot.ask import Ask
from snapshot.model import Reading, Trend
from snapshot.moment import ALERTS, HEALTH, INCIDENTS, Moment
from snapshot.times import MINUTE, midnight, to_at, to_ms

PERCENT = 100.0


def status(moment: Moment, ask: Ask, metric: Metric, place: str) -> Reading:
    """运行状态 1..5 from alerts, incidents and sources; inside a district only from what happens there, for the city unless somebody has ordered another. Reasons in `note`, masked: they quote incidents."""
    ask.on.update((metric.key, ALERTS, INCIDENTS, HEALTH))
    here = place if place and place != moment.city.adcode else ""
    alerts = [a for a in moment.alerts if not here or moment.city.district_of(a.site) == here]
    incidents = [i for i in moment.incidents if not here or i.district == here]
    files = [one for one in moment.files if not here or one.district == here]
    found = judge(alerts, incidents, moment.sources, lambda key: _source_name(moment, key), files)
    reasons = [reason.text for reason in found.reasons]
    held = in_force(found.stage, None if here else moment.stage, moment.at)
    if held.order is not None and held.order.due is not None:
        until = held.order.due.astimezone(moment.zone)
        reasons.insert(0, f"人工指定 {held.stage} 级，到 {until:%m-%d %H:%M}：{held.order.title}")
        ask.before(held.order.due)
    return Reading(
        metric.key,
        place or moment.city.adcode,
        float(held.stage),
        moment.at.replace(second=0, microsecond=0),
        freshness=Freshness.LIVE,
        note="；".join(mask.text(reason) for reason in reasons),
    )


def health_rate(moment: Moment, ask: Ask, metric: Metric, place: str) -> Reading:
    """数据健康度: sources whose data are fresh over all, in percent; n is how many sources there are."""
    ask.on.update((metric.key, HEALTH))
    share = health_share(moment.sources)
    where = place or moment.city.adcode
    if share is None:
        return Reading(metric.key, where, coverage=0.0)
    at = moment.at.replace(second=0, microsecond=0)
    n = float(len(moment.sources))
    return Reading(metric.key, where, share * PERCENT, at, freshness=Freshness.LIVE, n=n)


def events_per(moment: Moment, ask: Ask, minutes: int, hours: int) -> Trend:
    """Alerts fired and incidents begun in each interval of the last hours; the last interval is the running one."""
    ask.on.update((ALERTS, INCIDENTS))
    step, count = minutes * MINUTE, hours * 60 // minutes
    day = to_ms(midnight(moment.at, moment.zone))
    last = day + (moment.now - day) // step * step
    ask.before(last + step)
    begun = [a.fired for a in moment.alerts if a.fired is not None] + [i.at for i in moment.incidents]
    edges = last + step * np.arange(1 - count, 2)
    counts, _ = np.histogram([to_ms(at) for at in begun], edges)
    return Trend(
        "events",
        moment.city.adcode,
        timedelta(minutes=minutes),
        tuple(to_at(int(edge)) for edge in edges[:-1]),
        tuple(float(n) for n in counts),
    )


def _source_name(moment: Moment, key: str) -> str:
    source = moment.city.sources.get(key)
    return (source.name or source.department) if source is not None else key
