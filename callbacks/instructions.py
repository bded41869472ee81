"""The page of instructions: leaders give them about a number or a case, the desk takes them in hand."""

from collections.abc import Mapping
from datetime import timedelta

from dash import Dash

from access.verbs import Verb
from callbacks.about import About, about_of
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, decided, refused, wire
from domain.account import Right
from domain.instruction import Instruction
from duty import instructions, orders
from duty.instructions import MOVES, Wish
from layouts.accounts.desk import Desk
from layouts.duty import instructions as page
from layouts.tags import Child
from store.duty import Desktop, DossierQuery, Outcome

MOST = 100


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The list."""
    return page.body(desk, page.read(search), shown(services, desk, search))


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The one that is open, or the form."""
    return page.pane(desk, shown(services, desk, search))


def mark(services: AccountServices, desk: Desk, search: str) -> str:
    """The open one with its version; beside the form for a new one, the newest that this leader gave."""
    found = shown(services, desk, search)
    if found.open:
        return f"{found.open.id}:{found.open.version}"
    return next((one.id for one in found.found if one.owner == desk.viewer.login), "")


def shown(services: AccountServices, desk: Desk, search: str) -> page.Shown:
    """What the page shows, inside the viewer's reach. StoreError."""
    asked, duty = page.read(search), services.store.duty
    query = DossierQuery(over=None if asked.show == "all" else False)
    found = [one for one in duty.dossiers(Instruction, query, MOST) if page.visible(desk, one)]
    opened = duty.dossier(Instruction, asked.id) if asked.id else None
    if opened is not None and not page.visible(desk, opened):
        opened = None
    events = duty.history([opened.id]) if opened else []
    names = {one.login: one.name for one in services.store.people.accounts()}
    about = about_of(services, desk, asked.about)
    told = f"{about.name} {about.shown}".strip() if about else ""
    named = asked.about if about else ""
    return page.Shown(
        found,
        opened,
        events,
        names,
        services.city.departments,
        page.New(named, told, asked.shown, about.unit if about else ""),
    )


def _issue(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    unit, minutes = pressed.text("unit"), pressed.text("span")
    if unit not in services.city.departments or minutes not in page.SPANS:
        return refused(desk, desk.t("请选择落实单位和时限"))
    named = pressed.of
    about = about_of(services, desk, named) or About()
    wish = Wish(
        pressed.text("words"), named if about.name else "", unit, desk.now + timedelta(minutes=int(minutes)),
        about.shown or pressed.text("shown"), about.level, about.topic, about.district,
    )  # fmt: skip
    decision = instructions.issue(wish, desk.viewer, desk.now, _order(services, desk))
    return decided(services, desk, decision, (Verb.INSTRUCTION, "", wish.words), desk.t("批示已下达"))


def _order(services: AccountServices, desk: Desk) -> instructions.Order:
    """The order that an instruction makes, under supervision from its beginning; about a case it is that case's."""

    def order(top: Desktop, made: Instruction) -> tuple[str, Outcome]:
        wish = orders.Wish(
            unit=made.unit, content=made.title, about=made.about if made.about.startswith("GJ-") else made.id,
            title=made.title, level=made.level, topic=made.topic, district=made.district, finish_by=made.by,
            instruction=made.id, supervise=services.city.plans.supervision,
        )  # fmt: skip
        return orders.supervised(top, wish, desk.viewer.login, desk.now, services.city.zone)

    return order


def _step(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    held = services.store.duty.dossier(Instruction, pressed.of)
    if held is None or not page.visible(desk, held):
        return refused(desk, desk.t("没有这件批示"))
    words = pressed.text("words")
    decision = instructions.step(held.id, pressed.name, desk.viewer, desk.now, words)
    done = (Verb.INSTRUCTION, f"dossier:{held.id}", words)
    return decided(
        services, desk, decision, done, desk.t("{id}：{state}", id=held.id, state=desk.t(MOVES[pressed.name].name))
    )


ACTS: Mapping[str, Act] = {"issue": _issue, **dict.fromkeys(MOVES, _step)}
PAPER = Paper(page.IDS, body, pane, mark, ACTS)
ACCESS: dict[str, Right] = PAPER.access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""
    wire(app, services, PAPER)
