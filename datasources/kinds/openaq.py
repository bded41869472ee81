"""Air quality of OpenAQ (API v3)."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from typing import Any, Literal

import httpx
from pydantic import ConfigDict, Field

from datasources.answers import WebSpec
from datasources.context import SourceContext
from datasources.formats.documents import parse_json
from datasources.web import Request
from domain.errors import SourceError
from domain.source import Ask, AtSpec, Page, Record, SourceSpec


class OpenAqSpec(WebSpec):
    """The newest values of locations, read from `.../v3/locations/{id}/latest`; their sensors' names and units once.

    A record: `location`, `time`, `lon`, `lat`, and each parameter as {value, unit}, e.g. pm25.value. Gases may come as ppm:
    read the unit with `unit_path: no2.unit`, and give `molar_mass`.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["openaq"]
    url: str = Field("https://api.openaq.org/v3", description="Address of the API, without the final slash.")
    at: AtSpec = Field(AtSpec(path="time", zone="UTC"), description="The record's time.")
    locations: tuple[int, ...] = Field(min_length=1, max_length=500, description="OpenAQ's numbers of the locations.")


class OpenAqSource:
    """Remembers which sensor measures what; a sensor that is not known makes its location be read again."""

    def __init__(
        self, spec: OpenAqSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._web = spec.web(context, transport)
        self._sensors: dict[int, dict[int, tuple[str, str]]] = {}

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:  # noqa: ARG002 - the newest values, whatever we know
        """One page a location."""
        for location in self._spec.locations:
            latest = await self._results(f"{location}/latest")
            known = self._sensors.get(location)
            if known is None or any(one.get("sensorsId") not in known for one in latest):
                known = self._sensors[location] = _sensors(await self._results(str(location)))
            yield Page(tuple(_records(location, latest, known)))

    async def acknowledge(self, page: Page) -> None:
        """Nothing is owed to a service that is only asked."""

    async def close(self) -> None:
        """Give the connections back."""
        await self._web.close()

    async def _results(self, path: str) -> list[dict[str, Any]]:
        request = Request("GET", f"{self._spec.url.rstrip('/')}/locations/{path}", self._spec.params)
        document = parse_json((await self._web.ask(request, self._spec.max_bytes)).body, f"location {path}")
        results = document.get("results") if isinstance(document, dict) else None
        if not isinstance(results, list):
            raise SourceError(f"location {path}: the answer holds no results")
        return [one for one in results if isinstance(one, dict)]


def _sensors(results: Iterable[dict[str, Any]]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for location in results:
        sensors = location.get("sensors")
        for sensor in sensors if isinstance(sensors, list) else ():
            parameter = sensor.get("parameter") if isinstance(sensor, dict) else None
            if isinstance(parameter, dict) and isinstance(sensor.get("id"), int):
                found[sensor["id"]] = str(parameter.get("name", "")), str(parameter.get("units", ""))
    return found


def _records(location: int, latest: Iterable[dict[str, Any]], known: dict[int, tuple[str, str]]) -> Iterable[Record]:
    """One record a moment; a value of a sensor that the location does not list is left out: its unit cannot be known."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in latest:
        when, where = one.get("datetime"), one.get("coordinates")
        time = when.get("utc") if isinstance(when, dict) else None
        named = known.get(one["sensorsId"]) if isinstance(one.get("sensorsId"), int) else None
        if not isinstance(time, str) or named is None:
            continue
        found[time][named[0]] = {"value": one.get("value"), "unit": named[1]}
        if isinstance(where, dict):
            found[time] |= {"lon": where.get("longitude"), "lat": where.get("latitude")}
    for time, said in sorted(found.items()):
        yield Record({**said, "location": str(location), "time": time}, f"location {location} at {time}")
