"""The table of a form: a cell for each place and metric, what is wrong with which, how it is signed, and its versions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.dossier import DossierEvent
from domain.filing import Filing, Period
from duty.filing_tables import MOST_BYTES, Fault
from duty.filings import LONGEST, Column, Form, cell
from layouts import record_faults
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.tags import Child, Node, h, node

Draw = Callable[[str, str], Child]  # a cell of the table, by its name and what it is called
BOOK, PASTE, SIGN = "workbook", "paste", "sign"
MOST_CHANGES = 12  # of a version that are listed


@dataclass(frozen=True, slots=True)
class Sheet:
    """One period of a form. of: names it and the version that is looked at, for every press."""

    form: Form
    period: Period
    filing: Filing | None
    of: str

    @property
    def cells(self) -> Mapping[str, str]:
        """What is filled in so far."""
        return self.filing.cells if self.filing is not None else {}


def label(desk: Desk, column: Column) -> str:
    """What a column is called on the page: with its unit."""
    metric = desk.either(column.metric.name, column.metric.name_en)
    return f"{metric}（{desk.said(column.unit)}）" if column.unit else metric


def place(desk: Desk, form: Form, key: str) -> str:
    """What a row is called."""
    return desk.district(key) if key in form.city.districts else form.city.place_name(key)


def reason(desk: Desk, text: str) -> str:
    """A fault in the reader's language: our own sentences, or those of the collector."""
    return record_faults.reason(desk.said(text), desk.lang)


def named(form: Form) -> dict[str, str]:
    """Each cell's control: the name it is sent under."""
    return {cell(where, column.field): f"cell {cell(where, column.field)}" for where, column in form.cells()}


def filled_in(desk: Desk, sheet: Sheet, page: str, template: str) -> list[Child]:
    """The table with its controls."""
    found = sheet.form.faults(sheet.period, sheet.cells, desk.now) if sheet.filing is not None else {}
    grid = _grid(desk, sheet, lambda key, title: _entry(desk, sheet, (key, title), found))
    save = frame.press(desk.t("保存草稿并检查"), f"{page}:write", sheet.of)
    parts: list[Child] = [_ways_in(desk, sheet, page, template), grid]
    if found:
        parts.append(_faults(desk, sheet, found))
    return [*parts, h("Div", save, "form-end"), _sign(desk, sheet, page)]


def _ways_in(desk: Desk, sheet: Sheet, page: str, template: str) -> Node:
    area = {"id": frame.named(PASTE), "value": "", "rows": 3, "maxLength": 200_000, "className": "entry-area",
            "placeholder": desk.t("在 Excel 中选中表格（可连同表头），复制后粘贴到这里")}  # fmt: skip
    told = {
        "form-book": "", "largest": str(MOST_BYTES), "choose": desk.t("选择填好的 Excel（.xlsx）"),
        "large": desk.t("文件过大：请使用下载的模板"),
    }  # fmt: skip
    book = node("dash_core_components", "Input", {"id": frame.named(BOOK), "type": "hidden", "value": ""})
    paste = h("Details", [
        h("Summary", desk.t("整表粘贴")),
        h("Label", [h("Span", desk.t("粘贴 Excel 中复制的表格"), "form-named"), node("dash_core_components", "Textarea", area)], "form-entry"),
        h("Div", frame.press(desk.t("填入表格"), f"{page}:paste", sheet.of), "form-end"),
    ], "form-way")  # fmt: skip
    link = h("A", desk.t("下载模板"), "press is-quiet", href=template, download="")
    upload = h("Div", frame.press(desk.t("读取 Excel"), f"{page}:upload", sheet.of, "is-hidden"), hidden=True)
    hint = h("Span", desk.t("也可以直接在格子里粘贴一片数字。"), "field-hint")
    return h("Div", [h("Div", [link, h("Span", None, data=told), book, upload, hint], "act-row"), paste], "form-ways")


def _grid(desk: Desk, sheet: Sheet, draw: Draw) -> Node:
    form = sheet.form
    heads = [h("Th", desk.t("地区"), scope="col"), *(h("Th", label(desk, one), scope="col") for one in form.columns)]
    rows = []
    for where in form.places:
        title = place(desk, form, where)
        cells = [h("Td", draw(cell(where, c.field), f"{title} {label(desk, c)}")) for c in form.columns]
        rows.append(h("Tr", [h("Th", title, scope="row"), *cells]))
    table = h("Table", [h("Thead", h("Tr", heads)), h("Tbody", rows)], "plain sheet-cells", data={"sheet-cells": ""})
    return h("Div", table, "plain-box")


def _entry(desk: Desk, sheet: Sheet, of: tuple[str, str], found: Mapping[str, str]) -> Node:
    key, title = of
    why = reason(desk, found[key]) if key in found else ""
    told = f"{title}：{why}" if why else title
    entry = node("dash_core_components", "Input", {
        "id": frame.named(f"cell {key}"), "type": "text", "value": sheet.cells.get(key, ""), "maxLength": LONGEST + 1,
        "className": f"entry form-cell {'is-wrong' if why else ''}".strip(), "autoComplete": "off", "inputMode": "decimal",
    })  # fmt: skip
    return h("Label", [h("Span", told, "form-named"), entry], "field form-entry", title=told)


def _faults(desk: Desk, sheet: Sheet, found: Mapping[str, str]) -> Node:
    rows = []
    for where, column in sheet.form.cells():
        why = found.get(cell(where, column.field))
        if why:
            of = f"{place(desk, sheet.form, where)} · {label(desk, column)}"
            rows.append(h("Li", [h("B", of), h("Span", reason(desk, why))]))
    title = h("B", desk.t("有 {n} 处需要改正，改好后才能签发", n=len(rows)))
    return h("Div", [title, h("Ul", rows)], "form-faults", role="status")


def _sign(desk: Desk, sheet: Sheet, page: str) -> Node:
    again = sheet.filing is not None and sheet.filing.signatures
    verb = desk.t("更正并签发") if again else desk.t("签发")
    hint = desk.t("签发后数值入库并对外使用；再改须重新签发，旧版保留。")
    press = frame.press(verb, f"{page}:sign", sheet.of, "is-main")
    return papers.section(
        desk.t("签发"), papers.signature(desk, SIGN, desk.viewer.login), h("P", hint, "field-hint"), h("Div", press, "form-end"),
    )  # fmt: skip


def read_only(desk: Desk, sheet: Sheet) -> list[Child]:
    """What was signed, for those who do not fill it in."""
    filing = sheet.filing
    if filing is None or not filing.signatures:
        return [frame.none(desk.t("还没有签发的内容"), desk.t("草稿只有责任单位的经办人能看到。"))]
    return [_grid(desk, sheet, lambda key, _title: h("Span", filing.told.get(key) or "—", "form-told"))]


def faults(desk: Desk, found: Sequence[Fault]) -> Node:
    """Why a table was not taken, by line and column."""
    rows = []
    for one in found:
        where = desk.t("第 {n} 行", n=one.line) + (f" · {one.column}" if one.column else "")
        rows.append(h("Li", [h("B", where), " ", h("Span", desk.said(one.reason))]))
    return h("Ul", rows, "feed-results")


# -- versions


def versions(desk: Desk, form: Form, events: Sequence[DossierEvent], names: Mapping[str, str]) -> Child:
    """Every signed version, newest first: who, when, and what it changed."""
    signed = [one for one in events if one.verb == "sign"]
    before: list[Mapping[str, str]] = [{}, *(_told(one) for one in signed)]
    rows = [_version(desk, form, (n, one, before[n - 1]), names) for n, one in enumerate(signed, 1)]
    if not rows:
        return None
    return papers.section(desk.t("签发的版本"), h("Ol", list(reversed(rows)), "course"))


Version = tuple[int, DossierEvent, Mapping[str, str]]


def _version(desk: Desk, form: Form, one: Version, names: Mapping[str, str]) -> Node:
    number, event, before = one
    now = _told(event)
    moved = [
        (where, c) for where, c in form.cells() if now.get(cell(where, c.field)) != before.get(cell(where, c.field))
    ]
    lines = [_change(desk, form, at, (before, now)) for at in moved[:MOST_CHANGES]] if number > 1 else []
    more = desk.t("等 {n} 处", n=len(moved)) if len(moved) > len(lines) and number > 1 else ""
    words = [
        h("Span", desk.second(event.at), "course-at"),
        h("B", desk.t("第 {n} 版", n=number)),
        h("Span", papers.name(names, event.actor), "course-sub"),
        h("Span", "；".join(lines) + more, "course-why") if lines else None,
    ]
    return h("Li", words)


def _change(desk: Desk, form: Form, at: tuple[str, Column], told: tuple[Mapping[str, str], Mapping[str, str]]) -> str:
    (where, column), (before, now) = at, told
    key = cell(where, column.field)
    of = f"{place(desk, form, where)} {desk.either(column.metric.name, column.metric.name_en)}"
    return f"{of} {before.get(key) or '—'} → {now.get(key) or '—'}"


def _told(event: DossierEvent) -> Mapping[str, str]:
    found = event.body.get("told")
    return found if isinstance(found, Mapping) else {}
