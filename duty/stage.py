"""The operating stage in force: what is computed, unless somebody has ordered another for a while."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.account import Role, Viewer
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.stage import StageOrder
from duty.cards import OPEN
from indicators.status import NAMES
from store.duty import Desktop, Outcome

LONGEST = timedelta(hours=24)  # an order that nobody renews is forgotten by those who gave it
MAY = frozenset({Role.SHIFT, Role.LEADER})
STAGES: Mapping[int, str] = NAMES


@dataclass(frozen=True, slots=True)
class InForce:
    """The stage that holds. order: None when it is the computed one."""

    stage: int
    computed: int
    order: StageOrder | None = None


def in_force(computed: int, order: StageOrder | None, now: datetime) -> InForce:
    """The stage that holds at a moment."""
    if order is None or order.over or order.due is None or order.due <= now:
        return InForce(computed, computed)
    return InForce(order.stage, computed, order)


def ordered(found: list[StageOrder], now: datetime) -> StageOrder | None:
    """The order that holds, of those that are open."""
    return next((one for one in found if not one.over and one.due is not None and one.due > now), None)


@dataclass(frozen=True, slots=True)
class Wish:
    """A stage to be ordered: for how long, why, and what is computed at this moment."""

    stage: int
    span: timedelta
    reason: str
    computed: int


def order(wish: Wish, viewer: Viewer, now: datetime) -> Callable[[Desktop], Outcome]:
    """Order a stage; one that holds already is withdrawn by it."""

    def decide(top: Desktop) -> Outcome:
        _must(viewer)
        if wish.stage not in STAGES:
            raise TransitionRefused("运行状态为 1 至 5 级", permanent=True)
        if not wish.reason.strip():
            raise TransitionRefused("指定运行状态须写明理由", permanent=True)
        if not timedelta(0) < wish.span <= LONGEST:
            raise TransitionRefused("指定运行状态最长 24 小时，到时自动恢复系统研判", permanent=True)
        made = StageOrder(
            state="in_force", opened=now, updated=now, due=now + wish.span, owner=viewer.login,
            title=wish.reason.strip()[:500], stage=wish.stage, computed=wish.computed,
        )  # fmt: skip
        return Outcome([*_ended(top, viewer, now), DossierStep(made, "order", now, viewer.login)])

    return decide


def withdraw(viewer: Viewer, now: datetime) -> Callable[[Desktop], Outcome]:
    """Go back to what is computed."""

    def decide(top: Desktop) -> Outcome:
        _must(viewer)
        steps = _ended(top, viewer, now)
        if not steps:
            raise TransitionRefused("目前没有人工指定的运行状态", permanent=True)
        return Outcome(steps)

    return decide


def expire(now: datetime) -> Callable[[Desktop], Outcome]:
    """What time does: an order whose time has run out."""

    def decide(top: Desktop) -> Outcome:
        gone = [one for one in top.dossiers(StageOrder, OPEN) if one.due is not None and one.due <= now]
        return Outcome([_end(one, "expired", now, "system") for one in gone])

    return decide


def _must(viewer: Viewer) -> None:
    if viewer.role not in MAY:
        raise TransitionRefused("运行状态由值班长或带班领导指定", permanent=True)


def _ended(top: Desktop, viewer: Viewer, now: datetime) -> list[DossierStep]:
    return [_end(one, "withdrawn", now, viewer.login) for one in top.dossiers(StageOrder, OPEN)]


def _end(one: StageOrder, state: str, now: datetime, who: str) -> DossierStep:
    verb = "expire" if state == "expired" else "withdraw"
    return DossierStep(one.become(state=state, closed=now, updated=now, due=None), verb, now, who)
