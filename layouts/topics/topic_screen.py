"""The page of a topic: headlines, the day's course, composition, ranking, map, comparisons, cases and places."""

from datetime import timedelta

from domain.city import City
from domain.screen import PanelSpec, Screen
from domain.topic import TopicPage
from layouts.panels.bars import BarsSpec
from layouts.panels.cases import CasesSpec
from layouts.panels.compared import ComparedSpec
from layouts.panels.course import CourseSpec
from layouts.panels.headline import HeadlineSpec
from layouts.panels.league import LeagueSpec
from layouts.panels.table import TableSpec
from layouts.topics import pieces

WEEK = timedelta(days=7)
COLUMNS = "minmax(0, 500fr) minmax(0, 780fr) minmax(0, 616fr)"
ROWS = "minmax(6.4rem, 112fr) minmax(14rem, 285fr) minmax(14rem, 285fr) minmax(15rem, 290fr)"


def made(city: City, topic: TopicPage) -> Screen:
    """The topic's screen; sections that its file leaves out give their place to others."""
    panels = [head(topic), pieces.trend(topic.trend), _mix(topic), _centre(city, topic), _right(topic), compared(topic)]
    panels += [cases(topic), *_places(topic)]
    has_places = any(panel.area == "places" for panel in panels)
    return Screen(
        key=f"topic/{topic.key}",
        title=topic.title,
        title_en=topic.title_en,
        order=topic.order,
        columns=COLUMNS,
        rows=ROWS,
        grid=(
            "head head head",
            "trend map rank",
            "mix map rank",
            "places compared cases" if has_places else "compared compared cases",
        ),
        panels=tuple(panels),
    )


def head(topic: TopicPage) -> HeadlineSpec:
    """The cards at the top."""
    return HeadlineSpec(key="head", kind="headline", area="head", items=topic.headlines)


def compared(topic: TopicPage) -> ComparedSpec:
    """The headlines against earlier periods and targets."""
    return ComparedSpec(
        key="compared",
        kind="compared",
        area="compared",
        title="同比、环比与目标",
        title_en="Comparisons and targets",
        items=topic.headlines,
    )


def cases(topic: TopicPage) -> CasesSpec:
    """Alerts of the topic, and incidents where the page is about them."""
    return CasesSpec(
        key="cases",
        kind="cases",
        area="cases",
        title="告警与事件",
        title_en="Alerts and incidents",
        topics=topic.topics,
        incidents=topic.incidents,
    )


def _mix(topic: TopicPage) -> PanelSpec:
    if topic.mix is None:
        return _month(topic)
    return BarsSpec(
        key="mix",
        kind="bars",
        area="mix",
        title=topic.mix.title,
        title_en=topic.mix.title_en,
        items=topic.mix.items,
    )


def _month(topic: TopicPage) -> CourseSpec:
    return CourseSpec(
        key="month",
        kind="course",
        area="mix",
        title="近 30 天",
        title_en="Last 30 days",
        items=(topic.trend.item,),
    )


def _centre(city: City, topic: TopicPage) -> PanelSpec:
    if topic.map is not None:
        return pieces.shaded(city, topic.map)
    return CourseSpec(
        key="year",
        kind="course",
        area="map",
        title="近 12 个月",
        title_en="Last 12 months",
        items=(topic.trend.item,),
        hours=365 * 24,
        step=WEEK,
    )


def _right(topic: TopicPage) -> PanelSpec:
    if topic.ranking is None:
        return _table(topic, "rank")
    return LeagueSpec(
        key="rank",
        kind="league",
        area="rank",
        title="区县排名",
        title_en="Districts ranked",
        items=(topic.ranking,),
    )


def _places(topic: TopicPage) -> list[PanelSpec]:
    """The list of sites, where the ranking has not left it its place already."""
    return [_table(topic, "places")] if topic.places and topic.ranking is not None else []


def _table(topic: TopicPage, area: str) -> TableSpec:
    return TableSpec(
        key="places",
        kind="table",
        area=area,
        title="分布明细",
        title_en="By place",
        items=topic.places or topic.headlines,
        of=topic.of,
        everywhere=True,
    )
