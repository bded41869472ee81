"""The audit log: filters, the rows they find, one row opened, and whether the chain holds."""

import json
from collections.abc import Sequence
from datetime import timedelta

from dash import html

from layouts.accounts import frame, grid, words
from layouts.accounts.audit_query import Asked
from layouts.accounts.changes import summary
from layouts.accounts.desk import Desk
from layouts.tags import Child, Node, h
from store.audit import AuditRow

PATH = "/audit"
BODY, PANE, VERDICT = "audit-body", "audit-pane", "audit-verdict"
VERIFY, NOTED = "audit-verify", "audit-noted"
SHOWN = 200  # rows on a page
_REFUSED = (".refused",)


def page(desk: Desk) -> html.Div:
    """The frame; what is read from the store comes with the first callback."""
    body: list[Child] = [
        h("Div", None, "desk-said", id=VERDICT, aria={"live": "polite"}),
        h(
            "Div",
            [
                h("Div", frame.waiting(desk), "desk-main", id=BODY),
                h("Aside", h("Div", None, id=PANE), "pane", aria={"label": desk.t("记录详情")}),
            ],
            "desk-split",
        ),
    ]
    return frame.page(desk, PATH, desk.t("审计日志"), body, "is-fixed", more=frame.More([_verify(desk)]))


def _verify(desk: Desk) -> Node:
    """The button that checks the chain; behind it, a fingerprint noted earlier."""
    noted = frame.field(
        desk.t("此前抄录的指纹（可不填）"),
        NOTED,
        desk.t("与抄录时的记录一致，才能证明整段日志未被替换"),
        value="",
        maxLength=100,
        spellCheck=False,
    )
    go = h("Button", desk.t("开始校验"), "press is-main", id=VERIFY, type="button")
    told = h("P", desk.t("从第一条起逐条核对：每条记录都封存了前一条的指纹，改动、删除或插入都会断开。"))
    inside = h("Div", [told, noted, h("Div", go, "form-end")], "form pop-body", data={"form": ""})
    return h("Details", [h("Summary", desk.t("校验完整性"), "press"), inside], "pop", data={"menu": ""})


def body(desk: Desk, asked: Asked, rows: Sequence[AuditRow]) -> list[Child]:
    """The filters and what they found. `rows`: up to SHOWN."""
    parts: list[Child] = [_filters(desk, asked)]
    if asked.mistakes:
        parts.append(h("P", desk.t("日期写成 2026-11-23 的样子，此项未生效"), "filter-wrong", role="alert"))
    if not rows:
        hint = desk.t("放宽条件再试。") if asked.given else ""
        return [*parts, frame.none(desk.t("没有符合条件的记录") if asked.given else desk.t("还没有记录"), hint)]
    return [*parts, _table(desk, asked, rows), _foot(desk, asked, rows)]


def _filters(desk: Desk, asked: Asked) -> Node:
    given = asked.given
    entries = [
        _entry(desk.t("操作人"), "actor", given, desk.t("登录名")),
        _entry(desk.t("对象"), "thing", given, "account:li.wei"),
        _entry(desk.t("内容"), "text", given, desk.t("任意文字"), "is-wide"),
        _entry(desk.t("自"), "since", given, "2026-11-01", "is-day"),
        _entry(desk.t("至"), "until", given, "2026-11-30", "is-day"),
        h("Button", desk.t("查询"), "press is-main", type="submit"),
        h(
            "Button",
            desk.t("清除"),
            "press is-quiet",
            data={"go": _go(dict.fromkeys(("verb", *_CLEARED), ""))},
            type="button",
        )
        if given
        else None,
    ]
    form = h(
        "Form",
        entries,
        "filters",
        data={"query": ""},
        action=PATH,
        method="GET",
        role="search",
        aria={"label": desk.t("筛选")},
    )
    return h("Div", [form, h("Div", [_days(desk, given), _verbs(desk, given)], "chips")], "filter-box")


_CLEARED = ("actor", "thing", "text", "address", "since", "until", "before", "row")


def _entry(label: str, name: str, given: dict[str, str], hint: str, cls: str = "") -> Node:
    return frame.field(
        label,
        f"audit-{name}",
        value=given.get(name, ""),
        name=name,
        placeholder=hint,
        maxLength=200,
        debounce=True,
        cls=cls,
    )


def _go(changes: dict[str, str]) -> str:
    return json.dumps(changes | {"before": "", "row": ""})


def _chip(label: str, is_on: bool, changes: dict[str, str]) -> Node:
    pressed = "true" if is_on else "false"
    return h("Button", label, "chip", data={"go": _go(changes)}, aria={"pressed": pressed}, type="button")


def _days(desk: Desk, given: dict[str, str]) -> Node:
    today = desk.now.astimezone(desk.city.zone).date()
    spans = [(0, "今天"), (6, "近 7 天"), (29, "近 30 天")]
    wanted = [(desk.t(name), {"since": str(today - timedelta(days=n)), "until": ""}) for n, name in spans]
    wanted.append((desk.t("全部时间"), {"since": "", "until": ""}))
    has = {"since": given.get("since", ""), "until": given.get("until", "")}
    return h(
        "Div",
        [_chip(label, days == has, days) for label, days in wanted],
        "chip-row",
        role="group",
        aria={"label": desk.t("时间")},
    )


def _verbs(desk: Desk, given: dict[str, str]) -> Node:
    chosen = given.get("verb", "")
    chips = [_chip(desk.t("全部操作"), not chosen, {"verb": ""})]
    chips += [_chip(desk.t(name), chosen == key, {"verb": key}) for key, name in words.SUBJECTS.items()]
    if chosen and chosen not in words.SUBJECTS:
        chips.append(_chip(desk.t(words.verb(chosen)), True, {"verb": ""}))
    return h("Div", chips, "chip-row", role="group", aria={"label": desk.t("操作")})


def _table(desk: Desk, asked: Asked, rows: Sequence[AuditRow]) -> Node:
    columns = [
        grid.column("number", desk.t("编号"), 84, type="rightAligned"),
        grid.column("at", desk.t("时间"), 168),
        grid.column("actor", desk.t("操作人"), 96, 2),
        grid.column("verb", desk.t("操作"), 100, 2),
        grid.column("thing", desk.t("对象"), 150, 3),
        grid.column("summary", desk.t("内容"), 160, 6),
        grid.column("address", desk.t("来自"), 130, 1),
    ]
    shown = [
        {
            "id": str(row.id),
            "number": str(row.id),
            "at": desk.second(row.at),
            "actor": actor(desk, row.actor),
            "verb": verb(desk, row.verb),
            "thing": row.thing,
            "summary": summary(desk, row.before, row.after, row.reason),
            "address": row.address,
            "open": row.id == asked.row,
        }
        for row in rows
    ]
    return grid.table(desk, "audit-grid", desk.t("审计记录"), columns, shown, "row")


def actor(desk: Desk, login: str) -> str:
    """Who did it, in words where it was nobody's account."""
    return {"": desk.t("未登录"), "system": desk.t("系统")}.get(login, login)


def verb(desk: Desk, name: str) -> str:
    """What was done; a refusal carries its shape."""
    told = desk.t(words.verb(name))
    return f"✕ {told}" if name.endswith(_REFUSED) else told


def _foot(desk: Desk, asked: Asked, rows: Sequence[AuditRow]) -> Node:
    more = len(rows) == SHOWN
    older = h(
        "Button",
        desk.t("更早的 {n} 条", n=SHOWN),
        "press",
        data={"go": json.dumps({"before": str(rows[-1].id), "row": ""})},
        type="button",
    )
    newest = h(
        "Button",
        desk.t("回到最新"),
        "press is-quiet",
        data={"go": json.dumps({"before": "", "row": ""})},
        type="button",
    )
    caption = desk.t("第 {a}–{b} 号，本页 {n} 条", a=rows[-1].id, b=rows[0].id, n=len(rows))
    files = h(
        "Div",
        [
            h("Span", desk.t("导出符合条件的记录")),
            _file(desk, asked, "csv", "CSV"),
            _file(desk, asked, "xlsx", "Excel"),
        ],
        "files",
    )
    return h(
        "Div",
        [h("Span", caption, "bar-caption"), newest if asked.before else None, older if more else None, files],
        "bar is-foot",
    )


def _file(desk: Desk, asked: Asked, form: str, label: str) -> Node:
    query = "&".join(part for part in (asked.search, f"lang={desk.lang}") if part)
    return h(
        "A",
        label,
        "press",
        href=f"{PATH}/export.{form}?{query}",
        title=desk.t("导出本身也记入审计"),
        target="_blank",
        rel="noopener",
    )
