"""pydantic errors as sentences at the right place."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from config.document import parse
from config.fields import aliases, keys, names_at
from config.validation import validate


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    path: str
    unit: str = ""


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    key: str
    leaves: dict[str, Leaf | str] = Field(default_factory=dict)
    rows: tuple[Leaf, ...] = ()
    pair: tuple[float, float] = (0, 1)
    level: dict[Literal["P1", "P2"], float | str] = Field(default_factory=dict)
    hold: int = Field(0, alias="for", ge=0)


def told(text: str, **env: str) -> list[str]:
    document = parse("f.yaml", text.encode(), env)
    validate(Tree, document, ("t",), {"key": "t"})
    return [str(problem).removeprefix("f.yaml:") for problem in document.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t: {leaves: {a: {pth: x}}}", ["1: t.leaves.a.path: is missing; add path: here", "1: t.leaves.a.pth: unknown key; did you mean path?"]),
        ("t:\n  leaves:\n    a: 5", ['3: t.leaves.a: write a mapping here (key: value, one a line) or this must be text; write it in quotes: "5"']),
        ("t:\n  rows:\n    - {path: x}\n    - {path: y, nuit: m}", ["4: t.rows[1].nuit: unknown key; did you mean unit?"]),
        ("t:\n  level: {P1: [1]}", ["2: t.level.P1: write a number here or text here"]),
        ("t: {level: {P9: 1}}", ["1: t.level.P9: 'P9' is none of P1, P2"]),
        ("t: {pair: [1, x]}", ["1: t.pair[1]: write a number here"]),
        ("t: {pair: 1}", ["1: t.pair: write a list here ([a, b] or one - item a line)"]),
        ("t: {for: -1}", ["1: t.for: must be greater than or equal to 0"]),
        ("t: {hold: 1}", ["1: t.hold: unknown key; did you mean for?"]),
        ("t: [1]", ["1: t: write a mapping here (key: value, one a line)"]),
        ("t:", ["1: t: write a mapping here (key: value, one a line)"]),
        ("t: {leaves: }", ["1: t.leaves: write a mapping here (name: value, one a line), or leave the key out"]),
        ("t: {zebra: 1}", ["1: t.zebra: unknown key; the keys here are for, key, leaves, level, pair, rows"]),
    ],
)  # fmt: skip
def test_errors_are_sentences_at_their_line(text: str, expected: list[str]) -> None:
    assert sorted(told(text)) == expected


def test_a_secret_in_a_wrong_value_is_not_printed() -> None:
    (line,) = told("t: {level: {P1: 1}, for: '${TOKEN}'}", TOKEN="s3cret-word")
    assert "s3cret" not in line


def test_a_good_value_is_returned() -> None:
    document = parse("f.yaml", b"t: {leaves: {a: x, b: {path: y}}}", {})
    tree = validate(Tree, document, ("t",), {"key": "t"})
    assert tree is not None
    assert tree.leaves == {"a": "x", "b": Leaf(path="y")}


def test_the_names_accepted_at_a_place() -> None:
    assert names_at(Tree, ()) == {"key", "leaves", "rows", "pair", "level", "for"}
    assert names_at(Tree, ("leaves", "any")) == {"path", "unit"}
    assert names_at(Tree, ("rows", 7)) == {"path", "unit"}
    assert names_at(Tree, ("pair", 0)) == set()
    assert names_at(Tree, ("zebra", "x")) == set()
    assert set(keys(Tree)) == names_at(Tree, ())
    assert aliases(Tree) == {"hold": "for"}
