"""Blocks of published values as the store's columns, with the metrics derived from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from demo.noise import Floats, Ints
from demo.publication import Block, Publisher
from demo.rhythm import HOUR
from domain.metric import Metric
from domain.observation import Quality, SeriesKey
from indicators.columns import derive_columns
from store import Columns

Qualities = NDArray[np.uint8]


@dataclass
class Pile:
    """Columns under construction, series by series."""

    keys: list[SeriesKey] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    at: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    quality: list[Qualities] = field(default_factory=list)

    def add(self, key: SeriesKey, at: Ints, value: Floats, quality: Qualities) -> None:
        """One more stretch of a series; `at` in ms."""
        if len(at):
            self.keys.append(key)
            self.lengths.append(len(at))
            self.at.append(at)
            self.value.append(value)
            self.quality.append(quality)

    def columns(self) -> Columns:
        """Everything in order of time, so that the store only appends."""
        if not self.keys:
            return Columns([], np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8))
        series = np.repeat(np.arange(len(self.keys), dtype=np.int32), self.lengths)
        at = np.concatenate(self.at)
        order = np.argsort(at, kind="stable")
        value, quality = np.concatenate(self.value), np.concatenate(self.quality)
        return Columns(list(self.keys), series[order], at[order], value[order], quality[order])


@dataclass(frozen=True, slots=True)
class Told:
    """One metric of a block as known at a moment: NaN where missing; `there` where a row exists."""

    value: Floats
    there: NDArray[np.bool_]
    quality: Qualities

    @property
    def usable(self) -> Floats:
        """The values that count, NaN elsewhere."""
        return np.where(self.quality < Quality.MISSING, self.value, np.nan)


def told(publisher: Publisher, block: Block, metric: str, now: int) -> Told:
    """What was published of a metric until now: first values where the correction is still to come, no wild ones."""
    value = block.values[metric]
    early = block.corrected > now
    if early.any():
        value = np.where(early, publisher.preliminary(block, metric), value)
    missing = block.missing[metric]
    there = (block.told <= now) & ~block.wild[metric]
    usual = Quality.SUSPECT if block.feed.model else Quality.GOOD
    quality = np.where(block.flagged, np.uint8(Quality.INVALID), np.uint8(usual))
    quality = np.where(missing, np.uint8(Quality.MISSING), quality)
    return Told(np.where(missing | ~there, np.nan, value), there, quality)


def add_native(pile: Pile, block: Block, known: Mapping[str, Told]) -> None:
    """Every value at its own time."""
    at = block.at * 1000
    for metric, one in known.items():
        for row, site in enumerate(block.group.names):
            there = one.there[row]
            key = SeriesKey(metric, site, block.feed.source)
            pile.add(key, at[row][there], one.value[row][there], one.quality[row][there])


def add_hourly_sums(pile: Pile, block: Block, known: Mapping[str, Told]) -> None:
    """The hour's total at the time of its first interval. The block holds whole hours."""
    per_hour = HOUR // block.feed.step
    at = block.at[:, ::per_hour] * 1000
    for metric, one in known.items():
        total = np.nansum(one.usable.reshape(len(block.group), -1, per_hour), axis=2)
        good = np.zeros(total.shape[1], np.uint8)
        for row, site in enumerate(block.group.names):
            pile.add(SeriesKey(metric, site, block.feed.source), at[row], total[row], good)


def add_derived(pile: Pile, block: Block, known: Mapping[str, Told], metrics: Sequence[Metric]) -> None:
    """The derived metrics of the block's sites, by the same arithmetic as live values."""
    if not metrics:
        return
    at = block.at * 1000
    usable = {metric: one.usable for metric, one in known.items()}
    for row, site in enumerate(block.group.sites):
        inputs = {metric: value[row] for metric, value in usable.items()}
        for metric in metrics:
            for column in derive_columns(metric, site, at[row], inputs):
                key = SeriesKey(metric.key, site.id, block.feed.source, column.standard)
                pile.add(key, column.at, column.value, column.quality)
