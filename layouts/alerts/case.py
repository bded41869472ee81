"""One case beside the list: what it is, what may be done with it, and everything that happened to it."""

import json
from collections.abc import Callable, Mapping, Sequence

from alerts.cases import CAUSES, LONGEST_SHELF, SPOKEN, allowed
from domain.account import Right
from domain.case import Case, CaseEvent
from domain.notice import Notice
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import quiet, rules_words, words
from layouts.alerts.page import MARKS, handling, lasted, said
from layouts.tags import Child, Node, h

PAGE = "alerts"


def render(
    desk: Desk, case: Case | None, events: Sequence[CaseEvent] = (), notices: Sequence[Notice] = (), held: str = ""
) -> list[Child]:
    """The pane; a case that is not there, or not for this person, says so. held: what holds its notices back, in words."""
    if case is None or not desk.viewer.reach.covers(case.topic, case.district):
        return [
            _head(desk, desk.t("告警"), None),
            frame.none(desk.t("没有这件告警"), desk.t("编号可能写错，或不在您的范围内。")),
        ]
    return [
        _head(desk, case.id, case),
        h("P", said(desk, case.say), "case-say"),
        _facts(desk, case, held),
        _acts(desk, case),
        _silence(desk, case),
        _history(desk, events),
        _notices(desk, notices),
    ]


def _head(desk: Desk, title: str, case: Case | None) -> Node:
    badge = h("Span", f"{MARKS[case.level]} {case.level.name}", f"tag is-p{int(case.level)}") if case else None
    away = h(
        "Button",
        "×",
        "pane-away",
        data={"go": json.dumps({"case": ""}), "close": ""},
        aria={"label": desk.t("关闭")},
        type="button",
    )
    return h("Header", [h("H3", [badge, " ", title] if badge else title), away], "pane-head")


def _facts(desk: Desk, case: Case, held: str) -> Node:
    rule, metric = desk.city.rules.get(case.rule), desk.city.metrics.get(case.metric)
    department = (rule.department if rule else "") or (metric.department if metric else "")
    unit, digits = (metric.unit, metric.digits) if metric else ("", 1)
    told = [
        (desk.t("处置"), handling(desk, case)),
        (desk.t("状态"), f"{desk.t(words.CONDITIONS[case.condition])} · {lasted(desk, case.opened, case.recovered)}"),
        (desk.t("触发"), desk.second(case.opened)),
        (desk.t("恢复"), desk.second(case.recovered) if case.recovered else ""),
        (desk.t("数值"), "" if case.value is None else f"{case.value:.{digits}f} {unit}"),
        (desk.t("峰值"), "" if case.peak is None else f"{case.peak:.{digits}f} {unit}"),
        (desk.t("专题"), desk.topic(case.topic)),
        (desk.t("地点"), desk.city.place_name(case.site)),
        (desk.t("责任部门"), desk.said(department)),
        (desk.t("经手人"), case.owner),
        (desk.t("签收"), desk.second(case.acknowledged) if case.acknowledged else ""),
        (desk.t("唤醒"), desk.second(case.due) if case.due and case.handling.value == "shelved" else ""),
        (desk.t("误报原因"), desk.t(CAUSES[case.cause]) if case.cause in CAUSES else ""),
        (desk.t("备注"), said(desk, case.note)),
        (desk.t("通知已暂停"), held or case.hidden),
        (desk.t("规则依据"), rule.because if rule else ""),
    ]
    rows = [h("Div", [h("Dt", name), h("Dd", value)], "fact") for name, value in told if value]
    return h("Dl", rows, "facts")


def _acts(desk: Desk, case: Case) -> Node | None:
    """What this person may do now: signing for it is one press, the rest asks for a reason."""
    verbs = allowed(case)
    if not verbs:
        return None
    if not desk.may(Right.ACT):
        return h("P", desk.t("签收和处置由值班员、值班长操作。"), "field-hint")
    parts: list[Child] = []
    if "acknowledge" in verbs:
        parts.append(frame.press(desk.t("签收"), f"{PAGE}:acknowledge", case.id, "is-main", desk.t("签收（快捷键 A）")))
    forms = [_FORMS[verb](desk, case) for verb in verbs if verb in _FORMS]
    if forms:
        parts.append(h("Div", [_reason(desk), *forms], "form", data={"form": ""}))
    return h("Section", parts, "pane-part is-acts", aria={"label": desk.t("处置")})


def _reason(desk: Desk) -> Node:
    return frame.field(desk.t("原因或处置结果"), frame.named("reason"), value="", maxLength=500)


def _shelve(desk: Desk, case: Case) -> Node | None:
    longest = LONGEST_SHELF[case.level].total_seconds() / 60
    options = [(key, desk.t(text)) for key, text in words.SHELVES.items() if int(key) <= longest]
    if not options:
        return None
    chosen = frame.one_of(frame.named("minutes"), options, options[0][0])
    return h("Div", [chosen, frame.press(desk.t("挂起"), f"{PAGE}:shelve", case.id)], "act-row")


def _false_alarm(desk: Desk, case: Case) -> Node:
    chosen = frame.one_of(frame.named("cause"), [(key, desk.t(text)) for key, text in CAUSES.items()], "device")
    return h("Div", [chosen, frame.press(desk.t("误报关闭"), f"{PAGE}:false_alarm", case.id)], "act-row")


def _finish(desk: Desk, case: Case) -> Node:
    return h("Div", frame.press(desk.t("办结"), f"{PAGE}:finish", case.id), "act-row")


def _reopen(desk: Desk, case: Case) -> Node:
    return h("Div", frame.press(desk.t("重新打开"), f"{PAGE}:reopen", case.id), "act-row")


_FORMS: Mapping[str, Callable[[Desk, Case], Node | None]] = {
    "shelve": _shelve,
    "false_alarm": _false_alarm,
    "finish": _finish,
    "reopen": _reopen,
}


def _silence(desk: Desk, case: Case) -> Node | None:
    """Holding back the notices of this rule at this place, also while the case is signed for."""
    if case.over or not desk.may(Right.ACT):
        return None
    rule = desk.city.rules.get(case.rule)
    levels = rules_words.levels(rule) if rule else []
    form = quiet.form(desk, PAGE, case.id, levels or [case.level.name], case.level.name)
    told = desk.t("静默只暂停这条规则在此地点的通知，告警照常记录。")
    return quiet.part(desk, desk.t("静默"), h("P", told, "field-hint"), form)


def _history(desk: Desk, events: Sequence[CaseEvent]) -> Node:
    rows = [_event(desk, event) for event in reversed(events)]
    return h("Section", [h("H4", desk.t("经过")), h("Ol", rows, "course")], "pane-part", aria={"label": desk.t("经过")})


def _event(desk: Desk, event: CaseEvent) -> Node:
    who = desk.t("系统") if event.actor == "system" else event.actor
    level, reason = str(event.told.get("level", "")), str(event.told.get("reason", ""))
    body = [
        h("Span", desk.second(event.at), "course-at"),
        h("B", desk.t(words.STEPS.get(event.verb, event.verb))),
        h("Span", " · ".join(part for part in (who, level, desk.t(SPOKEN[event.new])) if part), "course-sub"),
        h("Span", said(desk, reason), "course-why") if reason else None,
    ]
    return h("Li", body)


def _notices(desk: Desk, notices: Sequence[Notice]) -> Node | None:
    if not notices:
        return None
    rows = [
        h(
            "Li",
            [
                h("Span", desk.second(one.sent or one.due), "course-at"),
                h("B", desk.t(words.NOTICES[one.kind])),
                h("Span", f"{one.receiver} · {desk.t(words.SENDING[one.state])}", "course-sub"),
                h("Span", said(desk, one.error or one.receipt), "course-why") if one.error or one.receipt else None,
            ],
        )
        for one in reversed(notices)
    ]
    return h("Section", [h("H4", desk.t("通知")), h("Ol", rows, "course")], "pane-part", aria={"label": desk.t("通知")})
