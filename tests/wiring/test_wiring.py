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
from tests.layouts.fake import FakeSnapshot, city, pages
from tests.layouts.fake import screen as overview
from tests.layouts.test_screen import ids

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


def test_every_element_the_scripts_look_up_is_on_the_page(page_ids: set[str]) -> None:
    script = "".join(p.read_text(encoding="utf-8") for p in ASSETS.glob("[!p]*.js"))
    asked = set(re.findall(r'getElementById\("([\w-]+)"\)', script)) - {"drawer-close"}  # the drawer brings its own
    assert asked
    assert not {f'"{a}"' for a in asked} - page_ids


def test_panel_keys_are_unique_and_every_grid_area_is_filled() -> None:
    for made in city().screens.values():
        keys = [p.key for p in made.panels]
        assert len(keys) == len(set(keys))
        assert {name for row in made.grid for name in row.split()} == {p.area for p in made.panels}


def test_scripts_need_no_eval_and_no_inline_handlers() -> None:
    for path in ASSETS.glob("[!p]*.js"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function\(|innerHTML|\.on[a-z]+ ?= ?\"", source), path.name
