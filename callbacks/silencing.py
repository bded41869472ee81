"""Silences made and ended by people, from a rule or from a case."""

from datetime import time, timedelta

from access.ask import deed
from access.verbs import Verb
from alerts.silences import proposed
from callbacks.accounts_press import Done, Press
from callbacks.accounts_services import AccountServices
from domain.account import Right
from domain.errors import TransitionRefused
from domain.silence import Matcher, Silence, Weekly
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import quiet

DAYS = frozenset("1234567")  # of a week, Monday first
LEVELS = ("P1", "P2", "P3", "P4")


def add(services: AccountServices, desk: Desk, pressed: Press, about: tuple[Matcher, ...], topic: str) -> Done:
    """Keep the silence that the form describes, about a rule (and a place); or a sentence that says why not."""
    chosen = pressed.chosen("silence.levels")
    levels = tuple(level for level in LEVELS if level in chosen)
    if not levels:
        return _refused(desk, desk.t("请至少选择一个级别"))
    minutes = pressed.text("silence.minutes")
    if minutes not in quiet.SPANS:
        return _refused(desk, desk.t("请选择静默时长"))
    matchers = (*about, Matcher("level", levels), *_inside(desk, topic))
    try:
        weekly = _weekly(pressed, int(minutes))
    except ValueError:
        return _refused(desk, desk.t("每周静默须写明开始时刻，例如 22:00"))
    span = timedelta(minutes=int(minutes)) if weekly is None else _lasts(pressed)
    end = desk.now + span
    reason = pressed.text("silence.reason")
    wanted = Silence(0, matchers, desk.now, end, reason, desk.viewer.login, desk.now, weekly)
    try:
        kept = proposed(wanted, desk.viewer, desk.now)
    except TransitionRefused as error:
        return _refused(desk, desk.said(str(error)))
    told: dict[str, object] = {str(one.name): list(one.values) for one in matchers}
    done = deed(desk.viewer, Verb.SILENCE_ADD, f"rule:{about[0].values[0]}", desk.now, {**told, "end": end}, reason)
    number = services.store.desk.add_silence(kept, done)
    return Done(
        frame.notice(desk, "good", desk.t("静默 {number} 号已生效，到 {end}", number=number, end=desk.moment(end)))
    )


def end(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """End a silence before its time."""
    if not desk.may(Right.ACT):
        return _refused(desk, desk.t("当前角色不能结束静默，请由值班员或值班长操作"))
    number = int(pressed.of) if pressed.of.isascii() and pressed.of.isdigit() and len(pressed.of) < 10 else 0
    held = next((one for one in services.store.desk.silences(desk.now) if one.id == number), None)
    if held is None:
        return Done(frame.notice(desk, "bad", desk.t("这条静默已经结束")))
    if not _mine(desk, held):
        return _refused(desk, desk.t("这条静默超出您的范围，请由值班长结束"))
    done = deed(desk.viewer, Verb.SILENCE_END, f"silence:{number}", desk.now, {"reason": held.reason})
    if not services.store.desk.end_silence(number, done):
        return Done(frame.notice(desk, "bad", desk.t("这条静默已经结束")))
    return Done(frame.notice(desk, "good", desk.t("静默 {number} 号已结束", number=number)))


def _weekly(pressed: Press, minutes: int) -> Weekly | None:
    """The days and time of a weekly silence, None when no day is chosen; ValueError when the time is none."""
    days = tuple(sorted(int(day) for day in pressed.chosen("silence.days") if day in DAYS))
    return (
        Weekly(days, time.fromisoformat(pressed.text("silence.begin")).replace(tzinfo=None), minutes) if days else None
    )


def _lasts(pressed: Press) -> timedelta:
    weeks = pressed.text("silence.weeks")
    return timedelta(weeks=int(weeks if weeks in quiet.WEEKS else quiet.WEEKS[0]))


def _inside(desk: Desk, topic: str) -> tuple[Matcher, ...]:
    """A limited account silences within its own reach."""
    reach = desk.viewer.reach
    districts = () if reach.districts is None else (Matcher("district", tuple(sorted(reach.districts))),)
    return (*districts, *(() if reach.topics is None else (Matcher("topic", (topic,)),)))


def _mine(desk: Desk, one: Silence) -> bool:
    """Whether a silence lies within the reach of who ends it."""
    reach = desk.viewer.reach
    for name, own in (("district", reach.districts), ("topic", reach.topics)):
        named = [set(part.values) for part in one.matchers if part.name == name]
        if own is not None and not any(names <= own for names in named):
            return False
    return True


def _refused(desk: Desk, text: str) -> Done:
    return Done(frame.notice(desk, "bad", text), changed=False)
