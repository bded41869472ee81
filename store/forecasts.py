"""The newest outlook of each series, with what its next one and its running score need."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Table, Text, select

from domain.forecast import Outlook, Skill, Step, Tally, Weights
from domain.observation import SeriesKey
from store.dictionary import Dictionary
from store.driver import upsert
from store.moment import from_ms, to_ms
from store.tables import metadata, series
from store.work import Work

# `body` is JSON: method, steps, skill, weights, trial, tally. `made` is ms UTC.
forecast = Table(
    "forecast",
    metadata,
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("made", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)


class Forecasts:
    """Outlooks by series: one each, replaced by the next."""

    def __init__(self, work: Work, dictionary: Dictionary) -> None:
        self._work, self._dictionary = work, dictionary

    def save(self, outlooks: Sequence[Outlook]) -> None:
        """Replace the outlooks of their series."""
        if not outlooks:
            return
        with self._work.writing() as connection:
            ids = self._dictionary.resolve(connection, [one.key for one in outlooks]).ids
            rows = [{"series_id": ids[one.key], "made": to_ms(one.made), "body": _body(one)} for one in outlooks]
            upsert(connection, forecast, rows, update=("made", "body"))

    def of(self, metrics: Collection[str], site: str | None = None) -> list[Outlook]:
        """The newest outlooks of some metrics (at one site), in order of series."""
        columns = (series.c.metric, series.c.site, series.c.source, series.c.standard)
        joined = select(*columns, forecast.c.made, forecast.c.body).join(series, series.c.id == forecast.c.series_id)
        wanted = joined.where(series.c.metric.in_(sorted(metrics))).order_by(series.c.id)
        if site is not None:
            wanted = wanted.where(series.c.site == site)
        with self._work.reading() as connection:
            return [_outlook(SeriesKey(*row[:4]), row[4], json.loads(row[5])) for row in connection.execute(wanted)]


def _body(one: Outlook) -> str:
    weights = None if one.weights is None else [*one.weights[:-1], to_ms(one.weights.fitted)]
    told = {"method": one.method, "steps": _rows(one.steps), "skill": one.skill, "weights": weights}
    return json.dumps({**told, "trial": _rows(one.trial), "tally": one.tally})


def _rows(steps: Sequence[Step]) -> list[list[float]]:
    return [[to_ms(step.at), *step[1:]] for step in steps]


def _steps(rows: list[Any]) -> tuple[Step, ...]:
    return tuple(Step(from_ms(at), *values) for at, *values in rows)


def _weights(level: float, trend: float, season: float, damping: float, fitted: int) -> Weights:
    return Weights(level, trend, season, damping, from_ms(fitted))


def _outlook(key: SeriesKey, made: int, body: dict[str, Any]) -> Outlook:
    weights = _weights(*body["weights"]) if body["weights"] else None
    steps, trial = _steps(body["steps"]), _steps(body["trial"])
    skill, tally = Skill(*body["skill"]), Tally(*body["tally"])
    return Outlook(key, from_ms(made), body["method"], steps, skill, weights, trial, tally)
