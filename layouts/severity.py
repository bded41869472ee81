"""When a number may wear an alarm colour: by a firing alert, a grave incident, the status, too few sources; never by taste."""

from collections.abc import Iterable, Sequence

from domain.alert import Alert, Condition
from domain.health import RATE
from domain.incident import OFFICIAL_WARNING, Incident
from domain.screen import Item
from layouts.view import View, is_judgeable
from snapshot.model import Reading

OPEN = (Condition.FIRING, Condition.RECOVERING)
STATUS_LEVELS = {2: 3, 3: 2, 4: 1, 5: 1}  # 运行状态 2 关注 yellow, 3 预警 orange, 4 响应 and 5 应急 red
PARTIAL = 2  # too few sources deliver: the picture itself cannot be relied on (COCKPIT §1 row 16)
OFFICIAL = {"红色": 1, "橙色": 2, "黄色": 3, "蓝色": 4}
PENDING_GRADE = 5  # an incident whose grade nobody has set yet sorts after Ⅳ


def open_alerts(view: View) -> list[Alert]:
    """The alerts in force at the place looked at, most urgent first, then newest."""
    found = [a for a in view.snapshot.alerts if a.condition in OPEN and is_here(view, a.site)]
    return sorted(found, key=lambda a: (a.level, -(a.fired or a.since).timestamp()))


def open_incidents(view: View) -> list[Incident]:
    """The incidents not yet closed at the place looked at, gravest first, then newest."""
    found = [
        i for i in view.snapshot.incidents if i.status != "closed" and (not view.place or i.district == view.place)
    ]
    return sorted(found, key=lambda i: (i.grade or PENDING_GRADE, -i.at.timestamp()))


def official(incident: Incident) -> int | None:
    """The place of an official warning's colour on its issuer's scale, 1 red .. 4 blue; None for what is no warning."""
    return OFFICIAL.get(incident.detail.get("颜色", ""), 4) if incident.kind == OFFICIAL_WARNING else None


def is_here(view: View, site: str) -> bool:
    """Whether a site or district lies in the place looked at."""
    return not view.place or site == view.place or view.city.district_of(site) == view.place


def of_item(view: View, item: Item, reading: Reading) -> int | None:
    """The severity 1..4 a headline number shows, None for a quiet one. Stale values are never judged."""
    if not is_judgeable(reading) or reading.value is None:
        return None
    if item.metric == "city.status":
        return STATUS_LEVELS.get(round(reading.value))
    if item.metric == "emergency.incidents_open":
        return _gravest(open_incidents(view))
    if item.metric == RATE:
        target = view.metric(RATE).target
        return PARTIAL if target is not None and reading.value < target else None
    return of_place(view.snapshot.alerts, item.metric, reading.place)


def of_place(alerts: Iterable[Alert], metric: str, place: str) -> int | None:
    """The highest level firing for exactly this metric and place: a station's alert does not colour its city."""
    levels = [a.level for a in alerts if a.metric == metric and a.site == place and a.condition in OPEN]
    return int(min(levels)) if levels else None


def _gravest(incidents: Sequence[Incident]) -> int | None:
    """Ⅰ and Ⅱ colour the headline; Ⅲ and Ⅳ are daily business (COCKPIT §1 row 2)."""
    grades = [i.grade for i in incidents if i.grade is not None and i.grade <= 2]
    return min(grades) if grades else None


def of_bands(value: float | None, bands: Sequence[float]) -> int | None:
    """The severity of a value on rising thresholds, the last one being red; None below the first."""
    if value is None or not bands or value < bands[0]:
        return None
    passed = sum(value >= b for b in bands)
    return len(bands) - passed + 1
