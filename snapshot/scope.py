"""Which places are expected to measure a metric inside a place."""

from dataclasses import dataclass

from domain.city import City
from domain.metric import Metric
from snapshot.course import Course
from snapshot.moment import Moment


@dataclass(frozen=True, slots=True)
class Scope:
    """The sites (or districts, or the city itself) whose values make up a place's value, in declared order.

    direct: the place has a figure of its own, nothing is combined.
    """

    sites: tuple[str, ...]
    direct: bool = False


def scope_of(moment: Moment, metric: Metric, course: Course, place: str) -> Scope:
    """The members of a place: itself when it is measured, else all sites of the metric's kind in it, else its districts."""
    city = moment.city
    here = place or city.adcode
    if here in course.by_site or here in city.sites:
        return Scope((here,), direct=True)
    whole = here == city.adcode
    if metric.site_kind:
        return Scope(_of_kind(moment, metric, course, "" if whole else here))
    if not whole:
        return Scope(tuple(site for site in course.by_site if city.district_of(site) == here and site in city.sites))
    districts = tuple(city.districts)
    if any(district in course.by_site for district in districts):
        return Scope(districts)
    return Scope(tuple(site for site in course.by_site if site in city.sites))


def members_of(moment: Moment, metric: Metric, course: Course, district: str) -> tuple[str, ...]:
    """Every site that measures a metric inside a district ("" = everywhere), or every district, in declared order."""
    city = moment.city
    if district and district != city.adcode:
        return scope_of(moment, metric, course, district).sites
    if metric.site_kind:
        return _of_kind(moment, metric, course, "")
    districts = tuple(city.districts)
    if any(place in course.by_site for place in districts):
        return districts
    return tuple(site for site in course.by_site if site in city.sites or site == city.adcode)


def _of_kind(moment: Moment, metric: Metric, course: Course, district: str) -> tuple[str, ...]:
    """Sites of the metric's kind that have ever measured it: not every road segment counts cars. All, before any has."""
    kind = moment.by_kind.get(metric.site_kind, ())
    measuring = [s for s in kind if s.id in course.by_site]
    return tuple(s.id for s in measuring or kind if not district or s.district == district)


def weight_of(city: City, metric: Metric, site: str) -> float | None:
    """The site fact a weighted metric weighs by; None when the site does not tell it."""
    found = city.sites.get(site)
    fact = found.facts.get(metric.weight) if found is not None else None
    return float(fact) if isinstance(fact, int | float) and not isinstance(fact, bool) else None
