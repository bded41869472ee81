"""The page of incidents: the list, a file, its forms, and what is pressed there."""

from collections.abc import Mapping, Sequence

from dash import Dash

from callbacks import incidents_acts as acts
from callbacks.accounts_services import AccountServices
from callbacks.papers import Paper, wire
from domain.account import Right
from domain.case import CaseEvent
from domain.incident_file import IncidentFile
from domain.report import Report
from duty.incidents import against_closing, digest
from duty.review import timeline
from geo.resources import RINGS_KM
from layouts.accounts.desk import Desk
from layouts.duty import incident_file, incident_forms
from layouts.duty import incidents as page
from layouts.duty import reports as report_page
from layouts.duty.incident_file import Around, Shown
from layouts.tags import Child
from store.duty import DossierQuery

MOST = 100


def body(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The list, the file, or a report as a sheet of paper."""
    asked = page.read(search)
    if not asked.id:
        return page.listed(desk, asked, _found(services, desk, asked), _names(services))
    shown = _shown(services, desk, asked.id)
    if shown is None:
        return incident_file.missing(desk)
    printed = next((one for one in shown.reports if one.id == asked.print), None)
    if printed is not None:
        return report_page.paper(desk, shown.file, printed, shown.names)
    return incident_file.body(desk, shown)


def pane(services: AccountServices, desk: Desk, search: str) -> list[Child]:
    """The form that the address asks for, else what may be done with the open file."""
    asked = page.read(search)
    held = acts.incident(services, desk, asked.id) if asked.id else None
    if held is None:
        return [] if asked.id else _new(services, desk, asked)
    if asked.print:
        return []
    report = services.store.duty.dossier(Report, asked.report) if asked.report else None
    if report is not None and report.about == held.id:
        return report_page.pane(desk, held, report, incident_file.harm(desk, held), _names(services))
    return _forms(desk, asked, held)


def _forms(desk: Desk, asked: page.Asked, held: IncidentFile) -> list[Child]:
    """The form of a file that the address asks for; without one what may be done with it."""
    if _settled(asked, held):
        return incident_forms.acts(desk, held)
    if desk.may(Right.ACT) and asked.step.isdecimal():
        return incident_forms.step(desk, held, int(asked.step))
    forms = {"update": incident_forms.update, "ask": incident_forms.ask, "review": incident_forms.review}
    form = asked.form.partition(":")[0]
    if desk.may(Right.ACT) and form in forms:
        return forms[form](desk, held)
    return incident_forms.acts(desk, held)


def _settled(asked: page.Asked, held: IncidentFile) -> bool:
    """Whether what the form is for is done: a step that was settled, a response that was suggested."""
    if asked.step.isdecimal() and 0 < int(asked.step) <= len(held.steps):
        return held.steps[int(asked.step) - 1].state != "open"
    form, _, before = asked.form.partition(":")
    return form == "ask" and before.isdecimal() and before != incident_forms.suggested(held)


def _new(services: AccountServices, desk: Desk, asked: page.Asked) -> list[Child]:
    """The forms that begin an incident; from an alert when the address names one."""
    if not desk.may(Right.ACT):
        return []
    if asked.form == "drill":
        return incident_forms.drill(desk)
    case = services.store.desk.case(asked.case) if asked.case else None
    if case is not None and desk.viewer.reach.covers(case.topic, case.district):
        return incident_forms.intake(desk, case.say, desk.city.place_name(case.site), case.id, case.district)
    return incident_forms.intake(desk) if asked.form == "new" else []


def mark(services: AccountServices, desk: Desk, search: str) -> str:
    """What the pane is about, and no more of it than a form depends on: another's step must not empty what is filled in."""
    asked = page.read(search)
    held = acts.incident(services, desk, asked.id) if asked.id else None
    if held is None:
        return ""
    if asked.report:
        report = services.store.duty.dossier(Report, asked.report)
        return f"{report.id}:{report.version}" if report else ""
    wait = held.asked.asked_at if held.asked else ""
    if asked.form or asked.step:
        facts = digest(held) if asked.form == "update" else ""
        return f"{held.id}:{held.state}:{facts}:{_settled(asked, held)}"
    return f"{held.id}:{held.state}:{held.grade}:{held.proposed}:{held.response}:{wait}:{held.plan}:{bool(held.review)}"


def _found(services: AccountServices, desk: Desk, asked: page.Asked) -> Sequence[IncidentFile]:
    """The incidents that the list shows, inside the viewer's reach; drills only among themselves and in the whole list."""
    found = services.store.duty.dossiers(IncidentFile, DossierQuery(over=False if asked.show == "" else None), MOST)
    return [one for one in found if page.visible(desk, one) and (one.exercise or asked.show != "drill")]


def _names(services: AccountServices) -> Mapping[str, str]:
    return {one.login: one.name for one in services.store.people.accounts()}


def _shown(services: AccountServices, desk: Desk, key: str) -> Shown | None:
    """Everything about one incident. StoreError."""
    held = acts.incident(services, desk, key)
    if held is None:
        return None
    duty = services.store.duty
    reports = duty.dossiers(Report, DossierQuery(about=frozenset({key})))
    cases: list[CaseEvent] = []
    for case in held.cases:
        cases += services.store.desk.history(case)[0]
    lines = timeline(duty.history([key, *(one.id for one in reports)]), cases)
    against = duty.look(lambda top: against_closing(top, held)) if held.state == "controlled" else []
    return Shown(held, reports, lines, _around(services, held), _names(services), against)


def _around(services: AccountServices, held: IncidentFile) -> Around:
    lon, lat = held.facts.lon, held.facts.lat
    if lon is None or lat is None:
        return Around()
    known = acts.surroundings(services.city)
    people = {km: n for km in RINGS_KM if (n := known.people(lon, lat, km)) is not None}
    return Around(known.within(lon, lat), people)


PAPER = Paper(page.IDS, body, pane, mark, acts.ACTS)
ACCESS: dict[str, Right] = PAPER.access


def register(app: Dash, services: AccountServices) -> None:
    """The page's callbacks."""
    wire(app, services, PAPER)
