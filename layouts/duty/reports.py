"""A report of an incident: filled in at the side, and as a sheet of paper."""

from collections.abc import Mapping

from domain.incident_file import GRADES, IncidentFile
from domain.report import PARTS, Report
from duty.reports import KINDS, STATES, TABLE, counted
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty import incidents as page
from layouts.duty import papers
from layouts.tags import Child, Node, h


def name(desk: Desk, one: Report) -> str:
    """What a report is called: 首报, 续报二."""
    if one.kind != "follow":
        return desk.t(KINDS[one.kind])
    return desk.t("续报{n}", n=counted(one.n) if desk.lang == "zh" else one.n)


def prefill(desk: Desk, held: IncidentFile, one: Report, harm: str) -> Mapping[str, str]:
    """The text of a draft: what was written, else what the incident knows, in Chinese: it is what the superior reads."""
    facts = held.facts
    known = {
        "words": f"{held.title}，{facts.place}。{harm}",
        "source": " ".join(part for part in (facts.reporter_unit, facts.reporter, facts.reporter_phone) if part),
        "told": desk.moment(facts.told),
        "happened": desk.moment(facts.happened),
        "place": facts.place,
        "kind": page.kind(desk, held),
        "scope": facts.impact,
        "harm": harm,
        "trend": facts.trend,
        "scene": facts.scene,
        "measures": facts.measures,
        "request": facts.request,
        "development": facts.trend,
        "progress": facts.result or facts.measures,
        "situation": "。".join(part for part in (facts.process, facts.cause) if part),
        "handling": facts.result,
    }
    return {key: one.parts.get(key) or known.get(key, "") for key in PARTS[one.kind]}


def pane(desk: Desk, held: IncidentFile, one: Report, harm: str, names: Mapping[str, str]) -> list[Child]:
    """A draft as a form; one that was sent as it was sent."""
    can = TABLE.possible(one, desk.viewer)
    head = h(
        "Div",
        [page.drill_mark(desk, one.exercise), h("Span", desk.t(STATES[one.state]), "tag"), h("Span", one.id)],
        "thing-facts",
    )
    of = f"{one.id}:{one.version}"
    title = f"{name(desk, one)} · {desk.t('第 {n} 版', n=one.edition)}"
    if "write" in can:
        parts = prefill(desk, held, one, harm)
        fields = [papers.area(desk.t(word), f"part-{key}", parts[key], 2) for key, word in PARTS[one.kind].items()]
        hint = h("P", desk.t("没有填写的内容按“待核”报送，不因了解详情而迟报。"), "field-hint")
        send = frame.press(
            desk.t("记录通话" if one.kind == "phone" else "签发报送"), f"{page.IDS.page}:send", of, "is-main"
        )
        acts = [frame.press(desk.t("保存草稿"), f"{page.IDS.page}:write", of), send if "send" in can else None]
        return [
            papers.section(
                title,
                head,
                h(
                    "Div",
                    [*fields, hint, _signature(desk, one, can), h("Div", acts, "form-end")],
                    "form",
                    data={"form": ""},
                ),
            )
        ]
    return [papers.section(title, head, _told(desk, one, names), _after(desk, one, of, can))]


def _told(desk: Desk, one: Report, names: Mapping[str, str]) -> Node:
    rows = [(desk.t(word), said(desk, one.parts.get(key, ""))) for key, word in PARTS[one.kind].items()]
    rows += [
        (desk.t("报送单位"), desk.said(one.to)),
        (desk.t("签发人"), papers.name(names, one.signer) if one.signer else ""),
        (desk.t("报送时间"), desk.moment(one.sent) if one.sent else ""),
        (desk.t("回执"), said(desk, one.receipt)),
        (desk.t("更正自"), one.of),
    ]
    return h("Dl", [h("Div", [h("Dt", word), h("Dd", value)], "fact") for word, value in rows if value], "facts")


def _after(desk: Desk, one: Report, of: str, can: list[str]) -> Child:
    """What may still be done with a report that was sent."""
    acts = [frame.press(desk.t(TABLE.moves[verb].name), f"{page.IDS.page}:{verb}", of) for verb in can]
    paper = page.go(desk, "打印版式", id=one.about, print=one.id)
    words = papers.area(desk.t("接收人或更正原因"), "words", rows=2) if set(can) - {"send"} else None
    back = page.go(desk, "返回事件", id=one.about)
    return h(
        "Div",
        [words, _signature(desk, one, can), h("Div", [*acts, paper, back], "form-end")],
        "form",
        data={"form": ""},
    )


def _signature(desk: Desk, one: Report, can: list[str]) -> Node | None:
    """A call is noted, a paper is signed."""
    return papers.signature(desk, "sign", desk.viewer.login) if "send" in can and one.kind != "phone" else None


def paper(desk: Desk, held: IncidentFile, one: Report, names: Mapping[str, str]) -> list[Child]:
    """The sheet of paper, A4."""
    rows = [
        h("Tr", [h("Th", desk.t(word)), h("Td", said(desk, one.parts.get(key, "")))])
        for key, word in PARTS[one.kind].items()
    ]
    spec = desk.city.spec
    head = [
        h("P", desk.t("演练 · 演练 · 演练"), "print-drill") if one.exercise else None,
        h("H3", desk.t("{city}突发事件信息{name}", city=desk.either(spec.name, spec.name_en), name=name(desk, one))),
        h(
            "P",
            [h("Span", one.id), h("Span", desk.t("第 {n} 版", n=one.edition)), h("Span", desk.t(STATES[one.state]))],
            "print-line",
        ),
        h("P", [h("Span", desk.t("报送单位：{to}", to=desk.said(one.to))), h("Span", held.id)], "print-line"),
        h("H4", said(desk, held.title)),
        h(
            "P",
            desk.t(
                "事件级别：{grade}", grade=desk.t(GRADES[held.weight]) + ("" if held.grade else desk.t("（待核定）"))
            ),
        ),
    ]
    foot = [
        h("Span", desk.t("签发人：{who}", who=papers.name(names, one.signer) if one.signer else desk.t("（未签发）"))),
        h("Span", desk.t("报送时间：{at}", at=desk.moment(one.sent))),
    ]
    sheet = h("Article", [*head, h("Table", h("Tbody", rows)), h("P", foot, "print-line")], "print-sheet")
    button = h("Button", desk.t("打印"), "press is-main", data={"print": ""}, type="button")
    return [h("Div", [page.go(desk, "返回事件", id=held.id), button], "chip-row is-noprint"), sheet]
