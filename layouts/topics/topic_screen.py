"""The page of a topic: headlines, the day's course, composition, ranking, map, comparisons, cases and places."""

from domain.city import City
from domain.screen import PanelSpec, Screen
from domain.topic import More, TopicPage
from layouts.panels.bars import BarsSpec
from layouts.panels.cases import CasesSpec
from layouts.panels.compared import ComparedSpec
from layouts.panels.course import CourseSpec
from layouts.panels.headline import HeadlineSpec
from layouts.panels.league import LeagueSpec
from layouts.panels.table import TableSpec
from layouts.topics import pieces

COLUMNS = "minmax(0, 500fr) minmax(0, 780fr) minmax(0, 616fr)"
ROWS = "minmax(6.4rem, 112fr) minmax(17rem, 345fr) minmax(12rem, 235fr) minmax(14rem, 280fr)"

FOOT_ROW = " minmax(16rem, 420fr)"


def made(city: City, topic: TopicPage) -> Screen:
    """The topic's screen; sections that its file leaves out give their place to others."""
    side = _side(topic)
    is_bare = not side
    panels = [head(topic), pieces.trend(city, topic.trend), _mix(city, topic), _centre(city, topic), *side]
    panels += [compared(topic), cases(topic, "side" if is_bare else "cases")]
    foot = [more(one, f"more{number}") for number, one in enumerate(topic.more)]
    lower = "side2" if len(side) > 1 else "side"
    return Screen(
        key=f"topic/{topic.key}",
        title=topic.title,
        title_en=topic.title_en,
        order=topic.order,
        columns=COLUMNS,
        rows=ROWS + (FOOT_ROW if foot else ""),
        grid=(
            "head head head",
            "trend map side",
            f"mix map {lower}",
            "compared compared compared" if is_bare else "compared compared cases",
            *(("more0 more0 more1" if len(foot) > 1 else "more0 more0 more0",) if foot else ()),
        ),
        panels=(*panels, *foot),
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


def more(one: More, area: str) -> PanelSpec:
    """A further table: numbers compared, or places by numbers."""
    named = {"key": area, "area": area, "title": one.title, "title_en": one.title_en, "items": one.items}
    if one.of == "figures":
        return ComparedSpec(kind="compared", **named)
    return TableSpec(kind="table", of=one.of, everywhere=True, **named)


def cases(topic: TopicPage, area: str = "cases") -> CasesSpec:
    """Alerts of the topic, and incidents where the page is about them."""
    return CasesSpec(
        key="cases",
        kind="cases",
        area=area,
        title="告警与事件",
        title_en="Alerts and incidents",
        topics=topic.topics,
        incidents=topic.incidents,
    )


def _mix(city: City, topic: TopicPage) -> PanelSpec:
    if topic.mix is None:
        return pieces.long_course(city.metrics[topic.trend.item.metric], topic.trend.item, "mix")
    return BarsSpec(
        key="mix",
        kind="bars",
        area="mix",
        title=topic.mix.title,
        title_en=topic.mix.title_en,
        items=topic.mix.items,
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
        step=pieces.WEEK,
    )


def _side(topic: TopicPage) -> list[PanelSpec]:
    """Ranking and list at the right, as far as the page has them."""
    out: list[PanelSpec] = []
    if topic.ranking is not None:
        out.append(
            LeagueSpec(
                key="rank",
                kind="league",
                area="side",
                title="区县排名",
                title_en="Districts ranked",
                items=(topic.ranking,),
            )
        )
    if topic.places:
        out.append(
            TableSpec(
                key="places",
                kind="table",
                area="side2" if out else "side",
                title="分布明细",
                title_en="By place",
                items=topic.places,
                of=topic.of,
                everywhere=True,
            )
        )
    return out
