"""What alert changes lead to: steps of cases, and who is told. One plan is written in one transaction with the changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from alerts import escalation
from alerts.cases import Where, follow, fresh
from alerts.engine import Change
from alerts.group import News, Telling, kind_of, notices
from domain.alert import Alert, Condition
from domain.case import Case, CaseStep
from domain.city import City
from domain.noise import Noise
from domain.notice import NoticeKind
from store.desk import Planned


class Places:
    """Where alerts belong: district, topic, group. `sites` may grow while the program runs."""

    def __init__(self, city: City) -> None:
        self._city = city

    def of(self, alert: Alert) -> Where:
        """An alert's district ("" for the whole city), topic, and the group its notices are told in."""
        rule, metric = self._city.rules.get(alert.rule), self._city.metrics.get(alert.metric)
        topic = (rule.topic if rule else "") or (metric.topic if metric else "") or "emergency"
        district = self._city.district_of(alert.site)
        return Where(district, topic, f"{topic}|{alert.rule}|{district}")


def plan(changes: Sequence[Change], newest: Mapping[str, Case], where: Callable[[Alert], Where]) -> Planned:
    """The steps that changes make necessary, in order; several of one alert build on each other."""
    known: dict[str, Any] = dict(newest)
    steps: list[CaseStep] = []
    at: dict[str, int] = {}
    for change in changes:
        mark = change.alert.fingerprint
        step = follow(change, known.get(mark), where(change.alert))
        if step is None:
            continue
        known[mark] = step.case
        # A case is written once in a transaction: what it went through on the way is in the alert's own transitions.
        if mark in at and steps[at[mark]].case.id == step.case.id:
            steps[at[mark]] = CaseStep(step.case, _graver(steps[at[mark]].verb, step.verb), step.at)
        else:
            at[mark] = len(steps)
            steps.append(step)
    return Planned(steps=steps)


def amended(planned: Planned, change: Callable[[Case], Case]) -> Planned:
    """The plan with something else noted on each of its cases."""
    return replace(planned, steps=[replace(step, case=change(step.case)) for step in planned.steps])


def turned(before: Iterable[Case], change: Callable[[Case], Case], now: datetime) -> Planned:
    """Steps of the cases that are held back or let go, begin to flap or settle, without anything of their alerts."""
    steps = []
    for old in before:
        new = change(old)
        if (new.hidden, bool(new.flapping)) != (old.hidden, bool(old.flapping)):
            steps.append(CaseStep(replace(new, updated=now), _turn_verb(old, new), now, told={"hidden": new.hidden}))
    return Planned(steps=steps)


def _turn_verb(old: Case, new: Case) -> str:
    if new.hidden != old.hidden:
        return "hide" if new.hidden else "show"
    return "flap" if new.flapping else "settle"


def tell(planned: Planned, before: Mapping[str, Case], telling: Telling) -> Planned:
    """The plan with the notices that its steps make necessary. before: the cases by fingerprint, as they were read."""
    news = []
    for index, step in enumerate(planned.steps):
        held = before.get(step.case.fingerprint)
        old = held if held is not None and held.id == step.case.id else None
        kind = NoticeKind.ESCALATED if step.verb == escalation.VERB else kind_of(old, step.case)
        if kind is not None:
            news.append(News(index, step.case, kind, _called(step)))
    return replace(planned, about=notices(news, telling))


def _called(step: CaseStep) -> frozenset[str]:
    """The posts that a step calls in."""
    posts = step.told.get("to") if step.verb == escalation.VERB else None
    return frozenset(str(post) for post in posts) if isinstance(posts, list) else frozenset()


def watched(planned: Planned, before: Mapping[str, Case], noise: Noise, now: datetime) -> Planned:
    """The plan with the time at which each of its cases goes a rung higher. before: the cases by fingerprint, as read."""
    steps = []
    for step in planned.steps:
        held = before.get(step.case.fingerprint)
        old = held if held is not None and held.id == step.case.id else None
        case = step.case if step.verb == escalation.VERB else escalation.armed(old, step.case, noise, now)
        steps.append(replace(step, case=case))
    return replace(planned, steps=steps)


def _graver(first: str, second: str) -> str:
    """Opening says more than what followed at once."""
    return first if first in ("open", "reopen") else second


def adopt(alerts: Sequence[Alert], newest: Mapping[str, Case], where: Callable[[Alert], Where]) -> Planned:
    """Cases for alerts that are in force and have none: written before there were cases, or brought by a history.

    A case that was closed while its alert fires stays closed: somebody said why.
    """
    steps = []
    for alert in alerts:
        began = alert.fired or alert.since
        if alert.condition in (Condition.FIRING, Condition.RECOVERING) and _caseless(
            newest.get(alert.fingerprint), began
        ):
            steps.append(CaseStep(fresh(alert, where(alert), began), "open", began))
    return Planned(steps=steps)


def _caseless(held: Case | None, began: datetime) -> bool:
    return held is None or (held.over and held.closed is not None and held.closed < began)
