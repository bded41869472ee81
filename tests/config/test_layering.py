"""A city folder laid over another: what it takes, what it replaces, and where a mistake is told."""

import shutil
from pathlib import Path

import pytest

import config
from domain.city import City

GOOD = Path(__file__).parent / "good"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A city that has nothing of its own but its name and its places."""
    shutil.copytree(GOOD, tmp_path / "base")
    upper = tmp_path / "upper"
    for own in ("layers", "sites"):
        shutil.copytree(GOOD / own, upper / own)
    shutil.copy(GOOD / "sites.yaml", upper / "sites.yaml")
    text = (GOOD / "city.yaml").read_text(encoding="utf-8")
    (upper / "city.yaml").write_text(text.replace("试验市", "第二市") + "extends: ../base\n", encoding="utf-8")
    return upper


def write(folder: Path, file: str, text: str) -> None:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")


def loaded(folder: Path) -> City:
    city, problems = config.load(folder, {})
    assert [str(problem) for problem in problems] == []
    assert city is not None
    return city


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in config.load(folder, {})[1]]


def test_what_a_city_does_not_write_it_has_from_the_folder_it_extends(folder: Path) -> None:
    city, base = loaded(folder), loaded(folder.parent / "base")
    assert city.spec.name == "第二市"
    assert city.metrics == base.metrics
    assert city.sources == base.sources
    assert city.screens == base.screens
    assert city.rules == base.rules


def test_a_key_of_its_own_replaces_that_key_alone(folder: Path) -> None:
    write(
        folder,
        "metrics.yaml",
        "air.pm25: {name: 细粒子}\nsea.level: {name: 潮位, unit: m, topic: water, definition: 验潮站水位, department: 市水利局, every: 10m}\n",
    )
    city, base = loaded(folder), loaded(folder.parent / "base")
    assert city.metrics["air.pm25"] == base.metrics["air.pm25"].model_copy(update={"name": "细粒子"})
    assert set(city.metrics) == {*base.metrics, "sea.level"}


def test_a_name_with_nothing_behind_it_is_taken_away(folder: Path) -> None:
    write(folder, "rules.yaml", "pm25_high:\n")
    assert "pm25_high" in loaded(folder.parent / "base").rules
    assert "pm25_high" not in loaded(folder).rules


def test_a_panel_of_a_list_is_known_by_its_key(folder: Path) -> None:
    write(folder, "screens/main.yaml", "title: 总览二\npanels:\n  - {key: left, title: 空气}\n")
    screen, base = loaded(folder).screens["main"], loaded(folder.parent / "base").screens["main"]
    assert (screen.title, [p.key for p in screen.panels]) == ("总览二", [p.key for p in base.panels])
    assert [p.title for p in screen.panels if p.key == "left"] == ["空气"]
    assert screen.panels[0] == base.panels[0]


def test_a_mistake_is_told_in_the_file_and_line_where_it_was_made(folder: Path) -> None:
    write(folder, "metrics.yaml", "\nair.pm25:\n  name: 细粒子\n  bettr: lower\n")
    assert told(folder) == ["metrics.yaml:4: air.pm25.bettr: unknown key; did you mean better?"]
    write(folder, "metrics.yaml", "air.pm25: {name: 细粒子}\n")
    below = folder.parent / "base" / "metrics.yaml"
    lines = below.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("hydro.level")) + 2
    below.write_text("\n".join([*lines[: at - 1], "  nam: 水位", *lines[at:]]), encoding="utf-8")
    assert f"../base/metrics.yaml:{at}: hydro.level.nam: unknown key; did you mean name?" in told(folder)


def test_a_file_of_the_other_folder_that_cannot_be_read_is_told_there(folder: Path) -> None:
    write(folder.parent / "base", "rules.yaml", "a: [\n")
    assert [line.split(":")[0] for line in told(folder)] == ["../base/rules.yaml"]


def test_a_folder_that_leads_nowhere_or_back_is_told_in_city_yaml(folder: Path) -> None:
    spec = folder / "city.yaml"
    good = spec.read_text(encoding="utf-8")
    spec.write_text(good.replace("../base", "../none"), encoding="utf-8")
    line = good.splitlines().index("extends: ../base") + 1
    assert (
        f"city.yaml:{line}: extends: '../none' is no city folder; write the path of one, from this folder (../441800)"
        in told(folder)
    )
    spec.write_text(good.replace("../base", "../upper"), encoding="utf-8")
    assert any("leads back here or too far" in problem for problem in told(folder))


def test_sites_and_the_demonstration_are_never_another_citys(folder: Path) -> None:
    write(folder.parent / "base", "demo.yaml", "initials: AB\nscale: 3\n")
    (folder / "sites.yaml").unlink()
    city, _ = config.load(folder, {})
    assert city is not None
    assert city.demonstration.scale == 1.0
    assert "air-1" not in city.sites or (folder / "sites").is_dir()
