import json
from typing import Any

import orjson
import plotly.graph_objects as go
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from domain.health import Freshness
from layouts import screen
from layouts.tags import id_json
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.fake import screen as overview

STATES = {"service": Freshness.STALE, "air": Freshness.LATE, "traffic": Freshness.DOWN, "hotline": Freshness.STALE}
VIEWS = {
    "live": View(FakeSnapshot()),
    "district": View(FakeSnapshot(), "441881"),
    "english": View(FakeSnapshot(), lang="en"),
    "first_start": View(FakeSnapshot(blank=True)),
    "stale": View(FakeSnapshot(states=STATES)),
    "many_alerts": View(FakeSnapshot(extra_alerts=60)),
}


def texts(tree: Any) -> list[str]:
    """All words of a component tree, in order."""
    if isinstance(tree, dict):
        return texts(tree.get("props", {}).get("children")) if "props" in tree else []
    if isinstance(tree, list):
        return [word for child in tree for word in texts(child)]
    return [] if tree is None else [str(tree)]


def ids(tree: Any) -> list[str]:
    if isinstance(tree, list):
        return [i for child in tree for i in ids(child)]
    if not isinstance(tree, dict) or "props" not in tree:
        return []
    own = tree["props"].get("id")
    return ([json.dumps(own, sort_keys=True, separators=(",", ":"))] if own else []) + ids(
        tree["props"].get("children")
    )


@pytest.mark.parametrize("name", ["live", "stale", "first_start"])
def test_a_screen_renders_as_it_did(name: str, snapshot: SnapshotAssertion) -> None:
    rendered = orjson.loads(orjson.dumps(screen.render(overview(), VIEWS[name])))
    assert rendered == snapshot(extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("name", VIEWS)
def test_every_figure_is_one_that_plotly_accepts(name: str) -> None:
    figures = [props["figure"] for props in screen.render(overview(), VIEWS[name]).values() if "figure" in props]
    assert len(figures) == 3
    for figure in figures:
        go.Figure(figure)


@pytest.mark.parametrize("name", VIEWS)
def test_no_panel_fails_whatever_the_data(name: str) -> None:
    rendered = screen.render(overview(), VIEWS[name])
    assert not [key for key, props in rendered.items() if "error" in key and not props["hidden"]]


def test_the_first_paint_carries_the_same_numbers_as_the_stream(view: View) -> None:
    page = screen.build(overview(), view).to_plotly_json()
    rendered = screen.render(overview(), view)
    words = "".join(texts({"props": page["props"]}))
    assert "1,846" in words
    assert "3 预警" in words
    assert set(rendered) <= set(ids({"props": page["props"]}))


def test_every_component_id_appears_once(view: View) -> None:
    found = ids({"props": screen.build(overview(), view).to_plotly_json()["props"]})
    assert len(found) == len(set(found))


def test_a_failing_panel_becomes_a_tile_and_recovers() -> None:
    error, frame = id_json("hotline", "error"), id_json("hotline", "frame")
    failed = screen.render(overview(), View(FakeSnapshot(broken="hotline.topic.noise")))
    assert not failed[error]["hidden"]
    assert "本面板暂时无法显示" in "".join(texts(failed[error]["children"]))
    assert "is-failed" in failed[frame]["className"]
    assert failed[id_json("service", "error")]["hidden"]
    healthy = screen.render(overview(), View(FakeSnapshot()))
    assert healthy[error] == {"hidden": True, "children": None}
    assert "is-failed" not in healthy[frame]["className"]


def test_a_failing_panel_still_lets_the_page_open() -> None:
    page = screen.build(overview(), View(FakeSnapshot(broken="air.aqi")))
    assert "本面板暂时无法显示" in "".join(texts({"props": page.to_plotly_json()["props"]}))


def test_panels_drawn_one_by_one_make_the_whole_screen(view: View) -> None:
    draws = screen.draws(overview())
    parts: dict[str, Any] = {}
    for draw in draws.values():
        parts |= draw(view.snapshot)
    assert parts == screen.render(overview(), view)


def test_the_same_snapshot_renders_the_same() -> None:
    assert screen.render(overview(), View(FakeSnapshot())) == screen.render(overview(), View(FakeSnapshot()))


def test_every_number_leads_somewhere(view: View) -> None:
    def buttons(tree: Any) -> list[dict[str, Any]]:
        if isinstance(tree, list):
            return [b for child in tree for b in buttons(child)]
        if not isinstance(tree, dict) or "props" not in tree:
            return []
        own = [tree["props"]] if str(tree["props"].get("className", "")).startswith("num ") else []
        return own + buttons(tree["props"].get("children"))

    found = buttons({"props": screen.build(overview(), view).to_plotly_json()["props"]})
    assert len(found) > 40
    assert all(b["data-metric"] in view.city.metrics and b["data-place"] for b in found)
    assert all(b["aria-label"] and b["title"] for b in found)
