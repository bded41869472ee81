"""What belongs to the open case: the plan's steps, what is near, and everything that happened, which is only added to."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.cases import HAPPENED, SPOKEN, VERBS
from domain.case import Case, CaseEvent
from domain.city import City
from domain.notice import Notice
from layouts.accounts.desk import Desk
from layouts.alerts import words
from layouts.alerts.page import said
from layouts.duty import desk_map
from layouts.tags import Child, Node, h

SHOWN = 24  # things near by
KM_PER_DEGREE = 111.32


@dataclass(frozen=True, slots=True)
class Near:
    """Something near the case. km: as the crow flies."""

    kind: str
    name: str
    km: float
    lon: float
    lat: float
    told: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the timeline."""

    at: datetime
    what: str
    told: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What stands at the right. plan: None when nothing was started."""

    near: Sequence[Near] = ()
    happened: Sequence[Happened] = ()
    plan: Node | None = None
    plan_caption: str = ""
    orders: Sequence[Child] = ()


def render(desk: Desk, case: Case, side: Side) -> list[Child]:
    """The three panels."""
    plan = side.plan or h("Div", [h("B", desk.t("尚未启动预案")), h("Span", _suggested(desk, case))], "desk-none")
    orders = h("Ul", list(side.orders), "near is-orders") if side.orders else None
    return [
        _panel(desk.t("预案"), side.plan_caption, plan, "is-plan"),
        _panel(desk.t("工单"), desk.t("{n} 件", n=len(side.orders)), orders, "is-orders") if orders else None,
        _panel(desk.t("周边资源"), desk.t("{n} km 内", n=desk_map.RINGS[-1]), _near(desk, case, side.near), "is-near"),
        _panel(desk.t("处置时间线"), desk.t("只增不改"), _timeline(desk, side.happened), "is-timeline"),
    ]


def _suggested(desk: Desk, case: Case) -> str:
    """The plan that the case's rule names, before there is an incident."""
    rule = desk.city.rules.get(case.rule)
    if rule is None or not rule.plan:
        return desk.t("转事件后按预案处置")
    found = desk.city.plans.plans.get(rule.plan)
    return desk.t("建议预案：{name}", name=desk.either(found.name, found.name_en) if found is not None else rule.plan)


def _panel(title: str, caption: str, body: Child, cls: str) -> Node:
    head = h("Header", [h("H2", title), h("Div", caption, "caption")], "panel-head")
    return h("Section", [head, h("Div", body, "panel-body")], f"panel {cls}", aria={"label": title})


def _near(desk: Desk, case: Case, found: Sequence[Near]) -> Node:
    if "lon" not in desk_map.spot(desk.city, case):
        return h("Div", h("Span", desk.t("这件告警没有具体地点")), "desk-none")
    if not found:
        return h("Div", h("Span", desk.t("{n} km 内没有登记的资源和站点", n=desk_map.RINGS[-1])), "desk-none")
    rows = [
        h(
            "Li",
            [
                h("Span", desk.t(one.kind), "near-kind"),
                h("Span", one.name + (f" {one.told}" if one.told else ""), "near-name", title=one.name),
                h("Span", f"{one.km:.1f} km", "near-km"),
            ],
        )
        for one in found[:SHOWN]
    ]
    return h("Ul", rows, "near")


def _timeline(desk: Desk, happened: Sequence[Happened]) -> Node:
    if not happened:
        return h("Div", h("Span", desk.t("还没有记录")), "desk-none")
    rows = [
        h(
            "Li",
            [
                h("Time", desk.second(one.at)[11:], title=desk.second(one.at)),
                h("B", one.what),
                h("Div", [h("Span", one.told), h("Small", one.more) if one.more else None], "line-told"),
            ],
        )
        for one in sorted(happened, key=lambda one: one.at, reverse=True)
    ]
    return h("Ol", rows, "timeline")


def of_case(desk: Desk, events: Sequence[CaseEvent], names: Mapping[str, str]) -> list[Happened]:
    """The steps of a case; how long it took to sign is told with it."""
    out = []
    begun = events[0].at if events else desk.now
    for event in events:
        who = desk.t("系统") if event.actor == "system" else names.get(event.actor, event.actor)
        told = [who, str(event.told.get("level", "")), desk.t(SPOKEN[event.new])]
        reason = said(desk, str(event.told.get("reason", "")))
        if event.verb == "acknowledge":
            seconds = int((event.at - begun).total_seconds())
            reason = desk.t("用时 {m} 分 {s} 秒", m=seconds // 60, s=seconds % 60)
        word = desk.t(step_word(event.verb))
        out.append(Happened(event.at, word, " · ".join(part for part in told if part), reason))
    return out


def step_word(verb: str) -> str:
    """What a step is called, in short."""
    return HAPPENED.get(verb) or (VERBS[verb][1] if verb in VERBS else words.STEPS.get(verb, verb))


def of_notices(desk: Desk, notices: Sequence[Notice]) -> list[Happened]:
    """Who was told, and whether it arrived."""
    return [
        Happened(
            one.sent or one.due,
            desk.t("通知"),
            f"{one.receiver} · {desk.t(words.SENDING[one.state])}",
            desk.t(words.NOTICES[one.kind]),
        )
        for one in notices
    ]


def near(city: City, at: Mapping[str, Any], but: str = "") -> list[Near]:
    """Sites measured within the widest ring, nearest first; nothing where the case has no point. but: the case's own site."""
    if "lon" not in at:
        return []
    found = []
    for site in city.sites.values():
        if site.lon is None or site.lat is None or site.id == but:
            continue
        km = distance((float(at["lon"]), float(at["lat"])), (site.lon, site.lat))
        if km <= desk_map.RINGS[-1]:
            found.append(Near(SITES.get(site.kind, "站点"), site.name, km, site.lon, site.lat))
    return sorted(found, key=lambda one: one.km)


def resources(found: Sequence[tuple[Near, bool]], desk: Desk) -> list[Near]:
    """The nearest few of each kind of resource, in the order in which they are needed; True = made up for the demonstration."""
    order = list(RESOURCES.values())
    kept: dict[str, list[Near]] = {}
    for one, made_up in found:
        told = f"{one.told}（{desk.t('演示')}）" if made_up else one.told
        kept.setdefault(one.kind, []).append(replace(one, told=told))
    few = [one for kind in kept.values() for one in kind[:EACH]]
    return sorted(few, key=lambda one: (order.index(one.kind) if one.kind in order else len(order), one.km))


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Km between two near points, (lon, lat): the equirectangular rule, right to a per mille within a city."""
    wide = (other[0] - one[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(wide, other[1] - one[1]) * KM_PER_DEGREE


# Kinds of resources, those who come first; then kinds of sites.
RESOURCES: Mapping[str, str] = {
    "team": "抢险队",
    "store": "物资",
    "fire": "消防站",
    "hospital": "医院",
    "shelter": "避难",
    "police": "公安",
    "government": "属地",
    "school": "学校",
}
EACH = 3  # of a kind of resource: a city has more shelters than anybody reads
SITES: Mapping[str, str] = {
    "air": "空气站",
    "noise": "噪声站",
    "outfall": "排口",
    "weather": "气象站",
    "gauge": "水文站",
    "reservoir": "水库",
    "rain": "雨量站",
    "section": "断面",
    "hall": "大厅",
    "parking": "停车场",
    "restaurant": "餐饮",
    "micro": "微站",
    "building_site": "工地",
    "brook": "河涌",
    "datacentre": "政务云",
    "well": "地下水井",
    "lamps": "路灯",
}
