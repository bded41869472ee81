"""A rule's sentence filled in: what people read in the alert list."""

from collections.abc import Mapping

from alerts.machine import State, Watch
from alerts.rule import TOLD, Band, Levels
from domain.alert import AlertLevel
from domain.metric import Metric
from domain.place import Site
from domain.rule import Rule


class Words:
    """Names and units for {site} {value} {unit} {threshold} {district}; `areas` names districts and the city by adcode."""

    def __init__(self, metrics: Mapping[str, Metric], sites: Mapping[str, Site], areas: Mapping[str, str]) -> None:
        self._metrics = metrics
        self._sites = sites
        self._areas = areas

    def say(self, rule: Rule, place: str, state: State, watch: Watch, told: Mapping[str, str] | None = None) -> str:
        """The sentence for a state; the value in the metric's digits, the threshold of the alert's level.

        told: what the rule's kind adds (`alerts.rule.TOLD`); what it does not tell is a dash.
        """
        site = self._sites.get(place)
        district = site.district if site else place
        own = {
            "site": site.name if site else self._areas.get(place, place),
            "value": "—" if state.value is None else self._figure(rule, state.value),
            "unit": self._unit(rule),
            "threshold": "" if state.level is None else _threshold(watch.limits, state.level),
            "district": self._areas.get(district, district),
        }
        return rule.say.format(**{**dict.fromkeys(TOLD, "—"), **own, **(told or {})})

    def _figure(self, rule: Rule, value: float) -> str:
        """A value of the metric in its digits; a count, a share or a ratio as short as it is."""
        when = rule.when
        if when.kind in ("threshold", "outside", "change", "forecast") or _difference(rule):
            return f"{value:.{self._metrics[when.metric].digits}f}"
        return f"{round(value, 1):g}"

    def _unit(self, rule: Rule) -> str:
        return self._metrics[rule.when.metric].unit if rule.when.metric else ""


def _difference(rule: Rule) -> bool:
    spec = rule.when.baseline or rule.when.versus
    return spec is not None and spec.compared == "difference"


def _threshold(levels: Levels, level: AlertLevel) -> str:
    if isinstance(levels, Band):
        low, high = levels.edges(level)
        return f"{low:g}–{high:g}"
    return f"{levels.threshold(level):g}"
