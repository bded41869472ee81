import math
from datetime import timedelta

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import figure, theme
from layouts.view import View
from snapshot.model import Trend
from tests.layouts.fake import NOW


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(2, 6))
def test_a_nice_range_holds_its_values_in_few_steps(low: float, span: float, ticks: int) -> None:
    bottom, top, step = figure.nice(low, low + span, ticks)
    slack = step * 1e-6
    assert bottom <= low + slack
    assert top >= low + span - slack
    assert (top - bottom) / step <= ticks * 2.5 + 2
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 3) in (1, 2, 2.5, 5, 10)


@given(st.floats(10, 99), st.floats(0, 0.4))
def test_an_axis_does_not_jump_between_two_ticks(top: float, rise: float) -> None:
    first, second = figure.nice(0, math.floor(top) + 0.1)[1], figure.nice(0, math.floor(top) + 0.1 + rise)[1]
    assert first == second


def test_the_last_sum_is_left_out_while_it_fills(view: View) -> None:
    cases, aqi = view.metric("service.cases"), view.metric("air.aqi")
    course = Trend(
        "service.cases",
        "",
        timedelta(hours=1),
        (NOW - timedelta(hours=1, minutes=34), NOW - timedelta(minutes=34)),
        (90.0, 41.0),
    )
    assert figure.whole(view, cases, course) == [90.0]
    assert figure.whole(view, aqi, course) == [90.0, 41.0]


def test_a_past_day_lies_over_today(view: View) -> None:
    before = view.snapshot.today("service.cases", "", 1)
    trace = figure.line(view, before, before.values, "昨日", 1)
    assert trace["x0"] == "2026-11-23 00:00"
    assert trace["dx"] == 3_600_000


def test_an_empty_course_is_still_a_figure(view: View) -> None:
    trace = figure.line(view, Trend("air.aqi", "", timedelta(hours=1)), (), "AQI")
    go.Figure(
        {"data": [trace], "layout": theme.layout(xaxis=figure.day_axis(view), annotations=[figure.no_data(view)])}
    )


@pytest.mark.parametrize(("step", "places"), [(1, 0), (20, 0), (0.5, 1), (0.25, 1), (0.05, 2)])
def test_a_tick_shows_as_many_decimals_as_it_needs(step: float, places: int) -> None:
    assert figure.decimals(step) == places


def test_the_margin_grows_for_labels_that_it_does_not_hold() -> None:
    assert "automargin" not in figure.value_axis(0, 640, 0)
    assert figure.value_axis(0, 86_000, 0)["automargin"] is True
