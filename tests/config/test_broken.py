"""Each file in broken/ breaks one rule, is named after it, and says on its `#!` lines exactly what must be told.

<what-is-wrong>.<file>.yaml stands before the declarations of good/<file>.yaml (metrics, sources, rules, sites) or in its
place (city, noise, plans, screen, topic).
"""

import shutil
from pathlib import Path

import pytest

import config

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
PLACES = {
    "city": "city.yaml",
    "noise": "noise.yaml",
    "plans": "plans.yaml",
    "screen": "screens/main.yaml",
    "topic": "screens/topics/main.yaml",
}


def told(path: Path, folder: Path) -> list[str]:
    city = folder / "city"
    shutil.copytree(HERE / "good", city)
    name = path.name.split(".")[-2]
    text = path.read_text(encoding="utf-8")
    if name in PLACES:
        (city / PLACES[name]).parent.mkdir(exist_ok=True)
        (city / PLACES[name]).write_text(text, encoding="utf-8")
    else:
        target = city / f"{name}.yaml"
        target.write_text(text + target.read_text(encoding="utf-8"), encoding="utf-8")
    return [str(problem) for problem in config.check(city, {"SET": "yes"})]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_each_broken_file_is_told_exactly(path: Path, tmp_path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert told(path, tmp_path) == [line.removeprefix("#! ") for line in lines if line.startswith("#! ")]


def test_the_good_city_has_no_problem() -> None:
    assert config.check(HERE / "good", {}) == []


def test_all_problems_of_a_file_are_told_in_one_pass(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(HERE / "good", city)
    rules, alone = city / "rules.yaml", set[str]()
    for path in BROKEN:
        if path.name.endswith(".rules.yaml") and path.stem not in {"not-yaml.rules", "two-documents.rules"}:
            alone |= {line.split(": ", 1)[1] for line in told(path, tmp_path / path.stem)}
            rules.write_text(path.read_text(encoding="utf-8") + rules.read_text(encoding="utf-8"), encoding="utf-8")
    assert {str(problem).split(": ", 1)[1] for problem in config.check(city, {})} == alone
