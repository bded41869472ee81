"""What the table of rights must keep, whoever changes it (docs/security.md gives the reasons)."""

from access.rights import RIGHTS
from domain.account import Right, Role


def test_every_role_sees_and_none_has_everything() -> None:
    assert set(RIGHTS) == set(Role)
    for role, rights in RIGHTS.items():
        assert Right.VIEW in rights, role
        assert rights != frozenset(Right), role


def test_citizens_data_are_for_those_who_work_on_cases() -> None:
    assert {role for role in Role if Right.PERSONAL in RIGHTS[role]} == {Role.CLERK, Role.DUTY, Role.SHIFT}
    assert {role for role in Role if Right.RAW in RIGHTS[role]} == {Role.DUTY, Role.SHIFT}


def test_accounts_and_the_audit_log_are_the_administrators_alone() -> None:
    for right in (Right.ACCOUNTS, Right.AUDIT):
        assert {role for role in Role if right in RIGHTS[role]} == {Role.ADMIN}


def test_a_wall_shows_and_does_nothing_else() -> None:
    assert RIGHTS[Role.WALL] == {Right.VIEW}
