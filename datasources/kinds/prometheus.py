"""Networks, servers and clouds: an exporter's page, or range queries of a Prometheus server."""

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from statistics import fmean
from typing import Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, model_validator

from datasources.answers import WebSpec
from datasources.auth import CLOSED
from datasources.context import SourceContext
from datasources.formats.exposition import Sample, read_exposition, read_matrix
from datasources.web import Request
from domain.metric import Duration
from domain.source import Ask, AtSpec, Page, Record, SourceSpec

_COMBINE: dict[str, Callable[[Iterable[float]], float]] = {"sum": sum, "mean": fmean, "max": max, "min": min}
_LONGEST = timedelta(hours=6)  # of a counter's two readings that still make a rate
_POINTS = 10_000  # a Prometheus server refuses more than 11,000 of one series
Key = tuple[str, tuple[tuple[str, str], ...]]


class Pick(BaseModel):
    """One number out of an exporter's samples: those of a name whose labels fit, combined."""

    model_config = CLOSED
    name: str = Field(description="Name of the samples, e.g. node_load1.")
    labels: dict[str, str] = Field(default_factory=dict, description="Label -> regular expression it matches whole.")
    rate: bool = Field(False, description="A counter: its growth a second between two polls; starting anew is no fall.")
    combine: Literal["sum", "mean", "max", "min"] = Field(
        "sum", description="How samples of one place become one number."
    )

    @model_validator(mode="after")
    def _compile(self) -> Self:
        for label, pattern in self.labels.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"labels: {label}: no regular expression ({error})") from error
        return self

    def takes(self, sample: Sample) -> bool:
        """Whether a sample is one of these."""
        fit = (_pattern(pattern).fullmatch(sample.labels.get(label, "")) for label, pattern in self.labels.items())
        return sample.name == self.name and all(fit)


class PrometheusSpec(WebSpec):
    """`picks`: an exporter's page of metrics is read; `queries`: a Prometheus server is asked, from the newest durable point on.

    A record holds the picks' or queries' names as fields, the labels of `by`, and `time`.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["prometheus"]
    at: AtSpec = Field(AtSpec(path="time", format="epoch_s"), description="The record's time.")
    picks: dict[str, Pick] = Field(default_factory=dict, description="Field -> which samples of the page make it.")
    queries: dict[str, str] = Field(default_factory=dict, description="Field -> PromQL; `url` is the server's address.")
    by: str = Field("", description="Label that tells the place; samples with another value are another record.")
    step: Duration = Field(timedelta(minutes=1), description="Step of the queries.")
    back: Duration = Field(timedelta(hours=1), description="How far back the first query reaches.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.picks) == bool(self.queries):
            raise ValueError("give either picks: (of an exporter's page) or queries: (to a Prometheus server)")
        if self.step < timedelta(seconds=1):
            raise ValueError("step: at least 1s")
        return self


class PrometheusSource:
    """Keeps the counters of the last durable poll; the first poll after a start gives no rates."""

    def __init__(
        self, spec: PrometheusSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.spec: SourceSpec = spec
        self._spec = spec
        self._web = spec.web(context, transport)
        self._counters: dict[Key, tuple[float, float]] = {}
        self._read: dict[Key, tuple[float, float]] = {}

    async def fetch(self, ask: Ask) -> AsyncGenerator[Page, None]:
        """One page a poll; of queries one page for all."""
        if self._spec.queries:
            yield await self._queried(ask)
            return
        answer = await self._web.ask(Request("GET", self._spec.url, self._spec.params), self._spec.max_bytes)
        yield Page(tuple(self._scraped(read_exposition(answer.body, "the page"), ask.now)))

    async def acknowledge(self, page: Page) -> None:  # noqa: ARG002 - a scrape is one page
        """The next rates start from the readings that are durable."""
        if self._read:
            self._counters, self._read = self._read, {}

    async def close(self) -> None:
        """Give the connections back."""
        await self._web.close()

    def _scraped(self, samples: list[Sample], now: datetime) -> Iterable[Record]:
        found: dict[tuple[str, float], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._read = {}
        for sample in samples:
            at = sample.at if sample.at is not None else now.timestamp()
            for field, pick in self._spec.picks.items():
                if pick.takes(sample) and (value := self._value(pick, sample, at)) is not None:
                    found[sample.labels.get(self._spec.by, ""), at][field].append(value)
        for (place, at), fields in sorted(found.items()):
            said = {field: _COMBINE[self._spec.picks[field].combine](values) for field, values in fields.items()}
            yield self._record(place, at, said)

    def _value(self, pick: Pick, sample: Sample, at: float) -> float | None:
        """A sample's value, or its growth a second since the last durable poll; None when that cannot be told yet."""
        if not pick.rate:
            return sample.value
        key = sample.name, tuple(sorted(sample.labels.items()))
        self._read[key] = at, sample.value
        before = self._counters.get(key)
        if before is None or not 0 < at - before[0] <= _LONGEST.total_seconds():
            return None
        grown = sample.value - before[1] if sample.value >= before[1] else sample.value
        return grown / (at - before[0])

    async def _queried(self, ask: Ask) -> Page:
        """Whole steps since the newest durable point; a step that is not over yet is asked for again next time."""
        step = self._spec.step.total_seconds()
        end = ask.now.timestamp() // step * step
        known = _seconds(ask.cursor)
        start = known + step if known is not None else end - self._spec.back.total_seconds() // step * step
        end = min(end, start + step * _POINTS)
        if start > end:
            return Page((), ask.cursor)
        found: dict[tuple[str, float], dict[str, float]] = defaultdict(dict)
        for field, query in self._spec.queries.items():
            asked = {
                **self._spec.params,
                "query": query,
                "start": f"{start:.3f}",
                "end": f"{end:.3f}",
                "step": f"{step:g}",
            }
            answer = await self._web.ask(Request("GET", _api(self._spec.url), asked), self._spec.max_bytes)
            for labels, at, value in read_matrix(answer.body, field):
                found[labels.get(self._spec.by, ""), at][field] = value
        records = tuple(
            self._record(place, at, said) for (place, at), said in sorted(found.items(), key=lambda one: one[0][1])
        )
        return Page(records, f"{end:.3f}")

    def _record(self, place: str, at: float, said: Mapping[str, float]) -> Record:
        about: dict[str, Any] = {"time": at} | ({self._spec.by: place} if self._spec.by else {})
        when = datetime.fromtimestamp(at, UTC).isoformat() if abs(at) < 4e9 else "?"
        return Record({**said, **about}, f"{place or 'page'} at {when}")


@lru_cache(maxsize=1000)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _seconds(cursor: str | None) -> float | None:
    """The newest durable point; None for none and for a cursor that another kind left."""
    try:
        seconds = float(cursor) if cursor else None
    except ValueError:
        return None
    return seconds if seconds is not None and 0 < seconds < 4e9 else None


def _api(url: str) -> str:
    """The range query's address under a server's own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/api/v1/query_range", query="", fragment=""))
