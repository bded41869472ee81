"""What was made of a case, beside it: the steps of the plan that was started, its orders, and what happened to them."""

from collections.abc import Mapping, Sequence

from domain.account import Right
from domain.dossier import Dossier, DossierEvent
from domain.incident_file import IncidentFile, Step
from domain.order import Order
from duty import incidents, order_table, supervise
from duty.plans import progress
from layouts.accounts import frame, menu
from layouts.accounts.desk import Desk
from layouts.alerts.page import said
from layouts.duty.desk_side import Happened
from layouts.tags import Child, Node, h

ROLES: Mapping[str, str] = {
    "duty_officer": "值班员",
    "shift_leader": "值班长",
    "leader": "带班领导",
    "department": "部门",
}
STEP = "duty-step"  # the page that its ticks are pressed on
SIGNS: Mapping[str, str] = {"done": "✓", "failed": "✕", "left": "–", "open": "○"}
# Kind -> what its steps and its states are called.
NAMED: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    Order.PREFIX: ({verb: move.name for verb, move in order_table.MOVES.items()}, order_table.STATES),
    IncidentFile.PREFIX: ({verb: move.name for verb, move in incidents.TABLE.moves.items()}, incidents.STATES),
}


def plan(desk: Desk, held: IncidentFile | None) -> tuple[Node | None, str]:
    """The steps of the incident's plan with how many are settled; (None, "") without one."""
    if held is None:
        return None, ""
    mark = drill(desk, held)
    way = h(
        "A",
        held.id,
        "link",
        href=f"{menu.href('/incidents', desk.lang)}{'?' if desk.lang == 'zh' else '&'}id={held.id}",
    )
    if not held.steps:
        return h("Div", [h("B", [way, mark]), h("Span", desk.t("已转事件，尚未启动预案"))], "desk-none"), ""
    settled, total = progress(held.steps)
    now = next((i for i, one in enumerate(held.steps) if one.state == "open"), -1)
    live = held.state in ("intake", "active") and desk.may(Right.ACT)
    rows = [
        _step(desk, one, here=i == now, tick=_tick(desk, held, i) if live and one.state == "open" else None)
        for i, one in enumerate(held.steps)
    ]
    name = desk.either(held.plan_name, held.plan_name_en)
    shown = [h("P", [h("Span", name), way, mark], "plan-name"), h("Ol", rows, "steps")]
    return h("Div", shown + ([_words(desk, held.steps[now])] if live and now >= 0 else [])), f"{settled} / {total}"


def drill(desk: Desk, one: Dossier) -> Node | None:
    """The mark of what belongs to a drill, beside every way to it."""
    return h("Span", desk.t("演练"), "tag is-on") if one.exercise else None


def _tick(desk: Desk, held: IncidentFile, n: int) -> Node:
    return frame.press("✓", f"{STEP}:done", f"{held.id}:{n}", "step-tick", title=desk.t("完成第 {n} 步", n=n + 1))


def _words(desk: Desk, one: Step) -> Node:
    """What shows that a step is done; the hint is what the next open one asks for."""
    asked = desk.either(one.evidence, one.evidence_en)
    return frame.field(desk.t("完成依据"), frame.named("words"), asked, value="", maxLength=500, autoComplete="off")


def _step(desk: Desk, one: Step, *, here: bool, tick: Node | None) -> Node:
    who = one.unit or desk.t(ROLES[one.role])
    at = one.at.astimezone(desk.city.zone).strftime("%H:%M") if one.at is not None else ""
    left = desk.left(one.due) if one.state == "open" else ""
    late = desk.t("超时") if one.state == "open" and not left else ""
    when = at or (desk.t("剩 {time}", time=left) if left else late)
    sign = "●" if here else SIGNS[one.state]
    cls = f"is-{one.state}" + (" is-here" if here else "") + (" is-late" if late else "")
    text = desk.either(one.text, one.text_en)
    parts = [
        h("I", sign),
        h("Span", text, "step-text", title=text),
        h("Small", f"{who} · {when}" if when else who),
        tick,
    ]
    return h("Li", parts, cls)


def orders(desk: Desk, found: Sequence[Order]) -> list[Child]:
    """A line for each order: unit, where it is, and whether it is supervised."""
    return [
        h(
            "Li",
            [
                h("A", one.id, "link", href=_order(desk, one.id)),
                drill(desk, one),
                h("Span", one.unit, "near-name", title=one.content),
                h("Small", _state(desk, one)),
            ],
        )
        for one in found
    ]


def _order(desk: Desk, key: str) -> str:
    """The address at which an order is open."""
    return f"{menu.href('/orders', desk.lang)}{'?' if desk.lang == 'zh' else '&'}id={key}"


def _state(desk: Desk, one: Order) -> str:
    told = [desk.t(order_table.STATES[one.state]), desk.t(supervise.name(one)) if one.supervision else ""]
    return " · ".join(part for part in told if part)


def happened(desk: Desk, events: Sequence[DossierEvent], names: Mapping[str, str]) -> list[Happened]:
    """The steps of orders and incidents of the case. What made them is a step of the case itself."""
    return [_line(desk, event, names) for event in events if event.old]


def _line(desk: Desk, event: DossierEvent, names: Mapping[str, str]) -> Happened:
    names_of, states = NAMED[event.dossier[:2]]
    who = desk.t("系统") if event.actor == "system" else names.get(event.actor, event.actor)
    state = desk.t(states.get(event.new, event.new))
    words = str(event.told.get("words") or event.told.get("reason") or "")
    return Happened(
        event.at,
        desk.t(names_of.get(event.verb, "记录")),
        f"{who} · {state}",
        said(desk, f"{event.dossier} {words}".strip()),
    )
