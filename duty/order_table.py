"""Orders: what their states are called, and who may do what with them from which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.account import Right, Role, Viewer
from domain.order import Attachment, Order
from duty.table import Move, MoveTable

STATES: Mapping[str, str] = {
    "dispatched": "已派发",
    "accepted": "单位签收",
    "working": "处置中",
    "reported": "已反馈",
    "checking": "待核查",
    "done": "已办结",
    "archived": "已归档",
    "returned": "退回待处理",
    "ruling": "待终审",
    "shelved": "挂账",
    "withdrawn": "已撤单",
}


@dataclass(frozen=True, slots=True)
class Given:
    """What a person fills in with a step. words: reason, progress or result. until: aware UTC.

    evidence: what shows it, in words; files: stored ones. lasting: why it may be closed while its alert is still on.
    seen: the version of the order that was looked at; None does not compare.
    """

    words: str = ""
    unit: str = ""
    until: datetime | None = None
    evidence: str = ""
    lasting: str = ""
    files: tuple[Attachment, ...] = ()
    seen: int | None = None

    def named(self) -> Mapping[str, object]:
        """By the names of the table's needs."""
        return {"words": self.words, "unit": self.unit, "until": self.until, "evidence": self.evidence}


def is_unit(order: Order, viewer: Viewer) -> bool:
    """Whether somebody answers for the responsible unit."""
    return viewer.role is Role.CLERK and bool(order.unit) and viewer.department == order.unit


def is_helper(order: Order, viewer: Viewer) -> bool:
    """Whether somebody answers for the unit or one that assists."""
    return _assists(order, viewer) or is_unit(order, viewer)


def joins(order: Order, viewer: Viewer) -> bool:
    """Whether somebody answers for a unit that assists and has not signed for its part."""
    return _assists(order, viewer) and order.share(viewer.department).signed is None


def answers(order: Order, viewer: Viewer) -> bool:
    """Whether somebody answers for a unit that assists and has signed for its part."""
    return _assists(order, viewer) and order.share(viewer.department).signed is not None


def _assists(order: Order, viewer: Viewer) -> bool:
    return viewer.role is Role.CLERK and viewer.department in order.helpers


def is_desk(order: Order, viewer: Viewer) -> bool:
    """Whether somebody handles orders at the desk, this one among them."""
    covers = viewer.reach.whole or viewer.reach.covers(order.topic, order.district)
    return viewer.may(Right.ACT) and covers


def is_shift(order: Order, viewer: Viewer) -> bool:
    """Whether somebody leads the shift."""
    return viewer.role is Role.SHIFT and is_desk(order, viewer)


def is_other(order: Order, viewer: Viewer) -> bool:
    """Whether somebody at the desk had no part in it: neither sent it out nor signed for the unit."""
    return is_desk(order, viewer) and viewer.login not in {order.dispatcher, order.signer}


def signs(order: Order, viewer: Viewer) -> bool:
    """The unit; the desk for a P1 that was confirmed by telephone."""
    return is_unit(order, viewer) or (order.level == 1 and is_desk(order, viewer))


def sees(order: Order, viewer: Viewer) -> bool:
    """Whether somebody may read an order: it lies with his unit, or in his reach at the desk or as a leader."""
    if viewer.role is Role.CLERK:
        return is_helper(order, viewer)
    covers = viewer.reach.whole or viewer.reach.covers(order.topic, order.district)
    return viewer.role in {Role.DUTY, Role.SHIFT, Role.LEADER} and covers


_WITH_UNIT = frozenset({"accepted", "working", "reported"})
_OUT = _WITH_UNIT | {"dispatched"}
_OPEN = _OUT | {"checking", "returned", "ruling", "shelved"}
_SHARED = _OUT | {"checking"}  # a part may be answered for until the order is verified
_BACK = frozenset({"returned", "ruling"})
UNIT, HELPER, DESK, SHIFT = "承办单位经办人", "协办单位经办人", "值班员或值班长", "值班长"
_WORDS = "情况说明"

MOVES: Mapping[str, Move[Order]] = {
    "accept": Move("签收", frozenset({"dispatched"}), "accepted", UNIT, signs),
    "return": Move("退回", frozenset({"dispatched"}), "returned", UNIT, is_unit, {"words": "退回理由"}),
    "start": Move("开始处置", frozenset({"accepted"}), "working", UNIT, is_unit),
    "report": Move("反馈进展", _WITH_UNIT, "reported", UNIT, is_unit, {"words": _WORDS}),
    "hand_in": Move("提请核查", _WITH_UNIT, "checking", UNIT, is_unit, {"words": "处置结果", "evidence": "佐证"}),
    "ask": Move("申请延期", _WITH_UNIT, "", UNIT, is_unit, {"words": "延期理由", "until": "延期至"}),
    "join": Move("协办签收", _SHARED, "", HELPER, joins),
    "answer": Move("协办反馈", _SHARED, "", HELPER, answers, {"words": "协办情况"}),
    "pass": Move("核查通过", frozenset({"checking"}), "done", "派单人以外的值班人员", is_other, {"words": "核查意见"}),
    "fail": Move(
        "核查不通过", frozenset({"checking"}), "working", "派单人以外的值班人员", is_other, {"words": "核查意见"}
    ),
    "resend": Move("维持派单", frozenset({"returned"}), "dispatched", DESK, is_desk, {"words": "维持理由"}),
    "reassign": Move(
        "改派", _OUT | {"returned"}, "dispatched", DESK, is_desk, {"unit": "承办单位", "words": "改派理由"}
    ),
    "rule": Move("终审裁定", frozenset({"ruling"}), "dispatched", SHIFT, is_shift, {"words": "裁定意见"}),
    "grant": Move("同意延期", _WITH_UNIT, "", SHIFT, is_shift),
    "deny": Move("不同意延期", _WITH_UNIT, "", SHIFT, is_shift, {"words": "理由"}),
    "shelve": Move("挂账", _OUT, "shelved", SHIFT, is_shift, {"words": "挂账原因", "until": "恢复时间"}),
    "resume": Move("恢复办理", frozenset({"shelved"}), "", DESK, is_desk),
    "urge": Move("催办", _OUT | _BACK, "", DESK, is_desk),
    "supervise": Move("督办", _OUT | _BACK, "", SHIFT, is_shift, {"words": "督办要求"}),
    "assist": Move("增加协办", _OPEN, "", DESK, is_desk, {"unit": "协办单位"}),
    "release": Move(
        "取消协办", _OPEN, "", DESK, lambda order, viewer: bool(order.helpers) and is_desk(order, viewer),
        {"unit": "协办单位", "words": "取消理由"},
    ),
    "withdraw": Move("撤单", frozenset({"dispatched"}) | _BACK, "withdrawn", DESK, is_desk, {"words": "撤单理由"}),
    "note": Move("备注", _OPEN, "", "承办、协办单位经办人或值班人员",
                 lambda order, viewer: is_helper(order, viewer) or is_desk(order, viewer), {"words": "备注"}),
}  # fmt: skip
TABLE = MoveTable(MOVES, STATES)
