"""Observations of an OGC SensorThings server (OGC 18-088, version 1.1)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urljoin

import httpx
from pydantic import ConfigDict, Field

from datasources.answers import AnswerSource, Reading, WebSpec
from datasources.context import SourceContext
from datasources.formats.documents import parse_json
from datasources.rows import records_of
from datasources.web import same_host
from domain.errors import SourceError
from domain.metric import Duration
from domain.source import Ask, AtSpec, Record

_NEXT = "@iot.nextLink"


class SensorThingsSpec(WebSpec):
    """`url` is a collection of Observations (with `$expand` for the Datastream); its pages are followed by @iot.nextLink.

    Records are the observations; `time` is the end of phenomenonTime, `begin` its beginning.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["sensorthings"]
    rows: str = Field("value", description="JMESPath from a page to its records.")
    at: AtSpec = Field(AtSpec(path="time", zone="UTC"), description="The record's time.")
    since: bool = Field(True, description="Ask only for what is new, by $filter on phenomenonTime.")
    again: Duration = Field(
        timedelta(hours=1), description="This much is asked for once more: observations that came late."
    )


class _Reader:
    def __init__(self, spec: SensorThingsSpec) -> None:
        self._spec = spec
        self._newest = ""
        self._url = spec.url

    def params(self, ask: Ask) -> Mapping[str, str]:
        """Begin anew: what the query adds."""
        self._newest, self._url = ask.cursor or "", self._spec.url
        if not self._spec.since:
            return {}
        since = _moment(ask.cursor)
        own = self._spec.params.get("$filter", "")
        asked = {"$orderby": self._spec.params.get("$orderby", "phenomenonTime asc")}
        if since is None:
            return asked
        new = f"phenomenonTime gt {(since - self._spec.again).isoformat().replace('+00:00', 'Z')}"
        return asked | {"$filter": f"({own}) and {new}" if own else new}

    def read(self, body: bytes, ask: Ask) -> Reading:
        """One page."""
        document = parse_json(body, "the page")
        records, bad = records_of(document, self._spec.rows, {}, "observation")
        good = tuple(Record(_timed(one.fields), one.where) for one in records)
        for one in good:
            moment = _moment(one.fields.get("time"))
            if moment is not None and moment <= ask.now:  # a time in the future would hide every later observation
                self._newest = max(self._newest, moment.isoformat())
        return Reading(good, bad, self._newest or None, self._next(document))

    def _next(self, document: object) -> str:
        link = document.get(_NEXT) if isinstance(document, dict) else None
        if not isinstance(link, str) or not link:
            return ""
        url = urljoin(self._url, link)
        if not same_host(self._spec.url, url) or url == self._url:
            raise SourceError(
                "the next page's address leads to another host or to itself: not followed", permanent=True
            )
        self._url = url
        return url


def _timed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The observation with `time` and `begin`: phenomenonTime is an instant or "begin/end"."""
    told = fields.get("phenomenonTime") or fields.get("resultTime") or ""
    begin, _, end = str(told).partition("/")
    return {**fields, "begin": begin, "time": end or begin}


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def sensorthings_source(
    spec: SensorThingsSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
) -> AnswerSource:
    """The source of a declaration."""
    reader = _Reader(spec)
    return AnswerSource(spec, context, reader.read, reader.params, transport)
