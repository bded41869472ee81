"""What the leaders' pages cost the server, at growing numbers of observations.

`python -m benchmarks.pages [--rows 200000 1000000 10000000]`. The store of benchmarks/snapshots.py. For one page of each family:
`cold` = built from a snapshot that nobody has asked anything yet (tree, all panels, their values), `next` = all its panels after
a commit of 60 series. Median of a few; the last line is the ratio of the largest to the smallest.
"""

import argparse
import json
import os
import statistics
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

import config
from benchmarks.snapshots import NOW, fill, keys_of, opened, timed
from domain.batch import Batch
from domain.city import City
from domain.observation import Observation, SeriesKey
from domain.screen import Screen
from layouts import screen
from layouts.topics import found
from layouts.view import View
from snapshot.builder import Builder
from snapshot.drawing import Drawing
from store import Store

ROUNDS = 3
PAGES = (("topic", "topic/service", ""), ("district", "district", "441881"), ("indicator", "indicator/air.aqi", ""))


def measure(city: City, store: Store, keys: list[SeriesKey]) -> list[float]:
    """ms: cold and next of each page."""
    return [took for _, key, place in PAGES for took in page(city, store, keys, (key, place))]


def page(city: City, store: Store, keys: list[SeriesKey], asked: tuple[str, str]) -> tuple[float, float]:
    key, place = asked
    shown = found.screen(city, key)
    if shown is None:
        raise SystemExit(f"{key} is no page of this city")
    cold, again = [], []
    for turn in range(ROUNDS):
        builder = Builder(city, store)
        view = View(builder.live(NOW + timedelta(minutes=turn)), place)
        cold.append(timed(partial(whole_page, shown, view)))
        drawing = Drawing(screen.draws(shown, place))
        drawing.render(view.snapshot)
        now = NOW + timedelta(minutes=turn, seconds=5)
        chosen = [keys[(turn * 60 + i) % len(keys)] for i in range(60)]
        store.write(Batch("bench", now, tuple(Observation(k.metric, k.site, "bench", NOW, 20.0, now) for k in chosen)))
        again.append(timed(partial(drawing.render, builder.live(now))))
    return statistics.median(cold), statistics.median(again)


def whole_page(shown: Screen, view: View) -> str:
    """The page as it is first sent."""
    return json.dumps(screen.build(shown, view).to_plotly_json())  # type: ignore[no-untyped-call]  # Dash leaves it untyped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    asked = parser.parse_args()
    city, problems = config.load(Path("cities/441800"), os.environ)
    if city is None:
        raise SystemExit(f"the city folder has problems: {problems}")
    keys = keys_of(city)
    names = [f"{name} {what}" for name, _, _ in PAGES for what in ("cold", "next")]
    print(f"{'observations':>13} " + " ".join(f"{name:>14}" for name in names))
    table = []
    for rows in asked.rows:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, opened(folder, city) as store:
            fill(store, keys, rows)
            table.append(measure(city, store, keys))
        print(f"{rows:>13,} " + " ".join(f"{took:>14.1f}" for took in table[-1]))
    print(f"{'ratio':>13} " + " ".join(f"{b / a:>14.2f}" for a, b in zip(table[0], table[-1], strict=True)))


if __name__ == "__main__":
    main()
