"""The page of the handover: the sheet in eleven parts, and beside it ticks, notes and signatures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs

from dash import html

from domain.dossier import DossierEvent
from domain.handover import BRIEF, PARTS, Handover, Line, Part
from domain.roster import Phone, Roster, Supply
from duty.handover import OPENED, SIDES, UNSIGNED, Table, possible
from layouts.accounts import frame, menu
from layouts.accounts.desk import Desk
from layouts.alerts.page import MARKS, said
from layouts.duty import papers
from layouts.tags import Child, Node, h

PATH = "/handover"
IDS = papers.Ids("handover")
COUNTS: Mapping[str, str] = {
    "P1": "P1 {n} 件",
    "P2": "P2 {n} 件",
    "P3": "P3 {n} 件",
    "P4": "P4 {n} 件",
    "overdue": "超时 {n} 件",
    "supervised": "督办 {n} 件",
    "open": "未结 {n} 件",
    "fed": "部门上报 {n} 件",
    "reports": "下一班应报 {n} 份",
    "due": "下一班到期 {n} 件",
    "warnings": "预警 {n} 条",
    "responses": "响应 {n} 项",
    "silences": "静默 {n} 条",
    "total": "共 {n} 个数据源",
    "bad": "异常 {n} 个",
    "finished": "办结 {n} 件",
    "self_closed": "自动关闭 {n} 件",
    "hidden": "被抑制 {n} 件",
}
LOUD = frozenset({"overdue", "bad", "P1"})
VERBS: Mapping[str, str] = {
    "draw_up": "自动生成交接单",
    "overdue": "逾时未完成，转值班长",
    "renew": "接班人员未到，换为下一班",
    "tick": "核对",
    "write": "填写交代事项",
    "shorten": "改为简易交接",
    "unlock": "特批放行",
    "sign": "签字",
    "complete": "补全交接单",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: a sheet with its shifts and its parts as they stand, who people are, and the sheets before."""

    held: Table | None
    parts: Sequence[Part] = ()
    blocks: Sequence[str] = ()
    unticked: Sequence[str] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[DossierEvent] = ()
    earlier: Sequence[Handover] = ()


def asked(search: str) -> str:
    """The number of the sheet that the address asks for; "" for the present one."""
    return parse_qs(search.removeprefix("?")).get("id", [""])[-1].strip()[:40]


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "交接班", IDS)


def body(desk: Desk, shown: Shown) -> list[Child]:
    """The sheet, or why there is none; below it the sheets before."""
    if shown.held is None:
        roster = desk.city.roster
        hint = (
            desk.t("换班前 {n} 分钟系统自动生成交接单。", n=roster.draft // timedelta(minutes=1))
            if roster
            else desk.t("没有声明值班排班（roster.yaml）。")
        )
        return [frame.none(desk.t("现在没有待交接的班次"), hint), _earlier(desk, shown)]
    keys = BRIEF if shown.held.sheet.short else tuple(PARTS)
    found = {part.key: part for part in shown.parts}
    cards = [_part(desk, shown, number, key, found.get(key)) for number, key in enumerate(PARTS, 1) if key in keys]
    course = papers.course(desk, shown.names, shown.events, VERBS)
    return [_head(desk, shown.held), _against(desk, shown), h("Div", cards, "sheet"), course, _earlier(desk, shown)]


def _against(desk: Desk, shown: Shown) -> Node | None:
    """What stands against signing; it moves with the sheet, and so it is not among the forms."""
    if shown.held is None or shown.held.sheet.state not in UNSIGNED:
        return None
    told = [desk.said(one) for one in shown.blocks]
    if shown.unticked:
        told.append(desk.t("还有 {n} 件 P1、P2 未核对", n=len(shown.unticked)))
    if not told:
        return papers.section(desk.t("签字条件"), h("P", desk.t("没有妨碍签字的事项"), "field-hint"))
    return papers.section(desk.t("签字条件"), h("Ul", [h("Li", one) for one in told], "against"))


def _head(desk: Desk, held: Table) -> Node:
    sheet = held.sheet
    tags = [h("Span", desk.t(OPENED[sheet.state]), "tag is-on")]
    if sheet.late:
        tags.append(h("Span", desk.t("逾时未签"), "tag is-p2"))
    if sheet.short:
        tags.append(h("Span", desk.t("简易交接"), "tag"))
    if sheet.unlocked:
        tags.append(h("Span", desk.t("特批放行"), "tag is-p2"))
    facts = [sheet.id, desk.t("换班时间 {at}", at=desk.moment(sheet.change))]
    if sheet.handed:
        facts.append(desk.t("交接完成 {at}", at=desk.moment(sheet.handed)))
    title = h(
        "Div",
        [h("B", papers.shift(desk, held.outgoing)), h("I", "→"), h("B", papers.shift(desk, held.incoming)), *tags],
    )
    return h("Div", [title, h("Div", [h("Span", fact) for fact in facts], "thing-facts")], "sheet-head")


def _part(desk: Desk, shown: Shown, number: int, key: str, part: Part | None) -> Node:
    title = h("H4", [h("Span", str(number), "sheet-number"), desk.t(PARTS[key])])
    counts = [
        h("Span", desk.t(COUNTS[name], n=n), "is-loud" if n and name in LOUD else "")
        for name, n in (part.counts.items() if part else ())
    ]
    content = _own(desk, shown, key) if part is None else _lines(desk, shown, part)
    return h("Section", [h("Header", [title, h("Div", counts, "sheet-counts")]), content], f"sheet-part is-{key}")


def _own(desk: Desk, shown: Shown, key: str) -> Child:
    """The parts that people fill in themselves."""
    sheet = shown.held.sheet if shown.held else None
    if sheet is None:
        return None
    if key == "notes":
        return h("P", said(desk, sheet.notes) if sheet.notes else desk.t("无"), "sheet-notes")
    rows = [
        h("Li", [h("Span", "✓" if sheet.checks.get(one) else "—", "check-mark"), label], "check")
        for one, label in checks(desk)
    ]
    return h("Ul", rows, "checks") if rows else h("P", desk.t("无"), "field-hint")


def checked(roster: Roster | None) -> dict[str, Phone | Supply]:
    """What is checked at each handover, by the name under which it is kept: telephones, then supplies."""
    if roster is None:
        return {}
    phones: dict[str, Phone | Supply] = {one.name: one for one in roster.phones}
    return phones | {one.name: one for one in roster.supplies}


def checks(desk: Desk) -> list[tuple[str, str]]:
    """What is checked, as (name it is kept under, label in the reader's language)."""
    return [
        (name, f"{desk.either(one.name, one.name_en)} {one.number if isinstance(one, Phone) else ''}".strip())
        for name, one in checked(desk.city.roster).items()
    ]


def _lines(desk: Desk, shown: Shown, part: Part) -> Node:
    if not part.lines:
        return h("P", desk.t("无"), "field-hint")
    rows = [_line(desk, shown, part.key, line) for line in part.lines]
    more = h("P", desk.t("另有 {n} 件", n=part.more), "field-hint") if part.more else None
    return h("Div", [h("Ul", rows, "sheet-lines"), more])


def _line(desk: Desk, shown: Shown, key: str, line: Line) -> Node:
    mark = h("Span", f"{MARKS[line.level]} P{line.level}", f"tag is-p{line.level}") if line.level in MARKS else None
    facts = [_number(desk, line), h("Span", desk.said(line.next)) if line.next else None]
    if line.at:
        owed = line.next and key != "passed"
        word = desk.t("应于 {at}", at=desk.moment(line.at)) if owed else desk.moment(line.at)
        facts.append(h("Span", word, "is-loud" if line.late else ""))
    words = [h("Div", [mark, h("Span", desk.said(said(desk, line.say)))], "line-say"), h("Div", facts, "thing-facts")]
    return h("Li", [h("Div", words, "thing-words"), _tick(desk, shown, key, line)], "is-late" if line.late else "")


def _number(desk: Desk, line: Line) -> Child:
    if line.about.startswith("GJ-"):
        return h(
            "A",
            line.about,
            "link",
            href=f"{menu.href('/alerts', desk.lang)}{'&' if desk.lang != 'zh' else '?'}state=all&case={line.about}",
        )
    return h("Span", line.about) if "-" in line.about else None


def _tick(desk: Desk, shown: Shown, key: str, line: Line) -> Node | None:
    if key != "urgent" or shown.held is None:
        return None
    sheet = shown.held.sheet
    on = line.about in sheet.ticks
    if "tick" not in possible(shown.held, desk.viewer):
        return h("Span", desk.t("✓ 已核对") if on else desk.t("未核对"), "tag is-on" if on else "tag")
    label = desk.t("✓ 已核对") if on else desk.t("核对")
    return frame.press(label, f"{IDS.page}:tick", f"{sheet.id} {line.about}", "is-on" if on else "")


def _earlier(desk: Desk, shown: Shown) -> Child:
    if not shown.earlier:
        return None
    here = f"{menu.href(PATH, desk.lang)}{'&' if desk.lang != 'zh' else '?'}id="
    rows: list[list[Child]] = [
        [
            h("A", one.id, "link", href=f"{here}{one.id}"),
            papers.titled(desk, one.title),
            desk.t(OPENED[one.state]),
            desk.moment(one.handed),
            desk.listed([one.signed[side].name for side in SIDES if side in one.signed]) or "—",
        ]
        for one in shown.earlier
    ]
    head = [desk.t(word) for word in ("编号", "班次", "状态", "交接完成", "签字")]
    return papers.section(desk.t("以往交接单"), papers.table(head, rows), cls="sheet-earlier")
