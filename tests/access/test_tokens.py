from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.memory import RECALLED
from access.opening import Access
from access.refused import AccessRefused, Reason
from access.rights import RIGHTS
from access.tokens import LONGEST_LIFE, PREFIX, SCOPES, Wish
from domain.account import Reach, Right, Role, Viewer
from domain.session import Scope
from store import Store, open_store
from tests.access.conftest import ADDRESS, admin, let_in, of, opened
from tests.store.values import NOW

DAY = timedelta(days=1)
READ, PUSH = frozenset({Scope.READ}), frozenset({Scope.PUSH})


def wish(scopes: frozenset[Scope] = READ, **said: object) -> Wish:
    return replace(Wish("li.wei", "导出脚本", scopes, NOW + 30 * DAY), **said)  # type: ignore[arg-type]


def known(access: Access, secret: str, seconds: float = 0) -> Viewer | None:
    return access.tokens.viewer_of_token(secret, ADDRESS, NOW + timedelta(seconds=seconds))


def test_a_token_stands_for_its_account_narrowed_to_its_scopes(everywhere: Access) -> None:
    account = replace(of(Role.CLERK), reach=Reach(frozenset({"441802"}), None))
    me = let_in(everywhere, account).viewer
    token, secret = everywhere.tokens.issue(wish(PUSH, sources=frozenset({"air"})), me, NOW)
    assert secret.startswith(PREFIX)
    assert len(secret) > 40
    viewer = known(everywhere, secret)
    assert viewer == Viewer(
        "li.wei", "李伟", Role.CLERK, frozenset({Right.PUSH}), account.reach, "市生态环境局", f"token:{token.id}", ADDRESS,
        sources=frozenset({"air"}),
    )  # fmt: skip
    _, secret = everywhere.tokens.issue(wish(), me, NOW)
    viewer = known(everywhere, secret)
    assert viewer is not None
    assert viewer.rights == {Right.VIEW, Right.PERSONAL, Right.EXPORT}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("scope", list(Scope))
def test_no_token_gives_more_than_its_role_and_its_scope_have_in_common(
    access: Access, role: Role, scope: Scope
) -> None:
    me = let_in(access, of(role)).viewer
    asked = wish(frozenset({scope}), sources=frozenset({"air"} if scope is Scope.PUSH else ()))
    common = RIGHTS[role] & SCOPES[scope]
    if role is Role.WALL or not common:
        with pytest.raises(AccessRefused):
            access.tokens.issue(asked, me, NOW)
    else:
        viewer = known(access, access.tokens.issue(asked, me, NOW)[1])
        assert viewer is not None
        assert viewer.rights == common
    assert not common & {Right.ACCOUNTS, Right.AUDIT, Right.RAW}


REFUSED: dict[str, tuple[Wish, Reason]] = {
    "no name": (wish(name="  "), Reason.TOKEN_NAME),
    "a long name": (wish(name="x" * 65), Reason.TOKEN_NAME),
    "no scope": (wish(frozenset()), Reason.TOKEN_SCOPES),
    "a scope that the role lacks": (wish(frozenset({Scope.OPERATE})), Reason.TOKEN_SCOPES),
    "already over": (wish(expires=NOW), Reason.TOKEN_EXPIRY),
    "for ever": (wish(expires=NOW + LONGEST_LIFE + DAY), Reason.TOKEN_EXPIRY),
    "push without sources": (wish(PUSH), Reason.TOKEN_SOURCES),
    "sources without push": (wish(sources=frozenset({"air"})), Reason.TOKEN_SOURCES),
    "another department's source": (wish(PUSH, sources=frozenset({"air", "hydro"})), Reason.TOKEN_SOURCES),
    "a source that is not there": (wish(PUSH, sources=frozenset({"nothing"})), Reason.TOKEN_SOURCES),
    "an account that is not there": (wish(login="nobody"), Reason.RIGHT),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wish_that_breaks_a_rule_is_refused_with_the_rule(access: Access, case: str) -> None:
    asked, reason = REFUSED[case]
    me = let_in(access, of(Role.CLERK)).viewer
    with pytest.raises(AccessRefused) as refused:
        access.tokens.issue(asked, me, NOW)
    assert refused.value.reason is reason
    assert access.tokens.of("li.wei", me) == []


def test_an_administrator_may_issue_for_everybody_and_name_any_departments_source(access: Access) -> None:
    let_in(access, of(Role.CLERK))
    by = admin(access)
    access.tokens.issue(wish(), by, NOW)
    with pytest.raises(AccessRefused):  # the clerk's department still counts, not the administrator's
        access.tokens.issue(wish(PUSH, sources=frozenset({"hydro"})), by, NOW)
    access.tokens.issue(wish(PUSH, login="admin", sources=frozenset({"hydro", "air"})), by, NOW)
    with pytest.raises(AccessRefused) as refused:
        access.tokens.issue(wish(login="nobody"), by, NOW)
    assert refused.value.reason is Reason.UNKNOWN
    assert {one.login for one in access.tokens.of(None, by)} == {"admin", "li.wei"}


def test_tokens_are_ones_own_and_need_a_person(access: Access) -> None:
    li, wang = let_in(access, of(Role.DUTY)).viewer, let_in(access, of(Role.DUTY, "wang")).viewer
    token, secret = access.tokens.issue(wish(), li, NOW)
    program = known(access, secret)
    assert program is not None
    for forbidden in (
        lambda: access.tokens.issue(wish(), wang, NOW),
        lambda: access.tokens.of("li.wei", wang),
        lambda: access.tokens.of(None, wang),
        lambda: access.tokens.revoke(token.id, wang, NOW),
        lambda: access.tokens.issue(wish(), program, NOW),
        lambda: access.tokens.of("li.wei", program),
        lambda: access.tokens.revoke(token.id, program, NOW),
    ):
        with pytest.raises(AccessRefused):
            forbidden()
    assert [one.id for one in access.tokens.of("li.wei", li)] == [token.id]
    assert known(access, secret) is not None


ENDINGS: dict[str, Callable[[Access, Viewer, str], object]] = {
    "revoked": lambda access, by, key: access.tokens.revoke(key, by, NOW),
    "disabled": lambda access, by, key: access.people.disable("li.wei", by, NOW),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_a_token_ends_it_at_once_here_and_within_seconds_elsewhere(url: str, ending: str) -> None:
    with open_store(url) as one, open_store(url) as other:
        here, there = opened(one), opened(other)
        token, secret = here.tokens.issue(wish(), let_in(here, of(Role.DUTY)).viewer, NOW)
        assert known(here, secret)
        assert known(there, secret)
        ENDINGS[ending](here, admin(here), token.id)
        assert known(here, secret) is None
        assert known(there, secret, RECALLED.total_seconds()) is None


def test_a_token_follows_its_accounts_role(access: Access) -> None:
    _, secret = access.tokens.issue(wish(), let_in(access, of(Role.DUTY)).viewer, NOW)
    access.people.set_role(of(Role.LEADER), admin(access), NOW)
    viewer = known(access, secret)
    assert viewer is not None
    assert viewer.rights == {Right.VIEW, Right.EXPORT}


def test_a_token_is_over_when_it_expires_even_in_memory(access: Access) -> None:
    me = let_in(access, of(Role.DUTY)).viewer
    _, secret = access.tokens.issue(wish(expires=NOW + timedelta(seconds=2)), me, NOW)
    assert known(access, secret, 1) is not None
    assert known(access, secret, 2) is None
    assert known(access, secret, 60) is None


def test_a_programs_token_does_not_wait_for_a_password_to_be_changed(access: Access) -> None:
    access.people.add(of(Role.CLERK), admin(access), NOW)
    _, secret = access.tokens.issue(wish(PUSH, sources=frozenset({"air"})), admin(access), NOW)
    viewer = known(access, secret)
    assert viewer is not None
    assert not viewer.must_change


def test_the_secret_is_kept_nowhere_and_its_use_is_noted(access: Access, sqlite_store: Store) -> None:
    me = let_in(access, of(Role.DUTY)).viewer
    token, secret = access.tokens.issue(wish(), me, NOW)
    known(access, secret)
    assert [one.seen for one in access.tokens.of("li.wei", me)] == [NOW.replace(microsecond=0)]
    with sqlite_store._reading() as connection:
        rows = [str(row) for name in ("token", "audit") for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
    assert not [row for row in rows if secret in row]
    told = sqlite_store.audit.search(limit=1)[0]
    assert (told.verb, told.thing, told.after["login"]) == ("token.issue", f"token:{token.id}", "li.wei")


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_can_be_offered_as_a_token(offered: str) -> None:
    assert _nobody(offered) is None
    assert _nobody(PREFIX + offered) is None


def _nobody(offered: str) -> Viewer | None:
    from access.tokens import Tokens

    return Tokens(_Empty()).viewer_of_token(offered, ADDRESS, NOW)  # type: ignore[arg-type]


class _Empty:
    """A store without anybody, which checks that it is asked for a digest alone."""

    @property
    def people(self) -> "_Empty":
        return self

    def token_of(self, secret: str) -> None:
        assert len(secret) == 64
        assert set(secret) <= set("0123456789abcdef")

    def touch_tokens(self, seen: object) -> None:
        raise AssertionError("nobody came in")
