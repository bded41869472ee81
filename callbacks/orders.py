"""The page of orders: the desk sends them out and verifies them, units sign for them and answer."""

from collections.abc import Mapping
from datetime import timedelta

from dash import Dash

from access.verbs import Verb
from callbacks.about import about_of
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, decided, refused, wire
from domain.account import Right, Role
from domain.errors import TransitionRefused
from domain.order import Order
from duty import orders
from duty.attachments import FILED, LASTS, redeemed
from duty.order_table import MOVES, Given
from duty.orders import Wish
from layouts.accounts.desk import Desk
from layouts.duty import order_forms
from layouts.duty import orders as page
from layouts.tags import Child
from store.duty import DossierQuery

MOST = 300


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The list."""
    return page.body(desk, page.read(search), shown(services, desk, search))


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The one that is open, or the form of a new one."""
    return page.pane(desk, shown(services, desk, search))


def mark(services: AccountServices, desk: Desk, search: str) -> str:
    """The open one with its version; beside the form, the newest that this officer sent out."""
    found = shown(services, desk, search)
    if found.open:
        return f"{found.open.id}:{found.open.version}"
    return next((one.id for one in found.found if one.dispatcher == desk.viewer.login), "")


def shown(services: AccountServices, desk: Desk, search: str) -> page.Shown:
    """What the page shows, inside the viewer's reach. StoreError."""
    asked, duty, viewer = page.read(search), services.store.duty, desk.viewer
    kept = [
        *duty.dossiers(Order, DossierQuery(over=False), MOST),
        *(duty.dossiers(Order, DossierQuery(over=True), MOST) if asked.show == "over" else ()),
    ]
    found = [one for one in kept if page.visible(desk, one)]
    opened = duty.dossier(Order, asked.id) if asked.id else None
    if opened is not None and not page.visible(desk, opened):
        opened = None
    events = duty.history([opened.id]) if opened else []
    names = {one.login: one.name for one in services.store.people.accounts()}
    about = about_of(services, desk, asked.about)
    case = asked.about.startswith("GJ-")
    acting = viewer.may(Right.ACT)
    return page.Shown(
        found, opened, events, names, services.city.departments if acting else (),
        asked.about if about else "", (about.shown if case else about.name) if about else "",
        about.version if about else 0, "" if case else asked.shown, about.unit if about and not case else "",
    )  # fmt: skip


def _dispatch(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    unit, level = pressed.text("unit"), pressed.text("level") or "3"
    if unit not in services.city.departments or level not in order_forms.LEVELS:
        return refused(desk, desk.t("请选择承办单位"))
    about, _, seen = pressed.of.partition(" ")
    case = about.startswith("GJ-")
    known = about_of(services, desk, about)
    if about and known is None:
        return refused(desk, desk.t("没有这件告警") if case else desk.t("没有这个指标"))
    place = (known.topic, known.district) if known else ("", "")
    minutes = pressed.text("span")
    end = desk.now + timedelta(minutes=int(minutes)) if minutes and minutes in order_forms.SPANS else None
    helpers = tuple(one for one in services.city.departments if one in pressed.chosen("helpers"))
    wish = Wish(
        unit, pressed.text("words"), about, level=int(level), finish_by=end, topic=place[0], district=place[1],
        helpers=helpers, supervise=services.city.plans.supervision,
        seen=int(seen) if case and seen.isdecimal() else None,
        shown="" if case or not about else pressed.text("shown"),
    )  # fmt: skip
    decision = orders.dispatch(wish, desk.viewer, desk.now, services.city.zone)
    return decided(services, desk, decision, (Verb.ORDER, "", wish.content), desk.t("工单已派发"))


def _step(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    key, _, seen = pressed.of.partition(" ")
    held = services.store.duty.dossier(Order, key)
    if held is None or not page.visible(desk, held):
        return refused(desk, desk.t("没有这件工单"))
    try:
        given = _given(services, desk, pressed, held, seen)
    except TransitionRefused as error:
        return refused(desk, desk.said(str(error)))
    decision = orders.step(held.id, pressed.name, desk.viewer, given, desk.now, services.city.zone)
    done = (Verb.ORDER, f"dossier:{held.id}", given.words)
    text = desk.t("{id}：{state}", id=held.id, state=desk.t(MOVES[pressed.name].name))
    return decided(services, desk, decision, done, text)


def _given(services: AccountServices, desk: Desk, pressed: Press, held: Order, seen: str) -> Given:
    """What was filled in, as far as it makes sense: believe nothing. TransitionRefused for files that were not uploaded here."""
    sent = pressed.fields.get("files") if pressed.name in FILED else ""
    files = redeemed(services.access.key, held, desk.viewer.login, sent)
    if any(desk.now - one.at > LASTS for one in files):
        raise TransitionRefused("附件上传已久，请重新上传", permanent=True)
    minutes, unit = pressed.text("span"), pressed.text("unit")
    begin = max(held.finish_by, desk.now) if pressed.name == "ask" else desk.now
    known = desk.viewer.role is not Role.CLERK and unit in services.city.departments
    return Given(
        pressed.text("words"),
        unit if known else "",
        begin + timedelta(minutes=int(minutes)) if minutes and minutes in order_forms.SPANS else None,
        pressed.text("evidence"),
        pressed.text("lasting"),
        files,
        seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None,
    )


ACTS: Mapping[str, Act] = {"dispatch": _dispatch, **dict.fromkeys(MOVES, _step)}
PAPER = Paper(page.IDS, body, pane, mark, ACTS)
ACCESS: dict[str, Right] = PAPER.access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""
    wire(app, services, PAPER)
