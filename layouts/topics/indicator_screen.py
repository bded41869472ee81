"""The page of a metric: the number, its courses, its districts and sites, what it is made of, and the cases behind it."""

from domain.city import City
from domain.health import MEASURED
from domain.metric import Metric
from domain.screen import Item, PanelSpec, Screen
from domain.topic import Curve
from layouts.panels.cases import CasesSpec
from layouts.panels.compared import ComparedSpec
from layouts.panels.league import LeagueSpec
from layouts.panels.makeup import MakeupSpec
from layouts.panels.measure import MeasureSpec
from layouts.panels.table import TableSpec
from layouts.topics import pieces

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
    panels = [*_always(city, metric, item), _list(metric, item)]
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


def _always(city: City, metric: Metric, item: Item) -> list[PanelSpec]:
    """What the page of every metric has."""
    return [
        MeasureSpec(key="now", kind="measure", area="now", title=metric.name, title_en=metric.name_en, items=(item,)),
        ComparedSpec(
            key="compared", kind="compared", area="compared", title="比较", title_en="Comparisons", items=(item,)
        ),
        pieces.trend(city, Curve(item=item, target=metric.target is not None, floor=pieces.floor_of(metric))),
        pieces.long_course(metric, item, "month"),
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
