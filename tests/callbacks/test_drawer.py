import inspect
import json
from collections.abc import Callable
from typing import Any

from dash import Dash

from access.viewer import CURRENT
from callbacks import drawer
from domain.account import Viewer
from domain.errors import StoreError
from layouts.source import Records
from tests.layouts.fake import VIEWER, FakeSnapshot, pages
from tests.layouts.test_screen import texts


def registered(
    live: FakeSnapshot | None, keep: Callable[[str, bool], Records] | None = None, who: Viewer | None = VIEWER
) -> Callable[..., Any]:
    """The callback as somebody calls it."""
    app = Dash(__name__)
    drawer.register(app, pages(live) if keep is None else pages(live, keep))
    (callback,) = app.callback_map.values()
    inner = inspect.unwrap(callback["callback"])

    async def called(search: str | None, pulse: object) -> Any:
        mark = CURRENT.set(who)
        try:
            return await inner(search, pulse)
        finally:
            CURRENT.reset(mark)

    return called


async def test_a_metric_in_the_address_fills_the_drawer() -> None:
    children = await registered(FakeSnapshot())("?metric=air.aqi&place=441881", None)
    assert "空气质量指数" in texts(children)
    assert json.dumps(children, ensure_ascii=False)


async def test_an_address_without_a_metric_leaves_it_empty() -> None:
    assert await registered(FakeSnapshot())("", None) == []
    assert await registered(FakeSnapshot())(None, 5) == []


async def test_before_the_first_snapshot_there_is_nothing_to_tell() -> None:
    assert await registered(None)("?metric=air.aqi", None) == []


async def test_an_opened_source_brings_what_the_store_keeps_of_it() -> None:
    asked: list[str] = []

    def keep(source: str, raw: bool) -> Records:
        asked.append(source)
        return Records()

    children = await registered(FakeSnapshot(), keep)("?sources=fume", None)
    assert "还没有采集过" in texts(children)
    await registered(FakeSnapshot(), keep)("?sources=all", None)
    assert asked == ["fume"]


async def test_a_store_that_cannot_be_read_leaves_the_rest_of_the_drawer() -> None:
    def keep(_source: str, _raw: bool) -> Records:
        raise StoreError("the store is locked")

    words = texts(await registered(FakeSnapshot(), keep)("?sources=fume", None))
    assert "声明" in words
    assert any("暂时读不到" in word for word in words)
