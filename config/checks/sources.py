"""Sources: what they write, in which unit, for which places, and whether their expressions can be read."""

from collections.abc import Callable, Iterator

from apscheduler.triggers.cron import CronTrigger

from config.checks.metrics import COMPUTED_FOR_SCREENS
from config.checks.names import no_metric, no_place, not_among
from config.parts import Entry, Parts, valid
from config.problem import Path
from datasources.paths import compiled
from datasources.times import TimeReader
from datasources.units import conversion
from domain.duration import format_duration
from domain.health import MEASURED, STALE_AFTER
from domain.metric import Metric
from domain.source import SourceSpec, ValueSpec
from geo import crs


def check_sources(parts: Parts) -> None:
    """Each source on its own, against the metrics and sites of the city."""
    for _, entry, source in valid(parts.sources):
        if not source.department.strip():
            entry.tell("is empty; name the department that answers for this source", "department")
        _check_places(parts, entry, source)
        _check_readable(entry, source)
        for key, value in source.value_specs().items():
            if sentence := no_metric(parts, key):
                entry.tell(sentence, "metrics", key)
            elif (metric := parts.metric(key)) is not None:
                _check_value(entry, source, metric, value)


def _check_value(entry: Entry[SourceSpec], source: SourceSpec, metric: Metric, value: ValueSpec) -> None:
    if metric.key in MEASURED:
        text = f"{metric.key} is measured by the cockpit itself and has no source; take it out, or declare a metric of its own"
        entry.tell(text, "metrics", metric.key)
    computed = metric.derive if metric.derive and metric.derive not in COMPUTED_FOR_SCREENS else ""
    how = computed or ("ratio" if metric.ratio else "") or ("composite" if metric.composite else "")
    if how:
        text = f"{metric.key} is computed ({how}) and has no source; feed its inputs, or declare a metric of its own"
        entry.tell(text, "metrics", metric.key)
    limit = metric.stale_after or metric.every * STALE_AFTER
    if source.every is not None and source.every > limit:
        text = (
            f"is asked every {format_duration(source.every)}, but {metric.key} counts as stale after "
            f"{format_duration(limit)}; shorten every: here or lengthen it in metrics.yaml"
        )
        entry.tell(text, "every")
    if value.unit and (fault := _raised(lambda: conversion(value.unit, metric.unit, value.molar_mass))):
        entry.tell(f"{fault}; {metric.key} is in {metric.unit}", "metrics", metric.key, "unit")


def _check_places(parts: Parts, entry: Entry[SourceSpec], source: SourceSpec) -> None:
    site = source.site
    if not (site.path or site.fixed or (site.lon and site.lat) or site.district):
        entry.tell("leads to no place; give site: {path: ...}, {fixed: ...} or {lon: ..., lat: ...}", "site")
    if site.learn is None:
        _check_known(parts, entry, source)
    for code, adcode in site.districts.items():
        if parts.areas and (sentence := not_among(adcode, parts.areas, "division code of city.yaml")):
            entry.tell(sentence, "site", "districts", code)
    if fault := _raised(lambda: crs.canonical(site.crs)):
        entry.tell(fault, "site", "crs")


def _check_known(parts: Parts, entry: Entry[SourceSpec], source: SourceSpec) -> None:
    """A source that learns no sites may name only declared ones."""
    site = source.site
    if site.fixed and (sentence := no_place(parts, site.fixed)):
        entry.tell(sentence, "site", "fixed")
    for code, place in site.id.items():
        if sentence := no_place(parts, place):
            entry.tell(sentence, "site", "id", code)
    if site.prefix and parts.readable("sites") and not any(key.startswith(site.prefix) for key in parts.sites):
        entry.tell(f"no site's id begins with {site.prefix}; correct it or declare the sites", "site", "prefix")


def _check_readable(entry: Entry[SourceSpec], source: SourceSpec) -> None:
    """JMESPath, times and cron, each told at its own key."""
    for path, expression in _expressions(source):
        if expression and (fault := _raised(lambda text=expression: compiled(text))):  # type: ignore[misc]  # bound now
            entry.tell(fault, *path)
    if fault := _raised(lambda: TimeReader(source.at)):
        entry.tell(f"{fault}; correct zone: or format: (docs/city-folder.md)", "at")
    if source.cron and (fault := _raised(lambda: CronTrigger.from_crontab(source.cron, timezone="UTC"))):
        entry.tell(f"{source.cron!r} is no cron line ({fault}); write minute hour day month weekday", "cron")


def _expressions(source: SourceSpec) -> Iterator[tuple[Path, str]]:
    yield ("rows",), source.rows
    yield ("where",), source.where
    yield ("at", "path"), source.at.path
    for name in ("path", "lon", "lat", "district"):
        yield ("site", name), getattr(source.site, name)
    for key, value in source.metrics.items():
        if isinstance(value, str):
            yield ("metrics", key), value
            continue
        for name in ("path", "quality", "when", "unit_path"):
            yield ("metrics", key, name), getattr(value, name)
    if source.incident is not None:
        for name in ("id", "title", "kind", "status", "grade", "updated", "department"):
            yield ("incident", name), getattr(source.incident, name)
        yield from ((("incident", "detail", name), path) for name, path in source.incident.detail.items())


def _raised(attempt: Callable[[], object]) -> str:
    """The sentence of the ValueError that an attempt raises, "" when it succeeds."""
    try:
        attempt()
    except ValueError as error:
        return str(error)
    return ""
