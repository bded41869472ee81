"""What an order, an instruction or a line of the daily is about: a case, or a metric at a place, inside the viewer's reach."""

from dataclasses import dataclass

from callbacks.accounts_services import AccountServices
from layouts.accounts.desk import Desk

METRIC = "metric:"


@dataclass(frozen=True, slots=True)
class About:
    """Its name, what it says where it says something, its topic and district, and the department that answers for it.

    version: that of the case as it stands; 0 for a number.
    """

    name: str = ""
    topic: str = ""
    district: str = ""
    shown: str = ""
    level: int = 3
    unit: str = ""
    version: int = 0


def about_of(services: AccountServices, desk: Desk, about: str) -> About | None:
    """What the address names; None when there is no such thing, or not for this person. StoreError."""
    found = _metric(services, desk, about) if about.startswith(METRIC) else _case(services, about)
    return found if found and desk.viewer.reach.covers(found.topic, found.district) else None


def _metric(services: AccountServices, desk: Desk, about: str) -> About | None:
    key, _, place = about.removeprefix(METRIC).partition("@")
    metric, city = services.city.metrics.get(key), services.city
    known = not place or place == city.adcode or place in city.districts or place in city.sites
    if metric is None or not known:
        return None
    name = f"{desk.either(metric.name, metric.name_en)} · {city.place_name(place or city.adcode)}"
    return About(name, metric.topic, city.district_of(place), unit=metric.department)


def _case(services: AccountServices, about: str) -> About | None:
    case = services.store.desk.case(about) if about.startswith("GJ-") else None
    if case is None:
        return None
    rule = services.city.rules.get(case.rule)
    unit = rule.department if rule else ""
    return About(case.id, case.topic, case.district, case.say, int(case.level), unit, case.version)
