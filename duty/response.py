"""What is done about an incident: the plan's steps, and the response with its approval. Pure decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.account import Role, Viewer
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.incident_file import ROMAN, IncidentFile, Response, Step
from domain.plan import Approver, Plans
from duty import plans
from duty.incidents import LONGEST, Decision, Hand
from store.duty import Desktop, DossierQuery, Outcome

Settled = Literal["done", "failed", "left"]
SETTLED: Mapping[Settled, str] = {"done": "完成", "failed": "未能完成", "left": "不需要"}
NOBODY = Approver(title="带班领导", title_en="Leader on duty")


def approver(ground: Plans, level: int) -> Approver:
    """Who approves a response of a level."""
    return ground.approvers.get(level, NOBODY)


def approves(ground: Plans, level: int, viewer: Viewer) -> bool:
    """Whether somebody may approve a response of a level."""
    named = approver(ground, level).logins
    return viewer.role is Role.LEADER and (not named or viewer.login in named)


def start(hand: Hand, plan: str) -> Decision:
    """Start a plan; what another one had open is left in the history."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "start", {})
        found = hand.ground.plans.plans.get(plan)
        if found is None:
            raise TransitionRefused("请选择预案", permanent=True)
        if held.plan == plan:
            raise TransitionRefused(f"预案“{found.name}”已启动", permanent=True)
        return hand.moved(top, plans.started(held, found, hand.now), "start", words=found.name)

    return decide


def settle(hand: Hand, index: int, state: str, words: str) -> Decision:
    """A step is done, with what shows it; or it failed, or is not needed, and why."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "step", {})
        if not 0 <= index < len(held.steps) or state not in SETTLED:
            raise TransitionRefused("没有这个步骤", permanent=True)
        one = held.steps[index]
        if one.state != "open":
            raise TransitionRefused(f"第 {index + 1} 步已由 {one.by} 办理")
        _told(one, state, words)
        done = one.model_copy(
            update={"state": state, "told": words.strip()[:LONGEST], "by": hand.viewer.login, "at": hand.now, "late": hand.now > one.due}
        )  # fmt: skip
        after = held.become(steps=(*held.steps[:index], done, *held.steps[index + 1 :]))
        return hand.moved(
            top, after, "step", step=index + 1, state=state, words=f"{one.text} {words.strip()[:LONGEST]}".strip()
        )

    return decide


def _told(one: Step, state: str, words: str) -> None:
    if words.strip():
        return
    if state != "done":
        raise TransitionRefused("须写明原因", permanent=True)
    if one.evidence:
        raise TransitionRefused(f"须写明完成依据：{one.evidence}", permanent=True)


@dataclass(frozen=True, slots=True)
class Wish:
    """A response as the desk suggests it; basis and measures come from the plan when they are left out."""

    level: int
    area: str
    basis: str = ""
    measures: str = ""


def ask(hand: Hand, wish: Wish) -> Decision:
    """Suggest a response, or another level of the one in force."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "ask", {"area": wish.area})
        if wish.level not in ROMAN:
            raise TransitionRefused("请选择响应级别", permanent=True)
        if held.asked is not None:
            raise TransitionRefused(f"{ROMAN[held.asked.level]}级响应正待批准", permanent=True)
        if wish.level == held.response:
            raise TransitionRefused(f"{ROMAN[wish.level]}级响应已在执行", permanent=True)
        plan = hand.ground.plans.plans.get(held.plan)
        basis = wish.basis.strip() or (plan.basis if plan else "")
        measures = wish.measures.strip() or (plan.measures.get(wish.level, "") if plan else "")
        missing = [name for value, name in ((basis, "依据"), (measures, "措施")) if not value]
        if missing:
            raise TransitionRefused(f"建议响应须填写：{'、'.join(missing)}", permanent=True)
        asked = Response(
            level=wish.level, state="asked", basis=basis[:LONGEST], area=wish.area.strip()[:LONGEST], measures=measures[:LONGEST],
            asked_by=hand.viewer.login, asked_at=hand.now,
        )  # fmt: skip
        return hand.moved(top, held.become(asked=asked), "ask", words=f"{ROMAN[wish.level]}级响应")

    return decide


def answer(hand: Hand, verb: str, words: str = "") -> Decision:
    """A leader approves what was asked for, or does not (verb: approve, refuse)."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, verb, {"words": words})
        if held.asked is None:
            raise TransitionRefused("没有待批准的响应建议", permanent=True)
        _must_approve(hand, held.asked.level)
        given = {"by": hand.viewer.login, "at": hand.now, "told": words.strip()[:LONGEST]}
        name = f"{ROMAN[held.asked.level]}级响应 {words.strip()[:LONGEST]}".strip()
        if verb == "refuse":
            no = held.asked.model_copy(update={"state": "refused", **given})
            return hand.moved(top, held.become(asked=None, responses=(*held.responses, no)), verb, words=name)
        on = held.asked.model_copy(update={"state": "on", **given})
        before = tuple(_over(one) for one in held.responses)
        after = held.become(asked=None, response=on.level, responses=(*before, on))
        return hand.moved(top, after, verb, words=name)

    return decide


def end(hand: Hand, words: str) -> Decision:
    """End the response in force."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "end", {"words": words})
        if not held.response:
            raise TransitionRefused("没有正在执行的应急响应", permanent=True)
        _must_approve(hand, held.response)
        after = held.become(response=0, responses=tuple(_over(one) for one in held.responses))
        return hand.moved(top, after, "end", words=words.strip()[:LONGEST])

    return decide


def _over(one: Response) -> Response:
    return one.model_copy(update={"state": "over"}) if one.state == "on" else one


def _must_approve(hand: Hand, level: int) -> None:
    if not approves(hand.ground.plans, level, hand.viewer):
        title = approver(hand.ground.plans, level).title
        raise TransitionRefused(f"{ROMAN[level]}级响应须由{title}批准", permanent=True)


def overdue(now: datetime) -> Decision:
    """What time does: steps that were not done by their time are marked."""

    def decide(top: Desktop) -> Outcome:
        due = [
            one
            for one in top.dossiers(IncidentFile, DossierQuery(over=False))
            if one.due is not None and one.due <= now
        ]
        return Outcome([DossierStep(_late(one, now), "late", now) for one in due])

    return decide


def _late(held: IncidentFile, now: datetime) -> IncidentFile:
    marked = tuple(
        one.model_copy(update={"late": True}) if one.state == "open" and one.due <= now else one for one in held.steps
    )
    return plans.clocked(held.become(steps=marked, updated=now))
