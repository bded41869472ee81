"""Alert rules: what they watch, their thresholds, and the sentence they say."""

from itertools import pairwise

from alerts.rule import Limits, gap, limits, say_faults
from config.checks.metrics import COMPUTED_FOR_SCREENS
from config.checks.names import no_metric, not_among
from config.parts import Entry, Parts, valid
from domain.health import MEASURED
from domain.metric import Metric
from domain.place import Site
from domain.rule import Rule


def check_rules(parts: Parts) -> None:
    """Every rule watches a metric that is written, at places that have its thresholds, and says what it can fill in."""
    by_kind: dict[str, list[Site]] = {}
    for _, _, site in valid(parts.sites):
        by_kind.setdefault(site.kind, []).append(site)
    for _, entry, rule in valid(parts.rules):
        for sentence in say_faults(rule.say):
            entry.tell(sentence, "say")
        if fault := gap_fault(rule):
            entry.tell(fault, "when", "clear")
        else:
            _check_metric(parts, entry, rule, by_kind)


def gap_fault(rule: Rule) -> str:
    """What is wrong with `clear:`, "" when it can be read."""
    try:
        gap(rule.when.clear, 1.0)
    except ValueError as error:
        return str(error)
    return ""


def _check_metric(parts: Parts, entry: Entry[Rule], rule: Rule, by_kind: dict[str, list[Site]]) -> None:
    if sentence := no_metric(parts, rule.when.metric):
        entry.tell(sentence, "when", "metric")
        return
    metric = parts.metric(rule.when.metric)
    if metric is None:
        return
    computed = metric.derive in COMPUTED_FOR_SCREENS and metric.key not in MEASURED
    if metric.ratio or metric.composite or computed:
        text = f"{metric.key} is computed for screens and never arrives; watch a metric that a source or derive: writes"
        entry.tell(text, "when", "metric")
        return
    if not parts.readable("sites"):
        return
    sites = by_kind.get(metric.site_kind, []) if metric.site_kind else [s for group in by_kind.values() for s in group]
    if _facts_exist(entry, rule, metric, sites):
        _check_order(entry, rule, sites)


def _facts_exist(entry: Entry[Rule], rule: Rule, metric: Metric, sites: list[Site]) -> bool:
    side = "above" if rule.when.above else "below"
    known = {name for site in sites for name, value in site.facts.items() if _is_number(value)}
    right = True
    for level, given in (rule.when.above or rule.when.below).items():
        if isinstance(given, str) and (s := not_among(given, known, f"number among the facts of any {_kind(metric)}")):
            entry.tell(s, "when", side, level)
            right = False
    return right


def _kind(metric: Metric) -> str:
    return f"site of kind {metric.site_kind}" if metric.site_kind else "site"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_order(entry: Entry[Rule], rule: Rule, sites: list[Site]) -> None:
    """A more urgent level must be harder to reach; with thresholds from facts, at every site."""
    side = "above" if rule.when.above else "below"
    places = sites if any(isinstance(t, str) for t in (rule.when.above or rule.when.below).values()) else [None]
    for site in places:
        levels = limits(rule.when, site.facts if site else {})
        if levels is not None and (sentence := _disorder(levels)):
            where = f" at {site.id}" if site else ""
            entry.tell(f"{sentence}{where}; a more urgent level must be further {side}", "when", side)
            return


def _disorder(levels: Limits) -> str:
    for urgent, less in pairwise(levels.steps):
        if levels.sign * urgent.threshold <= levels.sign * less.threshold:
            return f"{urgent.level.name} ({urgent.threshold:g}) is reached no later than {less.level.name} ({less.threshold:g})"
    return ""
