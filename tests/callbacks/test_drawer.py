import inspect
import json
from collections.abc import Callable
from typing import Any

from dash import Dash

from callbacks import drawer
from layouts.pages import Pages
from layouts.view import plain_layer_url
from tests.layouts.fake import FakeSnapshot, city, screen
from tests.layouts.test_screen import texts


def registered(live: FakeSnapshot | None) -> Callable[..., Any]:
    app = Dash(__name__)
    drawer.register(app, Pages(city(), screen(), lambda: live, lambda at: FakeSnapshot(at=at), plain_layer_url))
    (callback,) = app.callback_map.values()
    return inspect.unwrap(callback["callback"])


async def test_a_metric_in_the_address_fills_the_drawer() -> None:
    children = await registered(FakeSnapshot())("?metric=air.aqi&place=441881", None)
    assert "空气质量指数" in texts(children)
    assert json.dumps(children, ensure_ascii=False)


async def test_an_address_without_a_metric_leaves_it_empty() -> None:
    assert await registered(FakeSnapshot())("", None) == []
    assert await registered(FakeSnapshot())(None, 5) == []


async def test_before_the_first_snapshot_there_is_nothing_to_tell() -> None:
    assert await registered(None)("?metric=air.aqi", None) == []
