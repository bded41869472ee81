"""What an officer asks at the desk and what comes of it: one case or many in one decision, refusals told one by one."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from access.ask import deed
from access.verbs import Verb
from alerts.cases import SPOKEN, Fill, act
from callbacks.accounts_services import AccountServices
from domain.alert import AlertLevel
from domain.case import Case, CaseEvent, CaseStep
from domain.deed import Deed
from domain.errors import StoreError, TransitionRefused
from domain.incident_file import Facts
from duty import incidents, orders
from duty.order_notices import telling
from duty.order_table import Given
from duty.reports import Ground
from layouts.accounts.desk import Desk
from layouts.duty import desk_forms, desk_map, desk_side
from store.duty import Desktop, Outcome

log = logging.getLogger(__name__)

LONGEST = 1000  # characters of a field that are looked at
MOST = 2000  # cases in one go
TRIES = 3  # the program itself may move a case between two looks

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser sent, as far as it makes sense. seen: number -> the version that the officer looked at."""

    verb: str
    seen: Mapping[str, int]
    fields: Mapping[str, str] = field(default_factory=dict)
    turn: int = 0

    def until(self, now: datetime) -> datetime | None:
        """The end of the span that was chosen; None when none was."""
        minutes = self.fields.get("minutes", "")
        return now + timedelta(minutes=int(minutes)) if minutes.isdecimal() and len(minutes) < 6 else None


def read(data: object) -> Asked | None:
    """Believe nothing; None for what is no question at all."""
    if not isinstance(data, Mapping) or not isinstance(data.get("verb"), str):
        return None
    of, fields, turn = data.get("of"), data.get("fields"), data.get("n")
    pairs = [one for one in of[:MOST] if isinstance(one, list) and len(one) == 2] if isinstance(of, list) else []
    seen = {key: version for key, version in pairs if isinstance(key, str) and isinstance(version, int)}
    given = fields if isinstance(fields, Mapping) else {}
    told = {k: v.strip()[:LONGEST] for k, v in given.items() if isinstance(k, str) and isinstance(v, str)}
    return Asked(data["verb"][:40], seen, told, turn if isinstance(turn, int) else 0)


def perform(services: AccountServices, desk: Desk, asked: Asked) -> Answer:
    """Do it. The answer: turn n, verb, seen (the first version looked at), done (numbers), said (a sentence), refused ([number, sentence]), wrong (field -> sentence)."""
    wrong = desk_forms.wrong(asked.verb, asked.fields)
    if wrong:
        told = {name: desk.said(text) for name, text in wrong.items()}
        return _answer(asked, wrong=told, text=desk.t("还有 {n} 处需要填写", n=len(told)))
    if not asked.seen:
        return _answer(asked, text=desk.t("先选择一件告警"))
    try:
        return _told(desk, asked, _Decision(desk, asked, services).made())
    except StoreError as error:
        log.warning("%s by %s failed: %s", asked.verb, desk.viewer.login, error)
        return _answer(asked, text=desk.t("数据库没有应答，什么都没有改变；请稍后再试。"))


def _answer(asked: Asked, text: str = "", wrong: Mapping[str, str] | None = None) -> Answer:
    seen = next(iter(asked.seen.values()), 0)
    return {
        "n": asked.turn,
        "seen": seen,
        "verb": asked.verb,
        "done": [],
        "refused": [],
        "wrong": dict(wrong or {}),
        "said": text,
    }


def _dispatch(desk: Desk, asked: Asked, case: Case) -> orders.Decision:
    """An order for a unit."""
    given = asked.fields
    wish = orders.Wish(
        given.get("unit", ""),
        given.get("reason", ""),
        case.id,
        finish_by=asked.until(desk.now),
        supervise=desk.city.plans.supervision,
    )
    return orders.dispatch(wish, desk.viewer, desk.now, desk.city.zone)


def _incident(desk: Desk, asked: Asked, case: Case) -> incidents.Decision:
    """An incident of which this alert is a part; its reports are owed from the moment at which somebody signed for it."""
    if not desk.city.plans.kinds:
        raise TransitionRefused("城市没有配置事件类别（plans.yaml）", permanent=True)
    if len(asked.seen) > 1:
        raise TransitionRefused("转事件须一件一件操作；同一起事件的其他告警可在事件中关联", permanent=True)
    given, at = asked.fields, desk_map.spot(desk.city, case)
    facts = Facts(
        kind=given.get("kind", ""),
        title=case.say,
        happened=case.opened,
        told=case.acknowledged or desk.now,
        place=given.get("place", ""),
        lon=at.get("lon"),
        lat=at.get("lat"),
        process=given.get("reason", ""),
    )
    grade = given.get("grade", "")
    opening = incidents.Opening(facts, case.district, case.id, int(grade) if grade in ("1", "2", "3", "4") else 0)
    ground = Ground(desk.city.plans, desk.city.zone)
    return incidents.open_file(opening, incidents.Hand("", desk.viewer, desk.now, ground))


MAKES: Mapping[str, Callable[[Desk, Asked, Case], Callable[[Desktop], Outcome]]] = {
    "dispatch": _dispatch,
    "incident": _incident,
}
"""What is made of a case: the decision moves the case itself."""


class _Nothing(Exception):
    """No case can be moved: nothing is kept, not even in the audit log."""


class _Decision:
    """One verb on some cases: those that may be moved are moved together, the others are told."""

    def __init__(self, desk: Desk, asked: Asked, services: AccountServices) -> None:
        self._desk, self._asked, self._services = desk, asked, services
        self._seen = dict(asked.seen)
        self._stale: dict[str, int] = {}  # number -> the version that it has instead
        self.refused: dict[str, str] = {}
        self.moved: dict[str, Case] = {}

    def made(self) -> "_Decision":
        """Decide, and again for those that only the program has moved since they were looked at."""
        for _ in range(TRIES):
            self._stale = {}
            with suppress(_Nothing):
                decision = telling(self._decide, self._desk.city.receivers.values(), self._desk.now)
                made = self._services.store.duty.decide(decision, self._deed(), self._desk.now)
                self.moved |= {step.case.id: step.case for step in made.cases}
            again = {key: version for key, version in self._stale.items() if not self._lost(key)}
            if not again:
                break
            self._seen = again
        return self

    def _decide(self, top: Desktop) -> Outcome:
        out = Outcome()
        for key, version in self._seen.items():
            try:
                case = top.case(key)
                if case.version != version:
                    self._stale[key] = case.version
                else:
                    out += self._one(top, case)
            except TransitionRefused as error:
                self.refused[key] = self._desk.said(str(error))
        if not out.cases and not out.dossiers:
            raise _Nothing
        return out

    def _one(self, top: Desktop, case: Case) -> Outcome:
        """What becomes of one case, and of what is made of it. TransitionRefused."""
        made = MAKES.get(self._asked.verb)
        if made is not None:
            return made(self._desk, self._asked, case)(top)
        checked = self._checked(top, case)
        if checked is not None:
            return checked
        orders.guard(top, case.id, self._asked.verb, self._asked.fields.get("into", ""))
        moved = act(case, self._asked.verb, self._desk.viewer, self._fill(), self._desk.now)
        return Outcome(cases=[CaseStep(moved, self._asked.verb, self._desk.now, self._desk.viewer.login, self._more())])

    def _checked(self, top: Desktop, case: Case) -> Outcome | None:
        """A check of what a unit handed in is a check of its order; None where there is none to be checked."""
        if self._asked.verb not in ("pass", "fail"):
            return None
        desk, reason = self._desk, self._asked.fields.get("reason", "")
        given = Given(words=reason, lasting=reason)
        waiting = [one for one in orders.open_orders(top, case.id) if one.state == "checking"]
        steps = (orders.step(one.id, self._asked.verb, desk.viewer, given, desk.now, desk.city.zone) for one in waiting)
        return sum((decision(top) for decision in steps), Outcome()) if waiting else None

    def _fill(self) -> Fill:
        given = self._asked.fields
        level = given.get("level", "")
        return Fill(
            given.get("reason", ""),
            given.get("cause", ""),
            self._asked.until(self._desk.now),
            AlertLevel[level] if level in AlertLevel.__members__ else None,
            given.get("into", ""),
        )

    def _more(self) -> Mapping[str, object]:
        """What is kept with the step."""
        return {name: value for name, value in self._asked.fields.items() if value}

    def _deed(self) -> Deed:
        seen = list(self._seen)
        thing = f"case:{seen[0]}" if len(seen) == 1 else "cases"
        after = {"step": self._asked.verb, **({} if len(seen) == 1 else {"cases": seen})}
        return deed(self._desk.viewer, Verb.CASE, thing, self._desk.now, after, self._asked.fields.get("reason", ""))

    def _lost(self, key: str) -> bool:
        """Whether a person came first; then the refusal says who, when and what."""
        events, _ = self._services.store.desk.history(key)
        since = [event for event in events[self._seen[key] :] if event.actor != "system"]
        if since:
            self.refused[key] = self._came_first(key, since[-1])
        return bool(since)

    def _came_first(self, key: str, event: CaseEvent) -> str:
        found = self._services.store.people.account(event.actor)
        desk = self._desk
        return desk.t(
            "{id} 已由 {who} 于 {time} {what}，现为“{state}”；您的操作没有执行，填写的内容已保留",
            id=key,
            who=found.name if found else event.actor,
            time=desk.second(event.at)[11:],
            what=desk.t(desk_side.step_word(event.verb)),
            state=desk.t(SPOKEN[event.new]),
        )


def _told(desk: Desk, asked: Asked, made: _Decision) -> Answer:
    done = list(made.moved)
    text = ""
    if len(done) == 1:
        text = desk.t("{id}：{state}", id=done[0], state=desk.t(SPOKEN[made.moved[done[0]].handling]))
    elif done:
        text = desk.t("{n} 件已{word}", n=len(done), word=desk.t(desk_forms.BY_VERB[asked.verb].word))
    answer = _answer(asked, text=text)
    return answer | {"done": done, "refused": [[key, why] for key, why in made.refused.items()]}


def names(services: AccountServices, logins: Sequence[str]) -> dict[str, str]:
    """What people are called, by login. StoreError."""
    wanted = frozenset(logins)
    return {one.login: one.name or one.login for one in services.store.people.accounts() if one.login in wanted}
