"""Metrics against each other, against the sites that measure them and the indicators that compute them."""

from config.checks.names import no_metric, not_among
from config.parts import Entry, Parts, valid
from config.problem import nearest
from domain.health import MEASURED
from domain.metric import Metric
from indicators import derive

COMPUTED_FOR_SCREENS = frozenset({"health", "status"})  # snapshot computes these from sources and alerts
DERIVATIONS = derive.NAMES | COMPUTED_FOR_SCREENS


def check_metrics(parts: Parts) -> None:
    """Ratios, composites, derivations, weights and kinds of site that metrics name exist."""
    kinds = _facts_by_kind(parts)
    for _, entry, metric in valid(parts.metrics):
        _check_parts(parts, entry, metric)
        _check_derive(parts, entry, metric)
        _check_own(parts, entry, metric)
        _check_agree(parts, entry, metric)
        if parts.readable("sites"):
            _check_kind(entry, metric, kinds)
        for field in ("name", "department"):
            if not getattr(metric, field).strip():
                entry.tell(f"is empty; write the {field}", field)


def _facts_by_kind(parts: Parts) -> dict[str, set[str]]:
    """The facts that at least one site of a kind has; kinds that sources learn have the facts they read."""
    kinds: dict[str, set[str]] = {}
    for _, _, site in valid(parts.sites):
        kinds.setdefault(site.kind, set()).update(site.facts)
    for _, _, source in valid(parts.sources):
        if source.site.learn is not None:
            kinds.setdefault(source.site.learn.kind, set()).update(source.site.learn.facts)
    return kinds


def _check_parts(parts: Parts, entry: Entry[Metric], metric: Metric) -> None:
    for index, key in enumerate(metric.ratio or ()):
        if sentence := no_metric(parts, key):
            entry.tell(sentence, "ratio", index)
        elif (part := parts.metric(key)) is not None and part.ratio is not None:
            entry.tell(f"{key} is itself a rate; name the counts it is made of", "ratio", index)
    for key, weight in metric.composite.items():
        sentence = no_metric(parts, key) or _unfit(parts, key, weight)
        if sentence:
            entry.tell(sentence, "composite", key)


def _unfit(parts: Parts, key: str, weight: float) -> str:
    """Why a metric cannot be a component of an index, "" when it can."""
    part = parts.metric(key)
    if weight <= 0:
        return f"the weight {weight:g} is not above 0; write the published weight or leave {key} out"
    if part is None:
        return ""
    if part.composite:
        return f"{key} is itself an index; name the metrics it is made of"
    return f"{key} has no direction, so it has no score; give it better: higher, lower or band" * (
        part.better == "none"
    )


def _check_derive(parts: Parts, entry: Entry[Metric], metric: Metric) -> None:
    if not metric.derive:
        return
    sentence = not_among(metric.derive, DERIVATIONS, "computed indicator")
    if sentence:
        entry.tell(sentence, "derive")
        return
    needed = derive.needs(metric)
    if needed and not any(key in parts.metrics for key in needed):
        entry.tell(f"is computed from {', '.join(needed)}, none of which is declared; declare at least one", "derive")


def _check_own(parts: Parts, entry: Entry[Metric], metric: Metric) -> None:
    """topic: system is what the cockpit says of itself: measured by it under these names, or computed; a source may add to it."""
    own = metric.key in MEASURED
    if own and metric.topic != "system":
        entry.tell("is measured by the cockpit itself; write topic: system", "topic")
    if own and metric.across != "none":
        entry.tell("is of one source or of the whole city, and nothing combines; write across: none", "across")
    computed = metric.ratio or metric.composite or metric.derive or metric.agree
    if own or metric.topic != "system" or computed:
        return
    if not any(metric.key in source.metrics for _, _, source in valid(parts.sources)):
        meant = nearest(metric.key, MEASURED) or f"; it measures {', '.join(sorted(MEASURED))}"
        entry.tell(f"the cockpit does not measure {metric.key} and no source feeds it{meant}", "topic")


def _check_agree(parts: Parts, entry: Entry[Metric], metric: Metric) -> None:
    """Both figures exist, in one unit, and a named source feeds its metric."""
    if metric.agree is None:
        return
    units = []
    for name, (key, source) in zip(("one", "other"), metric.agree.figures, strict=True):
        if sentence := no_metric(parts, key):
            entry.tell(sentence, "agree", name)
            continue
        if (found := parts.metric(key)) is not None:
            units.append(found.unit)
        fed = {one for one, _, spec in valid(parts.sources) if key in spec.metrics}
        if source and (sentence := not_among(source, fed, f"source that feeds {key}")):
            entry.tell(sentence, "agree", name)
    if len(set(units)) > 1:
        entry.tell(f"compares {units[0]} with {units[1]}; name two figures of one unit", "agree")
    if metric.across != "none":
        entry.tell("is the difference at one place, and nothing combines; write across: none", "across")


def _check_kind(entry: Entry[Metric], metric: Metric, kinds: dict[str, set[str]]) -> None:
    if metric.site_kind and (sentence := not_among(metric.site_kind, kinds, "kind of any site")):
        entry.tell(sentence, "site_kind")
        return
    facts = kinds.get(metric.site_kind, set()) if metric.site_kind else set().union(*kinds.values())
    if metric.weight and (sentence := not_among(metric.weight, facts, f"fact of any {metric.site_kind or 'site'}")):
        entry.tell(sentence, "weight")
