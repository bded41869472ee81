"""The text of a Prometheus or OpenMetrics exporter, and the answer of a Prometheus server's query."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, NamedTuple

from datasources.formats.documents import parse_json
from domain.errors import SourceError

_EOF = "# EOF"


class Sample(NamedTuple):
    """One sample; `at` in seconds since 1970, None where the exporter gives no time. counter: it only grows, or starts anew."""

    name: str
    labels: Mapping[str, str]
    value: float
    at: float | None
    counter: bool = False


def read_exposition(data: bytes, where: str) -> list[Sample]:
    """The samples with a finite value; SourceError when the text is in neither format. A document that ends in # EOF is OpenMetrics."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
    from prometheus_client.parser import text_string_to_metric_families as plain

    try:
        text = data.decode("utf-8")
        families = (openmetrics if text.rstrip().endswith(_EOF) else plain)(text)
        return [
            Sample(one.name, one.labels, float(one.value), _seconds(one.timestamp), _counts(family.type, one.name))
            for family in families
            for one in family.samples
            if isfinite(float(one.value))
        ]
    # The parsers are written for good text: on bad text they raise whatever their string handling meets.
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise SourceError(f"{where}: neither Prometheus text nor OpenMetrics ({type(error).__name__})") from error


def _counts(kind: str, name: str) -> bool:
    return kind == "counter" or (kind in {"histogram", "summary"} and name.endswith(("_sum", "_count", "_bucket")))


def _seconds(timestamp: object) -> float | None:
    return None if timestamp is None else float(timestamp)  # type: ignore[arg-type]  # a Timestamp, or a number


def read_matrix(data: bytes, where: str) -> Iterator[tuple[Mapping[str, str], float, float]]:
    """Labels, seconds and value of every point of a query's answer; SourceError with the server's own sentence when it failed."""
    document = parse_json(data, where)
    if not isinstance(document, dict) or document.get("status") != "success":
        told = document.get("error", "") if isinstance(document, dict) else ""
        raise SourceError(f"{where}: the query failed{f': {str(told)[:200]}' if told else ''}")
    found = document.get("data")
    series = found.get("result") if isinstance(found, dict) else None
    if not isinstance(series, list):
        raise SourceError(f"{where}: the answer holds no result")
    for one in series:
        if isinstance(one, dict):
            yield from _points(one)


def _points(series: dict[str, Any]) -> Iterator[tuple[Mapping[str, str], float, float]]:
    labels = series.get("metric")
    points = series.get("values") or [series.get("value")]
    if not isinstance(labels, dict) or not isinstance(points, list):
        return
    for point in points:
        try:
            at, value = float(point[0]), float(point[1])
        except (TypeError, ValueError, IndexError, KeyError):
            continue
        if isfinite(value) and isfinite(at):
            yield {str(k): str(v) for k, v in labels.items()}, at, value
