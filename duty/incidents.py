"""The file of an incident: taking it down, grading it, its plan, its response and its end. Pure decisions."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.case_links import linked
from domain.account import Right, Role, Viewer
from domain.case import CaseStep
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.incident_file import GRADES, Change, Facts, IncidentFile, Review, Told
from duty import plans
from duty.cards import OrderCard
from duty.reports import Ground, covers, of_incident, owed
from duty.table import Move, MoveTable, filled, unmoved
from store.duty import Desktop, DossierQuery, Outcome

LONGEST = 1000  # characters
STATES: Mapping[str, str] = {
    "intake": "接报待核实", "active": "处置中", "controlled": "已控制", "closed": "已结案", "void": "已撤销",
}  # fmt: skip
LIVE = frozenset({"intake", "active"})
OPEN = LIVE | {"controlled"}
Decision = Callable[[Desktop], Outcome]


def _desk(held: IncidentFile, viewer: Viewer) -> bool:
    return covers(held, viewer) and viewer.may(Right.ACT)


def _heads(held: IncidentFile, viewer: Viewer) -> bool:
    return covers(held, viewer) and viewer.role in (Role.SHIFT, Role.LEADER)


def _leads(held: IncidentFile, viewer: Viewer) -> bool:
    return covers(held, viewer) and viewer.role is Role.LEADER


def _grades(held: IncidentFile, viewer: Viewer) -> bool:
    """Who proposes a grade does not confirm it."""
    return _heads(held, viewer) and viewer.login != held.proposed_by


DESK, HEADS = "值班员或值班长", "值班长或带班领导"
ACTIVE, CONTROLLED = frozenset({"active"}), frozenset({"controlled"})
TABLE: MoveTable[IncidentFile] = MoveTable(
    {
        "verify": Move("核实", frozenset({"intake"}), "active", DESK, _desk, {"words": "核实情况"}),
        "update": Move("续填情况", OPEN, "", DESK, _desk),
        "note": Move("备注", OPEN, "", DESK, _desk, {"words": "备注内容"}),
        "link": Move("关联告警", OPEN, "", DESK, _desk, {"words": "告警编号"}),
        "propose": Move("拟定级别", OPEN, "", DESK, _desk),
        "grade": Move("核定级别", OPEN, "", f"{HEADS}（不能是拟定人）", _grades),
        "start": Move("启动预案", LIVE, "", DESK, _desk),
        "step": Move("办理步骤", LIVE, "", DESK, _desk),
        "ask": Move("建议响应", ACTIVE, "", DESK, _desk, {"area": "响应范围"}),
        "approve": Move("批准响应", ACTIVE, "", "有权批准的领导", _leads),
        "refuse": Move("不予批准", ACTIVE, "", "有权批准的领导", _leads, {"words": "理由"}),
        "end": Move("终止响应", ACTIVE | CONTROLLED, "", "有权批准的领导", _leads, {"words": "终止依据"}),
        "control": Move("处置完毕", ACTIVE, "controlled", DESK, _desk, {"words": "处置结果"}),
        "resume": Move("恢复处置", CONTROLLED, "active", DESK, _desk, {"words": "原因"}),
        "review": Move("填写评估", CONTROLLED, "", DESK, _desk, {"causes": "原因分析"}),
        "close": Move("结案", CONTROLLED, "closed", HEADS, _heads),
        "void": Move("撤销", frozenset({"intake"}), "void", "值班长", lambda held, viewer: _desk(held, viewer) and viewer.role is Role.SHIFT, {"words": "撤销理由"}),
    },
    STATES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something with which incident, when, on which ground, and which version was seen (None = whichever)."""

    key: str
    viewer: Viewer
    now: datetime
    ground: Ground
    seen: int | None = None

    def held(self, top: Desktop, verb: str, given: Mapping[str, str]) -> IncidentFile:
        """The incident, when this may be done with it."""
        found = top.dossier(IncidentFile, self.key)
        if not covers(found, self.viewer):
            raise TransitionRefused("这起事件不在您的地域或专题范围内", permanent=True)
        filled(TABLE.must(found, verb, self.viewer), given)
        unmoved(found, self.seen, found.moved_by)
        return found

    def moved(self, top: Desktop, after: IncidentFile, verb: str, **told: object) -> Outcome:
        """The incident as it became, and the reports that it now owes."""
        state = TABLE.moves[verb].to or after.state
        done = plans.clocked(after.become(state=state, updated=self.now, moved_by=self.viewer.login))
        step = DossierStep(done, verb, self.now, self.viewer.login, told)
        return Outcome([step, *owed(of_incident(top, done.id), done, self.ground, self.now)])


@dataclass(frozen=True, slots=True)
class Opening:
    """What an incident is opened with. case: the alert it comes from; scenario and injects: of a drill."""

    facts: Facts
    district: str = ""
    case: str = ""
    proposed: int = 0
    exercise: bool = False
    scenario: str = ""
    injects: tuple[Told, ...] = ()


def open_file(wish: Opening, hand: Hand) -> Decision:
    """Take an incident down; its reports are owed from the moment it was told. hand.key is not looked at."""

    def decide(top: Desktop) -> Outcome:
        kind = hand.ground.plans.kinds.get(wish.facts.kind)
        if kind is None:
            raise TransitionRefused("请选择事件类别", permanent=True)
        _sound(wish.facts, hand.now)
        made = IncidentFile(
            id=top.number(IncidentFile, hand.now), state="intake", opened=hand.now, updated=hand.now, title=wish.facts.title.strip(),
            district=wish.district, topic=kind.topic, unit=kind.department, owner=hand.viewer.login, about=wish.case,
            exercise=wish.exercise, facts=wish.facts, scenario=wish.scenario, injects=wish.injects, moved_by=hand.viewer.login,
            proposed=wish.proposed, proposed_by=hand.viewer.login if wish.proposed else "",
        )  # fmt: skip
        if not _desk(made, hand.viewer):
            raise TransitionRefused("登记事件须由值班员或值班长操作，且在其地域和专题范围内", permanent=True)
        cases = [_taken(top, wish.case, made, hand)] if wish.case else []
        made = made.become(
            cases=tuple(step.case.id for step in cases), level=max((int(s.case.level) for s in cases), default=0)
        )
        best = next(iter(plans.fitting(hand.ground.plans, made, hand.ground.zone)), None)
        if best is not None and best.automatic:
            made = plans.started(made, best, hand.now)
        step = DossierStep(made, "open", hand.now, hand.viewer.login, {"case": wish.case, "plan": made.plan})
        return Outcome([step, *owed((), made, hand.ground, hand.now)], cases)

    return decide


def drill(key: str, hand: Hand) -> Decision:
    """Begin a drill from a scenario of plans.yaml: the same desk, everything marked, nothing sent out."""
    one, now = hand.ground.plans.scenarios.get(key), hand.now
    if one is None:
        raise TransitionRefused("请选择演练场景", permanent=True)
    facts = Facts(
        kind=one.kind, title=one.title, happened=now, told=now, place=one.place, lon=one.lon, lat=one.lat, cause=one.cause, harm=one.harm,
    )  # fmt: skip
    told = tuple(Told(at=now + each.after, text=each.text, text_en=each.text_en) for each in one.injects)
    return open_file(Opening(facts, one.district, exercise=True, scenario=key, injects=told), hand)


def _sound(facts: Facts, now: datetime) -> None:
    missing = [name for value, name in ((facts.title, "事件标题"), (facts.place, "事发地点")) if not value.strip()]
    if missing:
        raise TransitionRefused(f"登记事件须填写：{'、'.join(missing)}", permanent=True)
    if facts.told > now:
        raise TransitionRefused("接报时间不能晚于现在", permanent=True)
    if facts.happened > facts.told:
        raise TransitionRefused("事发时间不能晚于接报时间", permanent=True)


def _taken(top: Desktop, key: str, into: IncidentFile, hand: Hand) -> CaseStep:
    """The alert that an incident is made of: it is being worked on, under the incident's number."""
    case = top.case(key)
    if into.exercise:
        raise TransitionRefused("演练不能关联真实告警", permanent=True)
    held = next((one for one in top.dossiers(IncidentFile, DossierQuery(over=False)) if key in one.cases), None)
    if held is not None:
        raise TransitionRefused(f"{case.id} 已转为事件 {held.id}", permanent=True)
    return linked(case, "incident", hand.viewer, hand.now, incident=into.id)


def step(hand: Hand, verb: str, words: str = "") -> Decision:
    """The moves that need nothing but words: verify, note, control, resume, void."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, verb, {"words": words})
        over = TABLE.moves[verb].to in IncidentFile.OVER
        after = held.become(closed=hand.now) if over else held
        return hand.moved(top, after, verb, words=words.strip()[:LONGEST])

    return decide


def digest(held: IncidentFile) -> str:
    """A short word for what is known, so that a form can say on what it was filled in."""
    return hashlib.sha256(f"{held.district} {held.facts.model_dump_json()}".encode()).hexdigest()[:12]


def update(hand: Hand, facts: Facts, district: str, base: str = "") -> Decision:
    """What is known now, in place of what was known (base: its digest); the moment at which we were told stays."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "update", {})
        unmoved(held, held.version if base in ("", digest(held)) else -1, held.moved_by)
        kept = facts.model_copy(update={"told": held.facts.told, "kind": held.facts.kind})
        _sound(kept, hand.now)
        changed = sorted(name for name, value in kept if value != getattr(held.facts, name))
        if not changed and district == held.district:
            raise TransitionRefused("没有改动，无须保存")
        return hand.moved(top, held.become(facts=kept, title=kept.title, district=district), "update", changed=changed)

    return decide


def link(hand: Hand, case: str) -> Decision:
    """One more alert that belongs to it."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "link", {"words": case})
        taken = _taken(top, case.strip(), held, hand)
        after = held.become(cases=(*held.cases, taken.case.id))
        return hand.moved(top, after, "link", words=taken.case.id) + Outcome(cases=[taken])

    return decide


def grade(hand: Hand, verb: str, value: int, words: str = "") -> Decision:
    """Propose a grade, or confirm one (verb: propose, grade). Reports follow the new grade at once."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, verb, {})
        if value not in GRADES:
            raise TransitionRefused("请选择事件级别", permanent=True)
        if verb == "propose":
            after = held.become(proposed=value, proposed_by=hand.viewer.login)
        else:
            after = held.become(grade=value, grade_by=hand.viewer.login)
        return hand.moved(top, after, verb, words=f"{GRADES[value]} {words.strip()[:LONGEST]}".strip())

    return decide


def review(hand: Hand, causes: str, lessons: str, changes: tuple[Change, ...]) -> Decision:
    """What was learnt; each change names who sees to it."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "review", {"causes": causes})
        if any(not one.what.strip() or not one.owner.strip() for one in changes):
            raise TransitionRefused("每项改进须写明内容和责任人", permanent=True)
        made = Review(
            causes=causes.strip()[:LONGEST], lessons=lessons.strip()[:LONGEST], changes=changes, by=hand.viewer.login, at=hand.now
        )  # fmt: skip
        return hand.moved(top, held.become(review=made), "review")

    return decide


def close(hand: Hand) -> Decision:
    """Close it, when nothing stands against it."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "close", {})
        against = against_closing(top, held)
        if against:
            raise TransitionRefused(f"{held.id} 还不能结案：{'；'.join(against)}")
        return hand.moved(top, held.become(closed=hand.now), "close")

    return decide


def against_closing(top: Desktop, held: IncidentFile) -> list[str]:
    """What is still owed: the response, alerts, orders, the final report, the review."""
    told = ["应急响应尚未终止"] if held.response or held.asked else []
    open_cases = [key for key in held.cases if not top.case(key).over]
    told += [f"告警 {key} 尚未办结" for key in open_cases]
    about = DossierQuery(over=False, about=frozenset({held.id}))
    told += [f"工单 {one.id} 尚未办结" for one in top.dossiers(OrderCard, about)]
    reports = of_incident(top, held.id)
    told += [] if any(one.kind == "final" and one.fixed for one in reports) else ["终报尚未报送"]
    return told + ([] if held.review else ["评估尚未填写"])
