"""The duty desk against a real store: what the queue tells, what is open, what officers do, and who came first."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from access.opening import Access
from access.verbs import Verb
from alerts.cases import Fill, act
from callbacks import duty, duty_acts, duty_queue
from callbacks.accounts_press import Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import WHOLE, Reach, Role
from domain.alert import AlertLevel
from domain.case import CaseStep, Handling
from domain.dossier import DossierStep
from domain.errors import StoreError
from domain.incident_file import IncidentFile, Step
from domain.order import Order
from domain.plan import IncidentKind, Plans
from duty import orders
from duty.order_table import Given
from layouts.accounts.desk import Desk
from layouts.duty import desk_forms, desk_page
from store import Store
from store.desk import Planned
from store.duty import Outcome
from tests.access.conftest import access, address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.layouts.accounts.people import find
from tests.layouts.alerts.duty import PHONE, case, city, officer, opened
from tests.layouts.test_screen import texts
from tests.store.values import NOW

FAR = "441881"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    kinds = {"flood": IncidentKind(name="洪涝", topic="water", grading="flood")}
    return AccountServices(city(plans=Plans(kinds=kinds)), sqlite_store, access, lambda: NOW)


@pytest.fixture
def numbers(services: AccountServices) -> dict[str, str]:
    """A P3 that is over its time, a fresh P1, and a P4 in another district that is held back."""
    made = opened(
        services.store,
        case(),
        case("gauge-441881", district=FAR, level=AlertLevel.P1, say="漫堤", opened=NOW - MINUTE),
        case("dust-1", rule="dusty", metric="air.pm10", topic="environment", district=FAR, level=AlertLevel.P4,
             say="扬尘", hidden="silence:1"),
    )  # fmt: skip
    return dict(zip(("water", "flood", "dust"), (one.id for one in made), strict=True))


class NoCity:
    """The desk before the first snapshot."""

    def address(self, search: str, viewer: Any) -> Any:
        return search

    def view(self, asked: Any, viewer: Any) -> None:
        return None

    def records(self, source: str, viewer: Any) -> Any:
        raise AssertionError(source)


def page(services: AccountServices) -> duty.DutyPage:
    return duty.DutyPage(services, NoCity())


def desk(services: AccountServices, role: Role = Role.DUTY, login: str = "li.wei", reach: Reach = WHOLE) -> Desk:
    return services.desk(officer(role, login, reach), "")


def rows(services: AccountServices, reach: Reach = WHOLE, role: Role = Role.DUTY) -> list[dict[str, Any]]:
    told, _ = page(services).queue(officer(role, reach=reach), "")
    return list(told["rows"])


def test_a_queue_is_drawn_once_for_all_who_may_see_the_same(
    services: AccountServices, numbers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[object] = []
    read = services.store.desk.cases

    def counted(*asked: Any) -> Any:
        reads.append(asked)
        return read(*asked)

    monkeypatch.setattr(services.store.desk, "cases", counted)
    held = page(services)

    def mine(login: str, search: str = "", reach: Reach = WHOLE) -> list[str]:
        told, _ = held.queue(officer(Role.DUTY, login, reach), search)
        return [row["i"] for row in told["rows"] if "m" in row["f"]]

    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    assert (mine("li.wei"), mine("zhao.min"), mine("li.wei")) == ([numbers["water"]], [], [numbers["water"]])
    assert len(reads) == 1
    assert (mine("li.wei", "?lang=en"), mine("li.wei", reach=Reach(frozenset({FAR})))) == ([numbers["water"]], [])
    assert len(reads) == 3
    do(services, desk(services), "acknowledge", {numbers["flood"]: 1})
    assert sorted(mine("li.wei")) == sorted([numbers["water"], numbers["flood"]])
    assert len(reads) == 4


def test_reaches_asked_for_least_lately_are_forgotten(services: AccountServices, numbers: dict[str, str]) -> None:
    held = duty_queue.Queues(services.store)
    for n in range(duty_queue.MOST + 5):
        assert held.rows(desk(services, reach=Reach(frozenset({str(n)}))), None) == []
    assert len(held.rows(desk(services), None)) == len(numbers)


def do(services: AccountServices, viewer: Desk, verb: str, seen: dict[str, int], /, **fields: str) -> duty_acts.Answer:
    asked = duty_acts.read({"n": 1, "verb": verb, "of": [[key, n] for key, n in seen.items()], "fields": fields})
    assert asked is not None
    return duty_acts.perform(services, viewer, asked)


def held(services: AccountServices, number: str) -> Any:
    found = services.store.desk.case(number)
    assert found is not None
    return found


# -- the queue


def test_what_runs_out_first_stands_first(services: AccountServices, numbers: dict[str, str]) -> None:
    assert [row["i"] for row in rows(services)] == [numbers["water"], numbers["dust"], numbers["flood"]]


def test_a_row_tells_what_is_due_and_until_when(services: AccountServices, numbers: dict[str, str]) -> None:
    flood = next(row for row in rows(services) if row["i"] == numbers["flood"])
    assert (flood["k"], flood["l"], flood["f"]) == ("签收", 1, "n")
    assert flood["d"] == int((NOW + MINUTE).timestamp() * 1000)  # a P1 is signed for within two minutes


def test_signing_starts_the_next_clock_and_makes_it_ones_own(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    do(services, desk(services), "acknowledge", {numbers["flood"]: 1})
    flood = next(row for row in rows(services) if row["i"] == numbers["flood"])
    assert (flood["k"], flood["f"]) == ("研判", "mp")
    assert flood["d"] == int((NOW + 5 * MINUTE).timestamp() * 1000)


def test_what_is_held_back_is_marked(services: AccountServices, numbers: dict[str, str]) -> None:
    assert "h" in next(row["f"] for row in rows(services) if row["i"] == numbers["dust"])


def test_the_queue_keeps_to_the_reach_and_masks_for_who_may_not_read(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    assert {row["i"] for row in rows(services, Reach(frozenset({FAR})))} == {numbers["flood"], numbers["dust"]}
    assert PHONE in str(rows(services))
    assert PHONE not in str(rows(services, role=Role.LEADER))


def test_what_is_closed_leaves_the_queue(services: AccountServices, numbers: dict[str, str]) -> None:
    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    do(services, desk(services), "false_alarm", {numbers["water"]: 2}, cause="device")
    assert numbers["water"] not in {row["i"] for row in rows(services)}


def test_a_store_that_does_not_answer_is_told(
    services: AccountServices, numbers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    for name in ("cases", "case"):
        monkeypatch.setattr(services.store.desk, name, gone)
    monkeypatch.setattr(services.store.duty, "decide", gone)
    told, _ = page(services).queue(officer(), "")
    assert (told["rows"], bool(told["failed"])) == ([], True)
    assert "暂时读不到" in texts(page(services).case(officer(), f"?case={numbers['water']}")[0])
    assert "什么都没有改变" in do(services, desk(services), "acknowledge", {numbers["water"]: 1})["said"]


# -- the open case


def test_the_open_case_comes_with_its_actions_timeline_and_place(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    drawn, side, spot, acts = page(services).case(officer(), f"?case={numbers['water']}")
    assert "已签收" in texts(drawn)
    assert len(find(side, "timeline")) == 1
    assert texts(side).count("签收") >= 1
    assert spot["id"] == acts["id"] == numbers["water"]
    assert acts["version"] == 2
    assert {one["verb"]: one["why"] for one in acts["actions"]}["shelve"] == ""


def test_another_ones_case_is_not_there(services: AccountServices, numbers: dict[str, str]) -> None:
    limited = officer(reach=Reach(frozenset({FAR})))
    drawn, side, spot, acts = page(services).case(limited, f"?case={numbers['water']}")
    assert "没有这件告警" in texts(drawn)
    assert (side, spot, acts) == ([], None, None)


def test_who_may_not_act_sees_no_buttons(services: AccountServices, numbers: dict[str, str]) -> None:
    assert page(services).case(officer(Role.LEADER), f"?case={numbers['water']}")[3]["actions"] == []


def test_without_a_case_the_desk_says_how_to_begin(services: AccountServices) -> None:
    assert "先选择一件告警" in texts(page(services).case(officer(), "")[0])


# -- what officers do


def test_signing_puts_a_name_on_the_case_and_into_the_log(services: AccountServices, numbers: dict[str, str]) -> None:
    answer = do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    assert (answer["done"], answer["refused"]) == ([numbers["water"]], [])
    assert held(services, numbers["water"]).owner == "li.wei"
    row = services.store.audit.search()[0]
    assert (row.verb, row.thing, row.actor) == (Verb.CASE, f"case:{numbers['water']}", "li.wei")


def test_everything_that_is_missing_is_told_at_once_and_nothing_is_done(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    answer = do(services, desk(services), "shelve", {numbers["water"]: 2})
    assert set(answer["wrong"]) == {"minutes", "reason"}
    assert held(services, numbers["water"]).version == 2


def test_the_loser_of_a_race_reads_who_came_first_and_with_what(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    do(services, desk(services, login="zhao.min"), "acknowledge", {numbers["water"]: 1})
    answer = do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    ((key, why),) = answer["refused"]
    assert key == numbers["water"]
    assert "zhao.min" in why
    assert "签收" in why
    assert held(services, numbers["water"]).owner == "zhao.min"


def test_what_the_program_notes_meanwhile_does_not_stop_an_officer(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    found = held(services, numbers["water"])
    step = CaseStep(replace(found, value=12.4, updated=NOW), "rise", NOW)
    services.store.desk.save((), (), Planned([step]), NOW)
    answer = do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    assert answer["done"] == [numbers["water"]]
    assert held(services, numbers["water"]).value == 12.4


def test_many_at_once_are_one_decision_and_refusals_are_told_one_by_one(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    first = held(services, numbers["water"])
    services.store.desk.act(
        first.id, "acknowledge", lambda one: act(one, "acknowledge", officer(login="zhao.min"), Fill(), NOW),
        duty_acts.deed(officer(login="zhao.min"), Verb.CASE, "", NOW),
    )  # fmt: skip
    seen = {numbers["water"]: 2, numbers["flood"]: 1, numbers["dust"]: 1, "GJ-20261124-9999": 1}
    answer = do(services, desk(services), "acknowledge", seen)
    assert sorted(answer["done"]) == sorted([numbers["flood"], numbers["dust"]])
    assert {key for key, _ in answer["refused"]} == {numbers["water"], "GJ-20261124-9999"}
    assert services.store.audit.search()[0].thing == "cases"


@pytest.mark.parametrize("role", [Role.LEADER, Role.WALL, Role.ADMIN, Role.CLERK])
def test_who_may_not_act_changes_nothing(services: AccountServices, numbers: dict[str, str], role: Role) -> None:
    answer = do(services, desk(services, role), "acknowledge", {numbers["water"]: 1})
    assert (answer["done"], len(answer["refused"])) == ([], 1)
    assert held(services, numbers["water"]).handling is Handling.NEW
    assert services.store.audit.search() == []


@pytest.mark.parametrize(
    "data",
    [None, 3, [], {}, {"verb": 3}, {"verb": "acknowledge", "of": "x"}, {"verb": "crown", "of": [["GJ-1", 1], ["a"], 4]},
     {"verb": "acknowledge", "of": [[None, None]], "fields": [1]}, {"verb": "shelve", "of": [["x", 1]], "fields": {"minutes": "9" * 50, "reason": "x"}}],
)  # fmt: skip
def test_whatever_the_browser_sends_is_answered(
    services: AccountServices, numbers: dict[str, str], data: object
) -> None:
    page(services).act(officer(), "", data)
    assert held(services, numbers["water"]).version == 1


# -- the page


def test_the_page_holds_every_part_that_callbacks_fill(services: AccountServices) -> None:
    drawn = str(desk_page.page(desk(services)))
    for output in duty.ACCESS:
        assert output.partition(".")[0] in drawn


def test_news_of_another_case_leave_the_open_one_alone() -> None:
    news = {"mark": "GJ-20261124-0001:3 GJ-20261124-0002:9"}
    shown = {"id": "GJ-20261124-0001", "version": 3}
    assert not duty.moved("?case=GJ-20261124-0001", news, shown)
    assert duty.moved("?case=GJ-20261124-0001", news, {**shown, "version": 2})


# -- what is made of a case


def test_a_dispatched_order_stands_beside_its_case_and_sets_the_clock(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    answer = do(
        services, desk(services), "dispatch", {numbers["water"]: 2}, unit="市水利局", reason="巡堤", minutes="level"
    )
    assert answer["done"] == [numbers["water"]]
    (order,) = services.store.duty.dossiers(Order)
    assert (order.about, order.unit, order.dispatcher) == (numbers["water"], "市水利局", "li.wei")
    row = next(row for row in rows(services) if row["i"] == numbers["water"])
    assert row["k"] == "单位签收"
    side = page(services).case(officer(), f"?case={numbers['water']}")[1]
    assert "市水利局" in texts(side)
    for more, link in (("", f"/orders?id={order.id}"), ("&lang=en", f"/orders?lang=en&id={order.id}")):
        drawn = page(services).case(officer(), f"?case={numbers['water']}{more}")[1]
        assert f'"{link}"' in json.dumps(drawn)


def test_the_desk_checks_what_the_unit_handed_in_and_not_who_dispatched_it(
    services: AccountServices, numbers: dict[str, str]
) -> None:
    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    do(services, desk(services), "dispatch", {numbers["water"]: 2}, unit="市水利局", reason="巡堤", minutes="level")
    (order,) = services.store.duty.dossiers(Order)
    clerk = replace(officer(Role.CLERK, "chen"), department="市水利局")
    for verb in ("accept", "hand_in"):
        given = Given(words="堤段正常", evidence="现场记录")
        services.store.duty.decide(orders.step(order.id, verb, clerk, given, NOW, services.city.zone), None, NOW)
    version = held(services, numbers["water"]).version
    own = do(services, desk(services), "pass", {numbers["water"]: version}, reason="属实")
    assert own["done"] == []
    other = do(services, desk(services, login="zhao.min"), "pass", {numbers["water"]: version}, reason="属实")
    assert other["done"] == [numbers["water"]]
    assert held(services, numbers["water"]).handling is Handling.DONE
    assert services.store.duty.dossiers(Order)[0].state == "done"


def test_an_incident_is_opened_from_its_alert(services: AccountServices, numbers: dict[str, str]) -> None:
    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    answer = do(services, desk(services), "incident", {numbers["water"]: 2}, kind="flood", place="高道站", grade="3")
    assert answer["done"] == [numbers["water"]]
    (file,) = services.store.duty.dossiers(IncidentFile)
    assert (file.cases, file.proposed, file.facts.kind) == ((numbers["water"],), 3, "flood")
    assert file.id in texts(page(services).case(officer(), f"?case={numbers['water']}")[1])


def test_a_level_is_raised_with_a_reason(services: AccountServices, numbers: dict[str, str]) -> None:
    answer = do(services, desk(services), "level", {numbers["water"]: 1}, level="P2", reason="水位仍在上涨")
    assert answer["done"] == [numbers["water"]]
    assert held(services, numbers["water"]).level is AlertLevel.P2


def test_every_action_is_a_verb_that_a_case_knows() -> None:
    for action in desk_forms.ACTIONS:
        assert desk_forms.states(action.verb), action
    assert len({action.key for action in desk_forms.ACTIONS}) == len(desk_forms.ACTIONS)


def test_a_step_of_the_plan_is_ticked_at_the_desk(services: AccountServices, numbers: dict[str, str]) -> None:
    do(services, desk(services), "acknowledge", {numbers["water"]: 1})
    do(services, desk(services), "incident", {numbers["water"]: 2}, kind="flood", place="高道站", grade="3")
    (file,) = services.store.duty.dossiers(IncidentFile)
    step = Step(text="核实水位", due=NOW + MINUTE, evidence="读数")
    planned = file.become(plan="flood", plan_name="防洪预案", steps=(step, step), exercise=True)
    services.store.duty.decide(lambda _: Outcome([DossierStep(planned, "start", NOW)]), None, NOW)

    def side(role: Role = Role.DUTY) -> list[Any]:
        return page(services).case(officer(role), f"?case={numbers['water']}")[1]

    shown = " ".join(texts(side()))
    assert "0 / 2" in shown
    assert "演练" in shown
    assert "✓" not in " ".join(texts(side(Role.LEADER)))

    def tick(n: int, words: str) -> str:
        pressed = Press("done", f"{file.id}:{n}", {"words": words})
        return " ".join(texts(perform(duty.STEPS, services, desk(services), pressed).notice))

    assert "完成依据" in tick(0, "")
    tick(0, "12.3 m")
    assert "1 / 2" in " ".join(texts(side()))
