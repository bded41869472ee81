"""What each step makes of an order. Pure; who may and from where is `duty.order_table`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.account import Viewer
from domain.alert import AlertLevel
from domain.errors import TransitionRefused
from domain.order import Order, Share
from duty.clocks import SPANS
from duty.order_table import Given
from duty.supervise import worse

LONGEST = timedelta(days=90)  # of an extension or of putting off
Effect = Callable[[Order, Viewer, Given, datetime, ZoneInfo], Order]


def returnable(order: Order, zone: ZoneInfo) -> datetime:
    """Until when the unit may send it back: as long as it has to sign for it."""
    return SPANS[AlertLevel(order.level)].unit.after(order.offered, zone)


def _accept(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(state="accepted", signer=viewer.login, signed=order.signed or now)


def _return(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if order.ruled:
        raise TransitionRefused("工单已经终审裁定，不能再退回；请签收办理", permanent=True)
    if now > returnable(order, zone):
        raise TransitionRefused("已过退回时限；请签收办理，确有困难的可申请延期", permanent=True)
    times = order.returns + 1
    marked = worse(order.supervision, "yellow") if times > 1 else order.supervision
    state = "ruling" if times > 1 else "returned"
    return order.become(state=state, returns=times, reason=given.words, supervision=marked)


def _start(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(state="working")


def _report(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(state="reported", first_report=order.first_report or now, progress=given.words,
                        files=order.files + given.files)  # fmt: skip


def _hand_in(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(
        state="checking", handed=now, first_report=order.first_report or now, result=given.words,
        evidence=given.evidence, files=order.files + given.files, asked=None,
    )  # fmt: skip


def _ask(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if order.extended or order.asked is not None:
        raise TransitionRefused("延期只能申请一次", permanent=True)
    until = _until(given, order.finish_by, now)
    return order.become(asked=until, reason=given.words)


def _grant(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if order.asked is None:
        raise TransitionRefused("没有待批的延期申请", permanent=True)
    return order.become(finish_by=order.asked, asked=None, extended=True)


def _deny(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if order.asked is None:
        raise TransitionRefused("没有待批的延期申请", permanent=True)
    return order.become(asked=None, extended=True, reason=given.words)


def _pass(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if order.silent:
        told = f"协办单位 {'、'.join(order.silent)} 尚未反馈；可以：催办、取消协办或核查不通过"
        raise TransitionRefused(told, permanent=True)
    return order.become(state="done", checker=viewer.login, verdict=given.words, closed=now)


def _fail(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(
        state="working", handed=None, checker=viewer.login, verdict=given.words, rejected=order.rejected + 1,
        supervision=worse(order.supervision, "yellow"),
    )  # fmt: skip


def _resend(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(state="dispatched", offered=now, reason=given.words)


def _reassign(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if given.unit == order.unit:
        raise TransitionRefused("改派须选择另一个单位", permanent=True)
    return order.become(
        state="dispatched", unit=given.unit, offered=now, signer="", signed=None, reason=given.words, asked=None,
        **_without(order, given.unit),
    )  # fmt: skip


def _rule(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    unit = given.unit or order.unit
    return order.become(
        state="dispatched", unit=unit, offered=now, ruled=True, reason=given.words, **_without(order, unit)
    )


def _shelve(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    until = _until(given, now, now)
    return order.become(state="shelved", before=order.state, shelved=now, until=until, reason=given.words)


def resumed(order: Order, now: datetime) -> Order:
    """An order that was put off goes on as it was; the time it lay is added to its end."""
    lay = now - (order.shelved or now)
    return order.become(
        state=order.before or "accepted", before="", shelved=None, until=None, finish_by=order.finish_by + lay
    )


def _resume(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return resumed(order, now)


def _urge(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(supervision=worse(order.supervision, "urge"))


def _supervise(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(supervision=worse(order.supervision, "yellow"), reason=given.words)


def _assist(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if given.unit in (order.unit, *order.helpers):
        raise TransitionRefused(f"{given.unit}已在承办或协办", permanent=True)
    part = called_in(given.unit, AlertLevel(order.level), now, zone, given.words)
    return order.become(helpers=(*order.helpers, given.unit), shares=(*order.shares, part))


def called_in(unit: str, level: AlertLevel, now: datetime, zone: ZoneInfo, task: str = "") -> Share:
    """The part of a unit from the moment at which it is called in; it has as long to sign as the responsible one."""
    return Share(unit=unit, asked=now, sign_by=SPANS[level].unit.after(now, zone), task=task)


def _release(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    if given.unit not in order.helpers:
        raise TransitionRefused(f"{given.unit}不是协办单位", permanent=True)
    return order.become(**_without(order, given.unit), reason=given.words)


def _without(order: Order, unit: str) -> dict[str, object]:
    """Who assists when a unit no longer does."""
    helpers = tuple(one for one in order.helpers if one != unit)
    return {"helpers": helpers, "shares": tuple(one for one in order.shares if one.unit in helpers)}


def _join(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return _with(order, order.share(viewer.department).model_copy(update={"signer": viewer.login, "signed": now}))


def _answer(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    told = {"words": given.words, "evidence": given.evidence, "answered": now}
    part = order.share(viewer.department).model_copy(update=told)
    return _with(order, part).become(files=order.files + given.files)


def _with(order: Order, part: Share) -> Order:
    """The order with a part as it became."""
    return order.become(shares=(*(one for one in order.shares if one.unit != part.unit), part))


def _withdraw(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(state="withdrawn", closed=now, reason=given.words)


def _note(order: Order, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Order:  # noqa: ARG001
    return order.become(files=order.files + given.files)


def _until(given: Given, floor: datetime, now: datetime) -> datetime:
    if given.until is None or not floor < given.until <= now + LONGEST:
        raise TransitionRefused("时间须晚于现在的时限，且在 90 天之内", permanent=True)
    return given.until


EFFECTS: Mapping[str, Effect] = {
    "accept": _accept, "return": _return, "start": _start, "report": _report, "hand_in": _hand_in, "ask": _ask,
    "grant": _grant, "deny": _deny, "pass": _pass, "fail": _fail, "resend": _resend, "reassign": _reassign,
    "rule": _rule, "shelve": _shelve, "resume": _resume, "urge": _urge, "supervise": _supervise, "assist": _assist,
    "withdraw": _withdraw, "note": _note, "join": _join, "answer": _answer, "release": _release,
}  # fmt: skip
