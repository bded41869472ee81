"""Earthquakes of the USGS feeds (GeoJSON summary format)."""

from math import asin, cos, radians, sin, sqrt
from typing import Any, Literal

import httpx
from pydantic import ConfigDict, Field

from datasources.answers import AnswerSource, Reading, WebSpec
from datasources.context import SourceContext
from datasources.formats.documents import parse_json
from datasources.rows import records_of
from domain.source import Ask, AtSpec, IncidentSpec, Record

_EARTH_KM = 6371.0


class QuakesSpec(WebSpec):
    """A USGS feed (all_hour.geojson and the like). Each quake near enough and strong enough becomes an incident.

    Fields of a record: id, title, mag, type, place, time, updated, lon, lat, depth_km, distance_km. A quake whose solution is
    revised keeps its id; one that the network deletes is closed.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["usgs_quakes"]
    rows: str = Field("features", description="JMESPath from the feed to its quakes.")
    at: AtSpec = Field(AtSpec(path="time", format="epoch_ms"), description="The record's time.")
    incident: IncidentSpec | None = Field(
        IncidentSpec(
            id="id", title="title", kind="'earthquake'", status="status", updated="updated",
            detail={"震级": "to_string(mag)", "深度（公里）": "to_string(depth_km)", "距市中心（公里）": "to_string(distance_km)", "位置": "place"},
        ),
        description="The records are incidents.",
    )  # fmt: skip
    centre: tuple[float, float] = Field(description="[lon, lat] from which the distance counts.")
    radius_km: float = Field(500.0, gt=0, description="Farther quakes are left out.")
    magnitude: float = Field(2.0, description="Weaker quakes, and those without a magnitude, are left out.")
    types: tuple[str, ...] = Field(("earthquake",), description="Types of event that count; quarry blasts do not.")


class _Reader:
    def __init__(self, spec: QuakesSpec) -> None:
        self._spec = spec

    def read(self, body: bytes, ask: Ask) -> Reading:  # noqa: ARG002 - the feed is the last hour or day, whatever we know
        """The quakes of a feed."""
        records, bad = records_of(parse_json(body, "the feed"), self._spec.rows, {}, "quake")
        found = (Record(said, one.where) for one in records if (said := self._said(one.fields)) is not None)
        return Reading(tuple(found), bad)

    def _said(self, feature: Any) -> dict[str, Any] | None:
        told = feature.get("properties")
        shape = feature.get("geometry")
        where = shape.get("coordinates") if isinstance(shape, dict) else None
        if (
            not isinstance(told, dict)
            or not isinstance(where, list)
            or len(where) < 2
            or not all(map(_number, where[:2]))
        ):
            return None
        mag: Any = told.get("mag")
        strong = _number(mag) and mag >= self._spec.magnitude
        away = distance_km(self._spec.centre, (where[0], where[1]))
        if told.get("type") not in self._spec.types or not strong or away > self._spec.radius_km:
            return None
        names = ("mag", "type", "place", "time", "updated", "title")
        return {name: told.get(name) for name in names} | {
            "id": feature.get("id"), "lon": where[0], "lat": where[1], "distance_km": round(away),
            "depth_km": where[2] if len(where) > 2 else None, "status": "closed" if told.get("status") == "deleted" else "open",
        }  # fmt: skip


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """On the sphere, between two (lon, lat)."""
    lon1, lat1, lon2, lat2 = map(radians, (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(max(half, 0.0))))


def usgs_quakes_source(
    spec: QuakesSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
) -> AnswerSource:
    """The source of a declaration."""
    return AnswerSource(spec, context, _Reader(spec).read, transport=transport)
