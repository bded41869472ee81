"""What can help or must be looked after: stores, teams, stations, shelters, hospitals, schools."""

from layouts import links
from layouts.atlas.picture import Asked, Class, Mark, Picture, card

# kind -> what it is called, its colour (none of the alarm's) and its shape
KINDS: dict[str, tuple[str, str, str]] = {
    "team": ("救援队伍", "#3FD0B6", "triangle"),
    "store": ("物资库", "#3FD0B6", "square"),
    "fire": ("消防站", "#3FD0B6", "diamond"),
    "shelter": ("避难场所", "#8FB8E0", "square"),
    "hospital": ("医院", "#D7B8F3", "cross"),
    "police": ("公安", "#8FB8E0", "diamond"),
    "government": ("政府机关", "#8FB8E0", "triangle"),
    "school": ("学校", "#A9BDD1", "dot"),
}


def draw(asked: Asked) -> Picture:
    """Every resource inside the reach; a click shows what it has and the way to its district's page."""
    view = asked.view
    known = list(KINDS)
    held = [one for one in asked.ground.resources if one.kind in KINDS and _is_inside(asked, one.district)]
    kinds = [kind for kind in known if any(one.kind == kind for one in held)]
    classes = [Class(view.t(KINDS[kind][0]), KINDS[kind][1], KINDS[kind][2], 9) for kind in kinds]  # type: ignore[arg-type]  # shapes of the table above
    marks = []
    for one in held:
        word = view.t(KINDS[one.kind][0]) + (f" · {view.t('示意')}" if one.illustrative else "")
        ways = (
            [(view.place_name(one.district), links.district(view, one.district))]
            if one.district in view.city.districts
            else []
        )
        go = card([word, one.note], ways)
        marks.append(Mark(one.id, round(one.lon, 5), round(one.lat, 5), kinds.index(one.kind), one.name, word, go))
    return Picture(view.t("应急资源"), classes, marks)


def _is_inside(asked: Asked, district: str) -> bool:
    reach = asked.view.snapshot.reach.districts
    return reach is None or district in reach
