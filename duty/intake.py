"""Records that come in by a person's hand: mapped by the rules of their source and written by the way of every push."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from datasources.context import SourceContext
from datasources.mapping import Fate, Mapper, Outcome
from datasources.text import RAW_LIMIT
from domain.batch import Batch
from domain.city import City
from domain.observation import Observation
from domain.run import SourceRun
from domain.source import Record, SourceSpec
from geo.places import CityPlaces
from indicators.derive import needs
from store import Store
from store.feeds import Kept
from store.push import Delivery, Receipt, Settled, Taken


class Places:
    """The city's geography, read when the first record names a point."""

    def __init__(self, city: City) -> None:
        self._city = city

    @cached_property
    def _places(self) -> CityPlaces:
        return CityPlaces.of_city(self._city)

    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        """As `domain.place.Places`."""
        return self._places.to_wgs84(crs, x, y)

    def district_at(self, lon: float, lat: float) -> str | None:
        """As `domain.place.Places`."""
        return self._places.district_at(lon, lat)


def followed(city: City) -> frozenset[str]:
    """The metrics that something follows from: inputs of derived ones, and those that rules watch."""
    inputs = (name for metric in city.metrics.values() for name in needs(metric))
    return frozenset(inputs) | {rule.when.metric for rule in city.rules.values()}


def mapper(city: City, spec: SourceSpec, places: Places | None = None) -> Mapper:
    """The source's own mapping, as the collector has it, in the city as it is declared now."""
    areas = frozenset({city.adcode, *city.districts})
    return Mapper(spec, SourceContext(city.metrics, city.sites, places or Places(city), {}, Path(), areas))


@dataclass(frozen=True, slots=True)
class Again:
    """How a quarantined record fared when it was put in again. fate "unreadable": its text was cut, or is no record."""

    digest: str
    where: str
    fate: Fate | str
    reason: str = ""


def delivery(city: City, batch: Batch, outcomes: Sequence[Outcome]) -> Delivery:
    """A mapped batch to be written as a push is written, with its run."""
    fates = [one.fate for one in outcomes]

    def settle(done: Taken) -> Settled:
        written = done.written.inserted + done.written.corrected + done.written.incidents
        run = SourceRun(
            batch.source, batch.received, batch.received, ok=True, read=batch.read, written=written,
            duplicates=fates.count("duplicate"), rejected=fates.count("rejected"),
        )  # fmt: skip
        return Settled(b"{}", run)

    return Delivery(batch, settle, followed(city))


def taken(city: City, store: Store, batch: Batch, outcomes: Sequence[Outcome], receipt: Receipt | None = None) -> bool:
    """Write a mapped batch as a push is written, with its run; False when the receipt was answered before. StoreError."""
    one = delivery(city, batch, outcomes)
    return not store.inbox.take(one.batch, receipt, one.settle, one.followed).repeated


def again(city: City, store: Store, spec: SourceSpec, kept: Sequence[Kept], now: datetime) -> list[Again]:
    """Put quarantined records through the mapping as it is now: what is understood is stored once and let go. StoreError.

    A value that was told anew since the records came stays as it is; a record that is refused again stays where it was.
    """
    found: list[Again] = []
    readable: list[tuple[Kept, Record]] = []
    for one in kept:
        record = _record(one)
        if record is None:
            found.append(Again(one.digest, one.record.where, "unreadable"))
        else:
            readable.append((one, record))
    if readable:
        batch, outcomes = mapper(city, spec).judged([record for _, record in readable], now)
        came = min(one.record.received for one, _ in readable)
        told_anew = set(_overtaken(store, batch, came))
        fresh = tuple(one for one in batch.observations if one not in told_anew)
        taken(city, store, replace(batch, observations=fresh, rejects=()), outcomes)
        pairs = zip((one for one, _ in readable), outcomes, strict=True)
        found += [Again(one.digest, one.record.where, outcome.fate, outcome.reason) for one, outcome in pairs]
        store.feeds.release(spec.key, [one.digest for one in found if one.fate in ("accepted", "duplicate")])
    return found


def _overtaken(store: Store, batch: Batch, came: datetime) -> Sequence[Observation]:
    """What the store has heard of again after these records came: the later word stands."""
    if not batch.observations:
        return ()
    moments = [one.at for one in batch.observations]
    wanted = {(one.metric, one.site) for one in batch.observations}
    keys = {
        number: key
        for number, key in store.series().items()
        if key.source == batch.source and (key.metric, key.site) in wanted
    }
    rows = store.window(min(moments), max(moments) + timedelta(milliseconds=1), list(keys))
    later = {
        (keys[series].metric, keys[series].site, at)
        for series, at, received in zip(rows.series.tolist(), rows.at.tolist(), rows.received.tolist(), strict=True)
        if received > came.timestamp() * 1000
    }
    return [one for one in batch.observations if (one.metric, one.site, round(one.at.timestamp() * 1000)) in later]


def _record(one: Kept) -> Record | None:
    """The record as it came; None when its text was cut or is something else."""
    if len(one.record.raw) >= RAW_LIMIT:
        return None
    try:
        fields = json.loads(one.record.raw)
    except ValueError:
        return None
    return Record(fields, one.record.where) if isinstance(fields, dict) else None
