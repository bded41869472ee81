from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.accounts import DEMO_NAMES, login_of
from access.ask import SYSTEM
from access.opening import Access, open_access
from access.passwords import Passwords
from access.people import WITH_ADDRESS, WITH_LOGIN, Refusal, Why
from access.refused import SENTENCES, AccessRefused, Reason
from access.sessions import Entered
from access.verbs import Verb
from domain.account import Account, Reach, Role
from store import Store, open_store
from store.audit import AuditQuery
from tests.access.conftest import ADDRESS, KEY, PASSWORD, admin, come_in, let_in, of, opened, visit
from tests.store.values import HOUR, MINUTE, NOW

ANY = st.text(st.characters(exclude_categories=()), max_size=30)
WRONG = "not the password"


def reason_of(refused: pytest.ExceptionInfo[AccessRefused]) -> Reason:
    return refused.value.reason


# -- the first start


def test_the_first_start_makes_one_administrator_who_must_change_the_password(everywhere: Access) -> None:
    made = everywhere.people.first_administrator(NOW)
    assert made is not None
    assert everywhere.people.first_administrator(NOW) is None
    entered = come_in(everywhere, *made)
    assert (entered.viewer.role, entered.viewer.must_change) == (Role.ADMIN, True)
    with pytest.raises(AccessRefused):  # nothing but the change is open until then
        everywhere.people.accounts(entered.viewer)
    everywhere.people.change_password(entered.viewer, made[1], PASSWORD, NOW)
    again = everywhere.sessions.viewer_of_cookie(entered.cookie, ADDRESS, NOW)
    assert again is not None
    assert not again.must_change
    assert [one.login for one in everywhere.people.accounts(again)] == ["admin"]
    assert isinstance(everywhere.people.sign_in(*made, visit()), Refusal)


def test_of_two_web_processes_that_start_first_one_tells_the_password(url: str) -> None:
    with open_store(url) as one, open_store(url) as other, ThreadPoolExecutor(2) as pool:
        told = [
            made
            for made in pool.map(lambda store: opened(store).people.first_administrator(NOW), (one, other))
            if made is not None
        ]
        assert len(told) == 1
        assert isinstance(opened(one).people.sign_in(*told[0], visit()), Entered)


# -- coming in


def test_a_login_may_be_typed_in_any_case_and_width(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    for typed in ("li.wei", " Li.Wei ", "ＬＩ．ＷＥＩ"):
        assert come_in(access, typed, PASSWORD).viewer.login == "li.wei"


def test_strangers_cannot_tell_an_unknown_login_from_a_wrong_password(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    let_in(access, of(Role.DUTY, "wang"))
    access.people.disable("wang", admin(access), NOW)
    answers = [
        [access.people.sign_in(login, password, visit(address=f"10.1.0.{number}")) for _ in range(7)]
        for number, (login, password) in enumerate((("li.wei", WRONG), ("nobody", WRONG), ("wang", PASSWORD), ("", "")))
    ]
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert [refusal.why for refusal in answers[0] if isinstance(refusal, Refusal)] == [Why.WRONG] * 4 + [Why.LOCKED] * 3


def test_too_many_failures_lock_even_the_right_password_out_for_ever_longer(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    now, spans = NOW, []
    for _ in range(WITH_LOGIN.failures - 1):
        assert access.people.sign_in("li.wei", WRONG, visit(now)) == Refusal(Why.WRONG)
    for number in range(8):
        refusal = access.people.sign_in("li.wei", WRONG, visit(now, f"10.0.1.{number}"))
        assert isinstance(refusal, Refusal)
        assert refusal.until is not None
        spans.append((refusal.until - now) // MINUTE)
        assert access.people.sign_in("li.wei", PASSWORD, visit(now)) == Refusal(Why.LOCKED, refusal.until)
        now = refusal.until
    assert spans == [1, 2, 4, 8, 16, 32, 60, 60]
    assert come_in(access, "li.wei", PASSWORD, now)
    assert access.people.sign_in("li.wei", WRONG, visit(now)) == Refusal(Why.WRONG)


def test_an_address_that_tries_many_logins_is_locked_out_and_others_are_not(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    guesser = visit(address="10.9.9.9")
    answers = [access.people.sign_in(f"guess{n}", WRONG, guesser) for n in range(WITH_ADDRESS.failures + 2)]
    assert [getattr(one, "why", None) for one in answers[-3:]] == [Why.LOCKED] * 3
    assert all(getattr(one, "why", None) is Why.WRONG for one in answers[:-3])
    locked = access.people.sign_in("li.wei", PASSWORD, guesser)
    assert getattr(locked, "why", None) is Why.LOCKED
    assert come_in(access, "li.wei", PASSWORD)


def test_a_whole_shift_may_come_in_from_one_address(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    for _ in range(3 * WITH_ADDRESS.failures):
        come_in(access, "li.wei", PASSWORD)


def test_guesses_side_by_side_are_no_more_than_one_after_the_other(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    looked: list[str] = []
    kept = access.people._passwords.matches
    access.people._passwords.matches = lambda password, hashed: looked.append(password) or kept(password, hashed)  # type: ignore[method-assign, func-returns-value]
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda n: access.people.sign_in("li.wei", f"guess {n}", visit(address=f"10.2.0.{n}")), range(40))
        )
    assert all(isinstance(one, Refusal) for one in answers)
    assert len(looked) == WITH_LOGIN.failures


def test_what_was_tried_is_audited_without_what_was_typed_for_an_unknown_login(
    access: Access, sqlite_store: Store
) -> None:
    let_in(access, of(Role.DUTY))
    access.people.sign_in("li.wei", WRONG, visit())
    access.people.sign_in("MyP4ssword!", "", visit())
    unknown, known = sqlite_store.audit.search(AuditQuery(verb=Verb.SESSION_REFUSED))
    assert (known.actor, known.thing, known.address, known.after["known"]) == ("", "account:li.wei", ADDRESS, True)
    assert (unknown.thing, unknown.after["known"]) == ("", False)
    with sqlite_store._reading() as connection:
        rows = [str(r) for t in ("audit", "attempt") for r in connection.exec_driver_sql(f"SELECT * FROM {t}")]
    assert not [row for row in rows if "p4ssword" in row.lower() or WRONG in row]


def test_a_hash_of_weaker_times_is_made_anew_at_the_next_sign_in(access: Access, sqlite_store: Store) -> None:
    let_in(access, of(Role.DUTY))
    weak = sqlite_store.people.find("li.wei")
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    later = open_access(sqlite_store, KEY, passwords=stronger)
    entered = come_in(later, "li.wei", PASSWORD)
    known = sqlite_store.people.find("li.wei")
    assert weak is not None
    assert known is not None
    assert weak.password != known.password
    assert not stronger.outdated(known.password)
    assert later.sessions.viewer_of_cookie(entered.cookie, ADDRESS, NOW)
    assert come_in(later, "li.wei", PASSWORD)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(ANY, ANY, ANY, ANY)
def test_whatever_is_typed_into_the_form_nobody_comes_in_and_nothing_breaks(
    everywhere: Access, login: str, password: str, address: str, agent: str
) -> None:
    answer = everywhere.people.sign_in(login, password, replace(visit(address=address), agent=agent))
    assert isinstance(answer, Refusal)
    assert everywhere.people.account(login) is None


# -- passwords


def test_ones_own_password_is_changed_with_the_old_one(access: Access, sqlite_store: Store) -> None:
    entered = let_in(access, of(Role.DUTY))
    elsewhere = come_in(access, "li.wei", PASSWORD)
    access.people.change_password(entered.viewer, PASSWORD, "另一个密码 2026", NOW)
    assert access.sessions.viewer_of_cookie(entered.cookie, ADDRESS, NOW)
    assert access.sessions.viewer_of_cookie(elsewhere.cookie, ADDRESS, NOW) is None
    assert isinstance(access.people.sign_in("li.wei", PASSWORD, visit()), Refusal)
    assert come_in(access, "li.wei", "另一个密码 2026")
    assert sqlite_store.audit.search(AuditQuery(verb=Verb.PASSWORD_CHANGE))[0].actor == "li.wei"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (WRONG, "another one 2026", Reason.PASSWORD_WRONG),
        (PASSWORD, "short", Reason.PASSWORD_SHORT),
        (PASSWORD, "li.wei li.wei", Reason.PASSWORD_LOGIN),
        (PASSWORD, PASSWORD, Reason.PASSWORD_SAME),
        (PASSWORD, PASSWORD.replace("1207", "１２０７"), Reason.PASSWORD_SAME),
        (WRONG, "\ud800" * 12, Reason.PASSWORD_COMMON),
    ],
)
def test_a_change_of_password_that_breaks_a_rule_changes_nothing(
    access: Access, old: str, new: str, reason: Reason
) -> None:
    me = let_in(access, of(Role.DUTY)).viewer
    with pytest.raises(AccessRefused) as refused:
        access.people.change_password(me, old, new, NOW)
    assert reason_of(refused) is reason
    assert come_in(access, "li.wei", PASSWORD)


def test_a_screen_left_open_is_no_place_to_guess_the_password(access: Access) -> None:
    me = let_in(access, of(Role.DUTY)).viewer
    reasons = []
    for _ in range(WITH_LOGIN.failures + 1):
        with pytest.raises(AccessRefused) as refused:
            access.people.change_password(me, WRONG, "another one 2026", NOW)
        reasons.append(reason_of(refused))
    assert reasons == [Reason.PASSWORD_WRONG] * WITH_LOGIN.failures + [Reason.LOCKED]


def test_mistakes_in_the_new_password_do_not_count_as_guesses(access: Access) -> None:
    me = let_in(access, of(Role.DUTY)).viewer
    for _ in range(10):
        with pytest.raises(AccessRefused):
            access.people.change_password(me, PASSWORD, "short", NOW)
    access.people.change_password(me, PASSWORD, "another one 2026", NOW)


def test_an_administrator_sets_a_new_first_password_which_lifts_a_lock_out(access: Access) -> None:
    entered = let_in(access, of(Role.DUTY))
    for _ in range(WITH_LOGIN.failures):
        access.people.sign_in("li.wei", WRONG, visit())
    first = access.people.set_password("Li.Wei", admin(access), NOW)
    assert access.sessions.viewer_of_cookie(entered.cookie, ADDRESS, NOW) is None
    assert come_in(access, "li.wei", first).viewer.must_change
    chosen = access.people.set_password("li.wei", admin(access), NOW, "chosen at the desk")
    assert chosen == "chosen at the desk"
    with pytest.raises(AccessRefused) as refused:
        access.people.set_password("li.wei", admin(access), NOW, "short")
    assert reason_of(refused) is Reason.PASSWORD_SHORT
    assert come_in(access, "li.wei", chosen)


# -- accounts


def test_an_account_is_added_with_a_first_password_and_comes_in_with_it(access: Access) -> None:
    account = replace(of(Role.CLERK), login=" Li.Wei ", name=" 李伟 ", disabled=True, failures=3)
    first = access.people.add(account, admin(access), NOW)
    assert come_in(access, "li.wei", first).viewer.must_change
    kept = access.people.account("LI.WEI")
    assert kept is not None
    assert (kept.login, kept.name, kept.disabled, kept.failures) == ("li.wei", "李伟", False, 0)
    with pytest.raises(AccessRefused) as refused:
        access.people.add(of(Role.DUTY), admin(access), NOW)
    assert reason_of(refused) is Reason.TAKEN


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (of(Role.DUTY, ""), Reason.LOGIN),
        (of(Role.DUTY, "a"), Reason.LOGIN),
        (of(Role.DUTY, "_ab"), Reason.LOGIN),
        (of(Role.DUTY, "a b"), Reason.LOGIN),
        (of(Role.DUTY, "a/b"), Reason.LOGIN),
        (of(Role.DUTY, "<script>"), Reason.LOGIN),
        (of(Role.DUTY, "a\0b"), Reason.LOGIN),
        (of(Role.DUTY, "ab\n"), None),
        (of(Role.DUTY, "x" * 65), Reason.LOGIN),
        (of(Role.DUTY, "system"), Reason.LOGIN),
        (of(Role.DUTY, "demo.leader"), Reason.LOGIN),
        (of(Role.DUTY, "王芳"), None),
        (of(Role.DUTY, "wang-fang_2"), None),
        (replace(of(Role.DUTY), name=" "), Reason.NAME),
        (replace(of(Role.DUTY), name="x" * 65), Reason.NAME),
        (replace(of(Role.DUTY), name="a\nb"), Reason.NAME),
        (replace(of(Role.DUTY), name="\ud800"), Reason.NAME),
        (replace(of(Role.CLERK), department=" "), Reason.DEPARTMENT),
        (replace(of(Role.CLERK), department="a\0b"), Reason.DEPARTMENT),
        (replace(of(Role.DUTY), department=""), None),
    ],
)
def test_what_an_account_may_be_called(access: Access, account: Account, reason: Reason | None) -> None:
    if reason is None:
        access.people.add(account, SYSTEM, NOW)
        assert access.people.account(account.login) is not None
        return
    with pytest.raises(AccessRefused) as refused:
        access.people.add(account, SYSTEM, NOW)
    assert reason_of(refused) is reason


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(ANY, ANY, ANY)
def test_whatever_an_account_shall_be_called_it_is_added_or_refused(
    everywhere: Access, login: str, name: str, department: str
) -> None:
    wanted = Account(login, name, Role.CLERK, Reach(frozenset({name}), frozenset({"水"})), department)
    try:
        everywhere.people.add(wanted, SYSTEM, NOW)
    except AccessRefused as refused:
        assert refused.reason in (Reason.LOGIN, Reason.NAME, Reason.DEPARTMENT, Reason.TAKEN)  # noqa: PT017
    else:
        assert everywhere.people.account(login) is not None


def test_rights_are_changed_and_told(access: Access, sqlite_store: Store) -> None:
    let_in(access, of(Role.CLERK))
    wanted = Account("LI.WEI", "李伟", Role.DUTY, Reach(frozenset({"441802"}), None))
    changed = access.people.set_role(wanted, admin(access), NOW, "换岗")
    assert (changed.role, changed.reach, changed.department) == (Role.DUTY, wanted.reach, "")
    row = sqlite_store.audit.search(AuditQuery(verb=Verb.ACCOUNT_CHANGE))[0]
    assert (row.actor, row.thing, row.reason) == ("admin", "account:li.wei", "换岗")
    assert row.before == {"role": "clerk", "districts": None, "department": "市生态环境局"}
    assert row.after == {"role": "duty_officer", "districts": ["441802"], "department": ""}


def test_a_disabled_account_is_closed_until_it_is_enabled(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    access.people.disable("li.wei", admin(access), NOW, "离职")
    assert access.people.sign_in("li.wei", PASSWORD, visit()) == Refusal(Why.WRONG)
    access.people.enable("li.wei", admin(access), NOW)
    assert come_in(access, "li.wei", PASSWORD)


def test_nobody_changes_their_own_rights_and_the_last_administrator_stays(access: Access) -> None:
    by = admin(access)
    for own in (
        lambda: access.people.disable("admin", by, NOW),
        lambda: access.people.set_role(of(Role.LEADER, "admin"), by, NOW),
    ):
        with pytest.raises(AccessRefused) as refused:
            own()
        assert reason_of(refused) is Reason.OWN_ACCOUNT
    with pytest.raises(AccessRefused) as refused:
        access.people.disable("admin", SYSTEM, NOW)
    assert reason_of(refused) is Reason.LAST_ADMINISTRATOR
    let_in(access, of(Role.ADMIN, "second"))
    access.people.disable("admin", SYSTEM, NOW)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_administrators_in_person_touch_accounts(access: Access, role: Role) -> None:
    me = let_in(access, of(role)).viewer
    by = admin(access)
    for viewer in (me, replace(by, session="token:t1"), replace(by, must_change=True)):
        for forbidden in (
            lambda v=viewer: access.people.accounts(v),
            lambda v=viewer: access.people.add(of(Role.ADMIN, "mine"), v, NOW),
            lambda v=viewer: access.people.set_role(of(Role.ADMIN), v, NOW),
            lambda v=viewer: access.people.disable("admin", v, NOW),
            lambda v=viewer: access.people.enable("li.wei", v, NOW),
            lambda v=viewer: access.people.set_password("admin", v, NOW),
        ):
            with pytest.raises(AccessRefused):
                forbidden()
    assert access.people.account("mine") is None


def test_what_is_not_there_cannot_be_changed(access: Access) -> None:
    by = admin(access)
    for login in ("nobody", "", "\0", "a\ud800", "system", "x" * 1000):
        for change in (
            lambda name=login: access.people.disable(name, by, NOW),
            lambda name=login: access.people.enable(name, by, NOW),
            lambda name=login: access.people.set_password(name, by, NOW),
            lambda name=login: access.people.set_role(of(Role.DUTY, name), by, NOW),
        ):
            with pytest.raises(AccessRefused) as refused:
                change()
            assert reason_of(refused) is Reason.UNKNOWN


def test_every_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
    assert str(AccessRefused(Reason.TAKEN)) == "this login is taken"


@given(ANY)
def test_a_login_has_one_form(typed: str) -> None:
    assert login_of(login_of(typed)) == login_of(typed)


# -- the demonstration


def test_the_demonstration_has_one_account_for_each_role_that_no_password_opens(sqlite_store: Store) -> None:
    demo = opened(sqlite_store, demo=True)
    reach = Reach(frozenset({"441802"}), frozenset({"water", "environment"}))
    demo.people.demo_accounts("市生态环境局", reach, NOW)
    rows = len(sqlite_store.audit.search(limit=100))
    demo.people.demo_accounts("市生态环境局", reach, NOW)
    assert len(sqlite_store.audit.search(limit=100)) == rows  # a second start changes nothing
    for role in Role:
        entered = demo.people.enter_demo(role, visit())
        assert isinstance(entered, Entered)
        assert (entered.viewer.role, entered.viewer.name, entered.viewer.must_change) == (role, DEMO_NAMES[role], False)
        assert entered.viewer.reach == (reach if role is Role.CLERK else Reach())
        for password in ("", "demo", PASSWORD):
            address = f"10.3.{len(password)}.{list(Role).index(role)}"
            assert isinstance(demo.people.sign_in(entered.viewer.login, password, visit(address=address)), Refusal)


def test_elsewhere_nobody_comes_in_by_one_click(sqlite_store: Store) -> None:
    opened(sqlite_store, demo=True).people.demo_accounts("", Reach(), NOW)
    assert opened(sqlite_store).people.enter_demo(Role.ADMIN, visit()) == Refusal(Why.DEMO)


def test_the_demonstrations_accounts_follow_the_city_and_nobody_else(sqlite_store: Store) -> None:
    demo = opened(sqlite_store, demo=True)
    demo.people.demo_accounts("市生态环境局", Reach(frozenset({"1"})), NOW)
    demo.people.demo_accounts("市水利局", Reach(frozenset({"2"})), NOW)
    clerk = demo.people.account("demo.clerk")
    assert clerk is not None
    assert (clerk.department, clerk.reach) == ("市水利局", Reach(frozenset({"2"})))
    by = demo.people.enter_demo(Role.ADMIN, visit())
    assert isinstance(by, Entered)
    for change in (
        lambda: demo.people.disable("demo.leader", by.viewer, NOW),
        lambda: demo.people.set_role(of(Role.ADMIN, "demo.leader"), by.viewer, NOW),
        lambda: demo.people.set_password("demo.leader", by.viewer, NOW),
    ):
        with pytest.raises(AccessRefused) as refused:
            change()
        assert reason_of(refused) is Reason.DEMO


def test_one_click_roles_do_not_keep_the_first_administrator_from_being_made(sqlite_store: Store) -> None:
    demo = opened(sqlite_store, demo=True)
    demo.people.demo_accounts("", Reach(), NOW)
    assert demo.people.first_administrator(NOW) is not None


def test_everything_that_happened_is_one_whole_chain(everywhere: Access, store: Store) -> None:
    entered = let_in(everywhere, of(Role.CLERK))
    everywhere.people.sign_in("li.wei", WRONG, visit(NOW + HOUR))
    everywhere.sessions.sign_out(entered.viewer, NOW + HOUR)
    verbs = {row.verb for row in store.audit.search(limit=100)}
    assert verbs == {"account.add", "session.start", "password.change", "session.refused", "session.end"}
    assert verbs <= {verb.value for verb in Verb}
    assert store.audit.verify().ok


# -- a signature


def test_a_signature_takes_the_password_and_opens_no_session(access: Access, sqlite_store: Store) -> None:
    let_in(access, of(Role.DUTY))
    open_before = len(sqlite_store.people.sessions(NOW))
    signed = access.people.confirm(" Li.Wei ", PASSWORD, visit())
    assert isinstance(signed, Account)
    assert signed.login == "li.wei"
    assert access.people.confirm("li.wei", WRONG, visit()) == Refusal(Why.WRONG)
    assert access.people.confirm("nobody", PASSWORD, visit()) == Refusal(Why.WRONG)
    assert len(sqlite_store.people.sessions(NOW)) == open_before


def test_guessing_at_signatures_locks_out_as_guessing_at_the_door_does(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    answers = [access.people.confirm("li.wei", WRONG, visit()) for _ in range(6)]
    assert [one.why for one in answers if isinstance(one, Refusal)] == [Why.WRONG] * 4 + [Why.LOCKED] * 2
    assert isinstance(access.people.confirm("li.wei", PASSWORD, visit()), Refusal)


def test_right_signatures_are_never_too_many(access: Access) -> None:
    let_in(access, of(Role.DUTY))
    assert not any(isinstance(access.people.confirm("li.wei", PASSWORD, visit()), Refusal) for _ in range(25))


def test_a_first_password_signs_for_nobody(access: Access) -> None:
    first = access.people.add(of(Role.DUTY, "wang"), admin(access), NOW)
    assert isinstance(access.people.confirm("wang", first, visit()), Refusal)


def test_the_demonstrations_people_sign_without_a_password_only_there(access: Access, sqlite_store: Store) -> None:
    colleague = Account("demo.officer_b", "演示值班员（乙班）", Role.DUTY)
    demo = open_access(sqlite_store, KEY, departments={}, demo=True)
    demo.people.demo_accounts("", Reach(), NOW, (colleague, Account("li.wei", "李伟", Role.DUTY)))
    assert demo.people.confirm("demo.officer_b", "", visit()) == sqlite_store.people.account("demo.officer_b")
    assert demo.people.account("li.wei") is None
    assert isinstance(demo.people.confirm("demo.nobody", "", visit()), Refusal)
    assert isinstance(access.people.confirm("demo.officer_b", "", visit()), Refusal)


def test_a_walls_password_stays_because_nobody_is_there_to_change_it(access: Access) -> None:
    first = access.people.add(of(Role.WALL), admin(access), NOW)
    entered = come_in(access, of(Role.WALL).login, first)
    assert not entered.viewer.must_change
    second = access.people.set_password(of(Role.WALL).login, admin(access), NOW)
    assert not come_in(access, of(Role.WALL).login, second).viewer.must_change
