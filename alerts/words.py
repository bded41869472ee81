"""A rule's sentence filled in: what people read in the alert list."""

from collections.abc import Mapping

from alerts.machine import State, Watch
from domain.metric import Metric
from domain.place import Site
from domain.rule import Rule


class Words:
    """Names and units for {site} {value} {unit} {threshold} {district}; `areas` names districts and the city by adcode."""

    def __init__(self, metrics: Mapping[str, Metric], sites: Mapping[str, Site], areas: Mapping[str, str]) -> None:
        self._metrics = metrics
        self._sites = sites
        self._areas = areas

    def say(self, rule: Rule, place: str, state: State, watch: Watch) -> str:
        """The sentence for a state; the value in the metric's digits, the threshold of the alert's level."""
        metric = self._metrics[rule.when.metric]
        site = self._sites.get(place)
        district = site.district if site else place
        return rule.say.format(
            site=site.name if site else self._areas.get(place, place),
            value="—" if state.value is None else f"{state.value:.{metric.digits}f}",
            unit=metric.unit,
            threshold="" if state.level is None else f"{watch.limits.threshold(state.level):g}",
            district=self._areas.get(district, district),
        )
