"""Pages without Dash: HTML as text, where everything that is not markup already gets escaped."""

from collections.abc import Sequence
from html import escape

_VOID = frozenset({"input", "link", "meta", "br"})


class Html(str):
    """Markup, which is put into other markup as it is; every other str is text."""

    __slots__ = ()


def el(tag: str, children: str | Sequence[str] = "", cls: str = "", **attributes: str | bool | None) -> Html:
    """An element. True makes an attribute without a value, None and False leave it out; `for_` is for, `data_x` is data-x."""
    given = {"class": cls or None, **{name.rstrip("_").replace("_", "-"): v for name, v in attributes.items()}}
    told = "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in given.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(f"<{tag}{told}>")
    inner = [children] if isinstance(children, str) else children
    return Html(f"<{tag}{told}>{''.join(text(child) for child in inner)}</{tag}>")


def text(child: str) -> Html:
    """Text as markup; markup as it is."""
    return child if isinstance(child, Html) else Html(escape(child))


def document(lang: str, title: str, head: Sequence[Html], body: Sequence[Html], cls: str = "") -> str:
    """A whole page."""
    top = [
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        *head,
    ]
    return f"<!doctype html>\n{el('html', [el('head', top), el('body', body, cls)], lang=lang)}\n"
