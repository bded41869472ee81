"""The page of shifts: people on duty, the roster to come, and the stage that a person may order for a while."""

from collections.abc import Mapping
from datetime import timedelta

from dash import Dash

from access.verbs import Verb
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, decided, refused, wire
from domain.account import Right
from domain.alert import Condition
from domain.incident_file import IncidentFile
from domain.stage import StageOrder
from duty import stage
from duty.cards import OPEN
from duty.shifts import Slot, on_shift, slot_at, slots
from indicators.status import Status, status
from layouts.accounts.desk import Desk
from layouts.duty import papers
from layouts.duty import shifts as page
from layouts.duty.stage import SPANS
from layouts.tags import Child

DAYS = 14
RECENT = timedelta(hours=24)
_OPEN = (Condition.FIRING, Condition.RECOVERING)


def body(services: AccountServices, desk: Desk, _search: str) -> list[Child]:
    """Who is on duty, the stage, the roster."""
    return page.body(desk, shown(services, desk)) if desk.viewer.reach.whole else [papers.refused(desk)]


def pane(services: AccountServices, desk: Desk, _search: str) -> list[Child]:
    """The stage's form."""
    return page.pane(desk, shown(services, desk)) if desk.viewer.reach.whole else []


def mark(services: AccountServices, desk: Desk, _search: str) -> str:
    """The order in force."""
    held = stage.ordered(services.store.duty.dossiers(StageOrder, OPEN), desk.now)
    return held.id if held else "computed"


def shown(services: AccountServices, desk: Desk) -> page.Shown:
    """What the page shows. StoreError."""
    store, roster, zone = services.store, services.city.roster, services.city.zone
    found = computed(services, desk)
    order = stage.ordered(store.duty.dossiers(StageOrder, OPEN), desk.now)
    here: Slot | None = None
    coming: list[Slot] = []
    if roster is not None:
        here = slot_at(roster, zone, desk.now)
        coming = slots(roster, zone, here.begin.astimezone(zone).date(), DAYS)
    names = {one.login: one.name for one in store.people.accounts()}
    return page.Shown(
        on_shift(store, desk.now), found, stage.in_force(found.stage, order, desk.now), coming, here, names
    )


def computed(services: AccountServices, desk: Desk) -> Status:
    """The stage as alerts, incidents and sources make it. StoreError."""
    store, city, now = services.store, services.city, desk.now
    alerts = [one for one in store.alerts(now, now - RECENT) if one.condition in _OPEN]
    midnight = now.astimezone(city.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def name(key: str) -> str:
        source = city.sources.get(key)
        return (source.name or source.department) if source else key

    files = store.duty.dossiers(IncidentFile, OPEN)
    return status(alerts, store.incidents(now, now - RECENT), store.health(now, city.sources, midnight), name, files)


def _order(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    level, minutes = pressed.text("stage"), pressed.text("span")
    if minutes not in SPANS or level not in {str(one) for one in stage.STAGES}:
        return refused(desk, desk.t("请选择级别和有效期"))
    wish = stage.Wish(
        int(level), timedelta(minutes=int(minutes)), pressed.text("reason"), computed(services, desk).stage
    )
    done = (Verb.STAGE, "", wish.reason)
    return decided(services, desk, stage.order(wish, desk.viewer, desk.now), done, desk.t("运行状态已指定"))


def _withdraw(services: AccountServices, desk: Desk, _pressed: Press) -> Done:
    decision = stage.withdraw(desk.viewer, desk.now)
    return decided(services, desk, decision, (Verb.STAGE, "", ""), desk.t("已恢复系统研判"))


ACTS: Mapping[str, Act] = {"order_stage": _order, "withdraw_stage": _withdraw}
PAPER = Paper(page.IDS, body, pane, mark, ACTS)
ACCESS: dict[str, Right] = PAPER.access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""
    wire(app, services, PAPER)
