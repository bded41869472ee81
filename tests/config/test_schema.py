"""The editors' schemas: fresh, and of one mind with the checker."""

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from config.document import parse
from config.schema import SCHEMA_FOLDER, write
from config.schema import texts as made

ROOT = Path(__file__).parents[2]
GOOD = Path(__file__).parent / "good"
CITIES = [GOOD, *sorted(path.parent for path in (ROOT / "cities").glob("*/city.yaml"))]
FILES = {
    "city": "city.yaml",
    "metrics": "metrics.yaml",
    "sites": "sites*",
    "sources": "sources.yaml",
    "rules": "rules.yaml",
    "receivers": "receivers.yaml",
    "noise": "noise.yaml",
}


@cache
def texts() -> dict[str, str]:
    """The schemas, made once: they take a second."""
    return dict(made())


def faults(name: str, data: object) -> list[str]:
    return [error.message for error in Draft7Validator(json.loads(texts()[f"{name}.schema.json"])).iter_errors(data)]


@pytest.mark.parametrize("name", sorted(texts()))
def test_the_committed_schema_is_fresh(name: str) -> None:
    path = ROOT / SCHEMA_FOLDER / name
    assert path.read_text(encoding="utf-8") == texts()[name], "run python -m config.schema"


@pytest.mark.parametrize("name", sorted(texts()))
def test_every_schema_is_one_and_leads_nowhere_wrong(name: str) -> None:
    schema = json.loads(texts()[name])
    Draft7Validator.check_schema(schema)
    used = {part.split('"')[0] for part in texts()[name].split('"#/$defs/')[1:]}
    assert used <= set(schema.get("$defs", {}))


@pytest.mark.parametrize("city", CITIES, ids=lambda path: path.name)
def test_the_schemas_accept_every_city(city: Path) -> None:
    files = {name: [path for path in city.glob(f"{pattern}") if path.is_file()] for name, pattern in FILES.items()}
    is_laid_over = "\nextends:" in (city / "city.yaml").read_text(encoding="utf-8")
    files["screen"] = list((city / "screens").glob("*.yaml"))
    files["sites"] += list((city / "sites").glob("*.yaml"))
    for name, paths in files.items():
        for path in paths:
            raw = path.read_bytes().replace(b"${", b"$${")  # as an editor sees it: not expanded
            document = parse(path.name, raw, {})
            assert document.problems == []
            found = faults(name, document.data)
            if is_laid_over:  # it says only what differs
                found = [fault for fault in found if "is a required property" not in fault]
            assert found == [], path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("metrics", {"a.b": {"unit": "m"}}),
        ("metrics", {"a.b": 1}),
        ("rules", {"r": {"hold": "5m", "when": {"metric": "a.b"}, "say": "s", "tests": []}}),
        ("sources", {"s": {"kind": "htpp"}}),
        ("sources", {"s": {"department": "d"}}),
        ("sites", {"s": {"name": "n", "kind": "k", "district": 441802}}),
        ("screen", {"title": "t", "grid": ["a"], "columns": "1fr", "rows": "1fr", "panels": [{"key": "a", "kind": "bars"}]}),
        ("city", {"adcode": "44180"}),
    ],
)  # fmt: skip
def test_the_schemas_refuse_what_the_checker_refuses(name: str, data: object) -> None:
    assert faults(name, data)


def test_a_variable_may_stand_for_a_number_or_a_duration() -> None:
    site = {"name": "n", "kind": "k", "district": "441802"}
    assert faults("sites", {"s": {**site, "lon": "${LON}"}}) == []
    assert faults("sites", {"s": {**site, "lon": "east"}})
    rule = {"when": {"metric": "a.b", "above": {"P4": "${LIMIT:-5}"}}, "for": "${HOLD:-5m}", "say": "s"}
    tests = [{"at": "0m", "value": None, "expect": "normal"}]
    assert faults("rules", {"r": {**rule, "tests": tests}}) == []


def test_write_makes_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "new" / "schema")
    assert {path.name for path in (tmp_path / "new" / "schema").iterdir()} == set(texts())
