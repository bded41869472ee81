"""The house rules that a reader of the tree may rely on."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = [
    "access", "alerts", "api", "callbacks", "composition", "config", "datasources", "demo", "domain", "geo", "indicators", "jobs", "layouts", "snapshot", "store", "supply",
]  # fmt: skip
LONGEST_MODULE = 300
LONGEST_TEST = 500


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_module_outgrows_a_readers_patience() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in tracked("*.py")
        if "migrations/versions" not in str(p)
        and (n := len(p.read_text(encoding="utf-8").splitlines()))
        > (LONGEST_TEST if "tests" in p.relative_to(ROOT).parts else LONGEST_MODULE)
    }
    assert not long


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_it_is_for(package: str) -> None:
    assert importlib.import_module(package).__doc__


@pytest.mark.parametrize(
    ("package", "folder"), [("datasources.kinds", "datasources/kinds"), ("layouts.panels", "layouts/panels")]
)
def test_every_kind_is_declared_under_its_modules_name(package: str, folder: str) -> None:
    kinds = set(importlib.import_module(package).KINDS)
    modules = {p.stem for p in (ROOT / folder).glob("[a-z]*.py")}
    assert kinds <= modules


def test_the_runtime_never_imports_what_it_does_not_need() -> None:
    """The collector and the departments stay small: no pandas, geopandas, dash or plotly in them."""
    code = (
        "import sys, datasources.kinds, datasources.collector, store, alerts.engine, indicators.derive, geo.places, config, demo.serve;"
        "print(sorted({'geopandas', 'plotly.graph_objects'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_nothing_in_main_is_left_for_later() -> None:
    word = "TO" + "DO"
    found = [
        str(p.relative_to(ROOT))
        for p in tracked("*.py", "*.js", "*.yaml")
        if re.search(rf"\b{word}\b", p.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_package_registry_is_named() -> None:
    hosts = re.compile(
        "|".join(["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian\.org"])
    )
    texts = tracked("*.py", "*.txt", "*.in", "*.md", "*.toml", "*.yaml", "Makefile", ".ci/run", "*.json")
    found = [str(p.relative_to(ROOT)) for p in texts if hosts.search(p.read_text(encoding="utf-8"))]
    assert not found
