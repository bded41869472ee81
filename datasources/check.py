"""What is wrong with a source's declaration beyond its shape: asked by the city folder's check."""

from collections.abc import Iterator, Mapping

from datasources.paths import compiled
from datasources.times import TimeReader
from datasources.units import conversion
from domain.metric import Metric
from domain.source import SourceSpec


def problems(spec: SourceSpec, metrics: Mapping[str, Metric]) -> list[tuple[str, str]]:
    """All (key, sentence) pairs, key as "metrics.air.pm25.unit"; [] when the source can run."""
    return [*_paths(spec), *_time(spec), *_metrics(spec, metrics)]


def _paths(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    site, incident = spec.site, spec.incident
    named = {"rows": spec.rows, "where": spec.where, "at.path": spec.at.path}
    named |= {f"site.{name}": getattr(site, name) for name in ("path", "lon", "lat", "district")}
    if site.learn is not None:
        named |= {"site.learn.name": site.learn.name}
        named |= {f"site.learn.facts.{fact}": path for fact, path in site.learn.facts.items()}
    for key, value in spec.value_specs().items():
        parts = {"path": value.path, "when": value.when, "quality": value.quality, "unit_path": value.unit_path}
        named |= {f"metrics.{key}.{name}": path for name, path in parts.items()}
    if incident is not None:
        names = ("id", "title", "kind", "status", "grade", "updated", "department")
        named |= {f"incident.{name}": getattr(incident, name) for name in names}
        named |= {f"incident.detail.{name}": path for name, path in incident.detail.items()}
    for key, path in named.items():
        try:
            compiled(path or "@")
        except ValueError as error:
            yield key, str(error)


def _time(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    try:
        TimeReader(spec.at)
    except ValueError as error:
        yield "at", str(error)


def _metrics(spec: SourceSpec, metrics: Mapping[str, Metric]) -> Iterator[tuple[str, str]]:
    for key, value in spec.value_specs().items():
        metric = metrics.get(key)
        if metric is None:
            yield f"metrics.{key}", f"metric {key!r} is not declared in metrics.yaml"
            continue
        try:
            conversion(value.unit or metric.unit, metric.unit, value.molar_mass)
        except ValueError as error:
            yield f"metrics.{key}.unit", str(error)
