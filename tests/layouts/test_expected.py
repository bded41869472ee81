from datetime import timedelta

import plotly.graph_objects as go
import pytest

from domain.forecast import Outlook, Skill, Step
from domain.observation import SeriesKey
from layouts import drawer
from layouts.address import Address
from layouts.panels import trend
from layouts.panels.trend import TrendSpec
from layouts.view import View
from tests.layouts.fake import NOW, FakeSnapshot
from tests.layouts.test_screen import texts

HOUR = timedelta(hours=1)
MADE = NOW.replace(minute=0, second=0)
STEPS = tuple(Step(MADE + i * HOUR, 300.0, 320.0, 340.0, 360.0, 380.0) for i in range(6))
SITE = "441802"


def _view(lang: str = "zh", **said: object) -> View:
    told = {"method": "holt_winters", "skill": Skill(200, 0.714, 0.823, 0.95)} | said
    made = Outlook(SeriesKey("air.aqi", SITE, "air"), MADE, steps=STEPS, **told)  # type: ignore[arg-type]
    return View(FakeSnapshot(outlooks={("air.aqi", SITE): made}), lang=lang)  # type: ignore[arg-type]


def _words(view: View, place: str = SITE) -> str:
    return " ".join(texts(drawer.render(view, Address(metric="air.aqi", place=place))))


def test_a_forecast_is_never_shown_without_its_model_and_skill() -> None:
    assert "预测：Holt-Winters，MASE 0.71，80% 区间命中 82%（回测）" in _words(_view())
    assert "Forecast: Holt-Winters, MASE 0.71, 80% interval held 82% (back-test)" in _words(_view("en"))


def test_the_naive_forecast_is_shown_as_such_and_a_scored_one_as_measured() -> None:
    naive = _view(method="naive", skill=Skill(48, None, 0.8, 1.0, live=True))
    assert "预测：上一周期同时刻，MASE —，80% 区间命中 80%（实测）" in _words(naive)


def test_where_nothing_is_forecast_nothing_is_said() -> None:
    assert "MASE" not in _words(_view(), place="441803")


def test_the_chart_carries_the_dashed_line_and_its_band() -> None:
    charts = _graphs(drawer.render(_view(), Address(metric="air.aqi", place=SITE)))
    low, high, middle, measured = charts[0]["data"]
    go.Figure(charts[0])
    assert (low["y"], high["y"], middle["y"]) == ([320.0] * 6, [360.0] * 6, [340.0] * 6)
    assert middle["line"]["dash"] == "dash"
    assert high["fill"] == "tonexty"
    assert charts[0]["layout"]["yaxis"]["range"][1] >= 360
    assert "dash" not in measured["line"]


def _panel(outlooks: dict[tuple[str, str], Outlook]) -> dict[str, dict[str, object]]:
    spec = TrendSpec.model_validate(
        {"key": "air", "area": "a", "kind": "trend", "title": "空气", "curve": {"metric": "air.aqi"}}
    )
    return trend.render(spec, View(FakeSnapshot(outlooks=outlooks), place=SITE))  # type: ignore[return-value]


def test_a_trend_panel_goes_on_as_a_dashed_line_to_the_end_of_the_day_and_says_how_good_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trend, "_is_forecast", lambda *_: True)
    made = Outlook(SeriesKey("air.aqi", SITE, "air"), MADE, "holt_winters", STEPS, Skill(200, 0.714, 0.823, 0.95))
    parts = _panel({("air.aqi", SITE): made})
    lines = parts["figure"]["figure"]["data"]  # type: ignore[index]
    dashed = [line for line in lines if line.get("line", {}).get("dash") == "dash"]
    assert len(dashed) == 1
    assert 0 < len(dashed[0]["x"]) <= len(STEPS)
    assert parts["expected"]["children"] == "预测 MASE 0.71"
    assert "80% 区间命中 82%" in str(parts["expected"]["title"])


def test_a_trend_panel_without_a_forecast_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trend, "_is_forecast", lambda *_: True)
    parts = _panel({})
    assert parts["expected"]["hidden"] is True
    assert not [line for line in parts["figure"]["figure"]["data"] if line.get("line", {}).get("dash") == "dash"]  # type: ignore[index]


def _graphs(node: object) -> list[dict[str, object]]:
    if isinstance(node, list | tuple):
        return [one for part in node for one in _graphs(part)]
    if not isinstance(node, dict):
        return []
    props = node.get("props", {})
    found = [props["figure"]] if "figure" in props else []
    return found + _graphs(props.get("children"))
