"""The figures of simplified administration agree with each other, over a whole year."""

import numpy as np
import pytest

from demo.city import DISTRICT, World
from demo.rhythm import DAY, HOUR
from tests.demo.conftest import NOW

DAYS = NOW - np.arange(365, dtype=np.int64)[None, :] * DAY
HOURS = NOW - np.arange(24 * 14, dtype=np.int64)[None, :] * HOUR
PARTS = [
    ("service.items_once", "service.items", DISTRICT, DAYS),
    ("service.bad_mended", "service.bad_due", DISTRICT, DAYS),
    ("service.kiosks_online", "service.kiosks", DISTRICT, HOURS),
    ("bureau.on_time", "bureau.due", "bureau", HOURS),
]


@pytest.mark.parametrize(("part", "whole", "kind", "times"), PARTS, ids=[part for part, *_ in PARTS])
def test_a_part_is_never_more_than_its_whole(world: World, part: str, whole: str, kind: str, times: np.ndarray) -> None:
    group = world.group(kind)
    some, every = world.values(part, group, times), world.values(whole, group, times)
    assert (some <= every).all()
    assert 0 < some.sum() < every.sum()


def test_the_kinds_of_items_add_up(world: World) -> None:
    group = world.group(DISTRICT)
    kinds = [world.values(f"service.items.{kind}", group, DAYS) for kind in ("permit", "public", "confirm", "other")]
    assert np.array_equal(np.sum(kinds, axis=0), world.values("service.items", group, DAYS))


def test_bureaux_rest_at_night_and_differ_in_how_late_they_are(world: World) -> None:
    group = world.group("bureau")
    due, on_time = (world.values(f"bureau.{name}", group, HOURS) for name in ("due", "on_time"))
    night = ((HOURS + 8 * HOUR) // HOUR % 24 <= 5)[0]
    assert due[:, night].sum() < 0.03 * due.sum()
    rates = on_time.sum(axis=1) / due.sum(axis=1)
    assert rates.max() - rates.min() > 0.02
