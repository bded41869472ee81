"""The page of shifts: who is on duty now, the operating stage, and the roster of the days to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dash import html

from domain.roster import Team
from duty.shifts import OnShift, Slot
from duty.stage import InForce
from indicators.status import Status
from layouts.accounts import frame, menu
from layouts.accounts.desk import Desk
from layouts.duty import papers, stage
from layouts.tags import Child, Node, h

PATH = "/shifts"
IDS = papers.Ids("shifts")
SEATS: Sequence[tuple[str, str]] = (
    ("officers", "值班员"),
    ("shift_leader", "值班长"),
    ("leader", "带班领导"),
    ("reserve", "备班"),
)
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. slots: the shifts of the days to come; here: the one that runs by the roster."""

    now: OnShift
    status: Status
    stage: InForce
    slots: Sequence[Slot] = ()
    here: Slot | None = None
    names: Mapping[str, str] = field(default_factory=dict)


def page(desk: Desk) -> html.Div:
    """The frame."""
    return papers.page(desk, PATH, "值班表", IDS)


def body(desk: Desk, shown: Shown) -> list[Child]:
    """Stage, people, roster."""
    return [
        h("Div", [_now(desk, shown), stage.card(desk, shown.status, shown.stage, shown.names)], "duty-two"),
        _roster(desk, shown),
    ]


def _now(desk: Desk, shown: Shown) -> Node:
    if not shown.now.shifts:
        hint = desk.t("采集进程启动后自动开班。") if desk.city.roster else desk.t("没有声明值班排班（roster.yaml）。")
        return papers.section(desk.t("当前班次"), frame.none(desk.t("没有在岗班次"), hint))
    cards = [
        h(
            "Div",
            [
                h(
                    "Div",
                    [h("B", papers.shift(desk, one)), h("Span", _state(desk, one.state), "tag is-on")],
                    "thing-name",
                ),
                h("Div", [h("Span", f"{desk.moment(one.begin)} – {desk.moment(one.end)}")], "thing-facts"),
                h("Dl", [_seat(desk, shown, one, key, word) for key, word in SEATS], "facts"),
            ],
            "shift-now",
        )
        for one in shown.now.shifts
    ]
    both = h("P", desk.t("交接单未签，两班共同负责"), "stage-order") if len(shown.now.shifts) > 1 else None
    link = h("A", desk.t("打开交接单"), "link", href=menu.href("/handover", desk.lang))
    return papers.section(desk.t("当前班次"), *cards, both, link, cls="shift-card")


def _state(desk: Desk, state: str) -> str:
    return desk.t("在岗") if state == "on" else desk.t("待接班")


def _seat(desk: Desk, shown: Shown, of: object, key: str, word: str) -> Node:
    held = getattr(of, key)
    logins = [held] if isinstance(held, str) else list(held)
    told = papers.listed(desk, shown.names, [login for login in logins if login])
    return h("Div", [h("Dt", desk.t(word)), h("Dd", told)], "fact")


def _roster(desk: Desk, shown: Shown) -> Node | None:
    if not shown.slots:
        return None
    rows: list[list[Child]] = [
        [
            _day(desk, slot),
            f"{desk.either(slot.change.name, slot.change.name_en)} {slot.change.at:%H:%M}",
            desk.either(slot.crew.name, slot.crew.name_en),
            *(_people(desk, shown, slot.crew, key) for key, _ in SEATS),
        ]
        for slot in shown.slots
    ]
    marks = ["is-here" if slot == shown.here else "" for slot in shown.slots]
    head = [desk.t(word) for word in ("日期", "班次", "班组", *(word for _, word in SEATS))]
    return papers.section(desk.t("未来两周"), papers.table(head, rows, "is-roster", marks))


def _day(desk: Desk, slot: Slot) -> str:
    local = slot.begin.astimezone(desk.city.zone)
    weekday = desk.t("周{day}", day=WEEKDAYS[local.weekday()]) if desk.lang == "zh" else f"{local:%a}"
    return f"{local:%m-%d} {weekday}"


def _people(desk: Desk, shown: Shown, crew: Team, key: str) -> str:
    held = getattr(crew, key)
    logins = [held] if isinstance(held, str) else list(held)
    return papers.listed(desk, shown.names, [login for login in logins if login])


def pane(desk: Desk, shown: Shown) -> list[Child]:
    """The stage's form, and the telephones."""
    return [part for part in (stage.form(desk, IDS.page, shown.stage), _phones(desk)) if part]


def _phones(desk: Desk) -> Node | None:
    roster = desk.city.roster
    if roster is None or not roster.phones:
        return None
    rows = [
        h("Div", [h("Dt", desk.either(one.name, one.name_en)), h("Dd", one.number)], "fact") for one in roster.phones
    ]
    return papers.section(desk.t("应急电话"), h("Dl", rows, "facts is-phones"))
