"""The page of a district: its own figures, its map, its cases, and its neighbours beside it."""

from domain.city import City
from domain.screen import PanelSpec, Screen
from domain.topic import DISTRICT, TopicPage
from layouts.panels.table import TableSpec
from layouts.topics import pieces, topic_screen

ROWS = "minmax(6.4rem, 112fr) minmax(16rem, 320fr) minmax(13rem, 240fr) minmax(16rem, 305fr)"


def made(city: City, contents: TopicPage) -> Screen:
    """The screen that every district's address shows; which district is the address's business."""
    panels: list[PanelSpec] = [
        topic_screen.head(contents),
        pieces.trend(city, contents.trend),
        topic_screen.compared(contents),
        topic_screen.cases(contents),
        TableSpec(
            key="peers",
            kind="table",
            area="peers",
            title="各区县对照",
            title_en="Beside its neighbours",
            items=contents.places or contents.headlines,
            everywhere=True,
        ),
    ]
    if contents.map is not None:
        panels.append(pieces.shaded(city, contents.map))
    return Screen(
        key=DISTRICT,
        title=contents.title,
        title_en=contents.title_en,
        order=contents.order,
        columns=topic_screen.COLUMNS,
        rows=ROWS,
        grid=(
            "head head head",
            "trend map cases" if contents.map is not None else "trend trend cases",
            "compared compared cases",
            "peers peers peers",
        ),
        panels=tuple(panels),
    )
