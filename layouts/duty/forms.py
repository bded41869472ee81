"""The page of forms: what a department owes, late first, and beside it one period's table to fill in and sign."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dash import html

from domain.dossier import DossierEvent
from domain.filing import Filing, Period
from duty.filings import STATES, Form, fills, is_late
from layouts.accounts import frame, menu
from layouts.accounts.asked import words
from layouts.accounts.desk import Desk
from layouts.alerts import news
from layouts.duty import forms_grid, papers
from layouts.tags import Child, Node, h, store

PATH = "/forms"
IDS = papers.Ids("forms")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address opens."""

    form: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: the forms somebody may read, what there is of their periods, and what is open of them."""

    forms: Sequence[Form] = ()
    filings: Mapping[tuple[str, str], Filing] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    open: tuple[Form, Period] | None = None
    events: Sequence[DossierEvent] = ()

    def filing(self, form: Form, period: Period) -> Filing | None:
        """What there is of a period."""
        return self.filings.get((form.spec.key, period.name))


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    return Asked(**words(search, ("form", "period"), 60))


def page(desk: Desk) -> html.Div:
    """The frame: the table first, what is owed beside it; without an open table the list has the page."""
    said_box = h("Div", None, "desk-said", id=IDS.said, data={"passing": ""}, aria={"live": "polite"})
    parts = [
        h("Div", [said_box, h("Div", None, "form-pane", id=IDS.pane)], "form-main"),
        h("Div", frame.waiting(desk), "form-side", id=IDS.body),
    ]
    body: list[Child] = [store(IDS.changed), store(IDS.shows), h("Div", parts, "form-split")]
    return frame.page(desk, PATH, desk.t("报表填报"), body, "is-paper is-forms", frame.More(screen=news.SCREEN))


def name(desk: Desk, form: Form) -> str:
    """What a form is called."""
    return desk.said(form.spec.name) or form.spec.key


# -- what is owed


def body(desk: Desk, shown: Shown) -> list[Child]:
    """Every form with its periods, the late ones first."""
    if not shown.forms:
        told = desk.t("报表由责任单位的经办人填报；值班长和系统管理员可以查看。")
        return [frame.none(desk.t("没有需要您填报的报表"), told)]
    late = sum(
        _state(desk, shown, form, one)[1] == "is-late" for form in shown.forms for one in form.spec.listed(desk.now)
    )
    head = [h("B", desk.t("{n} 期逾期未报", n=late), "is-bad")] if late else [h("B", desk.t("没有逾期的报表"))]
    return [h("Div", head, "form-total"), *(_form(desk, shown, one) for one in shown.forms)]


def _form(desk: Desk, shown: Shown, form: Form) -> Node:
    spec = form.spec
    facts = desk.t(
        "{department} · {rows} 行 {columns} 列 · 期后 {n} 天内报", department=desk.said(spec.department),
        rows=len(form.places), columns=len(form.columns), n=spec.within,
    )  # fmt: skip
    rows = [_row(desk, shown, form, one) for one in spec.listed(desk.now)]
    template = h("A", desk.t("下载模板"), "link", href=template_href(desk, form), download="")
    return papers.section(
        name(desk, form), h("P", [facts, " · ", template], "field-hint"), h("Ul", rows, "things is-papers")
    )


def template_href(desk: Desk, form: Form) -> str:
    """Where a form's empty workbook is."""
    way = menu.href(f"{PATH}/template.xlsx", desk.lang)
    return f"{way}{'&' if '?' in way else '?'}form={form.spec.key}"


def _row(desk: Desk, shown: Shown, form: Form, period: Period) -> Node:
    filing, opened = shown.filing(form, period), shown.open
    word, mark = _state(desk, shown, form, period)
    facts = [desk.t("应报 {day} 前", day=f"{period.due.astimezone(desk.city.zone):%Y-%m-%d}")]
    if filing is not None and filing.signatures:
        facts = [desk.t("{who} {at} 签发", who=papers.name(shown.names, filing.signer), at=desk.moment(filing.closed))]
        facts += [desk.t("第 {n} 版", n=filing.signatures)] if filing.signatures > 1 else []
    is_open = opened is not None and (opened[0].spec.key, opened[1].name) == (form.spec.key, period.name)
    does = desk.t("填报") if fills(desk.viewer, form.spec) and not (filing and filing.signatures) else desk.t("查看")
    to = json.dumps({"form": form.spec.key, "period": period.name})
    label = f"{does} {name(desk, form)} {period.name}"
    go = h("Button", does, "press", data={"go": to}, type="button", aria={"label": label})
    told = [
        h("Div", [h("B", period.name), h("Span", word, f"tag {mark}")], "thing-name"),
        h("Div", [h("Span", one) for one in facts], "thing-facts"),
    ]
    return h("Li", [h("Div", told, "thing-words"), go], f"thing {'is-chosen' if is_open else ''}".strip())


def _state(desk: Desk, shown: Shown, form: Form, period: Period) -> tuple[str, str]:
    """What a period's state is called, and how it is marked."""
    filing = shown.filing(form, period)
    if is_late(period, filing, form, desk.now):
        return desk.t("逾期未报"), "is-late"
    if filing is not None:
        return desk.t(STATES[filing.state]), "is-over" if filing.over else "is-on"
    return (desk.t("待报"), "is-on") if period in form.spec.awaited(desk.now) else (desk.t("未填报"), "is-over")


# -- one table


def pane(desk: Desk, shown: Shown) -> list[Child]:
    """The open table, its versions below it."""
    if shown.open is None:
        return []
    form, period = shown.open
    filing = shown.filing(form, period)
    word, mark = _state(desk, shown, form, period)
    of = f"{form.spec.key} {period.name} {filing.version if filing else 0}"
    close = h("Button", "×", "pane-close", data={"go": json.dumps({"form": "", "period": ""})}, type="button",
              aria={"label": desk.t("关闭")})  # fmt: skip
    title = [h("H3", f"{name(desk, form)} {period.name}"), h("Span", word, f"tag {mark}"), close]
    parts: list[Child] = [h("Div", title, "form-head")]
    if fills(desk.viewer, form.spec):
        sheet = forms_grid.Sheet(form, period, filing, of)
        parts.append(
            h("Div", forms_grid.filled_in(desk, sheet, IDS.page, template_href(desk, form)), "form", data={"form": ""})
        )
    else:
        parts += forms_grid.read_only(desk, forms_grid.Sheet(form, period, filing, of))
    return [*parts, forms_grid.versions(desk, form, shown.events, shown.names)]
