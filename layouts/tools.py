"""A panel's own tools: its table as a file, its chart as a picture. assets/75-topics.js does what they say."""

from domain.screen import PanelSpec
from layouts.tags import Child, Node, h
from layouts.view import View

CHARTS = frozenset({"course", "pollutants", "trend"})
"""Kinds that hold a chart, which may be taken away as a picture too."""
PLAIN = frozenset({"map", "status_line", "timeline", "twin"})
"""Kinds that are no table."""
FILES = (("xlsx", "导出 Excel"), ("csv", "导出 CSV"))
PICTURES = (("png", "保存 PNG"), ("svg", "保存 SVG"))


def equip(panel: Node, spec: PanelSpec, view: View) -> Node:
    """The panel with its tools at the end of its head; panels without a head or a table stay as they are."""
    head = _head(panel)
    if head is None or spec.kind in PLAIN:
        return panel
    choices = [_choice(view, "export", form, name) for form, name in FILES]
    if spec.kind in CHARTS:
        choices += [_choice(view, "picture", form, name) for form, name in PICTURES]
    label = view.t("导出：{name}", name=view.title(spec))
    summary = h("Summary", "⤓", title=label, aria={"label": label})
    head["props"]["children"].append(
        h("Details", [summary, h("Div", choices, "tools-fold")], "tools", data={"panel": spec.key})
    )
    return panel


def _head(panel: Node) -> Node | None:
    children = panel["props"].get("children")
    first: Child = children[0] if isinstance(children, list) and children else None
    return first if isinstance(first, dict) and first["type"] == "Header" else None


def _choice(view: View, what: str, form: str, name: str) -> Node:
    return h("Button", view.t(name), data={what: form}, type="button")
