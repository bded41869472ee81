"""Who asks, and how far that reaches: every answer of the API begins here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from access import mask
from access.reach import fitted, metrics_of, places_of, sees, sees_incident
from access.viewer import current
from api.errors import ApiError
from api.services import Services
from domain.account import Right, Viewer
from domain.city import City
from domain.incident import Incident
from domain.metric import Metric
from domain.place import Site

EARLIEST, LATEST = (
    datetime(1971, 1, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
)  # calendars reckon well in between


@dataclass(frozen=True, slots=True)
class Scope:
    """The viewer of a request and the city as it is now, with the sites learnt so far."""

    viewer: Viewer
    city: City

    def metrics(self) -> dict[str, Metric]:
        """The metrics that may be read, in declared order."""
        allowed = metrics_of(self.viewer.reach, self.city)
        return {key: one for key, one in self.city.metrics.items() if allowed is None or key in allowed}

    def sites(self) -> list[Site]:
        """The sites that may be read, by id: those in a readable district where a readable metric can be measured."""
        reach, kinds = self.viewer.reach, {one.site_kind for one in self.metrics().values()}
        found = [
            site
            for site in self.city.sites.values()
            if (reach.districts is None or site.district in reach.districts)
            and (reach.topics is None or site.kind in kinds)
        ]
        return sorted(found, key=lambda site: site.id)

    @property
    def places(self) -> frozenset[str] | None:
        """Districts and sites that may be read, None for all: what the store's queries are narrowed by."""
        return places_of(self.viewer.reach, self.city)

    def sees(self, metric: str, place: str) -> bool:
        """Whether a value of this metric at this place may be read."""
        return sees(self.viewer.reach, self.city, metric, place)

    def incidents(self, found: Iterable[Incident]) -> list[Incident]:
        """Those that may be read; what is personal in them masked unless the viewer may read it."""
        seen = [one for one in found if sees_incident(self.viewer.reach, one)]
        return seen if self.viewer.may(Right.PERSONAL) else [mask.incident(one) for one in seen]

    def known_metrics(self, asked: Iterable[str]) -> list[str]:
        """The metrics asked for; ApiError for one that does not exist or may not be read, which is told alike."""
        known = self.metrics()
        for key in asked:
            if key not in known:
                raise ApiError(404, "unknown_metric", f"There is no metric {key!r}.")
        return list(asked)

    def known_district(self, asked: str) -> str:
        """The district asked for ("" = any); ApiError for one that does not exist or may not be read."""
        reach = self.viewer.reach
        if asked and (
            asked not in self.city.districts or (reach.districts is not None and asked not in reach.districts)
        ):
            raise ApiError(404, "unknown_place", f"There is no district {asked!r}.")
        return asked


def reading(services: Services) -> Scope:
    """The scope of a request that reads; ApiError for strangers and for those who may not."""
    viewer, city = _viewer(Right.VIEW), city_now(services)
    return Scope(replace(viewer, reach=fitted(viewer.reach, city)), city)


def pushing(services: Services) -> Scope:
    """The scope of a request that pushes; ApiError for strangers and for those who may not."""
    return Scope(_viewer(Right.PUSH), city_now(services))


def city_now(services: Services) -> City:
    """The city with the sites learnt so far."""
    return services.live.snapshot.city if services.live.snapshot is not None else services.city


def moment(at: datetime | None, otherwise: datetime, name: str) -> datetime:
    """A time asked for; ApiError when it has no zone or lies where nothing can be."""
    if at is None:
        return otherwise
    if at.tzinfo is None:
        raise ApiError(422, "naive_time", f"{name} needs a zone, such as 2026-11-24T06:30:00Z.")
    if not EARLIEST <= at <= LATEST:
        raise ApiError(422, "out_of_range", f"{name} lies outside {EARLIEST.year} to {LATEST.year}.")
    return at


def _viewer(right: Right) -> Viewer:
    """The gate has looked already; a route that is reached past it still refuses."""
    viewer = current()
    if viewer is None:
        raise ApiError(401, "signed_out", "Sign in, or send a token: Authorization: Bearer cc_...")
    if not viewer.may(right):
        raise ApiError(403, "forbidden", f"This account or token has no right to {right.value}.")
    return viewer
