import pytest

from access.refused import Reason
from access.verbs import Verb
from domain.account import Right, Role
from domain.session import Scope
from layouts.accounts import words


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (words.ROLES, Role),
        (words.PURPOSES, Role),
        (words.RIGHTS, Right),
        (words.SCOPES, Scope),
        (words.VERBS, Verb),
        (words.REASONS, Reason),
    ],
)
def test_everything_that_can_be_named_has_a_word(table: dict[str, str], names: type) -> None:
    assert set(table) == set(names)


def test_every_verb_can_be_filtered_by_its_subject() -> None:
    assert {verb.partition(".")[0] for verb in Verb} == set(words.SUBJECTS)


def test_a_verb_of_a_newer_version_is_shown_as_it_is() -> None:
    assert words.verb("session.start") == "登录"
    assert words.verb("plan.start") == "plan.start"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2", "Edge 126 · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156.0.0.0 Safari/537.36", "Chrome 156 · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/128.0", "Firefox 128 · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1", "Safari 17 · iOS"),
        ("Mozilla/5.0 (Linux; Android 14; HarmonyOS) Chrome/114.0 Mobile", "Chrome 114 · HarmonyOS"),
        ("curl/8.5", "curl/8.5"),
        ("x" * 500, "x" * words.LONGEST_AGENT),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, told: str) -> None:
    assert words.device(agent) == told
