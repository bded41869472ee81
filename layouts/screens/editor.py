"""The page of own screens: the files that declare them, an editor, what a check finds, and the way to a preview."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from dash import html

from layouts.accounts import frame
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node, h, node, store

PATH, PAGE = "/screens", "screens"
BODY, SAID, CHANGED = "screens-body", "screens-said", "screens-changed"
TEXT, FILE = "screens.text", "screens.file"
LONGEST: Final = 200_000  # characters of a file: forty times the longest screen there is
NAME: Final = re.compile(r"screens/(topics/|wall/)?[a-z0-9][a-z0-9_-]{0,40}\.yaml")
GROUPS: Final = (("screens/", "画面"), ("screens/topics/", "专题页"), ("screens/wall/", "大屏场景"))
_SHOWN: Final = 100  # problems listed


@dataclass(frozen=True, slots=True)
class Written:
    """A screen's file as it stands on the server. lent: the folder that the city takes it from, "" for its own."""

    file: str
    text: str
    lent: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a check found, where. line 0: the whole file."""

    file: str
    line: int
    key: str
    text: str


def read(search: str) -> str:
    """The file that the address names, "" for none."""
    return words(search, ("file",), 120).get("file", "")


def page(desk: Desk) -> html.Div:
    """The frame; the files come with the first callback."""
    body: list[Child] = [
        store(CHANGED),
        h("Div", frame.waiting(desk), "desk-main screens-split", id=BODY),
    ]
    return frame.page(desk, PATH, desk.t("画面编辑"), body, "is-paper")


def body(desk: Desk, files: Sequence[Written], file: str) -> list[Child]:
    """The list of files, and the editor with one of them."""
    if not files:
        return [frame.failed(desk)]
    chosen = next((one for one in files if one.file == file), files[0])
    return [_list(desk, files, chosen), _editor(desk, chosen)]


def _list(desk: Desk, files: Sequence[Written], chosen: Written) -> Node:
    parts: list[Child] = []
    for folder, title in GROUPS:
        links = [_link(desk, one, chosen) for one in files if one.file.rpartition("/")[0] + "/" == folder]
        parts += [h("H3", desk.t(title)), h("Ul", links)] if links else []
    return h("Nav", parts, "screens-list", aria={"label": desk.t("画面文件")})


def _link(desk: Desk, one: Written, chosen: Written) -> Node:
    tail = "" if desk.lang == "zh" else f"&lang={desk.lang}"
    is_here = one is chosen
    name = h("A", one.file.rpartition("/")[2], "is-here" if is_here else "", href=f"{PATH}?file={quote(one.file)}{tail}",
             aria={"current": "true"} if is_here else None)  # fmt: skip
    return h("Li", [name, h("Small", desk.t("取自 {folder}", folder=one.lent)) if one.lent else None])


def _editor(desk: Desk, one: Written) -> Node:
    count = one.text.count("\n") + 1
    lines = "\n".join(str(n) for n in range(1, count + 1))
    ident = frame.named(TEXT)
    props = {
        "id": ident, "value": one.text, "className": "editor-text", "wrap": "off", "spellCheck": "false",
        "maxLength": LONGEST,
    }  # fmt: skip
    name = frame.field(desk.t("文件"), frame.named(FILE), desk.t("改名即新建"), value=one.file, maxLength=80)
    buttons: list[Child] = [
        frame.press(desk.t("检查并预览"), f"{PAGE}:check", "", "is-main"),
        h("Button", desk.t("下载文件"), "press", data={"take-text": ""}, type="button"),
    ]
    live = desk.t(
        "本页不写服务器上的文件。上线：把下载的文件放到服务器城市目录的同一位置，运行 python app.py check，再重启 web 进程；撤回则放回旧文件。"
    )
    return h(
        "Div",
        [
            h("Div", [name, h("Div", buttons, "form-end")], "editor-head"),
            h("Div", None, "editor-said", id=SAID, aria={"live": "polite"}),
            h("Div", [h("Pre", lines, "editor-lines", aria={"hidden": "true"}), node("dash_core_components", "Textarea", props),
                      h("Label", desk.t("文件内容"), "editor-named", htmlFor=frame.plain(ident))],
              "editor-box", data={"editor": ""}),
            h("P", live, "field-hint"),
        ],
        "screens-editor", data={"form": ""},
    )  # fmt: skip


def verdict(desk: Desk, file: str, wrong: Sequence[Wrong], draft: str) -> Node:
    """What a check found; `draft` names the preview when nothing stands in its way."""
    if not wrong and draft:
        tail = "" if desk.lang == "zh" else f"&lang={desk.lang}"
        way = h("A", desk.t("打开预览 →"), "press is-main", href=f"{PATH}/preview?draft={draft}{tail}", target="_blank")
        return frame.notice(desk, "good", desk.t("没有问题"), h("Div", way, "form-end"))
    if not wrong:
        return frame.notice(desk, "good", desk.t("没有问题，但这个文件不是一页画面"))
    here = [one for one in wrong if one.file == file]
    others = [one for one in wrong if one.file != file]
    rows = [_row(desk, one) for one in (*here, *others)[:_SHOWN]]
    title = desk.t("{n} 个问题", n=len(wrong))
    return frame.notice(desk, "bad", title, h("Ol", rows, "editor-wrong"))


def _row(desk: Desk, one: Wrong) -> Node:
    place = desk.t("第 {n} 行", n=one.line) if one.line else desk.t("整个文件")
    spot = h("Button", place, "editor-line", data={"line": str(one.line)}, type="button") if one.line else h("B", place)
    return h("Li", [spot, h("Code", one.file), h("Code", one.key) if one.key else None, h("Span", one.text)])
