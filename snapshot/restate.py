"""An earlier AQI by the standard of now: recomputed from the concentrations of then, so that the two may be compared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.metric import Metric, Window
from indicators.recipes import RECIPES, Case
from snapshot.ask import Ask
from snapshot.figures import Part
from snapshot.model import Reading
from snapshot.moment import Moment
from snapshot.numbers import read

AQI = "aqi"


def restated(moment: Moment, ask: Ask, now: Reading, base: Reading, window: Window) -> Reading:
    """The base under the standard that `now` was computed by; the base as it is where that cannot be done.

    Only what stands for one moment can be recomputed: the mean of a month's indices is not the index of a month's means.
    """
    metric = moment.metric(now.metric)
    same = not now.standard or not base.standard or now.standard == base.standard
    if same or metric.derive != AQI or window != "latest" or now.at is None or base.at is None:
        return base
    part = Part.of(moment, ask, metric, now.place)
    values = [_index(moment, ask, metric, site, now.at, base.at) for site in part.scope.sites]
    total = part.combined(values)
    if total.value is None:
        return base
    return replace(base, value=total.value, coverage=total.coverage, standard=now.standard)


def _index(moment: Moment, ask: Ask, metric: Metric, place: str, rule: datetime, at: datetime) -> float | None:
    """A station's index from its concentrations at `at`, by the edition in force at `rule`; None without enough of them."""
    site = moment.city.sites.get(place)
    found = _concentrations(moment, ask, metric, place, at)
    if site is None or not found:
        return None
    made = RECIPES[AQI].compute(Case(metric, site, rule, {name: (value,) for name, value in found.items()}))
    return made.value if made is not None else None


def _concentrations(moment: Moment, ask: Ask, metric: Metric, place: str, at: datetime) -> Mapping[str, float]:
    area = metric.key.partition(".")[0]
    out: dict[str, float] = {}
    for name in RECIPES[AQI].inputs:
        key = f"{area}.{name}"
        value = read(moment, ask, key, place, "latest", at).value if key in moment.city.metrics else None
        if value is not None:
            out[name] = value
    return out
