"""Shares and scores as the pages about data show them."""

from indicators.quality import Share
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node, h

GOOD, FAIR = 95.0, 80.0  # percent: below the first something is amiss, below the second it is bad


def percent(value: float | None) -> str:
    """A percentage with one digit; never rounded up to a whole that it is not."""
    if value is None:
        return "—"
    shown = min(value, 99.9) if value < 100 else value
    return f"{shown:.1f}%"


def grade(value: float | None) -> str:
    """The class of a share: nothing while it is good."""
    if value is None:
        return "is-none"
    return "" if value >= GOOD else "is-fair" if value >= FAIR else "is-bad"


def bar(value: float | None, text: str = "", title: str = "") -> Node:
    """A share as a bar with its number; what is amiss carries a mark as well as a colour."""
    if value is None:
        return h("Span", text or "—", "share is-none", title=title or None)
    how = grade(value)
    mark = {"is-fair": "▲ ", "is-bad": "◆ "}.get(how, "")
    inner: list[Child] = [
        h("I", None, "share-bar", style={"width": f"{max(min(value, 100.0), 0.0):.1f}%"}, aria={"hidden": "true"}),
        h("B", f"{mark}{text or percent(value)}"),
    ]
    return h("Span", inner, f"share {how}".strip(), title=title or None)


def counted(desk: Desk, share: Share) -> str:
    """A share as its counts."""
    return desk.t("应收 {whole}，实收 {part}", whole=f"{share.whole:,}", part=f"{share.part:,}")
