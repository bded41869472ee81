"""Every id a callback or a script names is in the page, so a typo cannot fail in silence."""

import json
import re
from pathlib import Path

import pytest
from dash import Dash

from callbacks import drawer
from callbacks import map as map_callback
from layouts import screen
from layouts.view import View
from layouts.wall import page as wall
from tests.layouts.fake import FakeSnapshot, city, pages
from tests.layouts.fake import screen as overview
from tests.layouts.test_screen import ids
from tests.layouts.wall.test_wall import scene

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.fixture(scope="module")
def page_ids() -> set[str]:
    """All ids of the page as canonical JSON."""
    tree = {"props": screen.build(overview(), View(FakeSnapshot())).to_plotly_json()["props"]}
    return set(ids(tree))


def wired() -> Dash:
    app = Dash(__name__)
    drawer.register(app, pages(FakeSnapshot()))
    map_callback.register(app, [overview()])
    return app


def canonical(ident: object) -> str:
    value = json.loads(ident) if isinstance(ident, str) and ident.startswith("{") else ident
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def test_every_id_a_callback_names_is_on_the_page(page_ids: set[str]) -> None:
    app = wired()
    named = [part["id"] for callback in app._callback_list for side in ("inputs", "state") for part in callback[side]]
    keys = [
        key for key in app.callback_map if not re.match("[0-9a-f]{64}", key)
    ]  # a callback without output has a hash
    found = {canonical(i) for i in [*named, *(key.rsplit(".", 1)[0] for key in keys)]}
    assert len(found) >= 5
    assert not found - page_ids


def test_every_map_panel_has_its_drawing_callback() -> None:
    named = [part["id"] for callback in wired()._callback_list for part in callback["inputs"]]
    maps = [p.key for p in overview().panels if p.kind == "map"]
    assert maps
    assert all(canonical({"panel": key, "part": "data"}) in map(canonical, named) for key in maps)


OWN = {"wall.js": "wall", "70-duty.js": "duty"}  # scripts of one page


def looked_up(name: str) -> set[str]:
    return set(re.findall(r'getElementById\("([\w-]+)"\)', (ASSETS / name).read_text(encoding="utf-8")))


def test_every_element_the_scripts_look_up_is_on_the_page(page_ids: set[str]) -> None:
    names = [path.name for path in ASSETS.glob("[!p]*.js") if path.name not in OWN]
    asked = set().union(*map(looked_up, names)) - {"drawer-close"}  # the drawer brings its own
    assert asked
    assert not {f'"{a}"' for a in asked} - page_ids


def test_every_element_the_walls_script_looks_up_is_on_the_wall() -> None:
    scenes = {"x": scene("x")}
    whole = wall.made(city(scenes=scenes))
    assert whole is not None
    drawn = screen.build(whole, View(FakeSnapshot(city=city(scenes=scenes))))
    on_wall = set(ids({"props": drawn.to_plotly_json()["props"]}))
    asked = {f'"{one}"' for one in looked_up("wall.js")} | {
        f'"{one}"' for one in ("clock", "date", "live", "live-word")
    }
    assert not asked - on_wall


def test_every_element_the_desks_script_looks_up_is_on_the_desk() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ASSETS.parent / "layouts" / "duty").glob("desk*.py"))
    missing = {one for one in looked_up("70-duty.js") if f'"{one}"' not in source}
    assert not missing - {"drawer", "drawer-frame", "live", "clock", "date"}


def test_panel_keys_are_unique_and_every_grid_area_is_filled() -> None:
    for made in city().screens.values():
        keys = [p.key for p in made.panels]
        assert len(keys) == len(set(keys))
        assert {name for row in made.grid for name in row.split()} == {p.area for p in made.panels}


def test_scripts_need_no_eval_and_no_inline_handlers() -> None:
    for path in ASSETS.glob("[!p]*.js"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function\(|innerHTML|\.on[a-z]+ ?= ?\"", source), path.name
