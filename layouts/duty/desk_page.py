"""The desk: queue, map with the open case under it, and what belongs to it at the right. What is in them comes with callbacks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from domain.account import Right
from domain.shift import Shift
from layouts import shell
from layouts.accounts import frame, menu
from layouts.accounts.desk import Desk
from layouts.alerts import news
from layouts.duty import desk_map
from layouts.tags import Child, Node, h, node, part_id, store

PATH = "/duty"
ROWS, SPOT, ACTS = "duty-rows", "duty-spot", "duty-acts"  # what the browser's own code draws from
FOLLOWED, DRAWN = (
    "duty-followed",
    "duty-drawn",
)  # its callbacks' outputs, so that no other page is asked for their inputs
STEP_SAID, STEPPED = "duty-step-said", "duty-stepped"  # what came of a tick in the plan, and that there was one
ASK, ANSWER, PULSE = "duty-ask", "duty-answer", "duty-pulse"  # what a person asks, what came of it, another look
CASE, SIDE, WATCH, CHANGE = "duty-case", "duty-side", "duty-watch", "duty-change"

FILTERS: Sequence[tuple[str, str]] = (
    ("new", "待签收"),
    ("p1", "P1"),
    ("p2", "P2"),
    ("p3", "P3"),
    ("p4", "P4"),
    ("late", "超时"),
    ("mine", "我的"),
    ("shelved", "挂起"),
    ("watched", "督办"),
    ("hidden", "已抑制"),
)
# What assets/70-duty.js says by itself.
SPOKEN = {
    "left": "剩 {time}",
    "over": "超 {time}",
    "shown": "{n} 条 · 按剩余时限",
    "chosen": "已选 {n} 件",
    "calm": "没有待处置的告警",
    "calmMore": "城市运行平稳；新告警会在这里出现并提示。",
    "noMatch": "没有符合条件的告警",
    "noMatchMore": "按 Esc 清除条件。",
    "search": "搜索内容或编号",
    "clear": "清除",
    "send": "确定",
    "cancel": "取消",
    "kept": "草稿已恢复",
    "noReplay": "正在回放，队列和处置停在现在；按 Esc 回到实时。",
    "soundOn": "声音 开",
    "soundOff": "声音 关",
    "busy": "正在提交…",
    "failed": "没有提交成功，内容已保留，请重试。",
    "pick": "选择",
    "needOne": "先选择一件告警",
    "hours": "{h} 小时 {m} 分",
    "all": "全部",
}
KEYS: Sequence[tuple[str, str]] = (
    ("J / K", "下一件 / 上一件"),
    ("Enter", "打开当前告警"),
    ("Space", "选择 / 取消选择"),
    ("G", "选择同一组"),
    ("A", "签收"),
    ("D", "派单"),
    ("E", "转事件"),
    ("H", "挂起"),
    ("U", "升级"),
    ("X", "误报"),
    ("N", "备注"),
    ("F", "办结"),
    ("W", "自行处置"),
    ("P", "反馈进展"),
    ("S", "提请核查"),
    ("C / V", "核查通过 / 不通过"),
    ("T", "约定下次行动"),
    ("Y", "合并"),
    ("R", "重新打开"),
    ("Ctrl + Enter", "提交表单"),
    ("/", "搜索"),
    ("M", "声音开关"),
    ("Esc", "关闭表单、清除选择和条件"),
    ("?", "快捷键"),
)


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is on duty: the shift, and names by part. None without a roster."""

    shift: Shift | None = None
    officers: Sequence[str] = ()
    shift_leader: Sequence[str] = ()
    leader: Sequence[str] = ()


def page(desk: Desk, drawn: Node | None = None) -> html.Div:
    """The whole page. drawn: the empty map."""
    facts = {
        "screen": desk_map.SCREEN if desk_map.panel(desk.city) else news.SCREEN,
        "lang": desk.lang,
        "zone": desk.city.spec.zone,
        "city": desk.city.adcode,
        "place": "",
        "texts": json.dumps({key: desk.t(text) for key, text in (shell.SPOKEN | SPOKEN).items()}, ensure_ascii=False),
        "login": desk.viewer.login,
        "rings": " ".join(map(str, desk_map.RINGS)),
    }
    children: Any = [
        node("dash_core_components", "Location", {"id": frame.URL, "refresh": False}),
        *(store(name) for name in (news.STORE, ROWS, SPOT, ACTS, ASK, ANSWER, PULSE, STEPPED, FOLLOWED, DRAWN)),
        _header(desk),
        h("Main", [_bar(desk), _queue(desk), h("Div", drawn, "duty-map"), _case(desk), _side(desk)], "duty", id="duty"),
        _help(desk),
        news.toasts(),
        h("Div", None, id="spoken", hidden=True, data=facts),
    ]
    return html.Div(children=children, id="page", className="page is-duty", lang=desk.lang)


def _header(desk: Desk) -> Node:
    title = desk.t("值班值守台")
    seat = desk.t("值班席") if desk.may(Right.ACT) else desk.t("只看")
    left: list[Child] = [
        h("Span", None, "clock", id="clock"),
        h("Span", None, "date", id="date"),
        h("Span", seat, "seat"),
        h("Span", None, "weather", id=part_id(shell.KEY, "weather")),
        h("Span", None, "stage", id=part_id(shell.KEY, "stage")),
    ]
    lang = "en" if desk.lang == "zh" else "zh"
    right: list[Child] = [
        h("Div", None, "duty-watch", id=WATCH),
        h("Span", desk.t("演示数据"), "demo", title=desk.t("数据由演示部门模拟，不是真实数据"))
        if desk.city.spec.demo
        else None,
        h("A", "EN" if desk.lang == "zh" else "中文", "lang", href=f"?lang={lang}", data={"lang": ""}),
        h(
            "Span",
            [h("I", None, "dot"), h("Span", None, "live-word", id="live-word")],
            "live",
            id="live",
            role="status",
        ),
        h("Div", menu.render(desk.viewer, desk.lang, PATH), "account"),
    ]
    home = h("A", h("I", None, "back-arrow"), "back", href=menu.href("/", desk.lang), title=desk.t("返回驾驶舱"))
    return h(
        "Header",
        [
            h("Div", [home, *left], "head-left"),
            h("H1", title, "head-title", title=title),
            h("Div", right, "head-right"),
        ],
        "head",
    )


def watch(desk: Desk, on: Watch) -> list[Child]:
    """Shift and names in the header."""
    parts = [(desk.t("值班员"), on.officers), (desk.t("值班长"), on.shift_leader), (desk.t("带班"), on.leader)]
    told: list[Child] = []
    if on.shift is not None:
        begin, end = (at.astimezone(desk.city.zone).strftime("%H:%M") for at in (on.shift.begin, on.shift.end))
        told.append(h("Span", desk.t("班次 {begin}–{end}", begin=begin, end=end), "watch-shift"))
    told += [h("Span", [h("I", name), desk.listed(list(who))], "watch-one") for name, who in parts if who]
    return told


def _bar(desk: Desk) -> Node:
    chips = [
        h(
            "Button",
            [h("B", "–", "count"), h("Span", desk.t(word))],
            f"counter is-{key}",
            data={"filter": key},
            aria={"pressed": "false"},
            type="button",
        )
        for key, word in FILTERS
    ]
    tools: list[Child] = [
        h("Div", None, "place", id=part_id(shell.KEY, "place")),
        h("Span", None, "duty-find", data={"find": ""}),
        h("Button", desk.t("声音 开"), "chip", data={"sound": ""}, type="button"),
        h("Button", desk.t("？ 快捷键"), "chip", data={"keys": ""}, type="button"),
        h("A", desk.t("交接班"), "chip duty-change", href=menu.href("/handover", desk.lang), id=CHANGE),
    ]
    return h(
        "Div",
        [h("Div", chips, "counters", role="group", aria={"label": desk.t("筛选")}), h("Div", tools, "duty-tools")],
        "duty-bar",
    )


def _queue(desk: Desk) -> Node:
    head = h("Header", [h("H2", desk.t("我的队列")), h("Div", None, "caption", id="duty-shown")], "panel-head")
    listed = h("Div", frame.waiting(desk), "queue", id="duty-queue", role="status", tabIndex=0,
               aria={"label": desk.t("我的队列")})  # fmt: skip
    return h("Section", [head, listed], "panel duty-queue", aria={"label": desk.t("我的队列")})


def _case(desk: Desk) -> Node:
    body = h(
        "Div", frame.none(desk.t("先选择一件告警"), desk.t("用 J / K 移动，Enter 打开。")), "duty-case-body", id=CASE
    )
    said = h("Div", None, "duty-said", id="duty-said", role="status", aria={"live": "polite"})
    # What is said of a tick stands outside of what is drawn again by it.
    ticked = h("Div", None, "step-said", id=STEP_SAID, role="status", aria={"live": "polite"})
    form = h("Div", None, "duty-form", id="duty-form", hidden=True)
    buttons = h("Div", None, "duty-acts", id="duty-buttons", role="toolbar", aria={"label": desk.t("处置")})
    return h(
        "Section",
        [
            body,
            h("Div", [h("Div", [said, ticked, form], "duty-over"), buttons], "duty-foot"),
        ],
        "panel duty-case",
        aria={"label": desk.t("告警详情")},
    )


def _side(desk: Desk) -> Node:
    return h("Aside", None, "duty-side", id=SIDE, aria={"label": desk.t("预案、资源与时间线")})


def _help(desk: Desk) -> Node:
    rows = [h("Div", [h("Dt", h("Kbd", key)), h("Dd", desk.t(word))], "key-row") for key, word in KEYS]
    away = h("Button", "×", "pane-away", data={"keys": ""}, aria={"label": desk.t("关闭")}, type="button")
    card = h("Div", [h("Header", [h("H2", desk.t("快捷键")), away], "keys-head"), h("Dl", rows, "keys")], "keys-card")
    return h(
        "Div",
        card,
        "keys-over",
        id="duty-keys",
        hidden=True,
        role="dialog",
        aria={"modal": "true", "label": desk.t("快捷键")},
    )
