"""The page of a metric: the number, its courses, its districts and sites, what it is made of, and the cases behind it."""

from datetime import timedelta

from domain.city import City
from domain.health import MEASURED
from domain.metric import Metric
from domain.screen import Item, PanelSpec, Screen
from domain.topic import Curve
from layouts.panels.cases import CasesSpec
from layouts.panels.compared import ComparedSpec
from layouts.panels.course import CourseSpec
from layouts.panels.league import LeagueSpec
from layouts.panels.makeup import MakeupSpec
from layouts.panels.measure import MeasureSpec
from layouts.panels.table import TableSpec
from layouts.topics import pieces

DAY = timedelta(days=1)
COLUMNS = "minmax(0, 560fr) minmax(0, 760fr) minmax(0, 576fr)"
STATUS = "city.status"
FOUR = "minmax(9.6rem, 168fr) minmax(15rem, 290fr) minmax(14rem, 270fr) minmax(14rem, 275fr)"
FIVE = f"{FOUR} minmax(14rem, 260fr)"
TOP = ("now compared compared",)
# (has a map, has a make-up) -> the grid and its rows
GRIDS = {
    (True, True): (
        (*TOP, "now map rank", "trend map rank", "month makeup cases", "list list cases"),
        FIVE,
    ),
    (True, False): ((*TOP, "now map rank", "trend map rank", "month list cases"), FOUR),
    (False, True): ((*TOP, "now trend rank", "makeup month rank", "list list cases"), FOUR),
    (False, False): ((*TOP, "now trend rank", "now month rank", "list list cases"), FOUR),
}


def made(city: City, metric: Metric) -> Screen:
    """The screen of a metric."""
    item = Item(metric=metric.key)
    shade = pieces.shade_of(city, metric.key)
    has_makeup = bool(metric.composite or metric.ratio)
    panels = [*_always(metric, item), _list(metric, item)]
    if shade is not None:
        panels.append(pieces.shaded(city, shade))
    if has_makeup:
        panels.append(
            MakeupSpec(
                key="makeup", kind="makeup", area="makeup", title="构成", title_en="How it is made", items=(item,)
            )
        )
    grid, rows = GRIDS[shade is not None, has_makeup]
    return Screen(
        key=f"indicator/{metric.key}",
        title=metric.name,
        title_en=metric.name_en,
        columns=COLUMNS,
        rows=rows,
        grid=grid,
        panels=tuple(panels),
    )


def _always(metric: Metric, item: Item) -> list[PanelSpec]:
    """What the page of every metric has."""
    return [
        MeasureSpec(key="now", kind="measure", area="now", title=metric.name, title_en=metric.name_en, items=(item,)),
        ComparedSpec(
            key="compared", kind="compared", area="compared", title="比较", title_en="Comparisons", items=(item,)
        ),
        *_courses(metric, item),
        LeagueSpec(
            key="rank", kind="league", area="rank", title="区县排名", title_en="Districts ranked", items=(item,)
        ),
        CasesSpec(
            key="cases",
            kind="cases",
            area="cases",
            title="告警与事件",
            title_en="Alerts and incidents",
            metric=metric.key,
            incidents=metric.topic == "emergency" or metric.key == STATUS,
        ),
    ]


def _courses(metric: Metric, item: Item) -> list[PanelSpec]:
    """Today and 30 days; of what comes daily or less often, 90 days and the year."""
    if metric.every < DAY:
        curve = Curve(item=item, against="yesterday", target=metric.target is not None)
        month = CourseSpec(
            key="month", kind="course", area="month", title="近 30 天", title_en="Last 30 days", items=(item,)
        )
        return [pieces.trend(curve), month]
    return [
        CourseSpec(
            key="trend",
            kind="course",
            area="trend",
            title="近 90 天",
            title_en="Last 90 days",
            items=(item,),
            hours=90 * 24,
        ),
        CourseSpec(
            key="month",
            kind="course",
            area="month",
            title="近 12 个月",
            title_en="Last 12 months",
            items=(item,),
            hours=365 * 24,
            step=timedelta(days=5),
        ),
    ]


def _list(metric: Metric, item: Item) -> TableSpec:
    """The places behind the number, worst first: its sites, else districts with what it is made of."""
    halves = [Item(metric=key) for key in metric.ratio or ()]
    has_sites = bool(metric.site_kind) and metric.key not in MEASURED
    return TableSpec(
        key="list",
        kind="table",
        area="list",
        title="明细清单",
        title_en="The list behind it",
        items=(item, *halves),
        of="sites" if has_sites else "districts",
        everywhere=True,
    )
