"""Sparklines as SVG images: a line and its end, no axes, no script; the browser scales them."""

from collections.abc import Sequence
from urllib.parse import quote

from layouts.tags import Node, h
from layouts.theme import ACCENT

WIDTH, HEIGHT, PAD = 100, 28, 3
FEWEST = 4  # hours: fewer are a dash, not a course


def _points(values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
    """Runs of (x, y) between gaps, y upside down as SVG wants it."""
    known = [v for v in values if v is not None]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    runs: list[list[tuple[float, float]]] = [[]]
    for i, v in enumerate(values):
        if v is None:
            runs.append([])
            continue
        x = PAD + i * (WIDTH - 2 * PAD) / max(len(values) - 1, 1)
        level = 0.5 if high == low else (v - low) / span
        runs[-1].append((x, HEIGHT - PAD - level * (HEIGHT - 2 * PAD)))
    return [run for run in runs if run]


def spark(values: Sequence[float | None], label: str, colour: str = ACCENT) -> Node | None:
    """An image of the course, None when there are too few values to make one."""
    if sum(v is not None for v in values) < FEWEST:
        return None
    runs = _points(values)
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run) for run in runs)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linejoin="round" '
        f'stroke-linecap="round" vector-effect="non-scaling-stroke"/></svg>'
    )
    return h("Img", None, "spark", src="data:image/svg+xml," + quote(svg, safe=" =/:'\"<>"), alt=label)
