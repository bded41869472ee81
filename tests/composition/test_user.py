"""`app.py user` from its words to the store."""

import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import app
import config
from access.opening import Access, open_access
from access.secret import read_key
from domain.account import Reach, Role
from domain.city import City
from domain.session import Visit
from store import Store, open_store
from tests.store.values import NOW

ROOT = Path(__file__).resolve().parents[2]
User = Callable[..., tuple[int, str, str]]


class Typed(io.StringIO):
    """What comes in from a pipe."""


ALOUD = r"(?:[a-z0-9]{4}-){3}[a-z0-9]{4}"


@pytest.fixture(scope="module")
def city() -> City:
    found, problems = config.load(ROOT / "cities/441800", {})
    assert found is not None, problems
    return found


@pytest.fixture
def user(city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> User:
    """Runs `app.py user ...` on a fresh store; exit code, standard output and error."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("composition.city.load_city", lambda settings: city)  # read once
    monkeypatch.setenv("VAR", str(tmp_path))
    monkeypatch.setenv("CITY", "cities/441800")
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", Typed(stdin))
        code = app.main(["user", *words])
        out, err = capsys.readouterr()
        return code, out, " ".join(err.split())

    return run


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/cockpit.sqlite") as store:
        yield store


def access_to(store: Store) -> Access:
    return open_access(store, read_key({"SECRET_KEY": "s" * 40}, Path()))


CLERK = ("add", "li.wei", "--role", "clerk", "--name", "李伟", "--department", "市生态环境局")


def test_an_account_goes_through_its_life(user: User, kept: Store) -> None:
    code, out, _ = user(*CLERK, "--district", "441802", "--topic", "water", "--topic", "environment")
    assert code == 0
    [password] = re.findall(ALOUD, out)
    account = kept.people.account("li.wei")
    assert account is not None
    assert (account.name, account.role, account.department) == ("李伟", Role.CLERK, "市生态环境局")
    assert account.reach == Reach(frozenset({"441802"}), frozenset({"water", "environment"}))
    entered = access_to(kept).people.sign_in("li.wei", password, Visit(NOW))
    assert getattr(entered, "viewer").must_change  # noqa: B009

    assert user("role", "li.wei", "--role", "duty_officer", "--district", "441803", "--reason", "换岗")[0] == 0
    account = kept.people.account("li.wei")
    assert account is not None
    assert (account.role, account.reach) == (
        Role.DUTY,
        Reach(frozenset({"441803"}), frozenset({"water", "environment"})),
    )
    assert user("role", "li.wei", "--everything")[1] == "li.wei: duty_officer, everything\n"

    assert user("disable", "li.wei", "--reason", "离职")[0] == 0
    [line] = [line for line in user("list")[1].splitlines() if "li.wei" in line]
    assert line.split() == [
        "li.wei",
        "李伟",
        "duty_officer",
        "everything",
        "市生态环境局",
        "disabled",
        *line.split()[6:],
    ]
    assert user("enable", "li.wei")[0] == 0

    rows = kept.audit.search(limit=4)
    assert [row.verb for row in rows] == ["account.enable", "account.disable", "account.change", "account.change"]
    assert {row.actor for row in rows} == {"system"}
    assert all(row.address.startswith("command line") for row in rows)
    assert (rows[1].reason, rows[3].reason) == ("离职", "换岗")


def test_a_password_comes_from_standard_input_and_is_not_printed(user: User, kept: Store) -> None:
    user(*CLERK)
    code, out, _ = user("passwd", "li.wei", "--ask", stdin="东风夜放花千树更吹落\n")
    assert (code, "东风" in out) == (0, False)
    assert getattr(access_to(kept).people.sign_in("li.wei", "东风夜放花千树更吹落", Visit(NOW)), "viewer", None)
    code, out, err = user("passwd", "li.wei", "--ask", stdin="short\n")
    assert (code, out, err) == (2, "", "a password has at least 10 characters")
    assert user("passwd", "li.wei", "--ask", stdin="")[0] == 2
    code, out, _ = user("passwd", "li.wei")
    assert re.search(ALOUD, out)


def test_a_person_at_the_keyboard_types_the_password_twice(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user(*CLERK)
    monkeypatch.setattr(Typed, "isatty", lambda self: True)
    typed = iter(("first of them 1", "second of them 2", "东风夜放花千树更吹落", "东风夜放花千树更吹落"))
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    code, _, err = user("passwd", "li.wei", "--ask")
    assert (code, err) == (2, "these were two different passwords; nothing was changed")
    assert user("passwd", "li.wei", "--ask")[0] == 0


def test_no_password_can_be_given_as_an_argument(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("add", "x1", "--role", "leader", "--password", "p"), ("passwd", "li.wei", "p")):
        with pytest.raises(SystemExit):
            user(*words)
        assert "unrecognized arguments" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "li.wei", "--role", "clerk"), "a clerk belongs to a department"),
        (("add", "a/b", "--role", "leader"), "a login is 2 to 64 letters"),
        (("add", "wang", "--role", "leader", "--district", "110101"), "110101 is no district of the city; there are 441802,"),
        (("add", "wang", "--role", "leader", "--topic", "weather"), "weather is no topic of the city; there are digital,"),
        (("passwd", "nobody"), "there is no such account"),
        (("role", "nobody", "--role", "leader"), "there is no such account"),
        (("disable", "nobody"), "there is no such account"),
        (("disable", "demo.leader"), "the demonstration's accounts stay as they are"),
        (("token", "nobody"), "there is no such account"),
        (("token", "demo.clerk", "--revoke", "nothing"), "there is no such account, session or token"),
        (("token", "demo.duty_officer", "--days", "-99999999"), "a token expires within a year"),
        (("token", "demo.duty_officer", "--days", "99999999"), "a token expires within a year"),
        (("token", "demo.duty_officer", "--scope", "push", "--source", "air"), "a token needs at least one scope, and none"),
        (("token", "demo.clerk", "--scope", "push", "--source", "hotline"), "a token with scope push names its sources"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(user: User, words: tuple[str, ...], told: str) -> None:
    code, out, err = user(*words)
    assert (code, out) == (2, "")
    assert err.startswith(told)


def test_a_token_is_issued_listed_and_revoked(user: User, kept: Store) -> None:
    user(*CLERK)
    code, out, _ = user("token", "li.wei", "--scope", "push", "--source", "air", "--name", "站房", "--days", "10")
    [secret] = re.findall(r"^cc_\S+$", out, re.MULTILINE)
    viewer = access_to(kept).tokens.viewer_of_token(secret, "10.0.0.7", NOW)
    assert viewer is not None
    assert (code, viewer.sources) == (0, {"air"})
    key = viewer.session.removeprefix("token:")
    assert user("token", "li.wei", "--list")[1].startswith(f"{key}  站房  push  air  until ")
    assert user("token", "li.wei", "--revoke", key)[1] == f"token {key} is revoked\n"
    assert user("token", "li.wei", "--list")[1] == f"{key}  站房  push  air  revoked\n"
    assert access_to(kept).tokens.viewer_of_token(secret, "10.0.0.7", NOW) is None
