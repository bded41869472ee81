"""A forecast on a chart: the dashed line with its band, and in words by what and how good it is."""

from typing import Any

from domain.forecast import Method, Outlook
from domain.metric import Metric
from layouts import figure, theme
from layouts.view import View

NAMES: dict[Method, str] = {"naive": "上一周期同时刻", "holt_winters": "Holt-Winters"}
BAND = "rgba(56, 198, 244, 0.16)"


def drawn(view: View, metric: Metric, made: figure.Figure, found: Outlook) -> figure.Figure:
    """The chart of the last hours with the forecast after them; its value axis reaches as far as the 80 % interval."""
    low, high = made["layout"]["yaxis"]["range"]
    values = [value for course in _courses(found) for value in course]
    axis = figure.value_axis(min(low, *values), max(high, *values), metric.digits)
    return {"data": _traces(view, found, metric.digits) + made["data"], "layout": made["layout"] | {"yaxis": axis}}


def _traces(view: View, found: Outlook, digits: int) -> list[dict[str, Any]]:
    """The ends of the 80 % interval, filled between, and the expected values, at the beginning of their hours."""
    low, middle, high = ([round(value, digits + 1) for value in course] for course in _courses(found))
    base = {"type": "scatter", "mode": "lines", "x": [figure.stamp(view.local(step.at)) for step in found.steps]}
    end = {"name": view.t("80% 区间"), "line": {"width": 0, "color": theme.ACCENT}, "hoverinfo": "skip"}
    dashed = {"name": view.t("预测"), "line": {"color": theme.ACCENT, "width": 1.5, "dash": "dash"}}
    return [
        base | end | {"y": low},
        base | end | {"y": high, "fill": "tonexty", "fillcolor": BAND},
        base | dashed | {"y": middle},
    ]


def words(view: View, found: Outlook) -> str:
    """Model, error against the naive forecast and hits of the interval: never a forecast without them."""
    skill = found.skill
    mase = "—" if skill.mase is None else f"{skill.mase:.2f}"
    source = view.t("实测") if skill.live else view.t("回测")
    return view.t(
        "预测：{name}，MASE {mase}，80% 区间命中 {share}%（{source}）",
        name=view.t(NAMES[found.method]),
        mase=mase,
        share=round(skill.inside80 * 100),
        source=source,
    )


def _courses(found: Outlook) -> tuple[list[float], list[float], list[float]]:
    steps = found.steps
    return [step.low80 for step in steps], [step.middle for step in steps], [step.high80 for step in steps]
