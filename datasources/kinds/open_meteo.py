"""Figures of a weather or air model by Open-Meteo: computed, not measured, and marked so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
from pydantic import ConfigDict, Field, model_validator

from datasources.answers import AnswerSource, Reading, WebSpec
from datasources.context import SourceContext
from datasources.formats.documents import parse_json
from domain.errors import SourceError
from domain.source import Ask, AtSpec, Record

_SERIES = ("minutely_15", "hourly")
_MARK = "_model"


class OpenMeteoSpec(WebSpec):
    """Open-Meteo's forecast or air-quality answer of one place (`params`: latitude, longitude, hourly or current).

    A record is one moment up to now, with `time` in UTC and the variables by name. Every value is a model's (CAMS, ICON ...)
    and not an observation, so all are kept as suspect, which screens and the API show.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["open_meteo"]
    at: AtSpec = Field(AtSpec(path="time", zone="UTC"), description="The record's time.")

    @model_validator(mode="before")
    @classmethod
    def _marked(cls, given: Any) -> Any:
        """Every metric reads the mark that each record carries."""
        metrics = given.get("metrics") if isinstance(given, dict) else None
        if not isinstance(metrics, dict):
            return given
        mark = {"quality": _MARK, "flags": {"model": "suspect"}}
        marked = {
            key: {**({"path": one} if isinstance(one, str) else one), **mark} if isinstance(one, str | dict) else one
            for key, one in metrics.items()
        }
        return {**given, "metrics": marked}


def _read(body: bytes, ask: Ask) -> Reading:
    document = parse_json(body, "the answer")
    if not isinstance(document, dict) or document.get("error"):
        reason = document.get("reason", "") if isinstance(document, dict) else ""
        raise SourceError(f"the answer holds no figures{f': {str(reason)[:200]}' if reason else ''}")
    offset = document.get("utc_offset_seconds", 0)
    if isinstance(offset, bool) or not isinstance(offset, int | float) or abs(offset) > 86_400:
        raise SourceError("the answer's utc_offset_seconds is no offset")
    found: dict[str, dict[str, Any]] = {}
    for time, said in (*_columns(document), *_current(document)):
        moment = _moment(time, timedelta(seconds=offset))
        if moment is not None and moment <= ask.now:
            found.setdefault(moment.isoformat(), {}).update(said)
    if not found and not any(isinstance(document.get(name), dict) for name in (*_SERIES, "current")):
        raise SourceError("the answer holds neither hourly nor current figures")
    return Reading(tuple(Record({**said, "time": time, _MARK: "model"}, time) for time, said in sorted(found.items())))


def _columns(document: dict[str, Any]) -> Iterator[tuple[object, dict[str, Any]]]:
    """Columns of equal length turned into rows; a null in a column says nothing."""
    for name in _SERIES:
        block = document.get(name)
        if not isinstance(block, dict) or not isinstance(times := block.get("time"), list):
            continue
        columns = {key: column for key, column in block.items() if key != "time" and isinstance(column, list)}
        for row, time in enumerate(times):
            yield time, {key: one[row] for key, one in columns.items() if row < len(one) and one[row] is not None}


def _current(document: dict[str, Any]) -> Iterator[tuple[object, dict[str, Any]]]:
    block = document.get("current")
    if isinstance(block, dict):
        yield (
            block.get("time"),
            {key: value for key, value in block.items() if key not in {"time", "interval"} and value is not None},
        )


def _moment(time: object, offset: timedelta) -> datetime | None:
    """A local time without offset, or seconds since 1970 (timeformat=unixtime), in UTC."""
    try:
        if isinstance(time, int | float):
            return datetime.fromtimestamp(time, UTC)
        local = datetime.fromisoformat(time) if isinstance(time, str) else None
        return (
            None if local is None else local.astimezone(UTC) if local.tzinfo else (local - offset).replace(tzinfo=UTC)
        )
    except (ValueError, OverflowError, OSError):
        return None


def open_meteo_source(
    spec: OpenMeteoSpec, context: SourceContext, transport: httpx.AsyncBaseTransport | None = None
) -> AnswerSource:
    """The source of a declaration."""
    return AnswerSource(spec, context, _read, transport=transport)
