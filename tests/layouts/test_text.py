import ast
import re
from pathlib import Path

import pytest
import yaml

from config.loading import load
from layouts import shell, text

ROOT = Path(__file__).resolve().parents[2]
HANZI = re.compile("[\u4e00-\u9fff]")
SOURCES = sorted(p for folder in ("layouts", "callbacks") for p in (ROOT / folder).rglob("*.py"))


def spoken(path: Path) -> set[str]:
    """Every Chinese string a module holds, docstrings aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    scopes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(n.body[0].value)
        for n in ast.walk(tree)
        if isinstance(n, scopes) and n.body and isinstance(n.body[0], ast.Expr)
    }
    words = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docs)
    return {n.value for n in words if isinstance(n.value, str) and HANZI.search(n.value)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_chinese_string_has_an_english_translation(path: Path) -> None:
    assert not spoken(path) - set(text.catalogue("en"))


def test_a_translation_keeps_its_placeholders() -> None:
    for chinese, english in text.catalogue("en").items():
        assert set(re.findall(r"{\w+}", chinese)) == set(re.findall(r"{\w+}", english)), chinese


def test_what_the_browser_says_is_translated() -> None:
    assert set(shell.SPOKEN.values()) <= set(text.catalogue("en"))


@pytest.mark.parametrize(
    "file", sorted((ROOT / "cities").glob("*/screens/*.yaml")), ids=lambda p: str(p.relative_to(ROOT))
)
def test_every_title_and_label_of_a_screen_has_its_english(file: Path) -> None:
    def missing(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [k for k in ("title", "label") if HANZI.search(str(value.get(k, ""))) and not value.get(f"{k}_en")]
            return [f"{k} of {value.get('key') or value.get('metric')}" for k in own] + missing(list(value.values()))
        return [m for v in value for m in missing(v)] if isinstance(value, list) else []

    assert not missing(yaml.safe_load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("adcode", ["441800", "130300"])
def test_units_departments_and_sources_of_the_cities_are_translated(adcode: str) -> None:
    city, _ = load(ROOT / "cities" / adcode, {})
    assert city is not None
    words = {word for m in city.metrics.values() for word in (m.unit, m.department)}
    words |= {word for s in city.sources.values() for word in (s.name, s.department)}
    assert not {w for w in words if HANZI.search(w)} - set(text.catalogue("en"))


def test_chinese_is_spoken_as_it_is() -> None:
    assert text.translate("{n} 分钟前", "zh", n=3) == "3 分钟前"
    assert text.translate("{n} 分钟前", "en", n=3) == "3 min ago"
    assert text.translate("没有译文", "en") == "没有译文"
    assert text.translate("优", "fr") == "优"


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("标准变更：HJ 633-2012 → HJ 633-2026，须按同一标准重算", "standard changed: HJ 633-2012 → HJ 633-2026; recompute under one standard"),
        ("本期样本量 12，少于 30", "sample of 12 this period, below 30"),
        ("数据源中断：路段运行速度；数据源过期：水库水情", "source down: Road speeds; stale source: Reservoirs"),
        ("没有人译过的话", "没有人译过的话"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_finished_sentence_is_translated_by_its_pattern(chinese: str, english: str) -> None:
    assert text.said(chinese, "en") == english
    assert text.said(chinese, "zh") == chinese
