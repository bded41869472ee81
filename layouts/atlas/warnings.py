"""Official warnings in force with their areas, in the colours of the official scale, which are no alert levels of ours."""

from collections.abc import Iterator

from domain.incident import Incident
from layouts import theme
from layouts.atlas.picture import Area, Asked, Class, Mark, Picture
from layouts.severity import official, open_incidents
from layouts.view import View

WORDS = ("红色预警", "橙色预警", "黄色预警", "蓝色预警")


def draw(asked: Asked) -> Picture:
    """Each district under a warning, hatched in the gravest colour; a badge of its own for each warning.

    A warning that names no district holds for the whole city.
    """
    view = asked.view
    found = sorted(
        ((official(i) or 4, view.incident(i)) for i in open_incidents(view) if official(i) is not None),
        key=lambda pair: (pair[0], pair[1].at, pair[1].id),
    )
    areas: dict[str, Area] = {}
    marks: list[Mark] = []
    for colour, warning in found:
        for place in _places(view, warning):
            go = {"incident": warning.id}
            if place not in areas:
                areas[place] = Area(place, place, colour - 1, warning.title, _text(view, warning), go)
                marks.append(
                    Mark(
                        f"{warning.id}@{place}",
                        0,
                        0,
                        colour + 3,
                        warning.title,
                        _text(view, warning),
                        go,
                        _sign(warning),
                    )
                )
    scale = [Class(view.t(WORDS[n - 1]), shade, "hatch") for n, shade in theme.OFFICIAL.items()]
    badges = [Class("", shade, "badge") for shade in theme.OFFICIAL.values()]
    note = "" if found else view.t("当前没有生效的预警")
    return Picture(view.t("官方预警"), scale + badges, marks, list(areas.values()), note=note)


def _places(view: View, warning: Incident) -> Iterator[str]:
    if warning.district:
        yield warning.district
    else:
        yield from view.city.districts


def _text(view: View, warning: Incident) -> str:
    until = warning.detail.get("失效时间", "")
    return " · ".join(
        part for part in (warning.detail.get("区域", ""), view.t("有效至 {time}", time=until) if until else "") if part
    )


def _sign(warning: Incident) -> str:
    """What the badge says: the kind of danger, as short as the official signs write it."""
    return warning.detail.get("灾种", "")[:2]
