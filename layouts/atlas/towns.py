"""Towns and streets by name: where something is, for those who know the place by its name only."""

from layouts import links
from layouts.atlas.picture import Asked, Class, Mark, Picture, card


def draw(asked: Asked) -> Picture:
    """Every town inside the reach, with the way to its district's page."""
    view = asked.view
    reach = view.snapshot.reach.districts
    marks = []
    for one in asked.ground.towns:
        if reach is not None and one.district not in reach:
            continue
        ways = (
            [(view.place_name(one.district), links.district(view, one.district))]
            if one.district in view.city.districts
            else []
        )
        go = card([view.place_name(one.district)], ways)
        marks.append(Mark(one.name, one.lon, one.lat, 0, one.name, view.place_name(one.district), go))
    return Picture(view.t("乡镇街道"), [Class(view.t("乡镇、街道驻地"), "#A9BDD1", "ring", 3)], marks)
