"""One incident: what is known, its plan, what is near, its responses and reports, and how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alerts.case_words import HAPPENED
from domain.account import Right
from domain.incident_file import HARMS, ROMAN, IncidentFile, Response, Step
from domain.report import Report
from duty.plans import progress
from duty.reports import STATES as REPORTED
from duty.review import Happened, spans
from geo.resources import RINGS_KM, SENSITIVE, Near
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import words
from layouts.alerts.page import said
from layouts.duty import incidents as page
from layouts.duty import papers
from layouts.duty.reports import name as report_name
from layouts.tags import Child, Node, h

RESOURCES: Mapping[str, str] = {
    "team": "队伍", "store": "物资", "fire": "消防站", "hospital": "医院", "shelter": "避难场所", "police": "公安",
    "school": "学校", "government": "政府",
}  # fmt: skip
ROLES: Mapping[str, str] = {"duty_officer": "值班员", "shift_leader": "值班长", "leader": "带班领导"}
STEPS: Mapping[str, str] = {"open": "待办", "done": "完成", "failed": "未能完成", "left": "不需要"}
ANSWERS: Mapping[str, str] = {"asked": "待批准", "on": "执行中", "refused": "未批准", "over": "已结束"}
SPANS: Mapping[str, str] = {
    "verify": "核实", "start": "启动预案", "approve": "批准响应", "send": "首次报送", "control": "处置完毕",
}  # fmt: skip
_STATE_MARKS: Mapping[str, str] = {"open": "○", "done": "✓", "failed": "✕", "left": "–"}
_SHOWN = 8  # of a kind


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around the place. people: ring in km -> about how many live there."""

    near: Sequence[Near] = ()
    people: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of one incident."""

    file: IncidentFile
    reports: Sequence[Report] = ()
    lines: Sequence[Happened] = ()
    around: Around = Around()
    names: Mapping[str, str] = field(default_factory=dict)
    against: Sequence[str] = ()


def body(desk: Desk, shown: Shown) -> list[Child]:
    """The whole file."""
    one = shown.file
    head = h(
        "Div",
        [
            h("Div", [page.go(desk, "返回列表", "chip"), h("B", said(desk, one.title)), *page.marks(desk, one)]),
            h(
                "Div",
                [h("Span", one.id), h("Span", page.kind(desk, one))],
                "thing-facts",
            ),
        ],
        f"sheet-head {'is-drill' if one.exercise else ''}".strip(),
    )
    parts = [
        _known(desk, shown),
        _plan(desk, shown),
        _around(desk, shown),
        _reports(desk, shown),
        _responses(desk, shown),
    ]
    return [head, h("Div", [*parts, _review(desk, shown)], "sheet is-incident"), _lines(desk, shown)]


def _part(title: str, body: Sequence[Child], caption: str = "", cls: str = "") -> Node:
    head = h("Header", [h("H4", title), h("Span", caption, "sheet-counts") if caption else None])
    return h("Section", [head, *body], f"sheet-part {cls}".strip(), aria={"label": title})


def _facts(told: Sequence[tuple[str, str]]) -> Node:
    return h("Dl", [h("Div", [h("Dt", word), h("Dd", value)], "fact") for word, value in told if value], "facts")


def harm(desk: Desk, one: IncidentFile) -> str:
    """The harm that is known, in a row."""
    known = [(HARMS[key], value) for key, value in one.facts.harm.items()]
    return desk.listed([f"{desk.t(word)} {value:g} {desk.t(unit)}" for (word, unit), value in known])


def _known(desk: Desk, shown: Shown) -> Node:
    one, facts = shown.file, shown.file.facts
    person = " ".join(part for part in (facts.reporter, facts.reporter_post, facts.reporter_phone) if part)
    told = [
        (desk.t("事发时间"), desk.moment(facts.happened)),
        (desk.t("接报时间"), desk.moment(facts.told)),
        (desk.t("事发地点"), said(desk, facts.place)),
        (desk.t("区县"), desk.district(one.district) if one.district else desk.t("全市")),
        (desk.t("报告单位"), facts.reporter_unit),
        (desk.t("报告人"), person if desk.may(Right.PERSONAL) else "***" if person else ""),
        (desk.t("损失与伤亡"), harm(desk, one)),
        (desk.t("原因"), said(desk, facts.cause)),
        (desk.t("经过"), said(desk, facts.process)),
        (desk.t("已采取措施"), said(desk, facts.measures)),
        (desk.t("处理结果"), said(desk, facts.result)),
        (desk.t("影响范围"), said(desk, facts.impact)),
        (desk.t("发展趋势"), said(desk, facts.trend)),
        (desk.t("已报告对象"), said(desk, facts.informed)),
        (desk.t("现场领导"), said(desk, facts.scene)),
        (desk.t("请求事项"), said(desk, facts.request)),
        (desk.t("敏感情况"), desk.listed([desk.said(word) for word in facts.sensitive])),
        (desk.t("关联告警"), desk.listed(list(one.cases))),
        (desk.t("登记人"), papers.name(shown.names, one.owner)),
    ]
    injects = [
        h(
            "Li",
            [h("B", desk.moment(inject.at)), h("Span", desk.either(inject.text, inject.text_en))],
            "line-say",
        )
        for inject in one.injects
        if inject.at <= desk.now
    ]
    drill = [h("H5", desk.t("情景推进")), h("Ul", injects, "sheet-lines")] if injects else []
    return _part(desk.t("接报信息"), [_facts(told), *drill])


def _plan(desk: Desk, shown: Shown) -> Node:
    one = shown.file
    if not one.steps:
        return _part(desk.t("预案"), [h("P", desk.t("尚未启动预案"), "field-hint")])
    done, of = progress(one.steps)
    rows = [_step(desk, shown, n, step) for n, step in enumerate(one.steps, 1)]
    caption = desk.t("{name} · {n}/{m}", name=desk.either(one.plan_name, one.plan_name_en), n=done, m=of)
    return _part(desk.t("预案"), [h("Ol", rows, "plan-steps")], caption)


def _step(desk: Desk, shown: Shown, n: int, step: Step) -> Node:
    owner = desk.said(step.unit) if step.unit else desk.t(ROLES.get(step.role, "值班员"))
    late = step.late or (step.state == "open" and desk.now > step.due)
    when = desk.moment(step.at) if step.at else desk.t("时限 {at}", at=desk.moment(step.due))
    told = [owner, when, papers.name(shown.names, step.by) if step.by else "", said(desk, step.told)]
    words = [
        h(
            "Div",
            [h("B", desk.either(step.text, step.text_en)), h("Span", desk.t("超时"), "tag is-p2") if late else None],
        ),
        h("Div", [h("Span", part) for part in told if part], "thing-facts"),
    ]
    live = step.state == "open" and shown.file.state in ("intake", "active") and desk.may(Right.ACT)
    act = (
        page.go(desk, "办理", id=shown.file.id, step=str(n))
        if live
        else h("Span", desk.t(STEPS[step.state]), "step-state")
    )
    mark = h("I", _STATE_MARKS[step.state], aria={"hidden": "true"})
    return h("Li", [mark, h("Div", words, "thing-words"), act], f"plan-step is-{step.state}")


def _around(desk: Desk, shown: Shown) -> Node:
    near, title = shown.around.near, desk.t("周边资源与敏感目标")
    if shown.file.facts.lon is None:
        return _part(title, [h("P", desk.t("事发地点没有坐标；续填情况时写明乡镇或坐标即可列出。"), "field-hint")])
    people = [desk.t("{km} km 内约 {n} 人", km=km, n=f"{n:,}") for km, n in shown.around.people.items()]
    rows: list[Child] = []
    for ring in RINGS_KM:
        held = [one for one in near if one.ring == ring]
        rows.append(h("Li", h("B", desk.t("{km} km 圈", km=ring)), "ring-head"))
        rows += [_resource(desk, one) for one in held] or [h("Li", desk.t("没有登记的资源"), "field-hint")]
    estimate = (
        h("P", desk.t("人口按区县平均密度估算：{people}", people=desk.listed(people)), "field-hint") if people else None
    )
    return _part(title, [h("Ul", rows, "near is-rings"), estimate])


def _resource(desk: Desk, one: Near) -> Node:
    made_up = desk.t("（演示）") if one.resource.illustrative else ""
    warn = h("Span", desk.t("敏感"), "tag is-p3") if one.resource.kind in SENSITIVE else None
    told = [one.resource.name, desk.said(one.resource.note), made_up]
    cells = [
        h("Span", desk.t(RESOURCES.get(one.resource.kind, "其他")), "near-kind"),
        h("Span", [" ".join(part for part in told if part), warn], "near-name"),
        h("Span", f"{one.metres / 1000:.1f} km", "near-km"),
    ]
    return h("Li", cells)


def _reports(desk: Desk, shown: Shown) -> Node:
    rows = [_report(desk, shown, one) for one in shown.reports if one.state != "dropped"]
    clock = desk.city.plans.clock
    caption = desk.t("报送时限：{clock}", clock=desk.either(clock.name, clock.name_en))
    return _part(desk.t("信息报送"), [h("Ul", rows, "sheet-lines")] if rows else [h("P", desk.t("没有报告"))], caption)


def _report(desk: Desk, shown: Shown, one: Report) -> Node:
    late = one.late or (one.due is not None and one.due < desk.now)
    facts = [
        one.id,
        desk.t("第 {n} 版", n=one.edition) if one.edition > 1 else "",
        desk.t("时限 {at}", at=desk.moment(one.deadline)) if one.deadline else "",
        desk.t("报送 {at}", at=desk.moment(one.sent)) if one.sent else "",
        papers.name(shown.names, one.signer) if one.signer else "",
        desk.t("回执 {who}", who=said(desk, one.receipt)) if one.receipt else "",
    ]
    tag = h("Span", desk.t(REPORTED[one.state]), f"tag {'is-on' if one.state == 'draft' else 'is-over'}")
    lated = h("Span", desk.t("超时限"), "tag is-p2") if late else None
    words = [
        h("Div", [h("B", report_name(desk, one)), page.drill_mark(desk, one.exercise), tag, lated], "thing-name"),
        h("Div", [h("Span", fact) for fact in facts if fact], "thing-facts"),
    ]
    where = {"id": one.about, "report": one.id}
    go = page.go(desk, "填报" if one.state == "draft" else "查看", **where)
    return h("Li", [h("Div", words, "thing-words"), go])


def _responses(desk: Desk, shown: Shown) -> Node:
    one = shown.file
    found = [*([one.asked] if one.asked else []), *reversed(one.responses)]
    rows = [_response(desk, shown, each) for each in found]
    return _part(
        desk.t("应急响应"), [h("Ul", rows, "sheet-lines")] if rows else [h("P", desk.t("没有启动响应"), "field-hint")]
    )


def _response(desk: Desk, shown: Shown, one: Response) -> Node:
    name = desk.t("{level}级响应", level=ROMAN[one.level])
    told = [
        (desk.t("依据"), said(desk, one.basis)),
        (desk.t("范围"), said(desk, one.area)),
        (desk.t("措施"), said(desk, one.measures)),
        (desk.t("建议"), f"{papers.name(shown.names, one.asked_by)} {desk.moment(one.asked_at)}"),
        (
            desk.t("批复"),
            f"{papers.name(shown.names, one.by)} {desk.moment(one.at)} {said(desk, one.told)}" if one.by else "",
        ),
    ]
    tag = h("Span", desk.t(ANSWERS[one.state]), f"tag {'is-p2' if one.state in ('asked', 'on') else 'is-over'}")
    return h("Li", h("Div", [h("Div", [h("B", name), tag], "thing-name"), _facts(told)], "thing-words"))


def _review(desk: Desk, shown: Shown) -> Node:
    one, found = shown.file, spans(shown.lines)
    took = [desk.t("{what} {n} 分钟", what=desk.t(SPANS[key]), n=round(n)) for key, n in found.items()]
    parts: list[Child] = [h("P", desk.t("自登记起：{spans}", spans=desk.listed(took)), "field-hint") if took else None]
    if one.review:
        changes = [
            h("Li", [h("B", said(desk, each.what)), h("Span", said(desk, each.owner))], "line-say")
            for each in one.review.changes
        ]
        told = [
            (desk.t("原因分析"), said(desk, one.review.causes)),
            (desk.t("经验教训"), said(desk, one.review.lessons)),
        ]
        parts += [_facts(told), h("Ul", changes, "sheet-lines") if changes else None]
    if one.state == "controlled" and shown.against:
        left = [h("Li", desk.said(sentence)) for sentence in shown.against]
        parts += [h("H5", desk.t("结案前还须")), h("Ul", left, "against")]
    return _part(desk.t("评估"), parts if any(parts) else [h("P", desk.t("处置完毕后填写"), "field-hint")])


def _lines(desk: Desk, shown: Shown) -> Node:
    rows = [_line(desk, shown, line) for line in reversed(shown.lines)]
    return _part(desk.t("处置时间线"), [h("Ol", rows, "course")], desk.t("只增不改"))


def _line(desk: Desk, shown: Shown, line: Happened) -> Node:
    who = desk.t("系统") if line.who == "system" else papers.name(shown.names, line.who)
    what = line.what or words.STEPS.get(line.verb) or HAPPENED.get(line.verb, line.verb)
    mine = line.about == shown.file.id
    body = [
        h("Span", desk.second(line.at), "course-at"),
        h("B", desk.t(what)),
        h("Span", " · ".join([who, *([] if mine else [line.about])]), "course-sub"),
        h("Span", said(desk, line.told), "course-why") if line.told else None,
    ]
    return h("Li", body)


def missing(desk: Desk) -> list[Child]:
    """An incident that is not there, or not for this person."""
    return [frame.none(desk.t("没有这起事件"), desk.t("编号可能写错，或不在您的范围内。")), page.go(desk, "返回列表")]
