"""Addresses of the cockpit's own pages, which keep what the present one shows: language, district and the moment replayed."""

from urllib.parse import urlencode

from domain.topic import DISTRICT as DISTRICT_PAGE
from layouts.tags import Child, h
from layouts.view import View

TOPIC, DISTRICT, INDICATOR, TARGETS, MAP = "/topic/", "/district/", "/indicator/", "/targets", "/map"


def href(view: View, path: str, **query: str) -> str:
    """A page of the cockpit in the view's language and at its moment; empty values are left out."""
    kept = {"lang": view.lang if view.lang != "zh" else "", "t": "" if view.snapshot.live else _moment(view)}
    asked = {name: value for name, value in (kept | query).items() if value}
    return f"{path}?{urlencode(asked)}" if asked else path


def indicator(view: View, metric: str, place: str = "") -> str:
    """The page of a metric, of a district where a number of one leads there; a site's number leads to its district's."""
    district = view.city.district_of(place) if place else view.place
    return href(view, f"{INDICATOR}{metric}", district=district)


def district(view: View, adcode: str) -> str:
    """The page of a district."""
    return href(view, f"{DISTRICT}{adcode}")


def named_district(view: View, adcode: str, name: str) -> Child:
    """A district's name as the way to its page; the bare name in a city whose folder gives districts no page."""
    return (
        h("A", name, "link", href=district(view, adcode), title=view.place_name(adcode))
        if has_districts(view)
        else name
    )


def has_districts(view: View) -> bool:
    """Whether districts have pages of their own in this city."""
    return DISTRICT_PAGE in view.city.topics


def topic(view: View, key: str) -> str:
    """The page of a topic, of the district looked at."""
    return href(view, f"{TOPIC}{key}", district=view.place)


def cases(view: View, **query: str) -> str:
    """The list of alert cases, also those that are over; it knows no replayed moment."""
    asked = {"state": "all", "lang": view.lang if view.lang != "zh" else "", **query}
    return "/alerts?" + urlencode({name: value for name, value in asked.items() if value})


def instruct(view: View, metric: str, place: str, shown: str) -> str:
    """Where a leader writes an instruction about a number, with the value he saw."""
    return _about(view, "/instructions", metric, place, shown)


def order(view: View, metric: str, place: str, shown: str) -> str:
    """Where the desk sends out an order about a number, with the value that was seen as its evidence."""
    return _about(view, "/orders", metric, place, shown)


def to_daily(view: View, metric: str, place: str) -> str:
    """Where a number is put into today's daily, as it stands then."""
    return _about(view, "/daily", metric, place, "")


def _about(view: View, path: str, metric: str, place: str, shown: str) -> str:
    asked = {"about": f"metric:{metric}@{place or view.here}"} | ({"shown": shown} if shown else {})
    return f"{path}?" + urlencode(asked | ({"lang": view.lang} if view.lang != "zh" else {}))


def _moment(view: View) -> str:
    return view.snapshot.at.strftime("%Y-%m-%dT%H:%M:%SZ")
