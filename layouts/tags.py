"""Dash components as the JSON they are sent as: a `dash.html` object costs ten times the dict it becomes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

# A component's props are whatever Dash accepts as JSON, so `Any` is the known type here.
Props = dict[str, Any]
Node = dict[str, Any]
Child = Node | str | int | float | None
Parts = dict[str, Props]


def node(namespace: str, kind: str, props: Mapping[str, Any]) -> Node:
    """One component in the shape of `Component.to_plotly_json()`; props that are None are left out."""
    return {"props": {k: v for k, v in props.items() if v is not None}, "type": kind, "namespace": namespace}


def h(
    tag: str,
    children: Child | Sequence[Child] = None,
    cls: str = "",
    data: Mapping[str, str] | None = None,
    aria: Mapping[str, str] | None = None,
    **props: Any,
) -> Node:
    """An HTML element. `cls` is className; `data` and `aria` become data-* and aria-* attributes."""
    more = {f"data-{k}": v for k, v in (data or {}).items()} | {f"aria-{k}": v for k, v in (aria or {}).items()}
    content = list(children) if isinstance(children, (list, tuple)) else children
    return node("dash_html_components", tag, {"children": content, "className": cls or None, **more, **props})


def graph(ident: Any, label: str, cls: str = "") -> Node:
    """An empty Plotly graph; its figure is filled in by the panel's render."""
    config = {"displayModeBar": False, "responsive": True, "doubleClick": "reset", "scrollZoom": False}
    inner = node("dash_core_components", "Graph", {"id": ident, "config": config, "className": "graph", "figure": {}})
    return h("Div", [inner], f"graph-box {cls}".strip(), role="img", aria={"label": label})


def store(ident: Any, data: Any = None) -> Node:
    """A dcc.Store: data for the browser's own code."""
    return node("dash_core_components", "Store", {"id": ident, "data": data})


def part_id(panel: str, part: str) -> dict[str, str]:
    """The id of one live part of a panel."""
    return {"panel": panel, "part": part}


def id_json(panel: str, part: str) -> str:
    """The same id as Dash's canonical string, which is what the stream carries."""
    return json.dumps(part_id(panel, part), sort_keys=True, separators=(",", ":"))
