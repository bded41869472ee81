import string

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from access.passwords import ALOUD, SHORTEST, Passwords, check_password, normal, one_time_password
from access.refused import AccessRefused, Reason
from tests.access.conftest import WEAK

weak = Passwords(WEAK)


def reason_against(password: str, login: str = "li.wei") -> Reason | None:
    """Why the policy refuses a password."""
    try:
        check_password(password, login)
    except AccessRefused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", Reason.PASSWORD_SHORT),
        ("短密码", Reason.PASSWORD_SHORT),
        ("", Reason.PASSWORD_SHORT),
        ("九个汉字当然不够啊", Reason.PASSWORD_SHORT),
        ("x7 " * 90, Reason.PASSWORD_LONG),
        ("my-Li.Wei-2026", Reason.PASSWORD_LOGIN),
        ("ｌｉ．ｗｅｉ at home", Reason.PASSWORD_LOGIN),  # full-width letters are letters
        ("1234567890", Reason.PASSWORD_COMMON),
        ("9876543210", Reason.PASSWORD_COMMON),
        ("abcdefghijk", Reason.PASSWORD_COMMON),
        ("aaaaaaaaaaaa", Reason.PASSWORD_COMMON),
        ("1111111111a", Reason.PASSWORD_COMMON),
        ("1212121212", Reason.PASSWORD_COMMON),
        ("Password123", Reason.PASSWORD_COMMON),
        ("Pass-word 2026!", Reason.PASSWORD_COMMON),
        ("admin123456", Reason.PASSWORD_COMMON),
        ("Cockpit2026", Reason.PASSWORD_COMMON),
        ("woaini1314520", Reason.PASSWORD_COMMON),
        ("我爱中国 123456", Reason.PASSWORD_COMMON),
        ("qwertyuiop", Reason.PASSWORD_COMMON),
        ("1qaz2wsx3edc", None),
        ("correct horse battery", None),
        ("东风夜放花千树更吹落", None),
        ("北江水位2026看涨!", None),
        ("hotline 12345 rings", None),
    ],
)
def test_a_new_password_is_held_against_a_short_policy(password: str, reason: Reason | None) -> None:
    assert reason_against(password) is reason


def test_a_password_matches_its_own_hash_alone() -> None:
    kept = weak.hash("东风夜放花千树")
    assert kept.startswith("$argon2id$")
    assert weak.hash("东风夜放花千树") != kept
    assert weak.matches("东风夜放花千树", kept)
    assert not weak.matches("东风夜放花千", kept)
    assert not weak.matches("", kept)


def test_one_password_typed_on_two_keyboards_is_one_password() -> None:
    assert weak.matches("ｐａｓｓｗｏｒｄ１２３４", weak.hash("password1234"))
    assert weak.matches("e\u0301tude en noir", weak.hash("\u00e9tude en noir"))


def test_nothing_matches_where_no_password_or_a_broken_hash_is_kept() -> None:
    for kept in ("", "not a hash", "$argon2id$v=19$broken"):
        assert not weak.matches("anything at all", kept)


def test_the_product_hashes_with_argon2id_as_strong_as_rfc_9106_asks() -> None:
    kept = Passwords().hash("东风夜放花千树")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not Passwords().outdated(kept)


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    assert Passwords().outdated(weak.hash("东风夜放花千树"))


def test_an_unknown_login_costs_as_much_hashing_as_a_known_one() -> None:
    calls: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, kept: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            calls.append(str(kept))
            return super().verify(kept, password)

    counting = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    counting.matches("guess", counting.hash("right one"))
    counting.matches("guess", "")
    assert len(calls) == 2
    assert calls[0].split("$")[1:4] == calls[1].split("$")[1:4]  # the same algorithm, version and parameters


def test_one_time_passwords_are_long_different_and_can_be_read_aloud() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        assert set(password) <= set(ALOUD) | {"-"}
        assert [len(group) for group in password.split("-")] == [4] * 4
        check_password(password, "li.wei")
    assert len(set(ALOUD)) == len(ALOUD) == 20
    assert not set(ALOUD) & set("0o1li5sbdptmnfvz" + string.ascii_uppercase)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40), st.text(max_size=40))
def test_any_text_is_judged_and_hashed_without_a_crash(password: str, login: str) -> None:
    reason = reason_against(password, login)
    assert (reason is Reason.PASSWORD_SHORT) == (len(normal(password)) < SHORTEST)
    assert weak.matches(password, weak.hash(password))
    assert not weak.matches(password, "")
