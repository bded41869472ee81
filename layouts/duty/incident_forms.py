"""Forms beside an incident: taking one down, what may be done with it now, a step of its plan, its response, its review."""

from collections.abc import Callable, Mapping, Sequence

from domain.incident_file import GRADES, HARMS, ROMAN, Facts, IncidentFile
from duty import plans as fitting
from duty.grading import of_kind, propose
from duty.incidents import TABLE, digest
from duty.response import SETTLED, approver, approves
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.duty import incidents as page
from layouts.duty import papers
from layouts.tags import Child, Node, h

# Fields of text of what is known: name -> label, in the order of the form.
TEXTS: Mapping[str, str] = {
    "cause": "原因", "process": "经过", "measures": "已采取措施", "result": "处理结果", "impact": "影响范围", "trend": "发展趋势",
    "informed": "已报告对象", "scene": "现场领导", "request": "请求事项",
}  # fmt: skip
PERSON: Mapping[str, str] = {
    "reporter_unit": "报告单位", "reporter": "报告人", "reporter_post": "职务", "reporter_phone": "联系电话",
}  # fmt: skip
CHANGES = 3  # lines of changes in the form of a review


def _entry(desk: Desk, label: str, name: str, value: str = "", hint: str = "") -> Node:
    return frame.field(desk.t(label), frame.named(name), hint, value=value, maxLength=200)


def _form(title: str, parts: Sequence[Child], acts: Sequence[Child]) -> Node:
    return papers.section(title, h("Div", [*parts, h("Div", list(acts), "form-end")], "form", data={"form": ""}))


def intake(desk: Desk, title: str = "", place: str = "", case: str = "", district: str = "") -> list[Child]:
    """The telephone form. case: the alert that it is made of."""
    kinds = [(key, desk.either(kind.name, kind.name_en)) for key, kind in desk.city.plans.kinds.items()]
    if not kinds:
        return [frame.none(desk.t("没有登记事件类别"), desk.t("请在 plans.yaml 中登记。"))]
    facts = Facts(kind=kinds[0][0], title=title, happened=desk.now, told=desk.now, place=place)
    about = h("P", desk.t("来自告警 {id}", id=case), "field-hint") if case else None
    chosen = frame.group(desk.t("事件类别"), frame.one_of(frame.named("kind"), kinds, kinds[0][0]))
    send = frame.press(desk.t("登记"), f"{page.IDS.page}:open", case, "is-main")
    return [_form(desk.t("接报登记"), [about, chosen, *_facts(desk, facts, district)], [send, page.go(desk, "取消")])]


def update(desk: Desk, one: IncidentFile) -> list[Child]:
    """What is known, to be filled in further."""
    send = frame.press(desk.t("保存"), f"{page.IDS.page}:update", f"{one.id}:{digest(one)}", "is-main")
    return [_form(desk.t("续填情况"), _facts(desk, one.facts, one.district), [send, page.go(desk, "取消", id=one.id)])]


def _facts(desk: Desk, facts: Facts, district: str) -> list[Child]:
    districts = [("", desk.t("全市")), *((code, desk.district(code)) for code in desk.city.districts)]
    point = "" if facts.lon is None else f"{facts.lon:.5f},{facts.lat:.5f}"
    harms = [
        _entry(desk, f"{word}（{unit}）", f"harm-{key}", f"{facts.harm[key]:g}" if key in facts.harm else "")
        for key, (word, unit) in HARMS.items()
    ]
    sensitive = [(word, desk.said(word)) for word in desk.city.plans.sensitive]
    return [
        _entry(desk, "事件标题", "title", facts.title),
        _entry(desk, "事发地点", "place", facts.place, desk.t("写明乡镇或地名，即可定位")),
        frame.group(desk.t("区县"), frame.one_of(frame.named("district"), districts, district)),
        _entry(desk, "坐标（经度,纬度）", "point", point),
        _entry(desk, "事发时间", "happened", desk.moment(facts.happened)),
        _entry(desk, "接报时间", "told", desk.moment(facts.told)),
        h("Div", harms, "form-grid"),
        frame.group(desk.t("敏感情况"), frame.some_of(frame.named("sensitive"), sensitive, facts.sensitive))
        if sensitive
        else None,
        h("Div", [_entry(desk, word, name, getattr(facts, name)) for name, word in PERSON.items()], "form-grid"),
        *(papers.area(desk.t(word), name, getattr(facts, name), 2) for name, word in TEXTS.items()),
    ]


def drill(desk: Desk) -> list[Child]:
    """The drills that can be run."""
    found = [(key, desk.either(one.name, one.name_en)) for key, one in desk.city.plans.scenarios.items()]
    if not found:
        return [frame.none(desk.t("没有演练场景"), desk.t("请在 plans.yaml 中登记。"))]
    hint = h("P", desk.t("演练中的一切都标明“演练”，不发送任何通知。"), "field-hint")
    chosen = frame.group(desk.t("演练场景"), frame.one_of(frame.named("scenario"), found, found[0][0]))
    start = frame.press(desk.t("开始演练"), f"{page.IDS.page}:drill", "", "is-main")
    return [_form(desk.t("开始演练"), [hint, chosen], [start, page.go(desk, "取消")])]


def step(desk: Desk, one: IncidentFile, n: int) -> list[Child]:
    """One step of the plan."""
    if not 0 < n <= len(one.steps):
        return [frame.none(desk.t("没有这个步骤"))]
    held = one.steps[n - 1]
    told = [
        h("P", desk.either(held.text, held.text_en), "case-say"),
        h("P", desk.t("完成依据：{what}", what=desk.either(held.evidence, held.evidence_en)), "field-hint")
        if held.evidence
        else None,
        h("P", desk.t("如不能完成：{what}", what=desk.either(held.on_fail, held.on_fail_en)), "field-hint")
        if held.on_fail
        else None,
        papers.area(desk.t("完成依据或原因"), "words", rows=3),
    ]
    acts = [
        frame.press(desk.t(word), f"{page.IDS.page}:{key}", f"{one.id}:{n - 1}", "is-main" if key == "done" else "")
        for key, word in SETTLED.items()
    ]
    return [_form(desk.t("第 {n} 步", n=n), told, [*acts, page.go(desk, "取消", id=one.id)])]


def ask(desk: Desk, one: IncidentFile) -> list[Child]:
    """Suggesting a response; basis and measures are the plan's unless they are written here."""
    levels = [(str(level), desk.t("{level}级", level=ROMAN[level])) for level in (4, 3, 2, 1)]
    who = [
        f"{ROMAN[level]} {desk.either(approver(desk.city.plans, level).title, approver(desk.city.plans, level).title_en)}"
        for level in (4, 3, 2, 1)
    ]
    area = desk.district(one.district) if one.district else desk.city.spec.name
    parts = [
        frame.group(
            desk.t("响应级别"),
            frame.one_of(frame.named("level"), levels, str(one.weight)),
            desk.t("批准人：{who}", who=desk.listed(who)),
        ),
        _entry(desk, "响应范围", "area", area),
        papers.area(desk.t("依据"), "basis", rows=2, hint=desk.t("不写则按预案")),
        papers.area(desk.t("措施"), "response-measures", rows=3, hint=desk.t("不写则按预案")),
    ]
    send = frame.press(desk.t("建议响应"), f"{page.IDS.page}:ask", one.id, "is-main")
    return [_form(desk.t("建议响应"), parts, [send, page.go(desk, "取消", id=one.id)])]


def suggested(one: IncidentFile) -> str:
    """How many responses were suggested so far: the form of the next one is over when it has become one more."""
    return str(len(one.responses) + (one.asked is not None))


def review(desk: Desk, one: IncidentFile) -> list[Child]:
    """What was learnt."""
    held = one.review
    changes = [(each.what, each.owner) for each in held.changes] if held else []
    changes += [("", "")] * (CHANGES - len(changes))
    lines = [
        h(
            "Div",
            [_entry(desk, "改进事项", f"change-{n}", what), _entry(desk, "责任人", f"owner-{n}", owner)],
            "form-grid",
        )
        for n, (what, owner) in enumerate(changes[:CHANGES])
    ]
    parts = [
        papers.area(desk.t("原因分析"), "causes", held.causes if held else "", 4),
        papers.area(desk.t("经验教训"), "lessons", held.lessons if held else "", 3),
        *lines,
    ]
    send = frame.press(desk.t("保存评估"), f"{page.IDS.page}:review", one.id, "is-main")
    return [_form(desk.t("填写评估"), parts, [send, page.go(desk, "取消", id=one.id)])]


def acts(desk: Desk, one: IncidentFile) -> list[Child]:
    """What this person may do now."""
    can = TABLE.possible(one, desk.viewer)
    parts = [_plain(desk, one, can), _grade(desk, one, can), _start(desk, one, can)]
    found: list[Child] = [part for part in parts if part]
    return found or [papers.section(desk.t("处理"), h("P", desk.t("现在没有您可做的操作。"), "field-hint"))]


_WORDED = ("verify", "note", "link", "approve", "refuse", "end", "control", "resume", "close", "void")
_FORMS: Mapping[str, str] = {"update": "续填情况", "ask": "建议响应", "review": "填写评估"}


def _offered(desk: Desk, one: IncidentFile, verb: str) -> bool:
    """Whether a move makes sense now, besides being allowed."""
    asked = one.asked is not None and approves(desk.city.plans, one.asked.level, desk.viewer)
    tests: Mapping[str, Callable[[], bool]] = {
        "approve": lambda: asked,
        "refuse": lambda: asked,
        "end": lambda: bool(one.response) and approves(desk.city.plans, one.response, desk.viewer),
        "ask": lambda: one.asked is None,
        "link": lambda: not one.exercise,
    }
    return tests.get(verb, lambda: True)()


def _plain(desk: Desk, one: IncidentFile, can: Sequence[str]) -> Node | None:
    verbs = [verb for verb in _WORDED if verb in can and _offered(desk, one, verb)]
    forms = [
        page.go(desk, word, id=one.id, form=f"ask:{suggested(one)}" if verb == "ask" else verb)
        for verb, word in _FORMS.items()
        if verb in can and _offered(desk, one, verb)
    ]
    if not verbs and not forms:
        return None
    main = {"verify", "approve", "close"}
    presses = [
        frame.press(
            desk.t(TABLE.moves[verb].name), f"{page.IDS.page}:{verb}", one.id, "is-main" if verb in main else ""
        )
        for verb in verbs
    ]
    words = papers.area(desk.t("情况、理由或告警编号"), "words", rows=3) if verbs else None
    body = [words, h("Div", presses, "act-row"), h("Div", forms, "act-row") if forms else None]
    return papers.section(desk.t("处理"), h("Div", body, "form", data={"form": ""}))


def _grade(desk: Desk, one: IncidentFile, can: Sequence[str]) -> Node | None:
    verbs = [verb for verb in ("propose", "grade") if verb in can]
    if not verbs:
        return None
    table = of_kind(desk.city.plans, one.facts.kind)
    by = propose(table, one.facts.harm)
    reason = desk.t("按损失与伤亡为{grade}", grade=desk.t(GRADES[by.grade]))
    if by.harm is not None:
        reason += desk.t("：{harm}达到 {limit:g}", harm=desk.t(HARMS[by.harm][0]), limit=by.limit)
    told = " · ".join(part for part in (reason, desk.either(table.name, table.name_en) if table else "") if part)
    chosen = frame.one_of(
        frame.named("grade"),
        [(str(k), desk.t(v)) for k, v in GRADES.items()],
        str(one.grade or one.proposed or by.grade),
    )
    presses = [frame.press(desk.t(TABLE.moves[verb].name), f"{page.IDS.page}:{verb}", one.id) for verb in verbs]
    return papers.section(desk.t("事件级别"), h("P", told, "field-hint"), chosen, h("Div", presses, "act-row"))


def _start(desk: Desk, one: IncidentFile, can: Sequence[str]) -> Node | None:
    if "start" not in can:
        return None
    found = [plan for plan in fitting.fitting(desk.city.plans, one, desk.city.zone) if plan.key != one.plan]
    if not found:
        return None
    chosen = frame.one_of(
        frame.named("plan"), [(plan.key, desk.either(plan.name, plan.name_en)) for plan in found], found[0].key
    )
    start = frame.press(desk.t("启动预案"), f"{page.IDS.page}:start", one.id, "" if one.plan else "is-main")
    return papers.section(desk.t("适用预案"), chosen, h("Div", start, "act-row"))
