"""Alert rules: what they watch, their thresholds, and the sentence they say."""

from collections.abc import Iterator
from itertools import pairwise

from alerts.rule import Limits, band, gap, limits, say_faults
from config.checks.metrics import COMPUTED_FOR_SCREENS
from config.checks.names import no_metric, not_among
from config.parts import Entry, Parts, valid
from domain.health import MEASURED
from domain.metric import Metric
from domain.place import Site
from domain.rule import Rule, When

Path = tuple[str | int, ...]


def check_rules(parts: Parts) -> None:
    """Every rule watches a metric that is written, at places that have its thresholds, and says what it can fill in."""
    by_kind: dict[str, list[Site]] = {}
    for _, _, site in valid(parts.sites):
        by_kind.setdefault(site.kind, []).append(site)
    for _, entry, rule in valid(parts.rules):
        for sentence in say_faults(rule.say):
            entry.tell(sentence, "say")
        if not rule.when.metric and not (rule.topic and rule.department):
            entry.tell("a rule without a metric of its own needs topic: and department:", "when")
        if fault := gap_fault(rule):
            entry.tell(fault, "when", "clear")
        else:
            _check_scope(parts, entry, rule, by_kind)
            _check_parts(parts, entry, rule, by_kind)


def _check_scope(parts: Parts, entry: Entry[Rule], rule: Rule, by_kind: dict[str, list[Site]]) -> None:
    """The names in `scope:` exist, and its hours and days are such."""
    scope = rule.scope
    known = {
        "districts": {d.adcode for d in parts.city.value.districts} if parts.city and parts.city.value else set(),
        "kinds": set(by_kind),
    }
    for name, names in known.items():
        for index, given in enumerate(getattr(scope, name)):
            if names and (s := not_among(given, names, f"one of the {name}")):
                entry.tell(s, "scope", name, index)
    bounds = {"weekdays": (1, 7), "months": (1, 12)}
    for name, (low, high) in bounds.items():
        if any(not low <= given <= high for given in getattr(scope, name)):
            entry.tell(f"{name} are {low} to {high}", "scope", name)
    if any(not (0 <= begin < 24 and 0 < end <= 24 and begin != end) for begin, end in scope.hours):
        entry.tell("hours are [from, to), 0 to 24, and not the same", "scope", "hours")


def _check_parts(parts: Parts, entry: Entry[Rule], rule: Rule, by_kind: dict[str, list[Site]]) -> None:
    """A condition and, of a combined one, each of its parts."""
    for path, when in _conditions(rule.when, ("when",)):
        for metric in when.metrics:
            _check_metric(parts, entry, (when, path, metric), by_kind)


def _conditions(when: When, path: Path) -> Iterator[tuple[Path, When]]:
    """The conditions that hold levels, each with its place in the file."""
    for name, inner in (("all", when.all), ("any", when.any)):
        for index, part in enumerate(inner):
            yield from _conditions(part, (*path, name, index))
    if when.kind != "combined":
        yield path, when


def gap_fault(rule: Rule) -> str:
    """What is wrong with `clear:`, "" when it can be read."""
    try:
        for _, when in _conditions(rule.when, ()):
            gap(when.clear, 1.0)
    except ValueError as error:
        return str(error)
    return ""


def _check_metric(
    parts: Parts, entry: Entry[Rule], watched: tuple[When, Path, str], by_kind: dict[str, list[Site]]
) -> None:
    when, path, name = watched
    where = (*path, "metric") if name == when.metric else (*path, "versus", "metric")
    if sentence := no_metric(parts, name):
        entry.tell(sentence, *where)
        return
    metric = parts.metric(name)
    if metric is None:
        return
    computed = metric.derive in COMPUTED_FOR_SCREENS and metric.key not in MEASURED
    if metric.ratio or metric.composite or computed:
        text = f"{metric.key} is computed for screens and never arrives; watch a metric that a source or derive: writes"
        entry.tell(text, *where)
        return
    if name != when.metric or not parts.readable("sites"):
        return
    sites = by_kind.get(metric.site_kind, []) if metric.site_kind else [s for group in by_kind.values() for s in group]
    if _facts_exist(entry, (when, path), metric, sites):
        _check_order(entry, (when, path), sites)


def _facts_exist(entry: Entry[Rule], watched: tuple[When, Path], metric: Metric, sites: list[Site]) -> bool:
    when, path = watched
    side = "above" if when.above else "below"
    known = {name for site in sites for name, value in site.facts.items() if _is_number(value)}
    right = True
    for level, given in (when.above or when.below).items():
        if isinstance(given, str) and (s := not_among(given, known, f"number among the facts of any {_kind(metric)}")):
            entry.tell(s, *path, side, level)
            right = False
    return right


def _kind(metric: Metric) -> str:
    return f"site of kind {metric.site_kind}" if metric.site_kind else "site"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_order(entry: Entry[Rule], watched: tuple[When, Path], sites: list[Site]) -> None:
    """A more urgent level must be harder to reach; with thresholds from facts, at every site."""
    when, path = watched
    if when.outside:
        sides = band(when)
        for side in (sides.lower, sides.upper):
            if sentence := _disorder(side):
                entry.tell(f"{sentence}; a more urgent level must be a wider range", *path, "outside")
        return
    name = "above" if when.above else "below"
    places = sites if any(isinstance(t, str) for t in (when.above or when.below).values()) else [None]
    for site in places:
        levels = limits(when, site.facts if site else {})
        if levels is not None and (sentence := _disorder(levels)):
            where = f" at {site.id}" if site else ""
            entry.tell(f"{sentence}{where}; a more urgent level must be further {name}", *path, name)
            return


def _disorder(levels: Limits) -> str:
    for urgent, less in pairwise(levels.steps):
        if levels.sign * urgent.threshold <= levels.sign * less.threshold:
            return f"{urgent.level.name} ({urgent.threshold:g}) is reached no later than {less.level.name} ({less.threshold:g})"
    return ""
