"""docs/security.md says what is: its table of rights is the program's, and every test it names is there."""

import re
from pathlib import Path

from access.rights import RIGHTS
from domain.account import Right

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_the_table_of_rights_is_the_programs() -> None:
    table = rows(TEXT.split("## Roles and rights")[1].split("## ")[0])
    roles = table[0][1:-1]
    told = {(row[0], role): cell == "✓" for row in table[2:] for role, cell in zip(roles, row[1:-1], strict=True)}
    assert told == {(right.value, role.value): right in rights for role, rights in RIGHTS.items() for right in Right}


def test_every_test_it_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)
    assert len(named) > 50
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or (name and f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_every_threat_has_a_defence_and_a_test() -> None:
    body = TEXT.split("## Threats, defences, tests")[1].split("\n## ")[0]
    threats = [row for row in rows(body) if row[0] != "threat" and not row[0].startswith("-")]
    assert len(threats) > 30
    assert [row[0] for row in threats if len(row) != 3 or not row[1] or "`tests/" not in row[2]] == []
