"""The page of the handover: the sheet read anew with the news, ticks, notes, signatures."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dash import Dash

from access.verbs import Verb
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, decided, refused, wire
from callbacks.signing import signer
from domain.account import Right
from domain.case import Case, Handling
from domain.handover import Handover, Side
from domain.shift import Shift
from duty import handover
from duty.handover import UNSIGNED, Hand, Table, Terms
from duty.sheet import Around, blocks, facts, parts, unticked
from layouts.accounts.desk import Desk
from layouts.duty import handover as page
from layouts.duty import handover_forms, papers
from layouts.tags import Child
from store.desk import CaseQuery
from store.duty import Desktop, Outcome

EARLIER = 12  # sheets listed below the present one
PASSED = frozenset({Handling.SELF_CLOSED, Handling.DONE, Handling.FALSE_ALARM})
LONGEST = timedelta(days=7)  # how long a case that is closed in this shift may have been open
MOST = 1000
WARNING = "warning"  # what kinds of official warnings begin with


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The sheet and those before it."""
    return page.body(desk, shown(services, desk, search)) if papers.reads_all(desk) else [papers.refused(desk)]


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The forms beside it."""
    return handover_forms.pane(desk, shown(services, desk, search)) if papers.reads_all(desk) else []


def mark(services: AccountServices, desk: Desk, search: str) -> str:
    """What the forms depend on. Not ticks: somebody may be typing his name while others are still looking through the sheet."""
    held = shown(services, desk, search).held
    if held is None:
        return ""
    one = held.sheet
    signed = ",".join(sorted(one.signed))
    return f"{one.id}:{one.state}:{one.incoming}:{signed}:{one.late}:{one.short}:{one.unlocked}:{handover.noted(one)}"


def shown(services: AccountServices, desk: Desk, search: str) -> page.Shown:
    """What the page shows. An open sheet is built from what is open now, a closed one is as it was signed. StoreError."""
    duty = services.store.duty
    sheets = duty.dossiers(Handover, limit=EARLIER + 1)
    asked = page.asked(search)
    sheet = duty.dossier(Handover, asked) if asked else next((one for one in sheets if not one.over), None)
    names = {one.login: one.name for one in services.store.people.accounts()}
    earlier = [one for one in sheets if sheet is None or one.id != sheet.id][:EARLIER]
    if sheet is None:
        return page.Shown(None, names=names, earlier=earlier)
    outgoing, incoming = (duty.dossier(Shift, key) for key in (sheet.outgoing, sheet.incoming))
    if outgoing is None or incoming is None:
        return page.Shown(None, names=names, earlier=earlier)
    held, events = Table(sheet, outgoing, incoming), duty.history([sheet.id])
    if sheet.state not in UNSIGNED:
        return page.Shown(held, sheet.parts, (), (), names, events, earlier)
    outside = around(services, desk.now, outgoing)
    known = duty.look(lambda top: facts(top, outside, incoming.end, desk.now))
    against = () if sheet.unlocked else blocks(known)
    return page.Shown(held, parts(known), against, unticked(sheet, known.cases), names, events, earlier)


def around(services: AccountServices, now: datetime, outgoing: Shift) -> Around:
    """What lies outside the desk, as it stands now. StoreError."""
    store, city = services.store, services.city
    midnight = now.astimezone(city.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    incidents = [one for one in store.incidents(now, now) if one.status != "closed"]
    return Around(
        official=[one for one in incidents if one.kind.startswith(WARNING)],
        incidents=[one for one in incidents if not one.kind.startswith(WARNING)],
        silences=store.desk.silences(now),
        sources=store.health(now, city.sources, midnight),
        passed=_passed(services, outgoing),
        name=lambda key: (city.sources[key].name or city.sources[key].department) if key in city.sources else key,
    )


def _passed(services: AccountServices, outgoing: Shift) -> list[Case]:
    """Cases that were closed in the outgoing shift, by people or by themselves, the newest first."""
    begin = outgoing.taken or outgoing.begin
    found = services.store.desk.cases(CaseQuery(handling=PASSED, since=begin - LONGEST), MOST)
    return sorted((c for c in found if c.closed and c.closed >= begin), key=lambda c: (c.closed, c.id), reverse=True)


# -- presses


def _did(services: AccountServices, desk: Desk, key: str, decision: Callable[[Desktop], Outcome], text: str) -> Done:
    return decided(services, desk, decision, (Verb.HANDOVER, f"dossier:{key}", ""), desk.t(text))


def _tick(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    key, _, case = pressed.of.partition(" ")
    return _did(services, desk, key, handover.tick(Hand(key, desk.viewer, desk.now), case), "已核对")


def _write(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    key, _, seen = pressed.of.partition(" ")
    chosen = pressed.chosen("checks")
    checks = {one: one in chosen for one in page.checked(services.city.roster)}
    decision = handover.write(Hand(key, desk.viewer, desk.now), seen, pressed.text("notes"), checks)
    return _did(services, desk, key, decision, "已保存")


def _shorten(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    return _did(services, desk, pressed.of, handover.shorten(Hand(pressed.of, desk.viewer, desk.now)), "已改为简易交接")


def _unlock(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    decision = handover.unlock(Hand(pressed.of, desk.viewer, desk.now), pressed.text("reason"))
    return _did(services, desk, pressed.of, decision, "已特批放行")


def _complete(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    hand = Hand(pressed.of, desk.viewer, desk.now, _around_of(services, desk, pressed.of))
    return _did(services, desk, pressed.of, handover.complete(hand), "交接单已补全")


def _around_of(services: AccountServices, desk: Desk, key: str) -> Around:
    sheet = services.store.duty.dossier(Handover, key)
    outgoing = services.store.duty.dossier(Shift, sheet.outgoing) if sheet else None
    return around(services, desk.now, outgoing) if outgoing else Around()


def _sign(side: Side) -> Act:
    def sign(services: AccountServices, desk: Desk, pressed: Press) -> Done:
        roster = services.city.roster
        if roster is None or not desk.may(Right.ACT):
            return refused(desk, desk.t("签字由值班人员在值班席位上进行"))
        who = signer(services, desk, pressed, side)
        if isinstance(who, str):
            return refused(desk, who)
        hand = Hand(pressed.of, who, desk.now, _around_of(services, desk, pressed.of))
        return _did(services, desk, pressed.of, handover.sign(hand, side, Terms(roster.draft, roster.full)), "已签字")

    return sign


ACTS: Mapping[str, Act] = {
    "tick": _tick,
    "write": _write,
    "shorten": _shorten,
    "unlock": _unlock,
    "complete": _complete,
    "sign_out": _sign("out"),
    "sign_in": _sign("in"),
}
PAPER = Paper(page.IDS, body, pane, mark, ACTS)
ACCESS: dict[str, Right] = PAPER.access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""
    wire(app, services, PAPER)
