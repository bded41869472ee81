"""Decisions about orders: sending one out, every step that people take with it, and what time does. Pure but for reading."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.case_links import followed, linked, still_on
from domain.account import Right, Viewer
from domain.alert import AlertLevel
from domain.case import CaseStep
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.order import Order
from domain.supervision import Supervision
from duty.clocks import SPANS
from duty.order_moves import EFFECTS, LONGEST, called_in, resumed
from duty.order_table import TABLE, Given
from duty.supervise import next_at, rank, worse
from duty.table import filled, unmoved
from store.duty import Desktop, DossierQuery, Outcome

ARCHIVED_AFTER = timedelta(hours=72)  # a closed order is read-only from then on
MOST = 2000  # characters of any text
PUBLISHED = Supervision()
Decision = Callable[[Desktop], Outcome]
_LINKS = {"report": "answer", "hand_in": "hand_in", "pass": "verify", "fail": "reject"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be done by whom. about: a case's number, or another dossier's, or "". finish_by: None = the level's own.

    about may also be "metric:air.aqi@441802", with the value as it was seen in `shown`.
    supervise: the city's scheme of 催办 and 督办. seen: the version of the case that the officer looked at; None does not compare.
    """

    unit: str
    content: str
    about: str = ""
    title: str = ""
    level: int = 3
    topic: str = ""
    district: str = ""
    finish_by: datetime | None = None
    helpers: tuple[str, ...] = ()
    supervise: Supervision = PUBLISHED
    supervision: str = ""
    instruction: str = ""
    exercise: bool = False
    seen: int | None = None
    shown: str = ""


def dispatch(wish: Wish, viewer: Viewer, now: datetime, zone: ZoneInfo) -> Decision:
    """Send an order out; a case that it is about goes to work with it."""

    def decide(top: Desktop) -> Outcome:
        if not viewer.may(Right.ACT):
            raise TransitionRefused("派单须由值班员或值班长操作", permanent=True)
        if not wish.about.startswith("GJ-"):
            return Outcome([_opened(made(top, wish, viewer.login, now, zone), now, viewer.login)])
        case = top.case(wish.about)
        if wish.seen is not None and case.version != wish.seen:
            raise TransitionRefused(f"{case.id} 刚由 {case.owner or '他人'} 处理，请先看新的情况；您的操作没有执行")
        new = made(top, wish, viewer.login, now, zone).become(
            level=int(case.level), topic=case.topic, district=case.district, title=wish.title or case.say
        )
        step = linked(case, "dispatch", viewer, now, order=new.id, unit=new.unit, reason=new.content)
        return Outcome([_opened(new, now, viewer.login)], [step])

    return decide


def made(top: Desktop, wish: Wish, login: str, now: datetime, zone: ZoneInfo) -> Order:
    """A new order with its number and clocks, for whoever decides that there shall be one (the desk, an instruction)."""
    if not wish.unit.strip() or not wish.content.strip():
        raise TransitionRefused("派单须填写承办单位和任务内容", permanent=True)
    case = top.case(wish.about) if wish.about.startswith("GJ-") else None
    level = case.level if case else AlertLevel(wish.level or 3)
    spans = SPANS[level]
    end = wish.finish_by or spans.finish.after(now, zone)
    if not now < end <= now + LONGEST:
        raise TransitionRefused("办结时限须晚于现在，且在 90 天之内", permanent=True)
    helpers = tuple(dict.fromkeys(h for h in wish.helpers if h and h != wish.unit))
    new = Order(
        id=top.number(Order, now), state="dispatched", opened=now, updated=now, title=(wish.title or wish.content)[:200],
        level=int(level), topic=wish.topic, district=wish.district, unit=wish.unit.strip(), owner=login,
        about=wish.about, exercise=wish.exercise, content=wish.content.strip()[:MOST], sent=now, offered=now,
        sign_by=min(spans.unit.after(now, zone), end), report_by=min(spans.report.after(now, zone), end), finish_by=end,
        dispatcher=login, helpers=helpers, shares=tuple(called_in(one, level, now, zone) for one in helpers),
        scheme=wish.supervise.scheme, marks=wish.supervise.marks, supervision=wish.supervision, instruction=wish.instruction, last=login,
        shown=wish.shown.strip()[:200],
    )  # fmt: skip
    return new.become(due=next_at(new, now, zone))


def supervised(top: Desktop, wish: Wish, login: str, now: datetime, zone: ZoneInfo) -> tuple[str, Outcome]:
    """The order that a leader's instruction makes: under supervision from the beginning. Its number, and what is to be kept."""
    new = made(top, wish, login, now, zone)
    marked = new.become(supervision=worse(new.supervision, "yellow"))
    marked = marked.become(due=next_at(marked, now, zone))
    return new.id, Outcome([_opened(marked, now, login)])


def step(key: str, verb: str, viewer: Viewer, given: Given, now: datetime, zone: ZoneInfo) -> Decision:
    """A person's step with an order, and what it does to the case it is about."""

    def decide(top: Desktop) -> Outcome:
        held = top.dossier(Order, key)
        unmoved(held, given.seen, held.last)
        filled(TABLE.must(held, verb, viewer), given.named())
        moved = EFFECTS[verb](held, viewer, given, now, zone).become(updated=now, last=viewer.login)
        told = {name: value for name, value in _told(given).items() if value}
        order_step = DossierStep(_timed_anew(moved, now, zone), verb, now, viewer.login, told)
        calm = [held.id] if (held.state, held.unit) != (moved.state, moved.unit) else []
        return Outcome([order_step], _case_steps(top, moved, verb, viewer.login, given, now), calm=calm)

    return decide


def timed(key: str, now: datetime, zone: ZoneInfo) -> Decision:
    """What time alone does: it urges and supervises, brings back what was put off, archives what was closed."""

    def decide(top: Desktop) -> Outcome:
        held = top.dossier(Order, key)
        if held.due is None or held.due > now:
            return Outcome()
        if held.state in ("done", "withdrawn"):
            return Outcome([DossierStep(held.become(state="archived", due=None, updated=now), "archive", now)])
        if held.state == "shelved":
            back = _timed_anew(resumed(held, now).become(updated=now), now, zone)
            return Outcome([DossierStep(back, "come_back", now)])
        marked = held.become(supervision=rank(held, now, zone), updated=now)
        verb = "mark" if marked.supervision != held.supervision else "wait"
        return Outcome([DossierStep(_timed_anew(marked, now, zone), verb, now, told={"mark": marked.supervision})])

    return decide


def open_orders(top: Desktop, about: str) -> list[Order]:
    """The orders about a case or dossier in which something is owed, oldest first."""
    return list(reversed(top.dossiers(Order, DossierQuery(about=frozenset({about}), over=False))))


def guard(top: Desktop, case: str, verb: str, into: str = "") -> None:
    """TransitionRefused when a case would be closed past its open order, or merged into one that takes nothing any more."""
    if verb == "merge" and into and top.case(into).over:
        raise TransitionRefused(f"{into} 已经关闭，不能并入", permanent=True)
    found = open_orders(top, case) if verb in _CLOSING else []
    if found:
        raise TransitionRefused(f"工单 {found[0].id} 尚未办结；请在工单上核查，或先撤单", permanent=True)


_CLOSING = frozenset({"finish", "false_alarm", "merge", "submit", "pass"})


def _case_steps(top: Desktop, order: Order, verb: str, login: str, given: Given, now: datetime) -> list[CaseStep]:
    link = _LINKS.get(verb)
    if link is None or not order.about.startswith("GJ-"):
        return []
    others = [one for one in open_orders(top, order.about) if one.id != order.id]
    if link == "hand_in" and any(one.state != "checking" for one in others):
        link = "answer"
    if link == "verify" and others:
        return []
    case = top.case(order.about)
    if link == "verify" and not case.over and still_on(case) and not given.lasting.strip():
        raise TransitionRefused(f"{case.id} 的告警仍在触发；核查通过须写明持续存在的原因", permanent=True)
    step = followed(case, link, login, now, order=order.id, reason=given.lasting or given.words)
    return [] if step is None else [step]


def _told(given: Given) -> dict[str, object]:
    return {
        "reason": given.words[:MOST],
        "unit": given.unit,
        "until": given.until.isoformat() if given.until else "",
        "evidence": given.evidence[:MOST],
        "lasting": given.lasting[:MOST],
        "files": [one.name for one in given.files],
    }


def _timed_anew(order: Order, now: datetime, zone: ZoneInfo) -> Order:
    """The order with the mark that its time asks for by now, and the moment at which time next moves it."""
    if order.over:
        return order.become(due=(order.closed or now) + ARCHIVED_AFTER)
    marked = order.become(supervision=rank(order, now, zone))
    return marked.become(due=next_at(marked, now, zone))


def _opened(order: Order, now: datetime, login: str) -> DossierStep:
    return DossierStep(order, "dispatch", now, login, {"reason": order.content, "unit": order.unit})


__all__ = ["Given", "Wish", "dispatch", "guard", "made", "open_orders", "step", "supervised", "timed"]
