"""The panel around every body: title with accent bar, caption, error tile; and the states it can be in."""

from collections.abc import Sequence

from access.reach import REFUSED
from domain.health import Freshness
from domain.screen import PanelSpec
from layouts import words
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.view import View, is_refused, newest
from snapshot.model import Reading

DEAD = (Freshness.STALE, Freshness.DOWN)


def frame(spec: PanelSpec, view: View, body: Sequence[Child], cls: str = "") -> Node:
    """The panel as a landmark; captions, body and error tile are live parts."""
    title = view.title(spec)
    head = h("Header", [h("H2", title, title=title), _part(spec, "caption", "caption")], "panel-head")
    error = h("Div", None, "error-tile", id=part_id(spec.key, "error"), hidden=True, role="status")
    return h(
        "Section",
        [head if title else None, h("Div", body, f"panel-body {cls}".strip()), error],
        f"panel kind-{spec.kind}",
        id=part_id(spec.key, "frame"),
        style={"gridArea": spec.area},
        aria={"label": title or view.t(spec.kind)},
    )


def _part(spec: PanelSpec, part: str, cls: str) -> Node:
    return h("Div", None, cls, id=part_id(spec.key, part))


def state(readings: Sequence[Reading]) -> str:
    """live, empty (nothing ever came), refused (nothing of it may be read), stale (all too old) or partial (some too old, or coverage below 80 %)."""
    seen = [r for r in readings if r.freshness is not Freshness.NONE]
    if not seen:
        return "refused" if readings and all(map(is_refused, readings)) else "empty"
    old = sum(r.freshness in DEAD for r in seen)
    if old == len(seen):
        return "stale"
    return "partial" if old or any(r.coverage < 0.8 for r in seen if r.value is not None) else "live"


def dress(spec: PanelSpec, view: View, readings: Sequence[Reading], caption: Sequence[Child] | None = None) -> Parts:
    """The frame's own parts: its state as a class, and the caption (source and age unless given)."""
    how = state(readings)
    parts: Parts = {"frame": {"className": f"panel kind-{spec.kind} is-{how}"}}
    if not spec.title:
        return parts
    if spec.caption not in ("auto", ""):
        caption = [view.said(spec.caption)]
    told = list(caption) if caption is not None else auto_caption(view, readings)
    parts["caption"] = {"children": told, "title": plain(told)}
    return parts


def plain(children: object) -> str:
    """The words of a component tree: the title of a text that may be cut."""
    if isinstance(children, dict):
        return plain(children["props"].get("children"))
    if isinstance(children, list):
        return "".join(plain(child) for child in children)
    return "" if children is None else str(children)


def auto_caption(view: View, readings: Sequence[Reading]) -> list[Child]:
    """Who supplies the panel and how old its newest value is."""
    top = newest(readings)
    if top is None and state(readings) == "refused":
        return [view.t(REFUSED)]
    if top is None or top.at is None:
        return [view.t("正在采集…") if view.is_first_start else view.t("无数据")]
    return [h("Span", f"{view.source_name(top.metric)} · "), age_mark(view, top)]


def age_mark(view: View, reading: Reading) -> Node:
    """The age of a value; late and older carry their word and the time they are of."""
    if reading.at is None:
        return h("Span", view.t("无数据"), "age is-none")
    if reading.freshness is Freshness.LIVE:
        return h("Span", view.age(reading.at), "age", title=view.t("截至 {time}", time=view.clock(reading.at)))
    word = view.t(words.FRESHNESS[reading.freshness])
    text = f"{word} {view.clock(reading.at)}"
    return h("Span", text, f"age is-{reading.freshness}", title=f"{word} · {view.age(reading.at)}")


def empty(view: View, what: str = "", is_old: bool = False) -> Node:
    """The designed absence of data: what is being collected on a first start, what is too old to judge, or none."""
    text = (
        view.t("正在采集…") if view.is_first_start else view.t("数据过期，不参与排名") if is_old else view.t("无数据")
    )
    return h("Div", [h("Span", text, "empty-word"), h("Span", what, "empty-what") if what else None], "empty")


def empty_of(text: str) -> Node:
    """The designed absence of something that may well be absent."""
    return h("Div", h("Span", text, "empty-word"), "empty")


def failed(view: View) -> Node:
    """What a panel shows when its own drawing failed."""
    return h(
        "Div",
        [h("B", view.t("本面板暂时无法显示")), h("Span", view.t("其他面板不受影响，原因已记入日志"))],
        "error-words",
    )


def refused(view: View) -> Node:
    """What a panel shows whose numbers may not be read by the one who looks."""
    return h("Div", [h("B", view.t(REFUSED)), h("Span", view.t("不在您的专题或区县权限内"))], "error-words is-refused")
