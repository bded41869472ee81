"""The page of the daily: what somebody puts in is read here from the city as it stands, never from the browser."""

from collections.abc import Mapping

from dash import Dash

from access.verbs import Verb
from alerts.cases import SPOKEN
from callbacks.about import METRIC, about_of
from callbacks.accounts_press import Act, Done, Press
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, decided, refused, wire
from callbacks.services import Services
from domain.account import Right
from domain.daily import Daily, Fact, Line
from duty import daily
from duty.daily import LONGEST, MOVES, Given
from layouts.accounts.desk import Desk
from layouts.duty import daily as page
from layouts.duty import daily_facts
from layouts.tags import Child
from layouts.view import View

KEPT = 60  # dailies listed: two months


class DailyPage:
    """What the page's callbacks draw and do; every method reads the store, so they run in a thread."""

    def __init__(self, shown: Services) -> None:
        self._shown = shown

    def body(self, services: AccountServices, desk: Desk, search: str) -> list[Child]:
        """The sheet and the earlier ones."""
        return page.body(desk, self.shown(services, desk, search))

    def pane(self, services: AccountServices, desk: Desk, search: str) -> list[Child]:
        """The forms."""
        return page.pane(desk, self.shown(services, desk, search), page.read(search))

    def mark(self, services: AccountServices, _desk: Desk, search: str) -> str:
        """The open one with its version."""
        opened = _opened(services, page.read(search))
        return f"{opened.id}:{opened.version}" if opened else ""

    def shown(self, services: AccountServices, desk: Desk, search: str) -> page.Shown:
        """What the page shows. StoreError."""
        asked, duty = page.read(search), services.store.duty
        opened, view = _opened(services, asked), self._view(desk, search)
        facts: list[Fact] = list(opened.facts) if opened else []
        if opened is not None and not opened.over and view is not None:
            facts = daily_facts.facts(view, _owed(services))
        names = {one.login: one.name for one in services.store.people.accounts()}
        events = duty.history([opened.id]) if opened else []
        new = self.line(services, desk, asked.about, search)
        return page.Shown(opened, facts, duty.dossiers(Daily, limit=KEPT), events, names, new)

    def line(self, services: AccountServices, desk: Desk, about: str, search: str = "") -> Line | None:
        """What would be put in, as it stands now; None when there is no such thing, or not for this person. StoreError."""
        known = about_of(services, desk, about) if about else None
        if known is None:
            return None
        if not about.startswith(METRIC):
            case = services.store.desk.case(about)
            state = desk.t(SPOKEN[case.handling]) if case else ""
            at = case.updated if case else None
            return Line(about=about, name=known.shown, value=state, at=at, source=known.unit, by=desk.viewer.login)
        view = self._view(desk, search)
        metric, _, place = about.removeprefix(METRIC).partition("@")
        return daily_facts.line(view, metric, place, desk.viewer.login) if view is not None else None

    def put(self, services: AccountServices, desk: Desk, pressed: Press) -> Done:
        """Put the thing that the button names into today's draft."""
        found = self.line(services, desk, pressed.of)
        if found is None:
            return refused(desk, desk.t("没有可以存入的内容"))
        line = found.model_copy(update={"remark": pressed.text("remark")[:LONGEST]})
        decision = daily.put(line, desk.viewer, desk.now, services.city.zone)
        return decided(services, desk, decision, (Verb.DAILY, "", line.name), desk.t("已存入今天的日报草稿"))

    def step(self, services: AccountServices, desk: Desk, pressed: Press) -> Done:
        """Write, order, check, sign, correct."""
        key, seen, at = [*pressed.of.split(" "), "", ""][:3]
        remarks = {n: pressed.text(f"remark-{n}") for n in range(daily.MOST) if f"remark-{n}" in pressed.fields}
        view = self._view(desk, "") if pressed.name == "sign" else None
        facts = daily_facts.facts(view, _owed(services)) if view is not None else ()
        given = Given(
            int(at) if at.isdecimal() and len(at) < 4 else -1, pressed.text("summary"), remarks, facts,
            int(seen) if seen.isdecimal() and len(seen) < 9 else None,
        )  # fmt: skip
        decision = daily.step(key, pressed.name, desk.viewer, given, desk.now)
        told = desk.t("{id}：{state}", id=key, state=desk.t(MOVES[pressed.name].name))
        return decided(services, desk, decision, (Verb.DAILY, f"dossier:{key}", ""), told)

    def _view(self, desk: Desk, search: str) -> View | None:
        asked = "?lang=en" if "lang=en" in search else ""
        return self._shown.view(self._shown.address(asked, desk.viewer), desk.viewer)


def _opened(services: AccountServices, asked: page.Asked) -> Daily | None:
    """The one that the address names, else the newest."""
    duty = services.store.duty
    found = duty.dossier(Daily, asked.id) if asked.id else None
    return found or next(iter(duty.dossiers(Daily, limit=1)), None)


def _owed(services: AccountServices) -> daily_facts.Owed:
    return daily_facts.Owed(*daily.owed(services.store.duty, services.now()))


def paper(shown: Services) -> Paper:
    """The page with what it does."""
    made = DailyPage(shown)
    acts: Mapping[str, Act] = {"put": made.put, **dict.fromkeys(MOVES, made.step)}
    return Paper(page.IDS, made.body, made.pane, made.mark, acts)


ACCESS: dict[str, Right] = Paper(page.IDS, lambda *_: [], lambda *_: [], lambda *_: "", {}).access


def register(app: Dash, services: AccountServices, shown: Services) -> None:
    """The page's callbacks."""
    wire(app, services, paper(shown))
