"""What the cockpit knows as rows of an answer: names and order of the columns, times aware, words instead of codes."""

from collections.abc import Callable, Iterator
from typing import Final

from api.v1.answers import Row
from domain.city import City
from domain.dossier import DossierEvent
from domain.incident import Incident
from domain.metric import Metric
from domain.observation import Quality, SeriesKey
from domain.order import Order
from domain.place import Site
from geo.layers import Layer
from store import Latest, Rollups, Rows
from store.moment import from_ms

METRIC = (
    "key", "name", "name_en", "unit", "topic", "definition", "department", "aggregate", "across", "weight", "window",
    "better", "band", "valid", "digits", "every_s", "stale_after_s", "target", "target_source", "standard", "version",
    "since", "ratio", "derive", "composite", "site_kind",
)  # fmt: skip
SITE = ("id", "name", "name_en", "kind", "district", "lon", "lat", "illustrative", "facts", "line")
SERIES = ("series", "metric", "site", "source", "standard", "district", "unit")
LATEST = (*SERIES, "at", "value", "quality", "received")
RAW = ("at", "value", "quality", "received")
BUCKET = ("at", "seconds", "n", "mean", "sum", "min", "max", "first", "last")
INCIDENT = (
    "id", "source", "kind", "title", "at", "updated", "received", "status", "grade", "department", "district", "site",
    "lon", "lat", "detail",
)  # fmt: skip
ORDER = (
    "id", "state", "over", "title", "content", "level", "unit", "helpers", "district", "topic", "about", "shown", "opened",
    "updated", "sent", "sign_by", "report_by", "finish_by", "signed", "first_report", "handed", "closed", "asked", "until",
    "supervision", "late", "returns", "rejected", "exercise", "progress", "result", "evidence", "reason", "verdict", "shares",
    "files",
)  # fmt: skip
SHARE = ("unit", "asked", "sign_by", "signed", "answered", "task", "words", "evidence")
FILE = ("sha256", "name", "size", "media", "at")
STEP = ("at", "verb", "old", "new")
WRITTEN: Final = frozenset(  # what people wrote, in an order, its parts and its files
    {"title", "content", "shown", "progress", "result", "evidence", "reason", "verdict", "task", "words", "name"}
)
Told = Callable[[str], str]  # a text as far as the viewer may read it
LAYER = ("name", "href", "size", "attribution", "licence", "illustrative")


def metric_row(metric: Metric) -> Row:
    """A metric's declaration; durations in seconds."""
    seconds = {
        "every_s": metric.every.total_seconds(),
        "stale_after_s": metric.stale_after.total_seconds() if metric.stale_after is not None else None,
    }
    return {name: seconds[name] if name in seconds else getattr(metric, name) for name in METRIC}


def site_row(site: Site) -> Row:
    """A site; `line` is the path of a road segment."""
    return {name: getattr(site, name) for name in SITE}


def series_row(number: int, key: SeriesKey, city: City) -> Row:
    """A series; `district` is "" for figures of the whole city."""
    metric = city.metrics.get(key.metric)
    return {
        "series": number,
        **key._asdict(),
        "district": city.district_of(key.site),
        "unit": metric.unit if metric is not None else "",
    }


def latest_row(latest: Latest, city: City) -> Row:
    """The newest value of a series."""
    return {
        **series_row(latest.series_id, latest.key, city),
        "at": latest.at,
        "value": latest.value,
        "quality": latest.quality.name.lower(),
        "received": latest.received,
    }


def raw_rows(rows: Rows) -> Iterator[Row]:
    """Values of one series as they came."""
    columns = (rows.at, rows.value, rows.quality, rows.received)
    for at, value, quality, received in zip(*(column.tolist() for column in columns), strict=True):
        number = None if value != value else value
        yield {
            "at": from_ms(at), "value": number, "quality": Quality(quality).name.lower(), "received": from_ms(received),
        }  # fmt: skip


def bucket_rows(rollups: Rollups) -> Iterator[Row]:
    """Hours or days of one series; `at` is where one begins, `seconds` its length, `n` how many values counted."""
    names = ("bucket", "length", "n", "mean", "sum", "min", "max", "first", "last")
    columns = [getattr(rollups, name).tolist() for name in names]
    for at, length, *folded in zip(*columns, strict=True):
        yield {"at": from_ms(at), "seconds": length // 1000, **dict(zip(BUCKET[2:], folded, strict=True))}


def incident_row(incident: Incident) -> Row:
    """An incident as its source last told it."""
    return {name: getattr(incident, name) for name in INCIDENT}


def order_row(order: Order, told: Told) -> Row:
    """An order with its units' parts and its files; nobody is named."""
    parts = [_read(order.share(unit), SHARE, told) for unit in order.helpers]
    files = [_read(file, FILE, told) for file in order.files]
    return _read(order, ORDER[:-2], told) | {"shares": parts, "files": files}


def _read(thing: object, names: tuple[str, ...], told: Told) -> Row:
    values = {name: getattr(thing, name) for name in names}
    return {name: told(value) if name in WRITTEN else value for name, value in values.items()}


def step_row(step: DossierEvent) -> Row:
    """A step of an order: what was done, and the state before and after it."""
    return {name: getattr(step, name) for name in STEP}


def layer_row(layer: Layer) -> Row:
    """A map layer and where it is."""
    return {
        "name": layer.name,
        "href": f"/api/v1/layers/{layer.name}",
        "size": layer.size,
        "attribution": layer.attribution,
        "licence": layer.licence,
        "illustrative": layer.illustrative,
    }
