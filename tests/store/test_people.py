from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.account import Account, Reach, Role
from domain.deed import Deed
from domain.errors import TransitionRefused
from domain.session import Scope, Session, Token
from store import Store, open_store
from store.attempts import Patience, address_subject, login_subject
from store.people import KEPT_ATTEMPTS, KEPT_SESSIONS
from tests.store.values import HOUR, MINUTE, NOW

AT = NOW.replace(microsecond=0)
LI = Account("li.wei", "李伟", Role.CLERK, Reach(frozenset({"441802"}), frozenset({"water", "air"})), "市水利局")
ADMIN = Account("admin", "管理员", Role.ADMIN)


def deed(verb: str = "account.change", at: datetime = NOW, thing: str = "account:li.wei") -> Deed:
    return Deed(at, "admin", verb, thing, "10.0.0.1")


def session(key: str = "s1", login: str = "li.wei", *, at: datetime = AT, days: float = 1) -> Session:
    return Session(key, login, at, at, at + timedelta(days=days), "10.0.0.7", "浏览器")


def token(key: str = "t1", login: str = "li.wei") -> Token:
    return Token(key, login, "推送", AT, AT + HOUR, frozenset({Scope.PUSH}), frozenset({"air", "水"}))


@pytest.fixture
def peopled(store: Store) -> Store:
    assert store.people.add(ADMIN, "hash-of-admin", deed("account.add", thing="account:admin"))
    assert store.people.add(LI, "hash-of-li", deed("account.add"))
    return store


def verbs(store: Store) -> list[str]:
    return [row.verb for row in reversed(store.audit.search(limit=1000))]


# -- accounts


def test_an_account_comes_back_as_it_was_added(peopled: Store) -> None:
    found = peopled.people.account("li.wei")
    assert found == replace(LI, created=AT, changed=AT)
    known = peopled.people.find("li.wei")
    assert known is not None
    assert known.password == "hash-of-li"
    assert [one.login for one in peopled.people.accounts()] == ["admin", "li.wei"]
    assert peopled.people.account("nobody") is None


def test_a_login_is_given_once(peopled: Store) -> None:
    assert not peopled.people.add(replace(LI, name="another"), "x", deed())
    assert peopled.people.account("li.wei") == replace(LI, created=AT, changed=AT)


def test_the_first_account_is_added_only_while_no_password_opens_any(store: Store) -> None:
    assert store.people.add(replace(LI, login="demo.leader"), "", deed())
    assert not store.people.has_password()
    assert store.people.add_first(ADMIN, "hash", deed())
    assert store.people.has_password()
    assert not store.people.add_first(replace(ADMIN, login="second"), "hash", deed())


def test_of_two_first_starts_one_makes_the_administrator(url: str) -> None:
    with open_store(url) as one, open_store(url) as other, ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda store: store.people.add_first(ADMIN, "hash", deed()), (one, other)))
        assert sorted(made) == [False, True]
        assert len(one.people.accounts()) == 1


def test_a_change_is_told_with_what_is_different_and_nothing_else(peopled: Store) -> None:
    wanted = replace(LI, role=Role.DUTY, reach=Reach(None, LI.reach.topics), name="李伟伟")
    changed = peopled.people.change("li.wei", lambda old: replace(wanted, created=old.created), deed())
    assert changed is not None
    assert peopled.people.account("li.wei") == replace(wanted, created=AT, changed=AT)
    row = peopled.audit.search(limit=1)[0]
    assert row.before == {"role": "clerk", "districts": ["441802"], "name": "李伟"}
    assert row.after == {"role": "duty_officer", "districts": None, "name": "李伟伟"}


def test_a_change_that_changes_nothing_leaves_no_row(peopled: Store) -> None:
    before = verbs(peopled)
    assert peopled.people.change("li.wei", lambda old: old, deed()) == replace(LI, created=AT, changed=AT)
    assert peopled.people.change("nobody", lambda old: replace(old, disabled=True), deed()) is None
    assert verbs(peopled) == before


def test_whoever_is_the_last_that_can_administer_stays(peopled: Store) -> None:
    def disabled(old: Account) -> Account:
        return replace(old, disabled=True)

    with pytest.raises(TransitionRefused, match="admin is the last"):
        peopled.people.change("admin", disabled, deed())
    with pytest.raises(TransitionRefused):
        peopled.people.change("admin", lambda old: replace(old, role=Role.LEADER), deed())
    # One whom no password lets in does not count.
    peopled.people.add(replace(ADMIN, login="demo.admin"), "", deed())
    with pytest.raises(TransitionRefused):
        peopled.people.change("admin", disabled, deed())
    peopled.people.add(replace(ADMIN, login="second"), "hash", deed())
    assert peopled.people.change("admin", disabled, deed()) is not None
    with pytest.raises(TransitionRefused):
        peopled.people.change("second", disabled, deed())


def test_two_administrators_who_disable_each_other_leave_one(url: str) -> None:
    with open_store(url) as one, open_store(url) as other, ThreadPoolExecutor(2) as pool:
        one.people.add(ADMIN, "hash", deed())
        one.people.add(replace(ADMIN, login="second"), "hash", deed())

        def disable(pair: tuple[Store, str]) -> bool:
            try:
                pair[0].people.change(pair[1], lambda old: replace(old, disabled=True), deed())
            except TransitionRefused:
                return False
            return True

        assert sorted(pool.map(disable, ((one, "admin"), (other, "second")))) == [False, True]


# -- sessions


def test_a_session_is_found_by_the_digest_of_its_secret(peopled: Store) -> None:
    peopled.people.open_session(session(), "digest", deed("session.start"))
    assert peopled.people.session_of("digest") == (session(), replace(LI, created=AT, changed=AT, last_seen=AT))
    assert peopled.people.session_of("another") is None
    assert peopled.people.session("s1") == session()
    assert peopled.people.session("s1\0") is None


ENDS: dict[str, Callable[[Account], Account]] = {
    "role": lambda old: replace(old, role=Role.LEADER),
    "reach": lambda old: replace(old, reach=Reach()),
    "department": lambda old: replace(old, department="市气象局"),
    "disabled": lambda old: replace(old, disabled=True),
}


def test_sessions_end_with_the_rights_they_were_opened_with(peopled: Store) -> None:
    peopled.people.open_session(session("other", "admin"), "other", deed("session.start"))
    for name, change in ENDS.items():
        peopled.people.open_session(session(name), name, deed("session.start"))
        peopled.people.change("li.wei", change, deed())
        assert peopled.people.session(name) == replace(session(name), revoked=AT), name
    assert peopled.people.session("other") == session("other", "admin")


def test_a_new_name_ends_no_session(peopled: Store) -> None:
    peopled.people.open_session(session(), "digest", deed("session.start"))
    peopled.people.change("li.wei", lambda old: replace(old, name="李"), deed())
    assert peopled.people.session("s1") == session()


def test_a_new_password_ends_all_sessions_but_the_one_it_was_set_from(peopled: Store) -> None:
    for key in ("here", "there"):
        peopled.people.open_session(session(key), key, deed("session.start"))
    peopled.people.open_session(session("other", "admin"), "other", deed("session.start"))
    assert peopled.people.set_password("li.wei", "new", True, deed("password.set"), keep="here")
    assert [one.id for one in peopled.people.sessions(NOW)] == ["here", "other"]
    known = peopled.people.find("li.wei")
    assert known is not None
    assert (known.password, known.account.must_change) == ("new", True)
    assert not peopled.people.set_password("nobody", "new", True, deed("password.set"))
    assert verbs(peopled)[-1] == "password.set"


def test_open_sessions_are_listed_with_those_used_last_first(peopled: Store) -> None:
    for hours, key in enumerate(("a", "b", "c")):
        peopled.people.open_session(session(key, at=AT + hours * HOUR), key, deed("session.start"))
    peopled.people.open_session(session("short", days=0.1), "short", deed("session.start"))
    peopled.people.touch_sessions({"a": AT + 5 * HOUR, "b": AT - HOUR, "gone": AT})
    assert peopled.people.end_session("c", deed("session.revoke"))
    later = AT + 5 * HOUR
    assert [(one.id, one.seen) for one in peopled.people.sessions(later)] == [("a", later), ("b", AT + HOUR)]
    assert peopled.people.sessions(later, "admin") == []
    account = peopled.people.account("li.wei")
    assert account is not None
    assert account.last_seen == later


def test_a_session_ends_once(peopled: Store) -> None:
    peopled.people.open_session(session(), "digest", deed("session.start"))
    assert peopled.people.end_session("s1", deed("session.end"))
    assert not peopled.people.end_session("s1", deed("session.end"))
    assert not peopled.people.end_session("s2", deed("session.end"))
    assert peopled.people.end_sessions("li.wei", deed("session.revoke")) == 0
    assert verbs(peopled)[-2:] == ["session.start", "session.end"]


def test_rows_of_sessions_that_are_long_over_go(peopled: Store) -> None:
    peopled.people.open_session(session("old"), "old", deed("session.start"))
    later = AT + timedelta(days=1) + KEPT_SESSIONS
    peopled.people.open_session(session("at", at=later), "at", deed("session.start", later))
    assert peopled.people.session("old") is not None
    later += MINUTE
    peopled.people.open_session(session("after", at=later), "after", deed("session.start", later))
    assert peopled.people.session("old") is None


# -- tokens


def test_a_token_is_found_by_the_digest_of_its_secret_until_it_is_revoked(peopled: Store) -> None:
    peopled.people.add_token(token(), "digest", deed("token.issue"))
    assert peopled.people.token_of("digest") == (token(), replace(LI, created=AT, changed=AT))
    peopled.people.touch_tokens({"t1": NOW + MINUTE})
    assert peopled.people.tokens() == peopled.people.tokens("li.wei") == [replace(token(), seen=AT + MINUTE)]
    assert peopled.people.tokens("admin") == []
    assert peopled.people.end_token("t1", deed("token.revoke"))
    assert not peopled.people.end_token("t1", deed("token.revoke"))
    assert peopled.people.token("t1") == replace(token(), seen=AT + MINUTE, revoked=AT)
    assert verbs(peopled)[-2:] == ["token.issue", "token.revoke"]
    assert "digest" not in repr(peopled.audit.search())


# -- attempts

LOGIN, ADDRESS = login_subject("li.wei"), address_subject("10.0.0.7")
PATIENCE = Patience(3, MINUTE, HOUR, timedelta(days=1))
PATIENT = {LOGIN: PATIENCE, ADDRESS: Patience(100, MINUTE, HOUR, HOUR)}


def test_each_failure_after_the_first_few_locks_for_twice_as_long_up_to_a_limit() -> None:
    spans = [PATIENCE.lock(failures) for failures in (0, 2, 3, 4, 8, 9, 1000)]
    assert spans == [None, None, MINUTE, 2 * MINUTE, 32 * MINUTE, HOUR, HOUR]


def test_attempts_are_counted_before_they_are_made_and_lock(peopled: Store) -> None:
    claims = [peopled.people.claim(PATIENT, NOW) for _ in range(5)]
    assert [claim.granted for claim in claims] == [True, True, True, False, False]
    assert [claim.until for claim in claims] == [None, None, *[AT + MINUTE] * 3]
    account = peopled.people.account("li.wei")
    assert account is not None
    assert (account.failures, account.locked_until) == (3, AT + MINUTE)
    assert not peopled.people.claim(PATIENT, AT + MINUTE - timedelta(seconds=1)).granted
    assert peopled.people.claim(PATIENT, AT + MINUTE).until == AT + 3 * MINUTE


def test_attempts_side_by_side_are_no_more_guesses_than_one_after_the_other(url: str) -> None:
    with open_store(url) as one, open_store(url) as other, ThreadPoolExecutor(8) as pool:
        granted = pool.map(lambda store: store.people.claim(PATIENT, NOW).granted, [one, other] * 10)
        assert sum(granted) == 3


def test_a_lock_on_either_subject_holds_and_is_not_counted_on_the_other(store: Store) -> None:
    for _ in range(3):
        store.people.claim({LOGIN: PATIENCE}, NOW)
    assert not store.people.claim(PATIENT, NOW).granted
    assert store.people.claim({ADDRESS: Patience(1, MINUTE, HOUR, HOUR)}, NOW).until == AT + MINUTE
    assert not store.people.claim({login_subject("another"): PATIENCE, ADDRESS: PATIENCE}, NOW).granted


def test_failures_are_forgotten_after_a_while(store: Store) -> None:
    for _ in range(2):
        store.people.claim({LOGIN: PATIENCE}, NOW)
    later = NOW + PATIENCE.forget + MINUTE
    assert [store.people.claim({LOGIN: PATIENCE}, later).until for _ in range(2)] == [None, None]


def test_coming_in_clears_the_login_and_takes_one_back_from_the_address(peopled: Store) -> None:
    address = Patience(3, MINUTE, HOUR, HOUR)
    both = {LOGIN: PATIENCE, ADDRESS: address}
    for _ in range(3):
        assert peopled.people.claim(both, NOW).granted
    peopled.people.open_session(session(), "digest", deed("session.start"), address)
    account = peopled.people.account("li.wei")
    assert account is not None
    assert (account.failures, account.locked_until) == (0, None)
    claims = [peopled.people.claim(both, NOW).granted for _ in range(2)]
    assert claims == [True, False]


def test_a_new_password_lifts_the_lock(peopled: Store) -> None:
    for _ in range(3):
        peopled.people.claim({LOGIN: PATIENCE}, NOW)
    assert not peopled.people.claim({LOGIN: PATIENCE}, NOW).granted
    peopled.people.set_password("li.wei", "new", True, deed("password.set"))
    assert peopled.people.claim({LOGIN: PATIENCE}, NOW).granted


def test_names_that_were_guessed_do_not_fill_the_store(store: Store) -> None:
    for number in range(10):
        store.people.claim({login_subject(f"guess{number}"): PATIENCE}, NOW)
    store.people.refuse(deed("session.refused", NOW + KEPT_ATTEMPTS + MINUTE))
    with store._reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attempt").scalar_one() == 0
    assert "guess" not in login_subject("guess1")


def test_a_stronger_hash_takes_the_place_of_the_one_it_was_made_for(peopled: Store) -> None:
    peopled.people.renew_hash("li.wei", "set meanwhile", "stronger")
    known = peopled.people.find("li.wei")
    assert known is not None
    assert known.password == "hash-of-li"
    peopled.people.renew_hash("li.wei", "hash-of-li", "stronger")
    known = peopled.people.find("li.wei")
    assert known is not None
    assert known.password == "stronger"
