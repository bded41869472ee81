"""CONTRIBUTING.md followed word for word, on a copy of the city folder: each snippet is put where it says, then looked for."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

import app
import config
from alerts.engine import Engine
from datasources.collector import Collector
from datasources.context import SourceContext
from domain.alert import AlertLevel, Condition
from domain.city import City
from domain.health import Freshness
from domain.run import SourceRun
from geo.places import CityPlaces
from jobs.clock import utc_now
from jobs.collect import build_sources, guard_of
from jobs.ingest import Ingest
from layouts import screen
from layouts.record_faults import reason
from layouts.view import View
from snapshot.builder import Builder
from store import Store, open_store

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SNIPPETS: list[tuple[str, str]] = re.findall(r"```yaml\n# (\S+)\n(.*?)```", TEXT, re.DOTALL)
SHELL: list[str] = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
RECIPES: list[tuple[str, str]] = re.findall(r"## (To add an? \w+)\n(.*?)(?=\n## )", TEXT, re.DOTALL)


@dataclass
class Newcomer:
    """The copy that the recipes were followed in, and the folder that the commands ran in."""

    folder: Path
    home: Path
    checked: list[tuple[str, int]]

    @property
    def env(self) -> dict[str, str]:
        return os.environ | {"DEMO_VAR": str(self.home / "var/441800/demo")}

    def city(self) -> City:
        city, problems = config.load(self.folder, self.env)
        assert city is not None, problems
        return city


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    home = tmp_path_factory.mktemp("newcomer")
    made = Newcomer(home / "cities" / "441800", home, [])
    shutil.copytree(ROOT / "cities" / "441800", made.folder)
    for name, snippet in SNIPPETS:
        path = home / name
        before = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if path.exists() else ""
        path.write_text(before + snippet, encoding="utf-8")
        made.checked.append((name, app.main(["check", str(made.folder)])))
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}", synchronous="NORMAL") as opened:
        yield opened


def test_there_are_four_recipes_of_six_lines_each_with_a_snippet() -> None:
    assert [title for title, _ in RECIPES] == ["To add a metric", "To add a source", "To add a panel", "To add a rule"]
    for title, body in RECIPES:
        assert re.findall(r"^(\d)\. ", body, re.MULTILINE) == list("123456"), title
        assert body.count("```yaml") == 1, title


def test_after_every_step_the_checker_finds_no_problem(newcomer: Newcomer) -> None:
    assert newcomer.checked == [(name, 0) for name, _ in SNIPPETS]
    assert len(newcomer.checked) == 4


def test_each_thing_is_there(newcomer: Newcomer) -> None:
    before, _ = config.load(ROOT / "cities" / "441800", newcomer.env)
    after = newcomer.city()
    assert before is not None
    assert after.metrics.keys() - before.metrics.keys() == {"weather.visibility"}
    assert after.sources.keys() - before.sources.keys() == {"visibility"}
    assert after.screens.keys() - before.screens.keys() == {"weather"}
    assert after.rules.keys() - before.rules.keys() == {"visibility_low"}


async def _collected(newcomer: Newcomer, city: City, store: Store) -> tuple[SourceRun, Engine]:
    """One poll of the new source by the parts that the collector process is made of."""
    engine = Engine.of(city)
    ingest = Ingest(city, store, engine)
    guard = guard_of(city, newcomer.home / "var/441800", newcomer.env)
    areas = frozenset({city.adcode, *city.districts})
    context = SourceContext(
        city.metrics, city.sites, CityPlaces.of_city(city), newcomer.env, newcomer.home, areas, guard
    )
    source = build_sources(city, context)["visibility"]

    async def record(run: SourceRun) -> None:
        await asyncio.to_thread(store.record_run, run)

    collector = Collector({"visibility": source}, ingest.write, store.cursor, record, context=context)
    # A file is read once nobody has written to it for a moment.
    run = await collector.poll("visibility", utc_now() + timedelta(seconds=30))
    await collector.close()
    return run, engine


async def test_the_report_of_the_recipe_is_read_shown_and_watched(newcomer: Newcomer, store: Store) -> None:
    for command in SHELL:
        done = await asyncio.to_thread(subprocess.run, ["sh", "-ec", command], cwd=newcomer.home, check=False)
        assert done.returncode == 0
    dropped = newcomer.home / "var/441800/demo/drop/visibility/now.csv"
    assert dropped.is_file()
    long_ago = (utc_now() - timedelta(minutes=1)).timestamp()
    os.utime(dropped, (long_ago, long_ago))
    city = newcomer.city()
    run, engine = await _collected(newcomer, city, store)
    assert (run.ok, run.error, run.read, run.written, run.rejected) == (True, "", 2, 1, 1)
    kept = store.quarantine(10, "visibility")[0]
    assert "990 km 超出有效范围 0 至 100" in reason(kept.reason, "zh")

    now = utc_now()
    snapshot = Builder(city, store).live(now)
    told = snapshot.reading("weather.visibility")
    assert (told.value, told.freshness) == (0.42, Freshness.LIVE)
    drawn = json.dumps(screen.render(city.screens["weather"], View(snapshot)), ensure_ascii=False, default=str)
    assert "清城国家站" in drawn
    assert '"0.4"' in drawn

    (change,) = engine.due(now + timedelta(minutes=10, seconds=30))
    assert (change.alert.condition, change.alert.level) == (Condition.FIRING, AlertLevel.P3)
    assert change.alert.say == "清城国家站能见度 0.4 km"
