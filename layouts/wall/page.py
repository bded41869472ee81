"""The wall's page: every scene's panels side by side in one grid, of which assets/wall.js shows one scene at a time.

Panels are never taken out of the page, so that a map keeps its drawing through months of changing scenes; a panel that
several scenes use is there once.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from domain.city import City
from domain.screen import PanelSpec, Screen
from domain.wall import WALL, WallScene
from layouts.alerts import news
from layouts.remarks import sources_up
from layouts.shell import SPOKEN, URL
from layouts.tags import Child, Node, Parts, h, node, part_id, store
from layouts.view import View
from layouts.wall import calls

HEAD = part_id("shell", "weather")
WORDS = {
    "scene": "场景 {k}/{n}",
    "asOf": "截至 {time}",
    "locked": "已锁定 {left}",
    "call": "紧急告警",
    "unsigned": "待签收",
    "signed": "已签收",
    "more": "另有 {n} 件",
    "hidden": "紧急事件处置中",
    "back": "{n} 秒后返回轮播",
    "ratio": "画面比例不符",
    "told": "声明 {w}×{h}（{r}）",
    "seen": "实际 {w}×{h}（{r}）",
    "circle": "下图应为正圆；请检查显卡输出与拼接屏设置",
    "build": "版本 {build}",
}


def made(city: City) -> Screen | None:
    """All scenes as one screen: what the stream draws. None when the city has no wall."""
    panels = [panel for _, panel in _panels(city)]
    if not panels:
        return None
    return Screen(
        key=WALL, title="大屏", title_en="Wall", grid=("wall",), columns="1fr", rows="1fr", panels=tuple(panels)
    )


def _panels(city: City) -> Iterator[tuple[WallScene, PanelSpec]]:
    """Every scene's own panels under names of their own: scene-panel."""
    for scene in ordered(city):
        for panel in scene.panels:
            yield scene, panel.model_copy(update={"key": f"{scene.key}-{panel.key}"})


def ordered(city: City) -> list[WallScene]:
    """The scenes in the order in which they are shown."""
    return sorted(city.scenes.values(), key=lambda scene: (scene.order, scene.key))


def build(_screen: Screen, view: View, panels: Sequence[Node]) -> Node:
    """The whole page, with live parts still empty. `panels` are drawn in the order of `made`."""
    cells = [_cell(view.city, panel, spec) for panel, (_, spec) in zip(panels, _panels(view.city), strict=True)]
    body: list[Child] = [
        node("dash_core_components", "Location", {"id": URL, "refresh": False}),
        store(news.STORE),
        store(calls.CALLS),
        _header(view),
        h("Main", cells, "wall-grid", id="wall-grid"),
        _footer(view),
        h("Section", None, "wall-call", id="wall-call", hidden=True, role="alert", aria={"live": "assertive"}),
        h("Div", None, "wall-card", id="wall-card", hidden=True),
        # The header's own parts: a wall has no place to choose, and its stage is the scene.
        *(h("Div", None, id=part_id("shell", part), hidden=True) for part in ("place", "stage")),
        h("Div", None, id="spoken", hidden=True, data=_facts(view)),
    ]
    return h("Div", body)


def _cell(city: City, panel: Node, spec: PanelSpec) -> Node:
    """A panel in a cell of its own, which the browser shows in the scenes that name it."""
    scenes = [s.key for s in ordered(city) if spec.key.startswith(f"{s.key}-") or spec.key in s.uses]
    return h(
        "Div", panel, "wall-cell", data={"scenes": " ".join(scenes), "area": spec.area, "key": spec.key}, hidden=True
    )


def _header(view: View) -> Node:
    spec = view.city.spec
    title = view.either(spec.title, spec.title_en)
    left: list[Child] = [
        h("Span", None, "clock", id="clock"),
        h("Span", None, "date", id="date"),
        h("Span", None, "weather", id=HEAD),
        h("Span", view.t("演示数据"), "demo") if spec.demo else None,
    ]
    right: list[Child] = [
        h("Span", None, "wall-lock", id="wall-lock", hidden=True),
        h("Span", None, "wall-scene", id="wall-scene"),
        h("Span", None, "wall-health", id=part_id(calls.KEY, "health")),
        h("Span", None, "wall-asof", id="wall-asof"),
        h(
            "Span",
            [h("I", None, "dot"), h("Span", None, "live-word", id="live-word")],
            "live",
            id="live",
            role="status",
        ),
    ]
    return h(
        "Header", [h("Div", left, "head-left"), h("H1", title, "head-title"), h("Div", right, "head-right")], "head"
    )


def _footer(view: View) -> Node:
    spec = view.city.spec.map
    rights = " · ".join(part for part in (spec.approval_number, *spec.attribution) if part)
    body = [
        h("B", None, "wall-title", id="wall-title"),
        h("Span", None, "wall-line", id=part_id(calls.KEY, "line")),
        h("Span", None, "wall-message", id="wall-message", hidden=True),
        h("Span", rights, "wall-rights", title=rights),
        h("Span", None, "wall-build", id="wall-build"),
    ]
    return h("Footer", body, "wall-foot")


def _facts(view: View) -> dict[str, str]:
    spoken = {key: view.t(text) for key, text in (SPOKEN | WORDS).items()}
    scenes: list[dict[str, Any]] = [
        {
            "key": scene.key,
            "title": view.title(scene),
            "dwell": scene.dwell.total_seconds(),
            "often": scene.often,
            "hours": [[int(part) for part in span.split("-")] for span in scene.hours],
            "grids": {
                str(columns): [" ".join(f'"{row}"' for row in grid.grid), grid.columns, grid.rows]
                for columns, grid in scene.grids().items()
            },
        }
        for scene in ordered(view.city)
    ]
    return {
        "screen": WALL,
        "lang": view.lang,
        "zone": view.city.spec.zone,
        "city": view.city.adcode,
        "place": view.place,
        "fixed": "",
        "texts": json.dumps(spoken, ensure_ascii=False),
        "scenes": json.dumps(scenes, ensure_ascii=False),
    }


def render(view: View) -> Parts:
    """The wall's own live parts."""
    up, total = sources_up(view)
    return {
        "calls": calls.render(view),
        "line": {"children": calls.line(view)},
        "health": {"children": view.t("数据健康 {up}/{total}", up=up, total=total)},
    }
