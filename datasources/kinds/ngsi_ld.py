"""Entities of an NGSI-LD context broker (ETSI GS CIM 009)."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from pydantic import ConfigDict, Field

from datasources.answers import AnswerSource, Reading, WebSpec
from datasources.context import SourceContext
from datasources.formats.documents import parse_json
from datasources.rows import records_of
from domain.errors import SourceError
from domain.source import Ask, AtSpec, Record

_MOST_PAGES = 1000
# UN/CEFACT Recommendation 20, as far as cities' sensors use it.
UNITS = {
    "GQ": "µg/m³", "GP": "mg/m³", "CEL": "°C", "P1": "%", "A97": "hPa", "MTS": "m/s", "KMH": "km/h", "MMT": "mm", "MTR": "m",
    "CMT": "cm", "59": "ppm", "61": "ppb", "2N": "dB", "M1": "mg/L", "MQS": "m³/s", "MTQ": "m³", "LTR": "L", "KWT": "kW", "KWH": "kWh",
    "C62": "",
}  # fmt: skip


class NgsiLdSpec(WebSpec):
    """`url` is the broker's `.../ngsi-ld/v1/entities`; `params` hold type, q and so on. All pages are read.

    A record is an entity: `id`, `type`, `time` (its newest observedAt, else dateObserved), `lon`, `lat`, and each Property as
    {value, unit, at}, the unit in words for the common UN/CEFACT codes. What a subscription sends comes by kind `push`.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["ngsi_ld"]
    at: AtSpec = Field(AtSpec(path="time", zone="UTC"), description="The record's time.")
    size: int = Field(100, ge=1, le=1000, description="Entities of one page (limit).")


class _Reader:
    def __init__(self, spec: NgsiLdSpec) -> None:
        self._spec = spec
        self._page = 0

    def params(self, ask: Ask) -> Mapping[str, str]:  # noqa: ARG002 - the broker tells the present state
        """Begin with the first page."""
        self._page = 0
        return {"limit": str(self._spec.size), "offset": "0"}

    def read(self, body: bytes, ask: Ask) -> Reading:  # noqa: ARG002 - the entities carry their times
        """One page."""
        document = parse_json(body, "the entities")
        if isinstance(document, dict) and "id" not in document:
            raise SourceError(f"the broker refuses: {str(document.get('title', 'no entities'))[:200]}")
        records, bad = records_of(document, self._spec.rows, {}, "entity")
        self._page += 1
        if self._page > _MOST_PAGES:
            raise SourceError(f"more than {_MOST_PAGES} pages; ask for less by params:", permanent=True)
        more = isinstance(document, list) and len(document) >= self._spec.size
        return Reading(
            tuple(Record(flat(one.fields), one.where) for one in records), bad, next_url=self._next() if more else ""
        )

    def _next(self) -> str:
        asked = {**self._spec.params, "limit": str(self._spec.size), "offset": str(self._page * self._spec.size)}
        return urlunsplit(urlsplit(self._spec.url)._replace(query=urlencode(asked), fragment=""))


def flat(entity: Mapping[str, Any]) -> dict[str, Any]:
    """An entity, normalised or concise, as a record."""
    record: dict[str, Any] = {"id": entity.get("id"), "type": entity.get("type")}
    times: list[str] = []
    for name, told in entity.items():
        if name in {"id", "type", "@context"}:
            continue
        one = told if isinstance(told, dict) else {"value": told}
        if name == "location":
            record |= _point(one.get("value", one))
            continue
        code = one.get("unitCode")
        unit = UNITS.get(code, code) if isinstance(code, str) else None
        record[name] = {"value": _value(one), "unit": unit, "at": one.get("observedAt")}
        times += [at] if isinstance(at := one.get("observedAt"), str) else []
    observed = record.get("dateObserved")
    named = _plain(observed.get("value")) if isinstance(observed, dict) else None
    record["time"] = max(times, default=None) or (named.rpartition("/")[2] if isinstance(named, str) else None)
    return record


def _value(one: Mapping[str, Any]) -> Any:
    for key in ("value", "object", "languageMap", "vocab"):
        if key in one:
            return _plain(one[key])
    return None


def _plain(value: Any) -> Any:
    """A JSON-LD typed value ({"@type": "DateTime", "@value": ...}) as its value."""
    return value.get("@value", value) if isinstance(value, dict) else value


def _point(shape: Any) -> dict[str, Any]:
    where = shape.get("coordinates") if isinstance(shape, dict) and shape.get("type") == "Point" else None
    return {"lon": where[0], "lat": where[1]} if isinstance(where, list) and len(where) >= 2 else {}


def ngsi_ld_source(
    spec: NgsiLdSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
) -> AnswerSource:
    """The source of a declaration."""
    reader = _Reader(spec)
    return AnswerSource(spec, context, reader.read, reader.params, transport)
