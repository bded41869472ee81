from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from access.memory import MOST, RECALLED
from access.opening import Access
from access.refused import AccessRefused, Reason
from access.rights import RIGHTS
from access.secret import Key
from access.sessions import ORDINARY, PURPOSE, REMEMBERED, Sessions, digest
from domain.account import Account, Reach, Role, Viewer
from domain.deed import Deed
from domain.errors import StoreError
from store import Store, open_store
from tests.access.conftest import ADDRESS, KEY, admin, let_in, of, opened, visit
from tests.store.values import MINUTE, NOW

SECOND = timedelta(seconds=1)
REVOKED = Deed(NOW, "admin", "session.revoke")


def seen_by(access: Access, cookie: str, now: datetime = NOW) -> Viewer | None:
    return access.sessions.viewer_of_cookie(cookie, ADDRESS, now)


def test_a_cookie_stands_for_its_account_with_the_rights_of_its_role(everywhere: Access) -> None:
    account = replace(of(Role.CLERK), reach=Reach(frozenset({"441802"}), frozenset({"water"})))
    entered = let_in(everywhere, account)
    viewer = everywhere.sessions.viewer_of_cookie(entered.cookie, "10.0.0.9", NOW)
    assert viewer == Viewer(
        "li.wei", "李伟", Role.CLERK, RIGHTS[Role.CLERK], account.reach, "市生态环境局", entered.session.id, "10.0.0.9"
    )


def test_neither_store_nor_audit_log_holds_what_the_cookie_carries(access: Access, sqlite_store: Store) -> None:
    entered = let_in(access, of(Role.DUTY))
    secret = KEY.unsign(PURPOSE, entered.cookie)
    assert secret is not None
    with sqlite_store._reading() as connection:
        kept = [
            str(row)
            for table in ("session", "audit", "account", "meta", "attempt")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    assert not [row for row in kept if secret in row or entered.cookie in row]
    assert [row for row in kept if digest(secret) in row]


def test_cookies_that_were_not_signed_here_stand_for_nobody(access: Access) -> None:
    entered = let_in(access, of(Role.DUTY))
    secret = KEY.unsign(PURPOSE, entered.cookie)
    assert secret is not None
    for forged in ("", secret, entered.cookie[:-2], f"x{entered.cookie}", Key(b"x" * 40).sign(PURPOSE, secret),
                   KEY.sign("cockpit.csrf", secret), KEY.sign(PURPOSE, "guessed"), "\ud800.\0"):  # fmt: skip
        assert seen_by(access, forged) is None
        assert access.sessions.recalled(forged, ADDRESS, NOW) is None


@pytest.mark.parametrize("remember", [False, True])
def test_a_session_ends_by_its_age_however_much_it_is_used(access: Access, remember: bool) -> None:
    whole, idle = (REMEMBERED.whole, REMEMBERED.idle) if remember else (ORDINARY.whole, ORDINARY.idle)
    let_in(access, of(Role.DUTY))
    entered = access.sessions.open(of(Role.DUTY), visit(), remember=remember)
    assert entered.session.expires == NOW + whole
    now = NOW
    while now + idle < NOW + whole:
        now += idle
        assert seen_by(access, entered.cookie, now) is not None
    assert seen_by(access, entered.cookie, NOW + whole - SECOND) is not None
    assert seen_by(access, entered.cookie, NOW + whole) is None


@pytest.mark.parametrize("remember", [False, True])
def test_a_session_that_nobody_uses_ends(access: Access, remember: bool) -> None:
    idle = REMEMBERED.idle if remember else ORDINARY.idle
    let_in(access, of(Role.DUTY))
    used, left = (access.sessions.open(of(Role.DUTY), visit(), remember=remember) for _ in range(2))
    assert seen_by(access, used.cookie, NOW + idle - SECOND) is not None
    assert seen_by(access, left.cookie, NOW + idle + SECOND) is None
    assert seen_by(access, used.cookie, NOW + idle + SECOND) is not None
    listed = access.sessions.of("li.wei", used.viewer, NOW + idle + SECOND)
    assert [one.id for one in listed] == [used.session.id]


def test_signing_out_ends_this_session_and_no_other(everywhere: Access) -> None:
    here = let_in(everywhere, of(Role.DUTY))
    there = everywhere.sessions.open(of(Role.DUTY), visit())
    assert seen_by(everywhere, here.cookie)
    assert seen_by(everywhere, there.cookie)
    assert everywhere.sessions.sign_out(here.viewer, NOW)
    assert seen_by(everywhere, here.cookie) is None
    assert seen_by(everywhere, there.cookie) is not None
    assert not everywhere.sessions.sign_out(here.viewer, NOW)


ENDINGS: dict[str, Callable[[Access, Viewer, str], object]] = {
    "revoked": lambda access, by, key: access.sessions.revoke(key, by, NOW),
    "all revoked": lambda access, by, key: access.sessions.revoke_all("li.wei", by, NOW),
    "disabled": lambda access, by, key: access.people.disable("li.wei", by, NOW),
    "role": lambda access, by, key: access.people.set_role(of(Role.LEADER), by, NOW),
    "reach": lambda access, by, key: access.people.set_role(replace(of(Role.DUTY), reach=Reach(frozenset())), by, NOW),
    "password": lambda access, by, key: access.people.set_password("li.wei", by, NOW),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_a_session_ends_it_at_once_here_and_within_seconds_elsewhere(url: str, ending: str) -> None:
    with open_store(url) as one, open_store(url) as other:
        here, there = opened(one), opened(other)
        entered = let_in(here, of(Role.DUTY))
        assert seen_by(here, entered.cookie)
        assert seen_by(there, entered.cookie)
        ENDINGS[ending](here, admin(here), entered.session.id)
        assert seen_by(here, entered.cookie) is None
        assert seen_by(there, entered.cookie, NOW + RECALLED) is None
        assert there.sessions.recalled(entered.cookie, ADDRESS, NOW + RECALLED) is None


def test_memory_answers_for_a_few_seconds_without_the_store(access: Access, sqlite_store: Store) -> None:
    entered = let_in(access, of(Role.DUTY))
    assert access.sessions.recalled(entered.cookie, ADDRESS, NOW) is None
    viewer = seen_by(access, entered.cookie)
    sqlite_store.people.end_session(entered.session.id, REVOKED)  # by another process
    just = NOW + RECALLED - SECOND
    assert access.sessions.recalled(entered.cookie, "10.0.0.9", just) == replace(viewer, address="10.0.0.9")  # type: ignore[type-var]
    assert seen_by(access, entered.cookie, just) == viewer
    assert access.sessions.recalled(entered.cookie, ADDRESS, NOW + RECALLED) is None
    assert seen_by(access, entered.cookie, NOW + RECALLED) is None


def test_a_clock_that_is_set_back_keeps_no_session_alive(access: Access, sqlite_store: Store) -> None:
    entered = let_in(access, of(Role.DUTY))
    assert seen_by(access, entered.cookie, NOW + MINUTE)
    sqlite_store.people.end_session(entered.session.id, REVOKED)
    assert seen_by(access, entered.cookie, NOW) is None


def test_an_answer_that_was_asked_before_a_change_is_not_kept_after_it(access: Access, sqlite_store: Store) -> None:
    entered = let_in(access, of(Role.DUTY))

    class Slow(Sessions):
        """Between its question and its memory, somebody else revokes."""

        def _admits(self, account: Account) -> bool:
            sqlite_store.people.end_session(entered.session.id, REVOKED)
            self.forget()
            return super()._admits(account)

    slow = Slow(sqlite_store, KEY)
    assert slow.viewer_of_cookie(entered.cookie, ADDRESS, NOW) is not None  # this answer was under way
    assert slow.viewer_of_cookie(entered.cookie, ADDRESS, NOW) is None


def test_use_is_told_to_the_store_once_a_minute_and_a_store_that_is_down_then_harms_nobody(
    access: Access, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = let_in(access, of(Role.DUTY))
    told: list[dict[str, datetime]] = []

    def touch(seen: dict[str, datetime]) -> None:
        told.append(dict(seen))
        raise StoreError("the store is busy")

    monkeypatch.setattr(sqlite_store.people, "touch_sessions", touch)
    fresh = Sessions(sqlite_store, KEY)
    for seconds in range(0, 130, 10):
        assert fresh.viewer_of_cookie(entered.cookie, ADDRESS, NOW + seconds * SECOND) is not None
    assert [seen[entered.session.id] - NOW for seen in told] == [timedelta(), MINUTE, 2 * MINUTE]


def test_memory_has_a_limit(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST >= 1000
    monkeypatch.setattr(access.sessions._memory, "_most", 3)
    for number in range(10):
        seen_by(access, KEY.sign(PURPOSE, f"revoked long ago {number}"))
    assert len(access.sessions._memory._found) == 3


def test_people_see_and_end_their_own_sessions_and_administrators_everybodys(access: Access) -> None:
    li, wang = let_in(access, of(Role.DUTY)), let_in(access, of(Role.LEADER, "wang"))
    by = admin(access)
    assert {one.login for one in access.sessions.of(None, by, NOW)} == {"admin", "li.wei", "wang"}
    assert {one.login for one in access.sessions.of("li.wei", li.viewer, NOW)} == {"li.wei"}
    for forbidden in (
        lambda: access.sessions.of(None, li.viewer, NOW),
        lambda: access.sessions.of("wang", li.viewer, NOW),
        lambda: access.sessions.revoke(wang.session.id, li.viewer, NOW),
        lambda: access.sessions.revoke_all("wang", li.viewer, NOW),
        lambda: access.sessions.revoke(li.session.id, replace(li.viewer, session="token:t1"), NOW),
        lambda: access.sessions.revoke(li.session.id, replace(by, must_change=True), NOW),
    ):
        with pytest.raises(AccessRefused) as refused:
            forbidden()
        assert refused.value.reason in (Reason.RIGHT, Reason.OWN_SESSION)
    for unknown in ("nothing", "\0", ""):
        with pytest.raises(AccessRefused):
            access.sessions.revoke(unknown, by, NOW)
    assert seen_by(access, wang.cookie)
    access.sessions.revoke(wang.session.id, by, NOW)
    assert seen_by(access, wang.cookie) is None


def test_all_sessions_but_the_present_one_are_ended(access: Access, sqlite_store: Store) -> None:
    here = let_in(access, of(Role.DUTY))
    others = [access.sessions.open(of(Role.DUTY), visit()) for _ in range(3)]
    assert access.sessions.revoke_all("li.wei", here.viewer, NOW, keep=here.viewer.session) == 3
    assert seen_by(access, here.cookie)
    assert [seen_by(access, one.cookie) for one in others] == [None] * 3
    row = sqlite_store.audit.search(limit=1)[0]
    assert (row.verb, row.actor, row.after) == ("session.revoke", "li.wei", {"session": "all", "kept": here.session.id})
    assert access.sessions.revoke_all("li.wei", here.viewer, NOW, keep=here.viewer.session) == 0


def test_a_browsers_name_is_cut_and_kept(everywhere: Access) -> None:
    let_in(everywhere, of(Role.DUTY))
    for agent in ("x" * 5000, "\0\ud800 浏览器"):
        entered = everywhere.sessions.open(of(Role.DUTY), replace(visit(), agent=agent, address=agent[:40]))
        assert seen_by(everywhere, entered.cookie) is not None
    listed = everywhere.sessions.of("li.wei", entered.viewer, NOW)
    assert max(len(one.agent) for one in listed) == 200


def test_the_demonstrations_accounts_come_in_only_in_the_demonstration(sqlite_store: Store) -> None:
    demo = opened(sqlite_store, demo=True)
    demo.people.demo_accounts("市水利局", Reach(), NOW)
    entered = demo.people.enter_demo(Role.LEADER, visit())
    cookie = getattr(entered, "cookie", "")
    assert seen_by(demo, cookie) is not None
    assert seen_by(opened(sqlite_store), cookie) is None


def test_a_walls_cookie_is_worth_nothing_at_another_address(everywhere: Access) -> None:
    entered = let_in(everywhere, of(Role.WALL))
    assert seen_by(everywhere, entered.cookie) is not None
    assert everywhere.sessions.viewer_of_cookie(entered.cookie, "10.0.0.9", NOW) is None
    assert everywhere.sessions.recalled(entered.cookie, "10.0.0.9", NOW) is None
    assert seen_by(everywhere, entered.cookie) is not None
