"""A city's plans, people and the first call: what tests of incidents begin with."""

from datetime import datetime, timedelta

from access.rights import RIGHTS
from domain.account import WHOLE, Reach, Role, Viewer
from domain.incident_file import Facts, IncidentFile
from domain.plan import Approver, Grading, Hours, IncidentKind, Inject, Plan, Plans, PlanStep, Scenario
from domain.report import Report
from duty.incidents import Hand, Opening, open_file
from duty.reports import Ground, Pen
from store import Store
from store.duty import DossierQuery, Outcome
from tests.duty.rosters import ZONE, local

NOW = local(25, 9)
STEPS = (
    PlanStep(text="核实水位", within=timedelta(minutes=10), evidence="读数"),
    PlanStep(text="巡堤查险", role="department", unit="市水利局", within=timedelta(hours=1)),
)
PLANS = Plans(
    gradings={
        "natural": Grading(name="演示", limits={"dead": (3, 10, 30), "loss": (1000, 5000, 10000)}),
    },
    kinds={
        "flood": IncidentKind(name="洪涝", topic="water", grading="natural", department="市水利局"),
        "fire": IncidentKind(name="火灾", topic="emergency", grading="natural"),
    },
    approvers={1: Approver(title="主要领导", logins=("mayor",)), 3: Approver(title="带班领导")},
    sensitive=("学校或医院",),
    plans={
        "flood": Plan(key="flood", name="防洪预案", kinds=("flood",), automatic=True, basis="防汛预案", measures={3: "预置队伍", 1: "全力抢险"}, steps=STEPS),
        "night": Plan(key="night", name="夜间火灾", kinds=("fire",), hours=Hours(since="22:00", until="06:00"), steps=STEPS),  # type: ignore[arg-type]
        "fire": Plan(key="fire", name="火灾预案", kinds=("fire",), steps=STEPS),
    },
    scenarios={"dyke": Scenario(name="堤防", kind="flood", title="渗水", place="连江口镇", injects=(Inject(after=timedelta(minutes=10), text="水仍在涨"),))},
)  # fmt: skip
GROUND = Ground(PLANS, ZONE)
ROLES = {"wang": Role.SHIFT, "chen": Role.LEADER, "mayor": Role.LEADER, "admin": Role.ADMIN, "clerk": Role.CLERK}
PEOPLE = ("li", "zhao", "wang", "chen", "mayor", "admin", "clerk")


def who(login: str, reach: Reach = WHOLE) -> Viewer:
    role = ROLES.get(login, Role.DUTY)
    return Viewer(login, login, role, RIGHTS[role], reach)


def hand(key: str, login: str, now: datetime = NOW, seen: int | None = None) -> Hand:
    return Hand(key, who(login), now, GROUND, seen)


def pen(key: str, login: str, now: datetime = NOW, seen: int | None = None) -> Pen:
    return Pen(key, who(login), now, GROUND, seen)


def facts(**given: object) -> Facts:
    base = {
        "kind": "flood",
        "title": "河水漫堤",
        "happened": NOW - timedelta(minutes=10),
        "told": NOW,
        "place": "连江口镇",
    }
    return Facts.model_validate(base | given)


def did(kept: Store, decision: object, now: datetime = NOW) -> Outcome:
    return kept.duty.decide(decision, None, now)  # type: ignore[arg-type]


def opened(kept: Store, login: str = "li", exercise: bool = False, case: str = "", **given: object) -> IncidentFile:
    wish = Opening(facts(**given), "441881", case, exercise=exercise)
    return of(kept, did(kept, open_file(wish, hand("", login))).dossiers[0].dossier.id)


def of(kept: Store, key: str) -> IncidentFile:
    found = kept.duty.dossier(IncidentFile, key)
    assert found is not None
    return found


def reports(kept: Store, key: str, *states: str) -> dict[str, Report]:
    """Reports of an incident by kind and number ("first", "follow1"), the newest edition of each."""
    query = DossierQuery(about=frozenset({key}), states=frozenset(states))
    return {f"{one.kind}{one.n or ''}": one for one in reversed(kept.duty.dossiers(Report, query))}
