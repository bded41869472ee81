"""The bottom line: the gravest alert, the highest water, the sources, the map's approval and who owns the data."""

from typing import Literal

from domain.health import Freshness
from domain.screen import Item, PanelSpec
from layouts import frame, words
from layouts.number import number
from layouts.remarks import sources_up
from layouts.severity import official, open_alerts, open_incidents
from layouts.tags import Child, Node, Parts, h, part_id
from layouts.theme import SHAPES
from layouts.view import View
from snapshot.model import Reading


class StatusLineSpec(PanelSpec):
    """gauge: a water level metric whose sites carry the fact `warning_level`; the one nearest to it or above is told."""

    kind: Literal["status_line"]
    gauge: Item | None = None


def build(spec: StatusLineSpec, view: View) -> Node:
    """The line, empty, with the map's fixed facts at its end."""
    return frame.frame(
        spec, view, [h("Div", None, "line", id=part_id(spec.key, "line")), h("Div", _rights(view), "rights")]
    )


def render(spec: StatusLineSpec, view: View) -> Parts:
    """Pairs of a bold word and its sentence."""
    pairs = [_alert(view), _gauge(spec.gauge, view) if spec.gauge else None, _sources(view)]
    return frame.dress(spec, view, []) | {"line": {"children": [p for p in pairs if p]}}


def _pair(word: str, body: list[Child], title: str, cls: str = "") -> Node:
    return h("Span", [h("B", word), h("Span", body, "line-text", title=title)], f"line-pair {cls}".strip())


def _alert(view: View) -> Node:
    found = open_alerts(view)
    warnings = sorted(
        (i for i in open_incidents(view) if official(i)), key=lambda i: (official(i) or 0, -i.at.timestamp())
    )
    if not found and warnings:  # the issuer's colour is in its title
        told = view.incident(warnings[0])
        text = " · ".join((told.title, view.clock(told.at), *([f"+{len(warnings) - 1}"] if len(warnings) > 1 else [])))
        return _pair(view.t("官方预警"), [text], text)
    if not found:
        quiet = view.t("暂无生效预警")
        return _pair(view.t("预警"), [quiet], quiet)
    top = found[0]
    text = f"{SHAPES[int(top.level)]} P{int(top.level)} {view.personal(top.say)} · {view.clock(top.fired or top.since)}"
    return _pair(view.t("预警"), [text], text, f"is-p{int(top.level)}")


def _gauge(item: Item, view: View) -> Node | None:
    """The gauge furthest above, or nearest below, its warning level."""
    found = [(_over(view, r), r) for r in view.snapshot.readings(item.metric, view.place) if r.value is not None]
    known = [(over, r) for over, r in found if over is not None]
    if not known:
        return None
    over, reading = max(known, key=lambda p: p[0])
    name = view.place_name(reading.place)
    limit = view.t("警戒 {value}", value=words.figure((reading.value or 0.0) - over, 2))
    body: list[Child] = [f"{name} ", number(view, item, reading, "inline"), f"（{limit}）"]
    return _pair(
        view.t("水情"), body, f"{name} {words.figure(reading.value, 2)} · {limit}", "is-over" if over > 0 else ""
    )


def _over(view: View, reading: Reading) -> float | None:
    site = view.city.sites.get(reading.place)
    limit = site.facts.get("warning_level") if site else None
    return reading.value - float(limit) if limit is not None and reading.value is not None else None


def _sources(view: View) -> Node:
    up, total = sources_up(view)
    fine = [Freshness.LIVE, Freshness.LATE]
    texts = [view.t("{up}/{total} 正常", up=up, total=total)]
    if view.is_first_start:  # a source that was not polled yet is no fault
        fine.append(Freshness.NONE)
        texts.append(view.t("正在采集…"))
    bad = [h for h in view.snapshot.sources.values() if h.state not in fine]
    for health in bad[:3]:
        source = view.city.sources.get(health.source)
        name = view.source_label(source) if source else health.source
        texts.append(f"{name} {view.t(words.FRESHNESS[health.state])}")
    if len(bad) > 3:
        texts.append(view.t("另有 {n} 个", n=len(bad) - 3))
    text = "，".join(texts) if view.lang == "zh" else ", ".join(texts)
    cls = "is-short" if bad else ""
    button = h("Button", text, "line-open", data={"sources": "all"}, title=text, type="button")
    return _pair(view.t("数据源"), [button], text, cls)


def _rights(view: View) -> list[Child]:
    spec = view.city.spec.map
    out: list[Child] = []
    if spec.approval_number:
        out.append(_pair(view.t("审图号"), [spec.approval_number], spec.approval_number))
    if spec.audience == "intranet":
        out.append(h("Span", view.t("内部使用"), "line-pair"))
    credit = " · ".join(spec.attribution)
    out.append(h("Span", credit, "line-pair credit", title=credit))
    return out
