"""The page of own screens: a changed file is checked as a start would check it, and drawn for its author alone."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Protocol

from dash import Dash, Input, Output, no_update

from access.viewer import current
from callbacks.accounts_press import Act, Done, Press, Pressed, wire
from callbacks.accounts_services import AccountServices
from domain.account import Right
from domain.city import City
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.screens import drafts
from layouts.screens import editor as page

log = logging.getLogger(__name__)
ACCESS: dict[str, Right] = dict.fromkeys(
    (f"{page.BODY}.children", f"{page.SAID}.children", f"{page.CHANGED}.data"), Right.SCREENS
)


class Folder(Protocol):
    """The city's folder on this server; composition hands it over."""

    def files(self) -> Sequence[page.Written]:
        """Every screen's file. OSError, UnicodeDecodeError."""
        ...

    def trial(self, file: str, text: str) -> tuple[City | None, Sequence[page.Wrong]]:
        """The city as it would be if a file were written so, and all that is wrong with it. A second of work."""
        ...


class Checker:
    """Checks one text at a time: what takes a second of work is not given away twice at once."""

    def __init__(self, folder: Folder, kept: drafts.Drafts) -> None:
        self._folder, self._kept, self._busy = folder, kept, Lock()

    def body(self, desk: Desk, search: str) -> Any:
        """The files and the editor."""
        try:
            return page.body(desk, self._folder.files(), page.read(search))
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the files of the screens could not be read: %s", error)
            return [frame.none(desk.t("读不到画面文件"), str(error))]

    def check(self, _services: AccountServices, desk: Desk, pressed: Press) -> Done:
        """What is wrong with the text, or a preview of it."""
        file, text = pressed.text(page.FILE), pressed.fields.get(page.TEXT)
        if not page.NAME.fullmatch(file):
            told = "文件名写成 screens/名称.yaml、screens/topics/名称.yaml 或 screens/wall/名称.yaml，名称用小写字母、数字、- 和 _"
            return _refused(desk, desk.t(told))
        if not isinstance(text, str) or len(text) > page.LONGEST:
            return _refused(desk, desk.t("文件最多 {n} 个字符", n=f"{page.LONGEST:,}"))
        if not self._busy.acquire(blocking=False):
            return _refused(desk, desk.t("另一次检查正在进行，请稍后再试。"))
        try:
            return Done(self._judged(desk, file, text), changed=False)
        finally:
            self._busy.release()

    def _judged(self, desk: Desk, file: str, text: str) -> Any:
        city, wrong = self._folder.trial(file, text.encode("utf-8", "replace").decode())
        draft = drafts.made(city, file, text, desk.viewer.login) if city is not None and not wrong else None
        return page.verdict(desk, file, wrong, self._kept.keep(draft) if draft is not None else "")


def _refused(desk: Desk, told: str) -> Done:
    return Done(frame.notice(desk, "bad", told), changed=False)


def register(app: Dash, services: AccountServices, folder: Folder, kept: drafts.Drafts) -> None:
    """Two callbacks: the files, and the check."""
    checker = Checker(folder, kept)
    acts: Mapping[str, Act] = {"check": checker.check}

    @app.callback(Output(page.BODY, "children"), Input(frame.URL, "search"))
    async def show(search: str | None) -> Any:
        viewer = current()
        if viewer is None:
            return no_update
        return await asyncio.to_thread(checker.body, services.desk(viewer, search or ""), search or "")

    wire(app, services, Pressed(page.PAGE, page.SAID, page.CHANGED), acts)
