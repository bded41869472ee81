"""The address bar as state, so that a view can be sent on: district, metric, place, incident, sources, layers, t, lang."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from domain.city import City
from domain.health import source_at
from domain.wall import wall_at
from layouts.text import LANGUAGES


@dataclass(frozen=True, slots=True)
class Address:
    """What an address asks for; everything the city does not know is left empty, so a mistyped link still opens.

    sources: ?sources=all, the list of sources; source: ?sources=<key>, one of them. draft: a screen that is not live.
    """

    district: str = ""
    metric: str = ""
    place: str = ""
    incident: str = ""
    lang: str = "zh"
    at: datetime | None = None
    sources: bool = False
    source: str = ""
    draft: str = ""


def read(search: str, city: City) -> Address:
    """Read a query string ("?district=441881&lang=en") or a whole address."""
    query = urlsplit(search).query or search.partition("?")[2]
    given = {k: v[-1] for k, v in parse_qs(query).items()}
    district, metric, place = given.get("district", ""), given.get("metric", ""), given.get("place", "")
    lang = given.get("lang", "zh")
    return Address(
        district=district if district in city.districts else "",
        metric=metric if metric in city.metrics else "",
        place=place if _is_place(place, city) else "",
        incident=given.get("incident", "")[:200],
        lang=lang if lang in LANGUAGES else "zh",
        at=_moment(given.get("t", "")),
        sources="sources" in given,
        draft=given.get("draft", "")[:32],
        source=given.get("sources", "") if given.get("sources", "") in city.sources else "",
    )


def _is_place(place: str, city: City) -> bool:
    """A site, a district, the city, or a source or wall as the place of what is measured of it."""
    if place == city.adcode or place in city.districts or place in city.sites:
        return True
    return source_at(place) in city.sources or wall_at(place) in city.spec.walls


def _moment(text: str) -> datetime | None:
    """An ISO moment; one without a zone is taken as UTC, which is what the page writes."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
