"""A number on the screen: always a button that leads to its definition, always with its state."""

from domain.metric import Metric
from domain.screen import Item
from layouts import words
from layouts.tags import Child, Node, h
from layouts.view import View, is_judgeable, is_refused
from snapshot.model import Basis, Comparison, Reading


def tip(view: View, metric: Metric, reading: Reading) -> str:
    """What hovering says: name, place, time and state, source, coverage."""
    lines = [
        f"{view.either(metric.name, metric.name_en)} · {view.place_name(_place(view, reading))}",
        words.as_of(view, reading),
        view.source_name(metric.key),
    ]
    if reading.value is not None and reading.coverage < 0.995:
        lines.append(view.t("覆盖 {n}%", n=round(reading.coverage * 100)))
    if reading.note and not is_refused(reading):
        lines.append(view.said(reading.note))
    return "\n".join(lines)


def _place(view: View, reading: Reading) -> str:
    return reading.place or view.place_of(reading.metric) or view.city.adcode


def number(view: View, item: Item, reading: Reading, cls: str = "", with_unit: bool = True) -> Node:
    """The value as a focusable button carrying data-metric and data-place; a click opens the drawer."""
    metric = view.metric(item.metric)
    text, unit = words.value(view, metric, reading), view.unit(item)
    has_unit = with_unit and unit and metric.key not in words.CODED and not is_refused(reading)
    small = h("Span", unit, "unit") if has_unit else None
    body = [h("Span", text, "digits"), small] if small else [h("Span", text, "digits")]
    name = f"{view.label(item)} {text}{unit if small else ''} {words.state(view, reading)}"
    return h(
        "Button",
        body,
        f"num is-{reading.freshness} {cls}".strip(),
        data={"metric": metric.key, "place": _place(view, reading)},
        aria={"label": name},
        title=tip(view, metric, reading),
        type="button",
    )


def change(view: View, item: Item, basis: Basis, reading: Reading) -> Node:
    """One comparison of a number, or its refusal with the reason as title."""
    metric = view.metric(item.metric)
    found = view.snapshot.compare(item.metric, view.place_of(item.metric), basis, item.window)
    sentence = words.explain(view, found, metric.digits)
    if basis == "target":
        return _target(view, metric, found, sentence)
    if found.delta is None:
        return h("Span", f"{words.basis(view, basis)} {view.t('不可比')}", "cmp is-refused", title=sentence)
    sense = {True: "is-better", False: "is-worse", None: ""}[found.better if is_judgeable(reading) else None]
    body: list[Child] = [h("B", words.delta(view, found, metric.digits)), " " + words.basis(view, basis)]
    return h("Span", body, f"cmp {sense}".strip(), title=sentence)


def _target(view: View, metric: Metric, found: Comparison, sentence: str) -> Node:
    base = found.base if found.base is not None else metric.target
    missed = found.better is False and found.delta is not None
    text = view.t("目标 {value}", value=words.figure(base, 0 if base is not None and base == round(base) else 1))
    return h("Span", text, "cmp is-missed" if missed else "cmp", title=sentence)
