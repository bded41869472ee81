"""A file of a screen as somebody would like to write it: checked as a start would, written nowhere."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import config
from config import Changed

ROOT = Path(__file__).resolve().parents[2]
GOOD = Path(__file__).parent / "good"
MAIN = GOOD / "screens" / "main.yaml"


def told(file: str, text: str, env: dict[str, str] | None = None) -> list[str]:
    return [str(problem) for problem in config.trial(GOOD, env or {}, Changed(file, text))[1]]


def test_the_changed_text_counts_and_the_file_stays() -> None:
    before = MAIN.read_text()
    city, problems = config.trial(
        GOOD, {"AIR_PORT": "7001"}, Changed("screens/main.yaml", before.replace("title: ", "title: 新", 1))
    )
    assert problems == []
    assert city is not None
    assert city.screens["main"].title.startswith("新")
    assert MAIN.read_text() == before


def test_a_file_that_is_not_there_yet_becomes_a_screen() -> None:
    city, problems = config.trial(GOOD, {}, Changed("screens/second.yaml", MAIN.read_text()))
    assert problems == []
    assert city is not None
    assert set(city.screens) == {"main", "second"}


def test_what_is_wrong_is_told_as_by_check(tmp_path: Path) -> None:
    text = MAIN.read_text().replace("metric: air.pm25", "metric: air.pm52", 1)
    folder = tmp_path / "city"
    folder.mkdir()
    for path in GOOD.rglob("*.*"):
        to = folder / path.relative_to(GOOD)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(path.read_bytes())
    (folder / "screens" / "main.yaml").write_text(text)
    found = told("screens/main.yaml", text)
    assert found == [str(problem) for problem in config.check(folder, {})]
    assert any("did you mean air.pm25?" in one for one in found)


def test_nothing_of_the_environment_is_filled_in() -> None:
    found = told(
        "screens/main.yaml", MAIN.read_text().replace("title: ", "title: ${AIR_PORT} ", 1), {"AIR_PORT": "7001"}
    )
    assert any("AIR_PORT" in one for one in found)
    assert not any("7001" in one for one in found)


def test_a_file_of_the_folder_that_a_city_extends_is_its_own_when_changed(tmp_path: Path) -> None:
    coast = tmp_path / "coast"
    coast.mkdir()
    (coast / "city.yaml").write_text((GOOD / "city.yaml").read_text() + f"\nextends: {GOOD}\n")
    [lent] = config.screen_files(coast, {})
    assert (lent.file, lent.lent) == ("screens/main.yaml", "good")
    city, _ = config.trial(coast, {}, Changed(lent.file, "title: 海边\n"))
    assert city is not None
    assert city.screens["main"].title == "海边"
    assert len(city.screens["main"].panels) == 3, "what is not written is taken from below"


def test_every_kind_of_file_is_listed_with_its_text() -> None:
    found = {one.file: one for one in config.screen_files(ROOT / "cities" / "441800", {})}
    assert {"screens/overview.yaml", "screens/topics/service.yaml", "screens/wall/traffic.yaml"} <= set(found)
    assert all(one.text and not one.lent for one in found.values())


@pytest.mark.parametrize("text", ["", "- a\n", "title: [", "a: &a [*a]\n", "\x00", "panels: {x: 1}\n", "grid: 5\n"])
def test_a_text_that_is_no_screen_is_told_with_its_file(text: str) -> None:
    found = told("screens/main.yaml", text)
    assert any(one.startswith("screens") for one in found), found


@settings(deadline=None, max_examples=25, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    cut=st.integers(0, 400),
    put=st.text(max_size=20) | st.sampled_from(["\t", "{{", "&x *x", "!!python/object:os.system ", "? "]),
)
def test_no_text_is_a_failure_of_ours(cut: int, put: str) -> None:
    text = MAIN.read_text()
    mangled = (text[:cut] + put + text[cut:]).encode("utf-8", "replace").decode()
    config.trial(GOOD, {}, Changed("screens/main.yaml", mangled))
