"""Which role has which rights: one table, read by the gate, the pages and the tests."""

from collections.abc import Mapping

from domain.account import Right, Role

_SEEN = frozenset({Right.VIEW})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.WALL: _SEEN,
    Role.LEADER: _SEEN | {Right.EXPORT},
    Role.CLERK: _SEEN | {Right.PERSONAL, Right.EXPORT, Right.PUSH},
    Role.DUTY: _SEEN | {Right.PERSONAL, Right.RAW, Right.EXPORT, Right.ACT},
    Role.SHIFT: _SEEN | {Right.PERSONAL, Right.RAW, Right.EXPORT, Right.OPERATE, Right.ACT},
    # Administration is not curiosity: an administrator runs the system and does not read citizens' data.
    Role.ADMIN: _SEEN | {Right.EXPORT, Right.PUSH, Right.OPERATE, Right.ACCOUNTS, Right.AUDIT, Right.SCREENS},
}
