"""A whole city folder into a City."""

import shutil
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import config

GOOD = Path(__file__).parent / "good"
NAMES = (
    "city.yaml",
    "metrics.yaml",
    "sources.yaml",
    "rules.yaml",
    "sites.yaml",
    "screens/main.yaml",
    "layers/districts.geojson",
)


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in config.load(folder, {})[1]]


def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "city"))


def test_a_good_folder_becomes_a_city_with_the_kinds_own_specs() -> None:
    city, problems = config.load(GOOD, {"AIR_PORT": "7001"})
    assert problems == []
    assert city is not None
    assert set(city.sites) == {"air-1", "air-2", "gauge-1", "gauge-2"}
    assert city.sources["air"].model_dump()["url"] == "http://dept.test:7001/air"
    assert city.metrics["air.o3"].key == "air.o3"
    assert [panel.key for panel in city.screens["main"].panels] == ["head", "left", "right"]
    assert city.screens["main"].panels[2].model_dump()["curve"]["metric"] == "hall.cases"
    assert city.rules["pm25_high"].hold.total_seconds() == 600


def test_panels_may_be_a_mapping_or_a_list(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    (folder / "screens" / "main.yaml").write_text(
        "title: t\ncolumns: 1fr\nrows: 1fr\ngrid: [a]\npanels: {one: {kind: bars, area: a, items: [{metric: air.pm25}]}}\n"
    )
    city, problems = config.load(folder, {})
    assert problems == []
    assert city is not None
    assert city.screens["main"].panels[0].key == "one"


def test_missing_files_are_told_each(tmp_path: Path) -> None:
    assert told(tmp_path) == [
        "city.yaml: is missing; every city folder has it (docs/city-folder.md)",
        "metrics.yaml: is missing; every city folder has it (docs/city-folder.md)",
        "screens: holds no screen; write screens/overview.yaml",
        "sources.yaml: is missing; every city folder has it (docs/city-folder.md)",
    ]


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    city, problems = config.load(tmp_path / "nowhere", {})
    assert city is None
    assert len(problems) == 1


def test_a_misspelt_file_is_told_with_the_right_name(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    (folder / "rule.yaml").write_text("")
    (folder / "sites.yml").write_text("")
    assert told(folder) == [
        "rule.yaml: is not read; did you mean rules.yaml?",
        "sites.yml: is not read; did you mean sites.yaml?",
    ]


def test_a_layer_that_is_not_geojson_is_told_where_it_is_named(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    (folder / "layers" / "districts.geojson").write_bytes(b"\xff{")
    assert told(folder)[0].startswith("city.yaml:9: map.layers.districts: layers/districts.geojson is not JSON")


def test_an_unreadable_file_does_not_make_every_name_in_it_a_problem(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    for name in ("metrics.yaml", "sites.yaml"):
        (folder / name).write_text("a: [")
    assert [line.split(":")[0] for line in told(folder)] == ["metrics.yaml", "sites.yaml"]


def test_an_invalid_declaration_still_counts_as_a_name(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    text = (folder / "metrics.yaml").read_text(encoding="utf-8")
    (folder / "metrics.yaml").write_text(text.replace("every: 10m", "every: often"), encoding="utf-8")
    assert told(folder) == [
        "metrics.yaml:18: hydro.level.every: 'often' is not a duration; write 90s, 5m, 2h, 30d or 1h30m"
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), start=st.integers(0, 900), length=st.integers(0, 60), scrap=st.binary(max_size=12))
def test_no_damage_to_a_file_is_an_exception(tmp_path: Path, name: str, start: int, length: int, scrap: bytes) -> None:
    folder = tmp_path / "city"
    if not folder.exists():
        copy(tmp_path)
    raw = (GOOD / name).read_bytes()
    at = start % (len(raw) + 1)
    (folder / name).write_bytes(raw[:at] + scrap + raw[at + length :])
    try:
        _, problems = config.load(folder, {})
        config.check(folder, {})
        assert problems == sorted(problems)
    finally:
        (folder / name).write_bytes(raw)
