"""Screens as somebody would like to have them: checked, kept for a while, drawn with live data, seen by their author alone."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from domain.city import City
from domain.screen import PanelSpec, Screen
from domain.topic import DISTRICT
from domain.wall import WallScene
from layouts.screens.keys import PREFIX, ident, is_draft
from layouts.topics import found

MOST = 32  # drafts kept, the oldest forgotten first
_SIGNS = 16  # hex digits that name a draft


@dataclass(frozen=True, slots=True)
class Draft:
    """A screen that is not live. login: its author. screen.key: draft/<id>/<key of the screen it would be>."""

    login: str
    file: str
    screen: Screen

    @property
    def id(self) -> str:
        """The part of its key that names it."""
        return ident(self.screen.key)


def made(city: City, file: str, text: str, login: str) -> Draft | None:
    """The draft of a file; `city` as it would be with that text. None when the file makes no screen there."""
    key = file.removeprefix("screens/").removesuffix(".yaml")
    screen = _scene(city, key.removeprefix("wall/")) if key.startswith("wall/") else _screen(city, key)
    if screen is None:
        return None
    digest = hashlib.sha256("\0".join((login, file, text)).encode("utf-8", "replace")).hexdigest()[:_SIGNS]
    return Draft(login, file, screen.model_copy(update={"key": f"{PREFIX}/{digest}/{screen.key}"}))


def _screen(city: City, key: str) -> Screen | None:
    name = key.removeprefix("topics/")
    return found.screen(city, key if name == key else name if name == DISTRICT else f"topic/{name}")


def _scene(city: City, key: str) -> Screen | None:
    """A scene in its grid of 16:9, with the panels that it borrows, drawn on a desk's page."""
    scene = city.scenes.get(key)
    if scene is None:
        return None
    cells = {cell for row in scene.grid for cell in row.split()}
    panels = [panel for panel in (*scene.panels, *_borrowed(city, scene)) if panel.area in cells]
    return Screen(
        key=f"scene-{key}", title=scene.title, title_en=scene.title_en, grid=scene.grid, columns=scene.columns,
        rows=scene.rows, panels=tuple({panel.area: panel for panel in panels}.values()),
    )  # fmt: skip


def _borrowed(city: City, scene: WallScene) -> list[PanelSpec]:
    lent = {f"{one.key}-{panel.key}": panel for one in city.scenes.values() for panel in one.panels}
    return [lent[name].model_copy(update={"key": name}) for name in scene.uses if name in lent]


class Drafts:
    """The newest drafts of everybody, in this process. Safe to use from several threads.

    maps: keys of map panels that the page's own code knows; a draft's map is drawn under one of them.
    """

    def __init__(self, maps: frozenset[str] = frozenset()) -> None:
        self._maps = sorted(maps)
        self._kept: OrderedDict[str, Draft] = OrderedDict()
        self._lock = Lock()

    def keep(self, draft: Draft) -> str:
        """Keep a draft; its id."""
        screen = draft.screen.model_copy(update={"panels": self._known(draft.screen.panels)})
        with self._lock:
            self._kept[draft.id] = Draft(draft.login, draft.file, screen)
            self._kept.move_to_end(draft.id)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return draft.id

    def of(self, name: str, login: str) -> Draft | None:
        """Somebody's own draft by its id or its screen's key; None for one that is gone or somebody else's."""
        one = self.screen(name)
        return one if one is not None and one.login == login else None

    def screen(self, name: str) -> Draft | None:
        """A draft by its id or key, whoever asks: for what has been let in already."""
        with self._lock:
            return self._kept.get(ident(name) if is_draft(name) else name)

    def _known(self, panels: tuple[PanelSpec, ...]) -> tuple[PanelSpec, ...]:
        free = [key for key in self._maps if key not in {panel.key for panel in panels}]
        return tuple(
            panel.model_copy(update={"key": free.pop(0)})
            if panel.kind == "map" and panel.key not in self._maps and free
            else panel
            for panel in panels
        )
