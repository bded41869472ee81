"""多源校核: two figures that must tell the same, and by how much they differ. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.metric import Agreement


@dataclass(frozen=True, slots=True)
class Told:
    """The newest usable value of one series."""

    metric: str
    source: str
    site: str
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What both said of a place. at: the older of the two moments, so that it never claims to be newer than its parts."""

    place: str
    at: datetime
    one: float
    other: float
    by: float


def differences(
    pair: Agreement, told: Iterable[Told], group: Callable[[str], str], apart: timedelta
) -> list[Difference]:
    """One less the other at every place of which both speak, at moments no further apart than `apart`.

    group: the place that a site's value counts for, "" for none. Several sites of a place count by their mean. In percent
    there is no difference where the other is 0.
    """
    left, right = pair.figures
    told = tuple(told)
    ones, others = (_by_place(figure, told, group) for figure in (left, right))
    found = []
    for place in sorted(ones.keys() & others.keys()):
        (at, one), (when, other) = ones[place], others[place]
        if abs(at - when) > apart or (pair.as_percent and other == 0):
            continue
        by = (one - other) / abs(other) * 100 if pair.as_percent else one - other
        found.append(Difference(place, min(at, when), one, other, by))
    return found


def _by_place(
    figure: tuple[str, str], told: Iterable[Told], group: Callable[[str], str]
) -> Mapping[str, tuple[datetime, float]]:
    metric, source = figure
    places: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.metric == metric and source in ("", one.source) and (place := group(one.site)):
            places[place].append(one)
    return {
        place: (max(one.at for one in found), sum(one.value for one in found) / len(found))
        for place, found in places.items()
    }
