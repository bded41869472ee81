"""What holds notices back, in words: silences that people made and may end, inhibitions that are declared."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from alerts.inhibit import Hidden
from alerts.silences import LONGEST, holds, matches, occurrences
from domain.account import Right
from domain.alert import AlertLevel
from domain.case import Case
from domain.noise import Inhibition
from domain.silence import Matcher, Silence
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import rules
from layouts.alerts.page import said
from layouts.alerts.rules_words import DAYS
from layouts.tags import Child, Node, h

SPANS: Mapping[str, str] = {
    "30": "30 分钟",
    "60": "1 小时",
    "120": "2 小时",
    "480": "8 小时",
    "1440": "24 小时",
    "10080": "7 天",
    "43200": "30 天",
}
WEEKS = ("1", "4", "12")  # how long a weekly silence goes on
NAMES: Mapping[str, str] = {"rule": "规则", "site": "地点", "district": "区县", "topic": "专题", "level": "级别"}
SAME: Mapping[str, str] = {
    "source": "同一数据源",
    "family": "同一指标和地点",
    "site": "同一地点",
    "district": "同一区县",
    "city": "全市",
}


def form(desk: Desk, page: str, of: str, levels: Sequence[str], first: str = "") -> Node | None:
    """The form of a new silence: levels, how long, why. None for who may not; a sentence where nothing can be silenced.

    first: the level that is chosen beforehand; else all that one officer may silence.
    """
    if not desk.may(Right.ACT):
        return None
    mutable = [level for level in levels if AlertLevel[level] in LONGEST]
    if not mutable:
        return h("P", desk.t("P1 告警不能静默。"), "field-hint")
    longest = max(LONGEST[AlertLevel[level]] for level in mutable)
    spans = [(key, desk.t(text)) for key, text in SPANS.items() if timedelta(minutes=int(key)) <= longest]
    chosen = [level for level in mutable if level == first or (not first and (level != "P2" or len(mutable) == 1))]
    body = [
        frame.group(
            desk.t("静默级别"), frame.some_of(frame.named("silence.levels"), [(n, n) for n in mutable], chosen)
        ),
        frame.group(
            desk.t("静默时长"),
            frame.one_of(frame.named("silence.minutes"), spans, "60" if len(spans) > 1 else spans[0][0]),
            desk.t("P2 最长 2 小时且须值班长，P3 24 小时，P4 30 天；P1 不能静默。"),
        ),
        frame.group(
            desk.t("每周重复"),
            frame.some_of(frame.named("silence.days"), [(str(n + 1), desk.t(day)) for n, day in enumerate(DAYS)], []),
            desk.t("不选则从现在起静默一次；选了则每周这些天从下面的时刻起静默所选时长。"),
        ),
        frame.field(desk.t("每周开始时刻"), frame.named("silence.begin"), value="", placeholder="22:00", maxLength=5),
        frame.group(
            desk.t("每周重复到"),
            frame.one_of(frame.named("silence.weeks"), [(n, desk.t("{n} 周", n=n)) for n in WEEKS], WEEKS[0]),
            desk.t("每周静默最长 90 天，到期须重新确认"),
        ),
        frame.field(desk.t("静默原因"), frame.named("silence.reason"), value="", maxLength=500),
        h("Div", frame.press(desk.t("静默"), f"{page}:silence", of), "form-end"),
    ]
    return h("Details", [h("Summary", desk.t("静默…"), "press"), h("Div", body, "form", data={"form": ""})], "fold")


def matchers(desk: Desk, one: Silence) -> str:
    """What a silence matches, in words."""
    return " · ".join(f"{desk.t(NAMES[part.name])} {_values(desk, part)}" for part in one.matchers)


def _values(desk: Desk, part: Matcher) -> str:
    values = list(part.values)
    if part.name == "rule":
        return rules.silenced(desk, values)
    if part.name == "district":
        return desk.listed([desk.district(code) for code in values])
    if part.name == "topic":
        return desk.listed([desk.topic(key) for key in values])
    return desk.listed([desk.city.place_name(v) for v in values] if part.name == "site" else values)


def silence(desk: Desk, page: str, one: Silence, hides: int) -> Node:
    """One silence in force or to come, with the button that ends it."""
    on = holds(one, desk.now, desk.city.zone)
    until = desk.t("到 {end}（还有 {left}）", end=desk.moment(one.end), left=desk.left(one.end) or "0")
    facts = [
        until,
        _weekly(desk, one),
        _next(desk, one),
        desk.t("由 {who} 设置", who=one.author),
        desk.t("当前隐藏 {n} 件", n=hides),
    ]
    state = h("Span", desk.t("生效中") if on else desk.t("未到时间"), f"tag {'is-on' if on else ''}".strip())
    words = [
        h("Div", [h("B", matchers(desk, one)), state], "thing-name"),
        h("Div", masked(desk, one.reason), "course-why"),
        h("Div", [h("Span", fact) for fact in facts if fact], "thing-facts"),
    ]
    end = frame.press(desk.t("结束静默"), f"{page}:unsilence", str(one.id)) if desk.may(Right.ACT) else None
    return h("Li", [h("Div", words, "thing-words"), end], "thing")


def masked(desk: Desk, text: str) -> str:
    """Words that people typed, as far as the person who looks may read them."""
    return said(desk, text)


def _weekly(desk: Desk, one: Silence) -> str:
    if one.weekly is None:
        return ""
    days = desk.listed([desk.t(DAYS[day - 1]) for day in one.weekly.days])
    return desk.t("每周{days} {begin} 起 {n} 分钟", days=days, begin=f"{one.weekly.begin:%H:%M}", n=one.weekly.minutes)


def _next(desk: Desk, one: Silence) -> str:
    """When a weekly silence next begins, or how long the present occurrence lasts."""
    span = next(occurrences(one, desk.now, desk.city.zone), None) if one.weekly is not None else None
    if span is None:
        return ""
    begin, end = span
    if begin <= desk.now:
        return desk.t("本次到 {end}", end=desk.moment(end))
    return desk.t("下次 {begin} 到 {end}", begin=desk.moment(begin), end=desk.moment(end))


def silences(desk: Desk, page: str, found: Sequence[Silence], counts: Mapping[str, int], none: str) -> Node:
    """Silences one below the other."""
    rows = [silence(desk, page, one, counts.get(f"silence:{one.id}", 0)) for one in found]
    return h("Ul", rows, "things") if rows else h("P", none, "field-hint")


def inhibitions(desk: Desk, counts: Mapping[str, int]) -> Node:
    """Every declared inhibition and what it hides now."""
    rows = [
        _inhibition(desk, name, one, counts.get(f"inhibition:{name}", 0))
        for name, one in desk.city.noise.inhibit.items()
    ]
    return h("Ul", rows, "things") if rows else h("P", desk.t("没有声明抑制规则。"), "field-hint")


def _inhibition(desk: Desk, name: str, one: Inhibition, hides: int) -> Node:
    by = desk.t("由告警") if one.cases else desk.t("由事件或预警") if one.incidents else desk.t("由时间窗")
    state = h("Span", desk.t("当前隐藏 {n} 件", n=hides), f"tag {'is-on' if hides else ''}".strip())
    facts = [by, desk.t(SAME[one.same]), desk.t("P1 不受抑制"), name]
    words = [
        h("Div", [h("B", desk.said(one.say)), state], "thing-name"),
        h("Div", [h("Span", fact) for fact in facts], "thing-facts"),
    ]
    return h("Li", h("Div", words, "thing-words"), "thing")


def body(desk: Desk, asked: rules.Asked, found: Sequence[Silence], counts: Mapping[str, int]) -> list[Child]:
    """The second view of the page: everything that holds notices back."""
    parts = [
        part(
            desk,
            desk.t("静默"),
            silences(desk, rules.PAGE, found, counts, desk.t("没有生效或待生效的静默；在规则或告警里可以设置。")),
        ),
        part(desk, desk.t("抑制（声明在 noise.yaml）"), inhibitions(desk, counts)),
    ]
    return [rules.filters(desk, asked), h("Div", parts, "quiet-list")]


def part(desk: Desk, title: str, *content: Child) -> Node:  # noqa: ARG001
    """A titled part of a pane."""
    return h("Section", [h("H4", title), *content], "pane-part", aria={"label": title})


def concerns(one: Silence, key: str, topic: str) -> bool:
    """Whether a silence may hold back cases of a rule."""
    have = {"rule": key, "topic": topic}
    return all(have[part.name] in part.values for part in one.matchers if part.name in have)


def hidden_by(desk: Desk, case: Case, found: Sequence[Silence], hiding: Case | None = None) -> str:
    """By what a case's notices are held back, in words; "" when they are not."""
    one = Hidden.read(case.hidden)
    if one is None:
        return ""
    if one.kind == "silence":
        held = next((silence for silence in found if str(silence.id) == one.name), None)
        return _by_silence(desk, one.name, held if held and matches(held, case) else None)
    declared = desk.city.noise.inhibit.get(one.name)
    told = desk.t("抑制：{say}", say=desk.said(declared.say) if declared else one.name)
    return f"{told}（{hiding.id}）" if hiding else told


def _by_silence(desk: Desk, number: str, one: Silence | None) -> str:
    if one is None:
        return desk.t("静默 {number} 号", number=number)
    facts = {"who": one.author, "end": desk.moment(one.end), "why": masked(desk, one.reason)}
    return desk.t("静默 {number} 号：{who} 设置，到 {end}，原因：{why}", number=number, **facts)
