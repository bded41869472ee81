"""What the city folder's check learns about a source."""

from collections.abc import Callable

from datasources.check import problems
from datasources.context import SourceContext
from domain.source import SourceSpec

Make = Callable[..., SourceSpec]


def test_a_source_that_can_run_has_no_problems(spec: Make, context: SourceContext) -> None:
    assert problems(spec(), context.metrics) == []


def test_every_problem_is_found_with_its_key(spec: Make, context: SourceContext) -> None:
    feed = spec(
        rows="data[", where="a ==", at={"path": "time", "zone": "Asia/Nowhere"},
        site={"path": "PM2.5", "learn": {"kind": "air", "facts": {"x": "]"}}},
        metrics={"air.pm25": {"path": "pm", "unit": "ppm"}, "air.pm": "pm", "air.co": {"path": "co", "when": "co >"}},
        incident={"id": "id", "title": "[", "detail": {"路段": "溶解氧(mg/L)"}},
    )  # fmt: skip
    assert sorted(key for key, _ in problems(feed, context.metrics)) == [
        "at", "incident.detail.路段", "incident.title", "metrics.air.co.when", "metrics.air.pm", "metrics.air.pm25.unit",
        "rows", "site.learn.facts.x", "site.path", "where",
    ]  # fmt: skip
