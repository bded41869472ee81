from pathlib import Path

import numpy as np
import pytest

from demo.scenario import FOREVER, Period, Script, ahead_of, read, write
from domain.errors import CockpitError


def test_a_script_knows_what_is_played_when() -> None:
    script = Script().switched("rainstorm", 100).switched("hotline_surge", 200).switched("normal", 300)
    assert [script.at(t) for t in (50, 100, 199, 200, 299, 300)] == [
        "normal", "rainstorm", "rainstorm", "hotline_surge", "hotline_surge", "normal",
    ]  # fmt: skip


def test_switching_to_the_same_scenario_goes_on() -> None:
    script = Script().switched("quiet", 100)
    assert script.switched("quiet", 500) is script


def test_a_scenario_can_be_entered_late_in_its_course() -> None:
    script = Script().switched("rainstorm", 10_000).switched("rainstorm", 20_000, ahead=7_200)
    assert [(p.start, p.end, p.entered) for p in script.periods] == [
        (10_000, 20_000, 10_000),
        (12_800, FOREVER, 20_000),
    ]
    assert script.switched("rainstorm", 30_000) is script
    assert script.switched("normal", 30_000).at(30_000) == "normal"


@pytest.mark.parametrize("text", ["soon", "-3h", "25h", ""])
def test_what_is_no_part_of_a_course_is_refused(text: str) -> None:
    with pytest.raises(CockpitError, match="--from"):
        ahead_of(text)


def test_an_unknown_scenario_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'storm' is not a scenario; there are normal, rainstorm"):
        Script().switched("storm", 0)


def test_strength_rises_and_falls_by_its_ramps() -> None:
    script = Script((Period("rainstorm", 100, 200),))
    t = np.array([99, 100, 105, 110, 199, 200, 210, 221], dtype=np.int64)
    assert script.strength("rainstorm", t).tolist() == [0, 1, 1, 1, 1, 0, 0, 0]
    assert script.strength("rainstorm", t, rise=10, fall=20).tolist() == [0, 0, 0.5, 1, 1, 1, 0.5, 0]


def test_a_script_survives_the_control_file(tmp_path: Path) -> None:
    script = Script().switched("rainstorm", 100).switched("quiet", 200, ahead=50)
    write(tmp_path / "deep" / "scenario.json", script)
    assert read(tmp_path / "deep" / "scenario.json") == script
    assert read(tmp_path / "none.json") == Script()
