"""Sentences about names that do not exist, the same for every part of the folder."""

from collections.abc import Collection

from config.parts import Parts
from config.problem import nearest


def no_metric(parts: Parts, key: str) -> str:
    """A sentence when a metric is not declared, "" when it is."""
    if key in parts.metrics or not parts.readable("metrics.yaml"):
        return ""
    return (
        f"{key} is no metric of metrics.yaml{nearest(key, parts.metrics) or '; declare it there or correct the name'}"
    )


def no_place(parts: Parts, place: str) -> str:
    """A sentence when a site or area is not declared, "" when it is."""
    known = {*parts.sites, *parts.areas}
    if place in known or not parts.readable("sites", "city.yaml"):
        return ""
    return f"{place!r} is no site and no division code{nearest(place, known) or '; declare it in sites.yaml'}"


def not_among(name: str, known: Collection[str], what: str) -> str:
    """A sentence when a name is not one of the known ones, "" when it is."""
    return "" if name in known else f"{name!r} is no {what}{nearest(name, known) or f'; known: {_some(known)}'}"


def _some(known: Collection[str]) -> str:
    return ", ".join(sorted(known)[:12]) or "none"
