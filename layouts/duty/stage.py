"""The operating stage: its number and name, its reasons, and the form by which it is ordered for a while."""

from collections.abc import Mapping

from duty.stage import MAY, STAGES, InForce
from indicators.status import Status
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import papers
from layouts.tags import Child, Node, h

MOST = 12  # reasons shown
SPANS: Mapping[str, str] = {"60": "1 小时", "240": "4 小时", "480": "8 小时", "1440": "24 小时"}


def card(desk: Desk, found: Status, now: InForce, names: Mapping[str, str]) -> Node:
    """What holds, and why."""
    head = h(
        "Div",
        [h("B", str(now.stage), f"stage-number is-s{now.stage}"), h("Span", desk.t(STAGES[now.stage]), "stage-name")],
        "stage-head",
    )
    return papers.section(desk.t("运行状态"), head, _ordered(desk, now, names), _reasons(desk, found), cls="stage-card")


def _ordered(desk: Desk, now: InForce, names: Mapping[str, str]) -> Node:
    order = now.order
    if order is None:
        return h("P", desk.t("系统研判，随告警、事件和数据源变化"), "field-hint")
    told = desk.t(
        "{who} 指定，到 {end}：{why}；系统研判为 {stage} 级",
        who=papers.name(names, order.owner),
        end=desk.moment(order.due),
        why=said(desk, order.title),
        stage=now.computed,
    )
    return h("P", told, "stage-order")


def _reasons(desk: Desk, found: Status) -> Node:
    if not found.reasons:
        return h("P", desk.t("没有高于“正常”的理由"), "field-hint")
    rows = [
        h("Li", [h("Span", str(one.stage), f"stage-dot is-s{one.stage}"), h("Span", desk.said(said(desk, one.text)))])
        for one in found.reasons[:MOST]
    ]
    left = len(found.reasons) - MOST
    more = h("P", desk.t("另有 {n} 条理由", n=left), "field-hint") if left > 0 else None
    return h("Div", [h("Ol", rows, "stage-reasons"), more])


def form(desk: Desk, page: str, now: InForce) -> Child:
    """How it is ordered; nothing for those who may not."""
    if desk.viewer.role not in MAY:
        return None
    stages = [(str(n), f"{n} {desk.t(name)}") for n, name in STAGES.items()]
    parts = [
        frame.group(desk.t("级别"), frame.one_of(frame.named("stage"), stages, str(now.stage))),
        frame.group(
            desk.t("有效期"),
            frame.one_of(frame.named("span"), [(k, desk.t(v)) for k, v in SPANS.items()], "240"),
            desk.t("到时自动恢复系统研判"),
        ),
        frame.field(desk.t("理由"), frame.named("reason"), value="", maxLength=500),
    ]
    presses = [frame.press(desk.t("指定运行状态"), f"{page}:order_stage", "", "is-main")]
    if now.order:
        presses.insert(0, frame.press(desk.t("恢复系统研判"), f"{page}:withdraw_stage"))
    body = h("Div", [*parts, h("Div", presses, "form-end")], "form", data={"form": ""})
    return papers.section(desk.t("指定运行状态"), body)
