"""How rules are doing is counted, kept and read back."""

from datetime import timedelta
from pathlib import Path

from alerts.health import Failures
from domain.observation import Observation
from jobs.rule_watch import RuleWatch
from store import open_store
from tests.alerts.desk import NOW
from tests.jobs.desk_world import World, rule, small_city

MINUTE = timedelta(minutes=1)


def _seen(*values: float) -> list[Observation]:
    return [Observation("hydro.level", "g1", "s", NOW, value, NOW) for value in values]


def test_values_are_counted_for_every_rule_that_watches_them() -> None:
    watch = RuleWatch({"high": rule("high"), "other": rule("other")})
    watch.seen([*_seen(1, 2, 3), Observation("air.aqi", "g1", "s", NOW, 1.0, NOW)], NOW)
    told = {one.rule: one for one in watch.told({}, NOW + MINUTE)}
    assert {key: (one.evaluations, one.evaluated) for key, one in told.items()} == {"high": (3, NOW), "other": (3, NOW)}


def test_failures_are_told_while_they_last_and_counted_after() -> None:
    watch, failures = RuleWatch({"high": rule("high")}), Failures()
    watch.seen(_seen(1), NOW)
    failures.failed("high", "g1", ValueError("broken"), NOW)
    failures.failed("high", "g1", ValueError("broken"), NOW)
    (failing,) = watch.told(failures.health, NOW)
    assert (failing.failures, failing.failing, failing.error) == (2, NOW, "ValueError: broken")
    failures.worked("high", "g1")
    (well,) = watch.told(failures.health, NOW + MINUTE)
    assert (well.failures, well.failing, well.error) == (2, None, "ValueError: broken")


async def test_the_collector_writes_it_down_within_a_minute(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}") as store:
        world = World(small_city(), store)
        await world.say(g1=5.0, g2=5.0)
        await world.wait(MINUTE)
        (kept,) = store.desk.rule_health().values()
    assert (kept.rule, kept.evaluations, kept.failures) == ("high", 2, 0)
