"""The demonstration city's own declarations: complete, consistent, and every rule does what its tests say."""

import re

import numpy as np
import pytest

from access import mask
from alerts.rule import limits
from alerts.timeline import check
from demo.city import World
from demo.feeds import FEEDS
from demo.publication import Publisher
from domain.city import City
from tests.demo.conftest import NOW, is_computed

WORDS = 10  # characters; a definition shorter than this says nothing


def test_at_least_eighty_metrics_each_say_what_they_are(city: City) -> None:
    assert len(city.metrics) >= 80
    for metric in city.metrics.values():
        assert metric.name_en, metric.key
        assert len(metric.definition) > WORDS, metric.key
        assert metric.department, metric.key
        assert metric.version, metric.key
        assert (metric.target is None) == (metric.target_source == ""), metric.key
        if metric.composite:
            assert sum(metric.composite.values()) == pytest.approx(1.0)


def test_no_place_is_named_like_somebodys_address(city: City) -> None:
    """What is shown to all is masked, and a gauge "山区3号" would be taken for a house."""
    assert [site.name for site in city.sites.values() if mask.text(site.name) != site.name] == []


def test_every_number_of_the_first_screen_is_defined_in_english_too(city: City) -> None:
    shown = set(
        re.findall(r"metric: ([a-z0-9_.]+)", (city.folder / "screens" / "overview.yaml").read_text(encoding="utf-8"))
    )
    assert len(shown) > 25
    for key in shown:
        english = city.metrics[key].definition_en
        assert len(english) > WORDS, key
        assert not re.search("[\u4e00-\u9fff]", english), key


def test_every_topic_of_the_city_is_covered(city: City) -> None:
    topics = {m.topic for m in city.metrics.values()}
    assert topics >= {
        "service",
        "hotline",
        "environment",
        "water",
        "traffic",
        "emergency",
        "governance",
        "digital",
        "economy",
    }


def test_every_source_says_why_it_is_polled_so_often(city: City) -> None:
    assert all(s.because and s.name and s.department for s in city.sources.values())
    assert {s.kind for s in city.sources.values()} >= {"http_json", "sql", "file", "push", "cap", "hj212", "jt808"}


def test_the_demonstration_is_labelled(city: City) -> None:
    assert city.spec.demo
    assert len(city.districts) == 8


def test_whatever_is_drawn_as_a_place_has_a_feed(city: City, publisher: Publisher) -> None:
    """A road on the map that never gets a speed is a promise broken. Cells of the grid are areas, nobody measures them."""
    fed = {name for feed in FEEDS if feed.source in city.sources for name in publisher.group(feed).names}
    silent = {site.kind for site in city.sites.values() if site.id not in fed}
    assert silent <= {"grid"}


@pytest.mark.parametrize("level", ["P1", "P2", "P3", "P4"])
def test_rules_use_every_alert_level(city: City, level: str) -> None:
    assert any(level in (r.when.above or r.when.below) for r in city.rules.values())


def test_every_rule_passes_its_own_timeline(city: City) -> None:
    assert {key: found for key, rule in city.rules.items() if (found := check(rule))} == {}


def test_an_ordinary_day_has_few_alerts_and_none_of_the_worst(city: City, world: World) -> None:
    """A healthy city is quiet: counted as values beyond a threshold over a day, whatever `for` says."""
    t = np.arange(NOW - 86_400, NOW, 1800, dtype=np.int64).reshape(1, -1) // 600 * 600
    loud = {}
    for rule in city.rules.values():
        metric = city.metrics.get(rule.when.metric)
        if rule.when.kind != "threshold" or metric is None or is_computed(metric):
            continue
        kind = metric.site_kind or ("city" if metric.topic == "digital" else "district")
        group = world.group(kind)
        values = world.values(metric.key, group, t)
        for row, name in enumerate(group.names):
            site = city.sites.get(name)
            found = limits(rule.when, site.facts if site else {})
            levels = {found.reached(float(v)) for v in values[row]} - {None} if found else set()
            loud[rule.key] = loud.get(rule.key, 0) + len(levels)
            assert not any(level == 1 for level in levels if level), (rule.key, name)
    assert sum(loud.values()) < 40, loud
