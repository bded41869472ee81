"""Computed metrics from observations as they arrive: every metric with a `derive:` name in `recipes.RECIPES`.

1. Index what arrived by metric, site and moment. 2. For each derived metric, find the moments its inputs touch (a late hour
touches the 23 totals after it). 3. Gather the inputs at each moment: the batch first, then what is held. 4. Compute.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from domain.metric import Metric
from domain.observation import Observation, Quality
from domain.place import Site
from indicators.columns import derive_columns
from indicators.recipes import RECIPES, Case, Made, Recipe

Previous = Mapping[tuple[str, str], float]
History = Mapping[tuple[str, str], Mapping[datetime, float]]

NAMES = frozenset(RECIPES)
MANY = 8  # moments of one site from which a column pays for itself
_HOUR = timedelta(hours=1)
_Index = dict[str, dict[str, dict[datetime, Observation]]]  # metric -> site -> moment -> what arrived
_NOTHING: History = {}


def needs(metric: Metric) -> tuple[str, ...]:
    """The metrics a derived metric is computed from, all of its own area; () when it is not derived here.

    A city declares only some of them: of the items of GB 3838-2002, for example, an automatic station measures five.
    """
    recipe = RECIPES.get(metric.derive)
    return tuple(f"{_area(metric)}.{name}" for name in recipe.inputs) if recipe else ()


def span(metric: Metric) -> timedelta:
    """How far before its moment a derived metric's inputs reach: zero, or 23 hours for the rain of a day."""
    recipe = RECIPES.get(metric.derive)
    return _HOUR * (recipe.hours - 1) if recipe else timedelta(0)


def _area(metric: Metric) -> str:
    return metric.key.rpartition(".")[0]


@dataclass(frozen=True)
class _Known:
    """What may be asked at a moment: the batch, then the history, then the previous values at the batch's newest moment."""

    batch: _Index
    history: History
    previous: Previous
    newest: Mapping[str, datetime]

    def arrived(self, key: tuple[str, str], at: datetime) -> Observation | None:
        """What this batch says of a metric at a site."""
        return self.batch.get(key[0], {}).get(key[1], {}).get(at)

    def held(self, key: tuple[str, str], at: datetime) -> Observation | float | None:
        """What arrived, even when it says "no value"; else what is held for that very moment."""
        arrived = self.arrived(key, at)
        if arrived is not None:
            return arrived
        before = self.history.get(key, {}).get(at)
        if before is None and at == self.newest.get(key[1]):
            return self.previous.get(key)
        return before

    def value(self, key: tuple[str, str], at: datetime) -> float | None:
        """The usable value at a moment, None when there is none."""
        found = self.held(key, at)
        return _usable(found) if isinstance(found, Observation) else found


def _usable(observation: Observation) -> float | None:
    return observation.value if observation.quality <= Quality.SUSPECT else None


def derive(
    observations: Iterable[Observation],
    city_metrics: Mapping[str, Metric],
    sites: Mapping[str, Site],
    previous: Previous,
    history: History = _NOTHING,
) -> list[Observation]:
    """Every derived value that these observations change, with its standard, in a stable order.

    previous: (metric, site) -> value at the newest moment of this site in the batch (inputs that came in another batch).
    history: (metric, site) -> moment -> value, reaching back `span(metric)`; needed for rain_24h and for batches of several moments.
    A value is suspect when an input was, and missing (None) where all inputs are or where the standard publishes none
    (HJ 633-2026 5.3.1). Sites not declared, of another kind than the metric's, or without a needed fact give nothing.
    """
    arrived = list(observations)
    derived = [metric for metric in city_metrics.values() if metric.derive in RECIPES]
    made: list[Observation] = []
    for chained in (False, True):  # a rain grade may rest on a total that was itself just derived
        known = _know([*arrived, *made], previous, history)
        for metric in derived:
            if (metric.derive == "rain_grade") is chained:
                made.extend(_derive_metric(metric, sites, known))
    return made


def _know(observations: Sequence[Observation], previous: Previous, history: History) -> _Known:
    """Index the batch; of two values for one moment the one received later counts."""
    batch: _Index = {}
    newest: dict[str, datetime] = {}
    for seen in observations:
        moments = batch.setdefault(seen.metric, {}).setdefault(seen.site, {})
        other = moments.get(seen.at)
        if other is None or other.received <= seen.received:
            moments[seen.at] = seen
        newest[seen.site] = max(newest.get(seen.site, seen.at), seen.at)
    return _Known(batch, history, previous, newest)


def _derive_metric(metric: Metric, sites: Mapping[str, Site], known: _Known) -> Iterator[Observation]:
    inputs, recipe = needs(metric), RECIPES[metric.derive]
    touched: set[tuple[str, datetime]] = set()
    for key in inputs:
        for site, moments in known.batch.get(key, {}).items():
            touched.update((site, at) for at in _moments(moments, recipe, known, (key, site)))
    gathered: dict[str, list[datetime]] = {}
    for site, at in sorted(touched):
        gathered.setdefault(site, []).append(at)
    for site, together in gathered.items():
        place = sites.get(site)
        if place is not None and metric.site_kind in ("", place.kind):
            yield from _derive_site(metric, place, together, known)


def _derive_site(metric: Metric, site: Site, moments: Sequence[datetime], known: _Known) -> Iterator[Observation]:
    """One site's values; many moments of what is computed from one value alone are computed as a column."""
    recipe = RECIPES[metric.derive]
    if len(moments) >= MANY and len(recipe.inputs) == recipe.hours == 1:
        yield from _derive_column(metric, site, moments, known)
    else:
        for at in moments:
            yield from _derive_one(metric, site, at, known)


def _derive_column(metric: Metric, site: Site, moments: Sequence[datetime], known: _Known) -> Iterator[Observation]:
    """What `_derive_one` gives for each moment: the column's arithmetic is as exact, a hundred times faster."""
    (name,) = needs(metric)
    seen = known.batch[name][site.id]
    given = [_usable(seen[at]) for at in moments]
    values = np.array([np.nan if value is None else value for value in given])
    columns = derive_columns(metric, site, np.arange(len(moments), dtype=np.int64), {name: values})
    made = {i: value for column in columns for i, value in zip(column.at.tolist(), column.value.tolist(), strict=True)}
    for i, at in enumerate(moments):
        if given[i] is not None and i not in made:
            continue  # the site lacks a fact that is needed
        value, one = made.get(i, math.nan), seen[at]
        told = None if math.isnan(value) else value
        quality = Quality.MISSING if told is None else one.quality
        standard = RECIPES[metric.derive].standard(metric, at)
        yield Observation(metric.key, site.id, one.source, at, told, one.received, quality, standard)


def _moments(arrived: Iterable[datetime], recipe: Recipe, known: _Known, key: tuple[str, str]) -> Iterator[datetime]:
    """The moments that inputs of these moments change: their own, and later ones that have a value and reach back to them."""
    for at in arrived:
        yield at
        later = (at + _HOUR * k for k in range(1, recipe.hours))
        yield from (moment for moment in later if known.held(key, moment) is not None)


def _derive_one(metric: Metric, site: Site, at: datetime, known: _Known) -> Iterator[Observation]:
    recipe, area = RECIPES[metric.derive], _area(metric)
    moments = [at - _HOUR * k for k in range(recipe.hours)]
    values: dict[str, list[float]] = {}
    seen: list[Observation] = []
    for name in recipe.inputs:
        key = (f"{area}.{name}", site.id)
        found = [value for moment in moments if (value := known.value(key, moment)) is not None]
        if found:
            values[name] = found
        seen.extend(o for moment in moments if (o := known.arrived(key, moment)) is not None)
    made = recipe.compute(Case(metric, site, at, values)) if values else Made(None)
    if made is None:
        return
    last = max(seen, key=lambda o: (o.received, o.at, o.source))
    worst = max((o.quality for o in seen if _usable(o) is not None), default=Quality.GOOD)
    quality = Quality.MISSING if made.value is None else max(made.quality, worst)
    yield Observation(
        metric.key, site.id, last.source, at, made.value, last.received, quality, recipe.standard(metric, at)
    )
