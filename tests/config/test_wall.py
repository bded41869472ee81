"""Scenes of the wall: what is wrong with them is told with file, line and key."""

from pathlib import Path

import pytest

import config
from tests.config.test_loading import copy

SCENE = """title: t
columns: 1fr
rows: 1fr
grid: [a]
panels:
  - {key: one, kind: bars, area: a, items: [{metric: air.pm25}]}
"""


def told(tmp_path: Path, *scenes: str) -> list[str]:
    folder = copy(tmp_path)
    (folder / "screens" / "wall").mkdir()
    for number, text in enumerate(scenes):
        (folder / "screens" / "wall" / f"s{number}.yaml").write_text(text)
    return [str(problem) for problem in config.load(folder, {})[1]]


def test_a_scene_is_read(tmp_path: Path) -> None:
    assert told(tmp_path, SCENE) == []


def test_a_scene_may_use_anothers_panel(tmp_path: Path) -> None:
    lone = SCENE.replace("grid: [a]", "grid: [b a]").replace("columns: 1fr", "columns: 1fr 1fr")
    user = lone.replace("area: a", "area: b") + "uses: [s0-one]\n"
    assert told(tmp_path, SCENE, user) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SCENE + "hours: [7-25]\n", "hours[0]: '7-25' is no span of hours; write from-to, such as 7-22"),
        (SCENE + "uses: [s0-onne]\n", "uses[0]: 's0-onne' is no panel of a scene; did you mean s0-one?"),
        (
            SCENE + "wide: {double: {grid: [a b], columns: 1fr 1fr, rows: 1fr}}\n",
            "wide.double.grid: area b has no panel; add one with area: b, or write . for empty cells",
        ),
        (
            SCENE + "wide: {double: {grid: [a a], columns: 1fr, rows: 1fr}}\n",
            "wide.double.columns: gives 1 sizes for 2 columns of the grid; write one each",
        ),
        (
            SCENE.replace("area: a,", "area: c,"),
            "panel one stands in none of the scene's grids; name its area in one",
        ),
        (SCENE.replace("metric: air.pm25", "metric: air.pm52"), "did you mean air.pm25?"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(tmp_path: Path, text: str, sentence: str) -> None:
    problems = told(tmp_path, text)
    assert any(one.startswith("screens/wall/s0.yaml:") and one.endswith(sentence) for one in problems), problems
