"""The page around the panels: header, grid, drawer, and what the browser's own code needs to know."""

import json
from collections.abc import Sequence
from copy import copy

from dash import html

from domain.screen import Screen
from domain.topic import DISTRICT
from layouts import links, navigation, stage
from layouts.alerts import news
from layouts.screens.keys import plain
from layouts.tags import Child, Node, Parts, h, node, part_id, store
from layouts.view import View

KEY = "shell"
DRAWER, URL, PULSE, ACCOUNT = "drawer", "url", "pulse", "account"

# What assets/live.js and map.js say by themselves, in the page's language.
SPOKEN = {
    "live": "实时",
    "connecting": "连接中",
    "late": "延迟",
    "dead": "中断",
    "replay": "回放",
    "stopped": "画面数据已停止更新 {time}",
    "signedOut": "登录已失效，画面停在 {time}",
    "signIn": "重新登录",
    "out": "已失效",
    "skew": "本机时钟与服务器相差 {n} 秒",
    "leave": "按 Esc 或点此回到实时",
    "loading": "正在读取…",
    "noMap": "地图暂时无法显示",
    "zoomIn": "放大",
    "zoomOut": "缩小",
    "home": "回到全市",
    "whole": "打开指挥地图",
    "find": "按名称查找站点、乡镇、区县、道路（/）",
    "nothing": "没有找到",
    "district": "区县",
    "choose": "选择着色指标",
    "measure": "测量距离与面积",
    "measuring": "点击加点，退格撤回，Esc 结束",
    "length": "长度",
    "area": "面积",
    "heap": "{n} 个对象，点击展开",
    "noLayer": "图层暂时无法读取",
    "close": "关闭",
    "none": "无数据",
    "weekdays": "星期日 星期一 星期二 星期三 星期四 星期五 星期六",
}


def build(screen: Screen, view: View, panels: Sequence[Node]) -> Node:
    """The whole page, with live parts still empty."""
    grid = {
        "gridTemplateAreas": " ".join(f'"{row}"' for row in screen.grid),
        "gridTemplateColumns": screen.columns,
        "gridTemplateRows": screen.rows,
    }
    body: list[Child] = [
        node("dash_core_components", "Location", {"id": URL, "refresh": False}),
        store(PULSE),
        store(news.STORE),
        _header(screen, view),
        h("Main", [*panels], "grid", style=grid, id="grid"),
        h(
            "Aside",
            h("Div", None, "drawer-body", id=DRAWER),
            "drawer",
            id="drawer-frame",
            aria={"label": view.t("指标详情")},
        ),
        news.toasts(),
        h("Div", None, id="spoken", hidden=True, data=_facts(screen, view)),
    ]
    return h("Div", body)


def with_account(page: html.Div, menu: Child) -> html.Div:
    """The page with the viewer's own menu in its header's slot; everything else is taken over as it is."""
    shown = copy(page)
    shown.children = [_filled(child, menu) for child in page.children]
    return shown


def _filled(child: Child, menu: Child) -> Child:
    """A copy of the header with the menu; copies only the containers on the way."""
    if not isinstance(child, dict) or child["type"] not in ("Header", "Div"):
        return child
    props = child["props"]
    if props.get("id") == ACCOUNT:
        return child | {"props": props | {"children": menu}}
    inner = props.get("children")
    if not isinstance(inner, list):
        return child
    return child | {"props": props | {"children": [_filled(one, menu) for one in inner]}}


def _facts(screen: Screen, view: View) -> dict[str, str]:
    spoken = {key: view.t(text) for key, text in SPOKEN.items()}
    return {
        "screen": screen.key,
        "lang": view.lang,
        "zone": view.city.spec.zone,
        "city": view.city.adcode,
        "place": view.place,
        "fixed": view.place if plain(screen.key) == DISTRICT else "",
        "texts": json.dumps(spoken, ensure_ascii=False),
    }


def _header(screen: Screen, view: View) -> Node:
    spec = view.city.spec
    title = view.either(spec.title, spec.title_en)
    left = [
        h("Span", None, "clock", id="clock"),
        h("Span", None, "date", id="date"),
        h("Span", None, "weather", id=part_id(KEY, "weather")),
        h("Span", None, "stage", id=part_id(KEY, "stage")),
    ]
    right: list[Child] = [
        h("Div", None, "place", id=part_id(KEY, "place")),
        navigation.menu(screen, view),
        h("Span", view.t("演示数据"), "demo", title=view.t("数据由演示部门模拟，不是真实数据")) if spec.demo else None,
        h(
            "A",
            "EN" if view.lang == "zh" else "中文",
            "lang",
            href="?lang=en" if view.lang == "zh" else "?lang=zh",
            data={"lang": ""},
        ),
        h(
            "Span",
            [h("I", None, "dot"), h("Span", None, "live-word", id="live-word")],
            "live",
            id="live",
            role="status",
        ),
        h("Div", None, "account", id=ACCOUNT),
    ]
    return h(
        "Header",
        [h("Div", left, "head-left"), h("H1", title, "head-title", title=title), h("Div", right, "head-right")],
        "head",
    )


def render(view: View) -> Parts:
    """The header's live parts: weather, the operating stage and the place filter."""
    return {
        "weather": {"children": _weather(view)},
        "stage": stage.marks(view),
        "place": {"children": _place(view), "className": "place is-set" if view.place else "place"},
    }


def _weather(view: View) -> str | None:
    """Temperature, humidity, wind and rain as far as the city declares and knows them."""
    asked = (
        ("weather.temp", "℃", 0),
        ("weather.humidity", "%", 0),
        ("weather.wind", " m/s", 1),
        ("weather.rain_1h", " mm", 1),
    )
    words = {"weather.temp": "", "weather.humidity": "湿度", "weather.wind": "风速", "weather.rain_1h": "雨量"}
    out = []
    for key, unit, digits in asked:
        if key not in view.city.metrics:
            continue
        value = view.snapshot.reading(key, view.place).value
        if value is not None and (value or key != "weather.rain_1h"):
            out.append(f"{view.t(words[key])} {value:.{digits}f}{unit}".strip())
    return " · ".join(out) or None


def _place(view: View) -> list[Child]:
    """The district looked at, with a way back to the whole city; of some districts only, all of them to choose from."""
    if view.snapshot.reach.districts is not None:
        return [_choice(view, code) for code in view.city.districts]
    if not view.place:
        return []
    name = view.place_name(view.place)
    cross = h("Span", "×", "chip-cross", aria={"hidden": "true"})
    label = view.t("清除区县筛选：{name}", name=name)
    return [
        h(
            "Button",
            [name, cross],
            "chip is-on",
            data={"district": ""},
            title=label,
            aria={"label": label},
            type="button",
        ),
        h("A", view.t("县区页 →"), "place-way", href=links.district(view, view.place))
        if links.has_districts(view)
        else None,
    ]


def _choice(view: View, district: str) -> Node:
    name = view.place_name(district)
    is_here = district == view.place
    return h(
        "Button",
        name,
        "chip is-on" if is_here else "chip",
        data={"district": district},
        title=view.t("只看{name}", name=name),
        aria={"pressed": "true" if is_here else "false"},
        type="button",
    )
