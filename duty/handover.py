"""The handover: who may do what with a sheet, what stands against it, and what moves when both have signed. Pure decisions."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.account import Role, Viewer
from domain.case import Case, CaseStep, Handling
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.handover import Handover, Side, Signature
from domain.shift import Shift
from duty.cards import KINDS, opened
from duty.sheet import NOTHING_AROUND, Around, Facts, blocks, facts, parts, unticked, urgent
from store.duty import Desktop, Outcome

LONGEST = 2000  # characters of the notes
OPENED: Mapping[str, str] = {"draft": "待签字", "half": "一方已签", "brief": "简易交接·待补全", "done": "已交接"}
SIDES: Mapping[Side, str] = {"out": "交班", "in": "接班"}
UNSIGNED = frozenset({"draft", "half"})


@dataclass(frozen=True, slots=True)
class Move:
    """One thing people do with a sheet: what it is called, from which states, and who may, in words."""

    name: str
    states: frozenset[str]
    who: str


MOVES: Mapping[str, Move] = {
    "tick": Move("核对", UNSIGNED, "接班人员或双方值班长"),
    "write": Move("填写交代事项", UNSIGNED | {"brief"}, "交接班双方人员"),
    "shorten": Move("改为简易交接", UNSIGNED, "双方值班长"),
    "sign_out": Move("交班签字", UNSIGNED, "交班人员（逾时后为双方值班长）"),
    "sign_in": Move("接班签字", UNSIGNED, "接班人员（逾时后为双方值班长）"),
    "unlock": Move("特批放行", UNSIGNED, "带班领导"),
    "complete": Move("补全交接单", frozenset({"brief"}), "交接班双方人员"),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with the shifts on both its sides."""

    sheet: Handover
    outgoing: Shift
    incoming: Shift

    @property
    def leaders(self) -> frozenset[str]:
        """Logins of both shift leaders."""
        return frozenset({self.outgoing.shift_leader, self.incoming.shift_leader} - {""})

    @property
    def everybody(self) -> frozenset[str]:
        """Whoever sits at either side; the reserve may take a seat."""
        return self.outgoing.crew | self.incoming.crew | frozenset(self.incoming.reserve)

    def side(self, side: Side) -> frozenset[str]:
        """Who signs for a side."""
        if side == "out":
            return self.outgoing.crew
        return self.incoming.crew | frozenset(self.incoming.reserve)


def table(top: Desktop, key: str) -> Table:
    """A sheet by its number. TransitionRefused when there is none."""
    sheet = top.dossier(Handover, key)
    return Table(sheet, top.dossier(Shift, sheet.outgoing), top.dossier(Shift, sheet.incoming))


def may(held: Table, verb: str, viewer: Viewer) -> bool:
    """Whether somebody may do this with a sheet, whatever its state."""
    login = viewer.login
    if verb == "tick":
        return login in held.side("in") | held.leaders
    if verb == "shorten":
        return login in held.leaders
    if verb == "unlock":
        return viewer.role is Role.LEADER
    if verb in ("sign_out", "sign_in"):
        side: Side = "out" if verb == "sign_out" else "in"
        return login in held.side(side) or (held.sheet.late and login in held.leaders)
    return verb in MOVES and login in held.everybody


def possible(held: Table, viewer: Viewer) -> list[str]:
    """What somebody may do with a sheet as it stands."""
    return [verb for verb, move in MOVES.items() if held.sheet.state in move.states and may(held, verb, viewer)]


def must(held: Table, verb: str, viewer: Viewer) -> None:
    """TransitionRefused, with why and what is possible, unless this may be done now."""
    move = MOVES.get(verb)
    if move is None:
        raise TransitionRefused(f"没有“{verb}”这一操作", permanent=True)
    if held.sheet.state not in move.states:
        can = "、".join(MOVES[name].name for name in possible(held, viewer)) or "查看"
        raise TransitionRefused(f"{held.sheet.id} 现为“{OPENED[held.sheet.state]}”，不能{move.name}；可以：{can}")
    if not may(held, verb, viewer):
        raise TransitionRefused(f"{move.name}须由{move.who}操作", permanent=True)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something with which sheet at which moment. around: what lies outside the desk, read just before."""

    key: str
    viewer: Viewer
    now: datetime
    around: Around = NOTHING_AROUND

    def held(self, top: Desktop, verb: str) -> Table:
        """The sheet, when this may be done with it."""
        found = table(top, self.key)
        must(found, verb, self.viewer)
        return found

    def step(self, sheet: Handover, verb: str, **told: object) -> DossierStep:
        """A step of the sheet by this person."""
        return DossierStep(sheet.become(updated=self.now), verb, self.now, self.viewer.login, told)

    def facts(self, top: Desktop, held: Table) -> Facts:
        """What is open now."""
        return facts(top, self.around, held.incoming.end, self.now)


Decision = Callable[[Desktop], Outcome]


def tick(hand: Hand, case: str) -> Decision:
    """The incoming side has looked at a P1 or P2 (or takes the tick back)."""

    def decide(top: Desktop) -> Outcome:
        sheet = hand.held(top, "tick").sheet
        if case not in {one.id for one in urgent(top.open_cases())}:
            raise TransitionRefused(f"{case} 已不是未结的 P1、P2 告警", permanent=True)
        ticks = tuple(t for t in sheet.ticks if t != case) if case in sheet.ticks else (*sheet.ticks, case)
        return Outcome([hand.step(sheet.become(ticks=ticks), "tick", case=case, on=case in ticks)])

    return decide


def noted(sheet: Handover) -> str:
    """What notes and checks say, in short: a form tells by it which ones it was filled in on. Ticks and signatures do not change it."""
    told = json.dumps([sheet.notes, sorted(sheet.checks.items())], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def write(hand: Hand, seen: str, notes: str, checks: Mapping[str, bool]) -> Decision:
    """Notes and checks as they were filled in on those that were `noted` so."""

    def decide(top: Desktop) -> Outcome:
        sheet = hand.held(top, "write").sheet
        if noted(sheet) != seen and (sheet.notes, dict(sheet.checks)) != (notes, dict(checks)):
            raise TransitionRefused("交接单刚被他人改动，已显示最新内容，请看过后再保存")
        return Outcome([hand.step(sheet.become(notes=notes[:LONGEST], checks=checks), "write", notes=notes[:LONGEST])])

    return decide


def shorten(hand: Hand) -> Decision:
    """The short sheet will do: the first three parts now, the rest within two hours."""

    def decide(top: Desktop) -> Outcome:
        return Outcome([hand.step(hand.held(top, "shorten").sheet.become(short=True), "shorten")])

    return decide


def unlock(hand: Hand, reason: str) -> Decision:
    """A leader lets it be signed although something stands against it."""

    def decide(top: Desktop) -> Outcome:
        sheet = hand.held(top, "unlock").sheet
        if not reason.strip():
            raise TransitionRefused("特批放行须写明理由", permanent=True)
        freed = sheet.become(unlocked=reason.strip()[:LONGEST], unlocked_by=hand.viewer.login)
        return Outcome([hand.step(freed, "unlock", reason=reason.strip()[:LONGEST])])

    return decide


def complete(hand: Hand) -> Decision:
    """A short sheet gets its other parts."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, "complete")
        whole = held.sheet.become(
            state="done", parts=parts(hand.facts(top, held)), closed=hand.now, due=None, short=False
        )
        return Outcome([hand.step(whole, "complete")])

    return decide


@dataclass(frozen=True, slots=True)
class Terms:
    """Times of the roster: when the next sheet is drawn up, and within which time a short one is completed."""

    draft: timedelta
    full: timedelta


def sign(hand: Hand, side: Side, terms: Terms) -> Decision:
    """A signature; with the second one everything moves in the same transaction."""

    def decide(top: Desktop) -> Outcome:
        held = hand.held(top, f"sign_{side}")
        known = hand.facts(top, held)
        _must_be_clear(held, side, hand.viewer, known)
        forced = hand.viewer.login not in held.side(side)
        name = Signature(login=hand.viewer.login, name=hand.viewer.name, at=hand.now, forced=forced)
        sheet = held.sheet.become(signed={**held.sheet.signed, side: name}, parts=parts(known), state="half")
        if len(sheet.signed) < len(SIDES):
            return Outcome([hand.step(sheet, "sign", side=side, forced=forced)])
        return _handed(top, hand, replace(held, sheet=sheet), terms)

    return decide


def _must_be_clear(held: Table, side: Side, viewer: Viewer, known: Facts) -> None:
    """TransitionRefused when something stands against this signature."""
    sheet = held.sheet
    if side in sheet.signed:
        raise TransitionRefused(f"{SIDES[side]}方已由 {sheet.signed[side].name} 签字", permanent=True)
    if any(one.login == viewer.login for one in sheet.signed.values()):
        raise TransitionRefused("交接双方须为两个人，一人不能签两次", permanent=True)
    against = [] if sheet.unlocked else blocks(known)
    if against:
        raise TransitionRefused(f"{'；'.join(against)}；处理后再签字，或由带班领导特批放行")
    left = unticked(sheet, known.cases)
    if side == "in" and left:
        raise TransitionRefused(f"还有 {len(left)} 件 P1、P2 告警未逐条核对：{'、'.join(left[:5])}")


def _handed(top: Desktop, hand: Hand, held: Table, terms: Terms) -> Outcome:
    """Both have signed: the shift changes, and whatever lies open goes to who signed for the incoming side."""
    now, taker = hand.now, held.sheet.signed["in"].login
    brief = held.sheet.short
    sheet = held.sheet.become(
        state="brief" if brief else "done", handed=now, late=False,
        closed=None if brief else now, due=now + terms.full if brief else None,
    )  # fmt: skip
    over = held.outgoing.become(state="over", closed=now, due=None, updated=now)
    on = held.incoming.become(state="on", taken=now, due=held.incoming.end - terms.draft, updated=now)
    keepers = held.incoming.crew | {taker}
    cases = [_moved(case, taker, hand) for case in top.open_cases() if _leaves(case, keepers)]
    steps = [hand.step(sheet, "sign", side="both", cases=len(cases))]
    steps += [DossierStep(over, "hand_over", now, hand.viewer.login), DossierStep(on, "take_over", now, taker)]
    return Outcome([*steps, *_dossiers(top, held.outgoing.crew - keepers, taker, hand)], cases)


def _leaves(case: Case, keepers: frozenset[str]) -> bool:
    """Whether a case lies with somebody who goes home; what nobody has signed for lies with nobody."""
    return case.handling is not Handling.NEW and bool(case.owner) and case.owner not in keepers


def _moved(case: Case, taker: str, hand: Hand) -> CaseStep:
    told = {"from": case.owner, "to": taker, "handover": hand.key}
    return CaseStep(replace(case, owner=taker, updated=hand.now), "hand_over", hand.now, hand.viewer.login, told)


def _dossiers(top: Desktop, leavers: frozenset[str], taker: str, hand: Hand) -> Sequence[DossierStep]:
    """Open dossiers of those who leave change their owner, a department's stay with it; no clock of theirs moves."""
    found = [one for kind in KINDS for one in opened(top, kind) if one.owner in leavers]
    return [
        DossierStep(
            one.become(owner=taker, updated=hand.now),
            "hand_over",
            hand.now,
            hand.viewer.login,
            {"from": one.owner, "to": taker, "handover": hand.key},
        )
        for one in found
    ]
