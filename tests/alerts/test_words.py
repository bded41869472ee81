"""The sentence people read."""

from collections.abc import Callable

from alerts.machine import State, Watch
from alerts.rule import limits
from alerts.words import Words
from domain.alert import AlertLevel
from domain.metric import Metric
from domain.place import Site
from domain.rule import Rule


def test_names_value_unit_and_the_threshold_of_the_level(
    rule: Callable[..., Rule], metrics: dict[str, Metric], sites: dict[str, Site]
) -> None:
    made = rule(say="{district}{site} {value} {unit} ≥ {threshold}")
    levels = limits(made.when, {})
    assert levels is not None
    watch = Watch(levels, made.hold, made.keep, metrics["hydro.level"].every)
    words = Words(metrics, sites, {"441802": "清城区"})
    state = State(level=AlertLevel.P2, value=20.26)
    assert words.say(made, "g1", state, watch) == "清城区站g1 20.3 m ≥ 20"
    assert words.say(made, "441802", state, watch) == "清城区清城区 20.3 m ≥ 20"
    assert words.say(made, "elsewhere", State(level=AlertLevel.P1), watch) == "elsewhereelsewhere — m ≥ 30"
