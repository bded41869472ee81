"""Panel kinds: one module each with its Spec, `build` (the empty panel) and `render` (its live parts)."""

from collections.abc import Callable
from typing import Any

from domain.screen import PanelSpec
from layouts.panels import (
    alerts,
    bars,
    cases,
    compared,
    course,
    headline,
    league,
    makeup,
    map,  # noqa: A004
    measure,
    pollutants,
    ranking,
    status_line,
    table,
    targets,
    timeline,
    trend,
    twin,
)
from layouts.tags import Node, Parts
from layouts.view import View

# The spec a kind's functions take is its own subclass, which this table cannot say; hence Any.
Kind = tuple[type[PanelSpec], Callable[[Any, View], Node], Callable[[Any, View], Parts]]

LISTS = frozenset({"alerts", "cases", "map", "status_line", "timeline"})
"""Kinds that show more than their own numbers, so that they are drawn whatever may be read: each leaves out what may not."""

KINDS: dict[str, Kind] = {
    "alerts": (alerts.AlertsSpec, alerts.build, alerts.render),
    "bars": (bars.BarsSpec, bars.build, bars.render),
    "cases": (cases.CasesSpec, cases.build, cases.render),
    "compared": (compared.ComparedSpec, compared.build, compared.render),
    "course": (course.CourseSpec, course.build, course.render),
    "headline": (headline.HeadlineSpec, headline.build, headline.render),
    "league": (league.LeagueSpec, league.build, league.render),
    "makeup": (makeup.MakeupSpec, makeup.build, makeup.render),
    "map": (map.MapPanelSpec, map.build, map.render),
    "measure": (measure.MeasureSpec, measure.build, measure.render),
    "pollutants": (pollutants.PollutantsSpec, pollutants.build, pollutants.render),
    "ranking": (ranking.RankingSpec, ranking.build, ranking.render),
    "status_line": (status_line.StatusLineSpec, status_line.build, status_line.render),
    "table": (table.TableSpec, table.build, table.render),
    "targets": (targets.TargetsSpec, targets.build, targets.render),
    "timeline": (timeline.TimelineSpec, timeline.build, timeline.render),
    "trend": (trend.TrendSpec, trend.build, trend.render),
    "twin": (twin.TwinSpec, twin.build, twin.render),
}
