"""The page of rules: what became of each, its own test, a dry run over the past, and silences."""

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update

from access.viewer import current
from alerts import rehearsal
from alerts.inhibit import hidden_counts
from alerts.timeline import check
from callbacks import rules_views, silencing
from callbacks.accounts_press import Act, Done, Press, Pressed, press, presses, wire
from callbacks.accounts_services import AccountServices
from callbacks.rules_past import StorePast
from domain.account import Reach, Right, Viewer
from domain.case import Case, Handling
from domain.errors import StoreError
from domain.rule import Rule
from domain.silence import Matcher, Silence
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import news, quiet, receivers, review, rules, rules_one, rules_trial, rules_words
from layouts.tags import Child
from store.desk import CaseQuery

log = logging.getLogger(__name__)

ACCESS: dict[str, Right] = {
    f"{rules.BODY}.children": Right.VIEW,
    f"{rules.PANE}.children": Right.VIEW,
    f"{rules.TRIAL}.children": Right.VIEW,
    f"{rules.SAID}.children": Right.ACT,
    f"{rules.CHANGED}.data": Right.ACT,
}
WEEK = timedelta(days=7)
MOST = 5000  # cases of a week that are counted
LONGEST = 20.0  # s a dry run may take
SETTLED = frozenset({Handling.DONE, Handling.FALSE_ALARM, Handling.SELF_CLOSED, Handling.ARCHIVED})
_rehearsing = threading.Lock()  # one dry run at a time: it takes a core


def tallies(services: AccountServices, desk: Desk, rule: str = "") -> rules.Counted:
    """Cases by rule inside the viewer's reach; StoreError."""
    reach, chosen = desk.viewer.reach, frozenset({rule} if rule else ())
    week = services.store.desk.cases(_query(reach, chosen, since=desk.now - WEEK), MOST)
    owed = services.store.desk.cases(_query(reach, chosen, over=False), MOST)
    by: dict[str, list[Case]] = defaultdict(list)
    still: dict[str, int] = defaultdict(int)
    for case in week:
        by[case.rule].append(case)
    for case in owed:
        still[case.rule] += 1
    found = {key: _tally(by[key], still[key]) for key in {*by, *still}}
    told, failing = _told(services, desk)
    return rules.Counted(found, told, failing, len(week) == MOST or len(owed) == MOST)


def _query(reach: Reach, chosen: frozenset[str], **more: Any) -> CaseQuery:
    return CaseQuery(topics=reach.topics, districts=reach.districts, rules=chosen, **more)


def _tally(week: Sequence[Case], still: int) -> rules_words.Tally:
    closed = [case for case in week if case.handling in SETTLED]
    false = sum(case.handling is Handling.FALSE_ALARM for case in closed)
    return rules_words.Tally(still, len(week), len(closed), false)


def _told(services: AccountServices, desk: Desk) -> tuple[Mapping[str, datetime], frozenset[str]]:
    """When each rule was last evaluated, and which fail now: as the collector told, else by the data that came."""
    metrics = {name for rule in desk.city.rules.values() for name in rule.when.metrics}
    newest: dict[str, datetime] = {}
    for one in services.store.latest(metrics):
        newest[one.key.metric] = max(one.received, newest.get(one.key.metric, one.received))
    found = {key: [newest[m] for m in rule.when.metrics if m in newest] for key, rule in desk.city.rules.items()}
    told = {key: max(times) for key, times in found.items() if times}
    health = services.store.desk.rule_health()
    told |= {key: max(one.evaluated, told.get(key, one.evaluated)) for key, one in health.items() if one.evaluated}
    return told, frozenset(key for key, one in health.items() if one.failing is not None)


def in_force(services: AccountServices, desk: Desk) -> tuple[list[Silence], Mapping[str, int]]:
    """Silences that are not over, and what each and every inhibition holds back inside the viewer's reach; StoreError."""
    reach = desk.viewer.reach
    cases = [case for case in services.store.desk.open_cases() if reach.covers(case.topic, case.district)]
    return services.store.desk.silences(desk.now), hidden_counts(cases)


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The filters and the rules, or what holds notices back."""
    asked = rules.read(search)
    try:
        if asked.show == rules.QUIET:
            return quiet.body(desk, asked, *in_force(services, desk))
        if asked.show == rules.REVIEW:
            week = rules_views.levels(services, desk, WEEK, MOST)
            return review.body(desk, asked, tallies(services, desk), week)
        if asked.show == rules.RECEIVERS:
            return receivers.body(desk, asked, rules_views.went(services, desk))
        return rules.body(desk, asked, tallies(services, desk))
    except StoreError as error:
        log.warning("rules could not be counted: %s", error)
        return [rules.filters(desk, asked), frame.failed(desk)]


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The rule that the address opens."""
    asked = rules.read(search)
    if not asked.rule or asked.show in rules.VIEWS:
        return []
    rule = rules.covered(desk, asked.rule)
    if rule is None:
        return rules_one.render(desk, None)
    try:
        tally = tallies(services, desk, rule.key).of.get(rule.key, rules_words.NOTHING)
        health = services.store.desk.rule_health().get(rule.key)
        return rules_one.render(desk, rule, tally, *in_force(services, desk), health=health)
    except StoreError as error:
        log.warning("a rule's cases could not be read: %s", error)
        return [frame.failed(desk)]


# -- buttons that change nothing


def trial(services: AccountServices, desk: Desk, pressed: Press) -> list[Child]:
    """A rule's own test, or a dry run of it."""
    rule = rules.covered(desk, pressed.of)
    if rule is None:
        return [frame.none(desk.t("没有这条规则"))]
    if pressed.name == "check":
        return rules_trial.timeline(desk, rule, check(rule))
    if pressed.name != "rehearse":
        return [frame.notice(desk, "bad", desk.t("没有这个操作"))]
    return _guarded(services, desk, rule)


def _guarded(services: AccountServices, desk: Desk, rule: Rule) -> list[Child]:
    """A dry run, when the rule can have one and no other is under way."""
    why = rehearsal.unable(rule.when)
    if why:
        return rules_trial.unable(desk, why)
    if not _rehearsing.acquire(blocking=False):
        return rules_trial.unable(desk, "另一次试算正在进行，请稍后再试。")
    try:
        return _rehearse(services, desk, rule)
    except StoreError as error:
        log.warning("the past of %s could not be read: %s", rule.key, error)
        return [frame.failed(desk)]
    finally:
        _rehearsing.release()


def _rehearse(services: AccountServices, desk: Desk, rule: Rule) -> list[Child]:
    ends = time.monotonic() + LONGEST
    since = desk.now - timedelta(days=rehearsal.DAYS)
    reach = desk.viewer.reach
    bounds = rehearsal.Bounds(since, desk.now, lambda: time.monotonic() < ends, reach)
    done = rehearsal.rehearse(desk.city, rule, StorePast(services.store, desk.city, rule), bounds)
    real = len(services.store.desk.cases(_query(reach, frozenset({rule.key}), since=since), MOST))
    return rules_trial.rehearsal(desk, done, real)


# -- buttons that change something


def _silence(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    rule = rules.covered(desk, pressed.of)
    if rule is None:
        return Done(frame.notice(desk, "bad", desk.t("没有这条规则")), changed=False)
    topic = rules_words.topic_of(rule, desk.city.metrics)
    return silencing.add(services, desk, pressed, (Matcher("rule", (rule.key,)),), topic)


ACTS: Mapping[str, Act] = {"silence": _silence, "unsilence": silencing.end, "trial": rules_views.trial}


def register(app: Dash, services: AccountServices) -> None:
    """Four callbacks: the rows, the open rule, tests and dry runs, silences. A form is never drawn anew by news."""

    def draw(made: Any, viewer: Viewer, search: str) -> Any:
        return made(services, services.desk(viewer, search), search)

    changed = Input(rules.CHANGED, "data")

    @app.callback(Output(rules.BODY, "children"), Input(frame.URL, "search"), Input(news.STORE, "data"), changed)
    async def show_rules(search: str | None, _news: object, _changed: object) -> Any:
        viewer = current()
        return no_update if viewer is None else await asyncio.to_thread(draw, body, viewer, search or "")

    @app.callback(Output(rules.PANE, "children"), Input(frame.URL, "search"), changed)
    async def show_rule(search: str | None, _changed: object) -> Any:
        viewer = current()
        return no_update if viewer is None else await asyncio.to_thread(draw, pane, viewer, search or "")

    @app.callback(
        Output(rules.TRIAL, "children"),
        presses(rules_one.TRIES),
        State(frame.URL, "search"),
        prevent_initial_call=True,
    )
    async def run_trial(clicks: list[int | None], search: str | None) -> Any:
        viewer, pressed = current(), press(ctx.triggered_id, clicks, [])
        if viewer is None or pressed is None:
            return no_update
        return await asyncio.to_thread(trial, services, services.desk(viewer, search or ""), pressed)

    wire(app, services, Pressed(rules.PAGE, rules.SAID, rules.CHANGED), ACTS)
