"""Silences: what they match, when they hold, when they come back, and which of them may be made. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.account import Right, Role, Viewer
from domain.alert import AlertLevel
from domain.case import Case
from domain.errors import TransitionRefused
from domain.silence import Silence, Weekly

NEVER_SILENT = AlertLevel.P1
LONGEST = {
    AlertLevel.P2: timedelta(hours=2),
    AlertLevel.P3: timedelta(hours=24),
    AlertLevel.P4: timedelta(days=30),
}
LONGEST_RECURRING = timedelta(days=90)  # of a weekly silence; LONGEST bounds each of its occurrences
DAY = timedelta(days=1)

Span = tuple[datetime, datetime]


def matches(silence: Silence, case: Case) -> bool:
    """Whether a case is meant, at any time. A P1 case never is."""
    if case.level is NEVER_SILENT:
        return False
    have = {
        "rule": case.rule,
        "site": case.site,
        "district": case.district,
        "topic": case.topic,
        "level": case.level.name,
    }
    return all(have[one.name] in one.values for one in silence.matchers)


def holds(silence: Silence, now: datetime, zone: ZoneInfo) -> bool:
    """Whether it is in force at a moment."""
    return any(begin <= now < end for begin, end in occurrences(silence, now, zone))


def occurrences(silence: Silence, now: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """Its occurrences that are not over, in the order of time: the whole of it, or a span of each of the next weeks."""
    end = silence.end if silence.ended is None else min(silence.end, silence.ended)
    spans = [(silence.start, end)] if silence.weekly is None else _weekly(silence.weekly, max(now, silence.start), zone)
    for begin, finish in spans:
        span = max(begin, silence.start), min(finish, end)
        if now < span[1] and span[0] < span[1]:
            yield span


def next_turn(silence: Silence, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When it next begins or ends; None when it never will again."""
    for begin, end in occurrences(silence, now, zone):
        return begin if begin > now else end
    return None


def holding(silences: Iterable[Silence], case: Case, now: datetime, zone: ZoneInfo) -> Silence | None:
    """The silence that holds a case back now, the oldest of several."""
    found = (one for one in silences if matches(one, case) and holds(one, now, zone))
    return min(found, key=lambda one: one.id, default=None)


def proposed(new: Silence, viewer: Viewer, now: datetime) -> Silence:
    """The silence as it may be kept, or TransitionRefused with the sentence that says what is possible."""
    if not viewer.may(Right.ACT):
        raise TransitionRefused("当前角色不能静默告警，请由值班员或值班长操作", permanent=True)
    fault = _fault(new, now) or _reach_fault(new, viewer) or _level_fault(new, viewer)
    if fault:
        raise TransitionRefused(fault, permanent=True)
    return new


def levels_of(silence: Silence) -> frozenset[AlertLevel]:
    """The levels it holds back; all but P1 when it names none."""
    named = [set(one.values) for one in silence.matchers if one.name == "level"]
    return frozenset(level for level in LONGEST if all(level.name in names for names in named))


def _weekly(weekly: Weekly, now: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """From the day before now on: an occurrence may run over midnight."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, 15):
        day = today + ahead * DAY
        if day.isoweekday() in weekly.days:
            begin = datetime.combine(day, weekly.begin, zone)
            yield begin, begin + timedelta(minutes=weekly.minutes)


def _fault(new: Silence, now: datetime) -> str:
    if not new.reason.strip():
        return "静默须写明原因"
    if not new.matchers or not all(one.values for one in new.matchers):
        return "静默须至少写明一个条件（规则、站点、区县、专题或级别）"
    if not (new.start < new.end and now < new.end):
        return "静默的结束时间须晚于开始时间和现在"
    if new.weekly is not None and not (_days(new.weekly) and 0 < new.weekly.minutes <= DAY // timedelta(minutes=1)):
        return "每周静默须选择星期，每次不超过 24 小时"
    return ""


def _days(weekly: Weekly) -> bool:
    return bool(weekly.days) and all(1 <= day <= 7 for day in weekly.days)


def _reach_fault(new: Silence, viewer: Viewer) -> str:
    """Nobody mutes what he may not see: a limited account names districts and topics of its own."""
    for name, own in (("district", viewer.reach.districts), ("topic", viewer.reach.topics)):
        named = [set(one.values) for one in new.matchers if one.name == name]
        if own is not None and not any(names <= own for names in named):
            return "静默只能覆盖您的地域和专题范围"
    return ""


def _level_fault(new: Silence, viewer: Viewer) -> str:
    levels = levels_of(new)
    if not levels:
        return "P1 告警不能静默"
    if AlertLevel.P2 in levels and viewer.role is not Role.SHIFT:
        return "P2 告警须由值班长静默；可在条件中只选 P3、P4"
    most, grave = min((LONGEST[level], level) for level in levels)
    if new.weekly is None:
        return "" if new.end - new.start <= most else f"{grave.name} 告警一次最多静默 {_hours(most)} 小时"
    if timedelta(minutes=new.weekly.minutes) > most:
        return f"{grave.name} 告警每次最多静默 {_hours(most)} 小时"
    return "" if new.end - new.start <= LONGEST_RECURRING else "每周静默最长 90 天，到期须重新确认"


def _hours(span: timedelta) -> int:
    return span // timedelta(hours=1)
