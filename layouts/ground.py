"""What every picture of the city's ground carries: its classes, its approval and credits, the layers it may draw."""

from collections.abc import Sequence

from layouts import words
from layouts.tags import Child, h
from layouts.view import View


def legend_steps(view: View, breaks: Sequence[float]) -> list[Child]:
    """The five classes between four rising limits, highest first, and what has no data."""
    digits = 0 if all(v == int(v) for v in breaks) else 1
    b = [words.figure(v, digits) for v in breaks]
    texts = [f"< {b[0]}", f"{b[0]}–{b[1]}", f"{b[1]}–{b[2]}", f"{b[2]}–{b[3]}", f"≥ {b[3]}"]
    steps: list[Child] = [
        h("Span", [h("I", None, f"swatch step-{i + 1}"), text], "legend-item") for i, text in enumerate(texts)
    ]
    return [*reversed(steps), h("Span", [h("I", None, "swatch is-none"), view.t("无数据")], "legend-item")]


def rights(view: View, *, with_base: bool = False) -> list[Child]:
    """Approval numbers and credits, which stand on whatever shows the city's outlines, and its base map's where that is shown."""
    spec = view.city.spec.map
    base = spec.base if with_base else None
    credit = " · ".join((*spec.attribution, base.attribution) if base is not None else spec.attribution)
    numbers = dict.fromkeys(n for n in (spec.approval_number, base.approval_number if base is not None else "") if n)
    number = f"{view.t('审图号')} {' · '.join(numbers)}" if numbers else None
    return [h("Span", number, "approval") if number else None, h("Span", credit, "credit", title=credit)]


def has_layer(view: View, name: str) -> bool:
    """A city folder may leave out any layer but its districts."""
    return name in view.city.spec.map.layers
