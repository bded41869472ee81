"""docs/accounts.md says what the pages do: every role, right, verb, filter and limit."""

from pathlib import Path

import pytest

from access.rights import RIGHTS
from access.verbs import Verb
from api.exports import MOST
from domain.account import Right, Role
from layouts.accounts import menu, words
from layouts.accounts.audit_query import FILTERS

DOC = (Path(__file__).resolve().parents[3] / "docs" / "accounts.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", list(Role))
def test_a_roles_rights_are_those_of_the_table(role: Role) -> None:
    cells = ["yes" if right in RIGHTS[role] else "" for right in Right]
    assert f"| {words.ROLES[role]} `{role}` | {' | '.join(cells)} |" in DOC


def test_every_verb_filter_page_and_limit_is_told() -> None:
    verbs = [f"| `{verb}` | {words.VERBS[verb]} |" for verb in Verb]
    pages = [f"{place.name}, `{place.path}`" for place in menu.PLACES]
    limits = [f"{most:,}" for most in MOST.values()]
    assert [word for word in [*verbs, *pages, *limits, *(f"`{name}`" for name in FILTERS)] if word not in DOC] == []
