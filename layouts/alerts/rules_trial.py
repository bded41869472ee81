"""What a rule's own test and its dry run found."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from alerts.rehearsal import Rehearsal
from domain.account import WHOLE
from domain.duration import format_duration
from domain.rule import Moment, Rule
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import rules_words, words
from layouts.tags import Child, Node, h

_FAULT = re.compile(r"at (\S+) with (\S+) it is (.+), not (.+); correct rule or test")
DAY = timedelta(days=1)


def timeline(desk: Desk, rule: Rule, faults: Sequence[str]) -> list[Child]:
    """The table of moments with what held at each, and the verdict."""
    wrong = {match[1]: match[3] for fault in faults if (match := _FAULT.fullmatch(fault))}
    whole = [fault for fault in faults if not _FAULT.fullmatch(fault)]
    good = not faults
    title = desk.t("时间线测试通过：{n} 个时刻", n=len(rule.tests)) if good else desk.t("时间线测试未通过")
    rows = [_moment(desk, moment, wrong.get(format_duration(moment.at)), bool(whole)) for moment in rule.tests]
    head = h("Tr", [h("Th", desk.t(name)) for name in ("时刻", "数值", "应为", "结果")])
    return [
        frame.notice(desk, "good" if good else "bad", title, *(h("Code", fault) for fault in whole)),
        h("Table", [h("Thead", head), h("Tbody", rows)], "diff is-moments"),
    ]


def _moment(desk: Desk, moment: Moment, got: str | None, unread: bool) -> Node:
    result = "—" if unread else "✓" if got is None else f"✗ {_condition(desk, got)}"
    value = desk.t("缺测") if moment.value is None else f"{moment.value:g}"
    cells = [rules_words.span(desk, moment.at) if moment.at else "0", value, _condition(desk, moment.expect), result]
    return h("Tr", [h("Td", cell) for cell in cells], "is-wrong" if got else "")


def _condition(desk: Desk, told: str) -> str:
    name, _, level = told.partition(" ")
    known = {str(condition): text for condition, text in words.CONDITIONS.items()}
    return f"{desk.t(known[name])} {level}".strip() if name in known else told


def unable(desk: Desk, why: str) -> list[Child]:
    """A rule that cannot be rehearsed, and why."""
    return [frame.notice(desk, "bad", desk.t("这条规则不能试算"), h("Span", desk.t(why)))]


def rehearsal(desk: Desk, done: Rehearsal, real: int) -> list[Child]:
    """How often a rule would have fired, by day and level. real: cases it opened in the same time."""
    days = Counter(one.at.astimezone(desk.city.zone).date() for one in done.fired)
    levels = Counter(one.level.name for one in done.fired)
    places = len({one.place for one in done.fired})
    title = desk.t("会触发 {n} 次，涉及 {places} 处", n=len(done.fired), places=places)
    split = desk.listed([f"{level} {levels[level]}" for level in sorted(levels)])
    facts = [split, desk.t("同期实际告警 {n} 件", n=real), _share(desk, done)]
    return [
        h("P", [h("B", title), h("Span", " · ".join(fact for fact in facts if fact), "course-sub")], "trial-sum"),
        _bars(desk, done, days)
        if done.values
        else frame.none(desk.t("这段时间没有数据"), desk.t("库里没有这条规则的指标。")),
        h("Ul", [h("Li", line) for line in _left_out(desk, done)], "trial-notes"),
    ]


def _share(desk: Desk, done: Rehearsal) -> str:
    """How much of the time was gone through, and on how many of its days the rule would have fired."""
    whole = done.until - done.since
    share = 100 * min(max((done.reached - done.since) / whole, 0.0), 1.0) if whole else 100.0
    days = max((done.reached - done.since).days, 1)
    fired = len({one.at.astimezone(desk.city.zone).date() for one in done.fired})
    part = 100 * min(fired / days, 1.0)
    return desk.t("回放了 {share}% 的时间，{part}% 的日子会触发", share=f"{share:.0f}", part=f"{part:.0f}")


def _bars(desk: Desk, done: Rehearsal, days: Counter[date]) -> Node:
    """One bar a day; days that were not replayed are hatched."""
    zone = desk.city.zone
    first, last = done.since.astimezone(zone).date(), done.until.astimezone(zone).date()
    most = max(days.values(), default=0) or 1
    reached = done.reached.astimezone(zone).date()
    bars = []
    for n in range((last - first).days + 1):
        day = first + n * DAY
        missing = day > reached
        told = desk.t("未回放") if missing else desk.t("{n} 次", n=days[day])
        height = f"{max(100 * days[day] / most, 3 if days[day] else 0):.0f}%"
        bar = h("I", None, style={"height": "100%" if missing else height})
        bars.append(
            h(
                "Li",
                [bar, h("Span", f"{day:%m-%d} {told}")],
                "is-missing" if missing else "",
                title=f"{day:%m-%d} {told}",
            )
        )
    ends = h(
        "Div",
        [
            h("Span", f"{first:%m-%d}"),
            h("Span", desk.t("最高 {n} 次/天", n=max(days.values(), default=0))),
            h("Span", f"{last:%m-%d}"),
        ],
        "day-ends",
    )
    return h("Div", [h("Ol", bars, "day-bars", aria={"label": desk.t("每天触发次数")}), ends])


def _left_out(desk: Desk, done: Rehearsal) -> list[str]:
    """What the dry run did not have."""
    lines = [
        desk.t(
            "用同一规则引擎回放了 {n} 个数值；期初已越限的计一次，迟到的数据按准时计，静默和抑制不计。",
            n=f"{done.values:,}",
        )
    ]
    if done.reached < done.until:
        lines.append(desk.t("到时间上限停止，只回放到 {at}。", at=desk.moment(done.reached)))
    if done.begins and done.begins > done.since + DAY:
        lines.append(desk.t("数据从 {at} 才有，此前没有可回放的。", at=desk.moment(done.begins)))
    if done.coarse:
        days = -(-done.coarse // DAY)
        lines.append(
            desk.t("其中 {n} 天库里的数值比实时稀疏（多为每小时一个），按保持到下一个计，更短的越限看不到。", n=days)
        )
    if done.failed:
        lines.append(desk.t("规则在回放中出错 {n} 次，出错的数值未计入。", n=done.failed))
    if desk.viewer.reach != WHOLE:
        lines.append(desk.t("只计您范围内的地点。"))
    return lines
