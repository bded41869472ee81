"""How far an account reaches in a city: which metrics, places, sources, alerts and incidents it may read."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final, get_args

from domain.account import Reach, Viewer
from domain.alert import Alert
from domain.case import Case
from domain.city import City
from domain.health import MEASURED, source_at
from domain.incident import Incident
from domain.metric import Topic
from domain.observation import SeriesKey

TOPICS: Final[frozenset[str]] = frozenset(get_args(Topic))
INCIDENTS: Final = "emergency"  # the topic every incident belongs to, whoever reports it
REFUSED: Final = "无权查看"  # what stands where a number would, in the catalogue's own words


NOTHING: Final = Reach(frozenset(), frozenset())


class Sight(StrEnum):
    """How much of a source is shown."""

    NONE = "none"  # it feeds nothing that may be read
    STATE = "state"  # whether and since when it delivers: it feeds what may be read, and other things too
    WHOLE = "whole"  # its runs, counts, errors and quarantine as well


def reach_of(viewer: Viewer | None, city: City) -> Reach:
    """How far whoever asks may read in this city; nobody reaches nothing."""
    return NOTHING if viewer is None else fitted(viewer.reach, city)


def fitted(reach: Reach, city: City) -> Reach:
    """The reach as this city knows it: unknown names dropped, and "all of them" told as None, so that equals are equal."""
    districts, topics = reach.districts, reach.topics
    if districts is not None:
        districts &= frozenset(city.districts)
    if topics is not None:
        topics &= TOPICS
    return Reach(
        None if districts == frozenset(city.districts) and districts else districts,
        None if topics == TOPICS else topics,
    )


def placed(reach: Reach, city: City, asked: str) -> str:
    """The district that is looked at: the one asked for when it may be read, else the first that may; "" is the whole city."""
    if reach.districts is None or asked in reach.districts:
        return asked
    return next((code for code in city.districts if code in reach.districts), "")


def sees(reach: Reach, city: City, metric: str, place: str) -> bool:
    """Whether a metric may be read at a place: a site, a district, a source's own place, or the city ("" or its adcode)."""
    if source_at(place):
        return sight_of(reach, city, source_at(place)) is Sight.WHOLE
    if metric in MEASURED and reach.districts is not None:
        return False  # how the sources do is no district's own figure
    declared = city.metrics.get(metric)
    if reach.topics is not None and (declared is None or declared.topic not in reach.topics):
        return False
    return reach.districts is None or city.district_of(place) in reach.districts


def sees_alert(reach: Reach, city: City, alert: Alert | Case) -> bool:
    """Whether an alert, or its case, may be read: at its place, and in the topics of everything that its rule rests on.

    A rule about incidents has no metric; it belongs to their topic, or to its own.
    """
    if reach.topics is not None and not _topics_of(city, alert) <= reach.topics:
        return False
    if source_at(alert.site):
        return sight_of(reach, city, source_at(alert.site)) is Sight.WHOLE
    return reach.districts is None or city.district_of(alert.site) in reach.districts


def _topics_of(city: City, alert: Alert | Case) -> frozenset[str]:
    rule = city.rules.get(alert.rule)
    rested = {alert.metric, *(rule.when.metrics if rule is not None else ())} - {""}
    topics = {city.metrics[key].topic if key in city.metrics else "" for key in rested}
    own = (rule.topic if rule is not None else "") or INCIDENTS
    return frozenset(topics) if rested else frozenset({own})


def sees_incident(reach: Reach, incident: Incident) -> bool:
    """Whether an incident may be read; one without a district counts as city-wide."""
    return reach.covers(INCIDENTS, incident.district)


def sight_of(reach: Reach, city: City, source: str) -> Sight:
    """How much of a source may be read. Counts and records are of the whole city, so they need every district."""
    spec = city.sources.get(source)
    if reach.whole:
        return Sight.WHOLE
    if spec is None:
        return Sight.NONE
    fed: set[str] = {city.metrics[key].topic for key in spec.metrics if key in city.metrics}
    fed |= {INCIDENTS} if spec.incident is not None else set()
    seen = fed if reach.topics is None else fed & reach.topics
    if not seen:
        return Sight.NONE
    return Sight.WHOLE if seen == fed and reach.districts is None else Sight.STATE


def metrics_of(reach: Reach, city: City) -> frozenset[str] | None:
    """The metrics that may be read, None for all: what the store's queries are narrowed by."""
    if reach.topics is None:
        return None
    return frozenset(key for key, metric in city.metrics.items() if metric.topic in reach.topics)


def places_of(reach: Reach, city: City) -> frozenset[str] | None:
    """The places (districts and sites in them) that may be read, None for all."""
    if reach.districts is None:
        return None
    sites = (site.id for site in city.sites.values() if site.district in reach.districts)
    return frozenset(city.districts) & reach.districts | frozenset(sites)


def series_of(reach: Reach, city: City, series: Mapping[int, SeriesKey]) -> frozenset[int] | None:
    """The numbers of the series that may be read, None for all."""
    if reach.whole:
        return None
    return frozenset(number for number, key in series.items() if sees(reach, city, key.metric, key.site))


def narrowed(city: City, reach: Reach) -> City:
    """The city with only the districts, sites and sources that may be read; what it declares of metrics stays."""
    if reach.whole:
        return city
    places = places_of(reach, city)
    kinds = _kinds(city, reach)
    sites = {
        key: site
        for key, site in city.sites.items()
        if (places is None or key in places) and (kinds is None or site.kind in kinds)
    }
    districts = tuple(d for d in city.spec.districts if places is None or d.adcode in places)
    sources = {key: spec for key, spec in city.sources.items() if sight_of(reach, city, key) is not Sight.NONE}
    return replace(city, spec=city.spec.model_copy(update={"districts": districts}), sites=sites, sources=sources)


def _kinds(city: City, reach: Reach) -> frozenset[str] | None:
    """The kinds of site that some readable metric is measured at, None for all."""
    if reach.topics is None:
        return None
    return frozenset(m.site_kind for m in city.metrics.values() if m.site_kind and m.topic in reach.topics)
