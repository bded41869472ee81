"""Beside the sheet: signatures, notes, and what is done seldom. It is drawn anew only when one of these moves."""

from collections.abc import Sequence

from domain.account import Right
from domain.handover import Side
from duty.handover import SIDES, noted, possible
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import papers
from layouts.duty.handover import IDS, Shown, checks
from layouts.tags import Child, Node, h


def pane(desk: Desk, shown: Shown) -> list[Child]:
    """What may be done with the sheet."""
    if shown.held is None:
        return []
    can = possible(shown.held, desk.viewer)
    parts = [_signatures(desk, shown, can), _notes(desk, shown, can), _more(desk, shown, can)]
    return [part for part in parts if part]


def _signatures(desk: Desk, shown: Shown, can: Sequence[str]) -> Node | None:
    if shown.held is None:
        return None
    return papers.section(
        desk.t("签字"), h("Div", [_signature(desk, shown, side, f"sign_{side}" in can) for side in SIDES], "signs")
    )


def _signature(desk: Desk, shown: Shown, side: Side, own: bool) -> Node:
    held = shown.held
    if held is None:
        return h("Div")
    shift = held.outgoing if side == "out" else held.incoming
    title = h("B", f"{desk.t(SIDES[side])} · {papers.shift(desk, shift)}")
    crew = h("Span", papers.listed(desk, shown.names, [*shift.officers, shift.shift_leader]), "field-hint")
    signed = held.sheet.signed.get(side)
    if signed:
        told = desk.t("{who} 于 {at} 签字", who=signed.name, at=desk.second(signed.at))
        return h(
            "Div", [title, crew, h("P", f"✓ {told}{desk.t('（代签）') if signed.forced else ''}", "signed")], "sign"
        )
    if held.sheet.state not in ("draft", "half") or not desk.may(Right.ACT):
        return h("Div", [title, crew, h("P", desk.t("未签字"), "field-hint")], "sign")
    press = frame.press(
        desk.t("交班签字") if side == "out" else desk.t("接班签字"), f"{IDS.page}:sign_{side}", held.sheet.id, "is-main"
    )
    return h(
        "Div",
        [title, crew, papers.signature(desk, side, desk.viewer.login if own else ""), h("Div", press, "form-end")],
        "sign",
    )


def _notes(desk: Desk, shown: Shown, can: Sequence[str]) -> Node | None:
    if shown.held is None or "write" not in can:
        return None
    sheet = shown.held.sheet
    options = checks(desk)
    form = [papers.area(desk.t("其他交代事项"), "notes", sheet.notes)]
    if options:
        marked = [one for one, _ in options if sheet.checks.get(one)]
        form.append(frame.group(desk.t("应急电话与物品"), frame.some_of(frame.named("checks"), options, marked)))
    save = frame.press(desk.t("保存"), f"{IDS.page}:write", f"{sheet.id} {noted(sheet)}")
    return papers.section(
        desk.t("交代事项与检查"), h("Div", [*form, h("Div", save, "form-end")], "form", data={"form": ""})
    )


def _more(desk: Desk, shown: Shown, can: Sequence[str]) -> Node | None:
    """What is done seldom: the short sheet, its completion, a leader's word."""
    if shown.held is None:
        return None
    key = shown.held.sheet.id
    parts: list[Child] = []
    if "shorten" in can and not shown.held.sheet.short:
        hint = h("P", desk.t("紧急或本班不足 1 小时可用：只交接前三项，2 小时内补全。"), "field-hint")
        parts.append(h("Div", [frame.press(desk.t("改为简易交接"), f"{IDS.page}:shorten", key), hint], "act-row"))
    if "complete" in can:
        parts.append(frame.press(desk.t("补全交接单"), f"{IDS.page}:complete", key, "is-main"))
    if "unlock" in can and not shown.held.sheet.unlocked:
        reason = frame.field(desk.t("特批理由"), frame.named("reason"), value="", maxLength=500)
        press = h("Div", frame.press(desk.t("特批放行"), f"{IDS.page}:unlock", key), "form-end")
        parts.append(h("Div", [reason, press], "form", data={"form": ""}))
    if shown.held.sheet.unlocked:
        told = desk.t(
            "{who} 特批：{why}",
            who=papers.name(shown.names, shown.held.sheet.unlocked_by),
            why=said(desk, shown.held.sheet.unlocked),
        )
        parts.append(h("P", told, "field-hint"))
    return papers.section(desk.t("其他"), *parts) if parts else None
