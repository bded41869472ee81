"""Chart figures as plain dicts: day curves, bars and histories from Trends."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.metric import Metric
from layouts import theme
from layouts.view import View
from snapshot.model import Trend

Figure = dict[str, Any]
HOUR_MS = 3_600_000
FILL = "rgba(56, 198, 244, 0.12)"


def nice(low: float, high: float, ticks: int = 3) -> tuple[float, float, float]:
    """A range around the values that moves in steps of 1, 2, 2.5 or 5, so an axis never jumps between two ticks."""
    span = max(high - low, 1e-9)
    rough = span / ticks
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def known(*courses: Iterable[float | None]) -> list[float]:
    """All measured values of several courses."""
    return [v for course in courses for v in course if v is not None]


def whole(view: View, metric: Metric, trend: Trend) -> list[float | None]:
    """The values without a last interval that is still filling up: half a sum would look like a fall."""
    values = list(trend.values)
    if metric.aggregate == "sum" and trend.at and trend.at[-1] + trend.step > view.snapshot.at:
        return values[:-1]
    return values


def rounded(values: Sequence[float | None], digits: int) -> list[float | None]:
    """Values with one digit more than they are shown with: a figure carries no noise."""
    return [None if v is None else round(v, digits + 1) for v in values]


def line(view: View, trend: Trend, values: Sequence[float | None], name: str, shift_days: int = 0) -> dict[str, Any]:
    """A solid line on regular steps, given by its first moment and the step. `shift_days` lays a past day over today."""
    start = view.local(trend.at[0]) + timedelta(days=shift_days) if trend.at else view.local(view.snapshot.at)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x0": start.strftime("%Y-%m-%d %H:%M"),
        "dx": int(trend.step.total_seconds() * 1000),
        "y": list(values),
        "line": {"color": theme.ACCENT, "width": 2},
        "connectgaps": False,
    }


def dotted(trace: dict[str, Any]) -> dict[str, Any]:
    """The comparison's look: grey, dotted, thin."""
    return trace | {"line": {"color": theme.MUTED, "width": 1.5, "dash": "dot"}}


def filled(trace: dict[str, Any]) -> dict[str, Any]:
    """A quiet area under a line that starts at zero."""
    return trace | {"fill": "tozeroy", "fillcolor": FILL}


def day_axis(view: View) -> dict[str, Any]:
    """Midnight to midnight of the snapshot's local day, labelled every six hours."""
    start = view.local(view.snapshot.at).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return theme.axis(
        type="date",
        range=[stamp(start), stamp(start + timedelta(days=1))],
        tickmode="array",
        tickvals=[stamp(start + timedelta(hours=i)) for i in (0, 6, 12, 18, 24)],
        ticktext=["00", "06", "12", "18", "24"],
        hoverformat="%H:%M",
        showgrid=False,
    )


def stamp(at: datetime) -> str:
    """A local wall-clock time as Plotly reads it."""
    return at.strftime("%Y-%m-%d %H:%M")


ROOM = 5  # characters of a label that the margin of a chart holds; for longer ones it grows


def value_axis(low: float, high: float, digits: int, ticks: int = 3) -> dict[str, Any]:
    """A value axis on a nice range with few ticks."""
    low, high, step = nice(low, high, ticks)
    told = f",.{max(digits, decimals(step))}f"
    wide = {"automargin": True} if max(len(format(end, told)) for end in (low, high)) > ROOM else {}
    return theme.axis(range=[low, high], dtick=step, tick0=low, tickformat=told, **wide)


def decimals(step: float) -> int:
    """How many decimals a tick needs to be told from the next."""
    return max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0


def level_line(value: float, colour: str = theme.SECOND) -> dict[str, Any]:
    """A target or limit: a thin dotted line across the chart."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": "y",
        "y0": value,
        "y1": value,
        "line": {"color": colour, "width": 1, "dash": "dot"},
    }


def no_data(view: View) -> dict[str, Any]:
    """The words in the middle of a chart that has nothing to draw."""
    text = view.t("正在采集…") if view.is_first_start else view.t("无数据")
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    return place | {"text": text, "font": {"color": theme.MUTED, "size": 14}}
