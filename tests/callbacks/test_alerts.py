"""The page of alerts against a real store: filters, reach, what people do with cases, and that it is wired."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dash import Dash

from access.opening import Access
from access.verbs import Verb
from callbacks import alerts
from callbacks.accounts_press import Done, Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import WHOLE, Reach, Role
from domain.alert import AlertLevel
from domain.case import Handling
from domain.errors import StoreError
from layouts.accounts.desk import Desk
from store import Store
from tests.access.conftest import access, address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.layouts.accounts.people import find
from tests.layouts.alerts.duty import HOUR, PHONE, case, city, officer, opened
from tests.layouts.test_screen import texts
from tests.store.values import NOW

FAR = "441881"


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    return AccountServices(city(), sqlite_store, access, lambda: NOW)


@pytest.fixture
def numbers(services: AccountServices) -> dict[str, str]:
    """Three cases by what they are: a P3 on the water, a P4 of the air in another district, a P1."""
    made = opened(
        services.store,
        case(),
        case(
            "dust-1",
            rule="dusty",
            metric="air.pm10",
            topic="environment",
            district=FAR,
            level=AlertLevel.P4,
            say="扬尘",
        ),
        case("gauge-441881", district=FAR, level=AlertLevel.P1, say="漫堤"),
    )
    return dict(zip(("water", "dust", "flood"), (one.id for one in made), strict=True))


def desk(services: AccountServices, role: Role = Role.DUTY, login: str = "li.wei", reach: Reach = WHOLE) -> Desk:
    return services.desk(officer(role, login, reach), "")


def listed(services: AccountServices, viewer: Desk, search: str = "") -> set[str]:
    drawn = alerts.body(services, viewer, search)
    grids = [node["props"]["rowData"] for node in find(drawn, "rows-grid")]
    return {row["id"] for rows in grids for row in rows}


def do(services: AccountServices, viewer: Desk, name: str, of: str, /, **fields: object) -> Done:
    return perform(alerts.ACTS, services, viewer, Press(name, of, fields))


def told(done: Done) -> str:
    return " ".join(texts(done.notice))


def held(services: AccountServices, number: str) -> Any:
    found = services.store.desk.case(number)
    assert found is not None
    return found


# -- filters and reach


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {"water", "dust", "flood"}),
        ("?level=P1", {"flood"}),
        ("?topic=environment", {"dust"}),
        ("?text=漫堤", {"flood"}),
        ("?state=mine", set()),
        ("?state=all&topic=water&level=P3", {"water"}),
        ("?level=P9&state=never", {"water", "dust", "flood"}),
    ],
)
def test_filters_find_what_they_say(
    services: AccountServices, numbers: dict[str, str], search: str, found: set[str]
) -> None:
    assert listed(services, desk(services), search) == {numbers[name] for name in found}


def test_a_limited_officer_sees_his_districts_and_topics(services: AccountServices, numbers: dict[str, str]) -> None:
    assert listed(services, desk(services, reach=Reach(frozenset({FAR})))) == {numbers["dust"], numbers["flood"]}
    assert listed(services, desk(services, reach=Reach(None, frozenset({"water"})))) == {
        numbers["water"],
        numbers["flood"],
    }


def test_the_address_cannot_widen_the_reach(services: AccountServices, numbers: dict[str, str]) -> None:
    limited = desk(services, reach=Reach(None, frozenset({"water"})))
    assert listed(services, limited, "?topic=environment&state=all") == set()
    assert "没有这件告警" in texts(alerts.pane(services, limited, f"?case={numbers['dust']}"))


def test_nothing_found_is_said(services: AccountServices) -> None:
    assert "没有未结的告警" in texts(alerts.body(services, desk(services), ""))
    assert "没有符合条件的告警" in texts(alerts.body(services, desk(services), "?text=雪"))


def test_numbers_of_people_are_masked_without_the_right(services: AccountServices, numbers: dict[str, str]) -> None:
    search = f"?case={numbers['water']}"
    for draw in (alerts.body, alerts.pane):
        assert PHONE in str(draw(services, desk(services), search))
        assert PHONE not in str(draw(services, desk(services, Role.LEADER), search))


def test_words_that_are_masked_for_a_person_find_nothing(services: AccountServices, numbers: dict[str, str]) -> None:
    officer_sees, leader = desk(services), desk(services, Role.LEADER)
    assert len(listed(services, officer_sees, f"?text={PHONE}&state=all")) == 1
    assert listed(services, leader, f"?text={PHONE}&state=all") == set()
    assert listed(services, leader, f"?text={PHONE[:5]}&state=all") == set()
    (number,) = listed(services, officer_sees, f"?text={PHONE}&state=all")
    assert listed(services, leader, f"?text={number}&state=all") == {number}


def test_a_store_that_does_not_answer_is_told(services: AccountServices, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise StoreError("disk full")

    for name in ("cases", "case", "act"):
        monkeypatch.setattr(services.store.desk, name, gone)
    viewer = desk(services)
    assert "暂时读不到" in texts(alerts.body(services, viewer, ""))
    assert "暂时读不到" in texts(alerts.pane(services, viewer, "?case=GJ-20261124-0001"))
    assert "什么都没有改变" in told(do(services, viewer, "acknowledge", "GJ-20261124-0001"))


# -- steps


def test_signing_puts_a_name_on_the_case_and_into_the_log(services: AccountServices, numbers: dict[str, str]) -> None:
    done = do(services, desk(services), "acknowledge", numbers["water"])
    assert "已签收" in told(done)
    assert held(services, numbers["water"]).owner == "li.wei"
    row = services.store.audit.search()[0]
    assert (row.verb, row.thing, row.actor) == (Verb.CASE, f"case:{numbers['water']}", "li.wei")


def test_of_two_officers_the_second_reads_who_was_faster(services: AccountServices, numbers: dict[str, str]) -> None:
    do(services, desk(services), "acknowledge", numbers["water"])
    late = do(services, desk(services, login="zhao.min"), "acknowledge", numbers["water"])
    assert "li.wei" in told(late)
    assert "is-bad" in late.notice["props"]["className"]
    assert held(services, numbers["water"]).owner == "li.wei"


@pytest.mark.parametrize("role", [Role.LEADER, Role.WALL, Role.ADMIN, Role.CLERK])
@pytest.mark.parametrize("step", ["acknowledge", "silence"])
def test_who_may_not_act_changes_nothing(
    services: AccountServices, numbers: dict[str, str], role: Role, step: str
) -> None:
    fields = {"silence.levels": ["P3"], "silence.minutes": "60", "silence.reason": "检修"}
    done = do(services, desk(services, role), step, numbers["water"], **fields)
    assert "is-bad" in done.notice["props"]["className"]
    assert held(services, numbers["water"]).handling is Handling.NEW
    assert services.store.desk.silences(NOW) == []
    assert services.store.audit.search() == []


@pytest.mark.parametrize("step", ["acknowledge", "silence"])
def test_outside_the_reach_nothing_is_done(services: AccountServices, numbers: dict[str, str], step: str) -> None:
    limited = desk(services, reach=Reach(frozenset({FAR})))
    fields = {"silence.levels": ["P3"], "silence.minutes": "60", "silence.reason": "检修"}
    done = do(services, limited, step, numbers["water"], **fields)
    assert "is-bad" in done.notice["props"]["className"]
    assert held(services, numbers["water"]).handling is Handling.NEW
    assert services.store.desk.silences(NOW) == []


@pytest.mark.parametrize(
    ("who", "step", "of", "fields"),
    [
        (Role.DUTY, "shelve", "water", {"minutes": "30"}),
        (Role.DUTY, "shelve", "water", {"minutes": "x", "reason": "等备件"}),
        (Role.SHIFT, "shelve", "flood", {"minutes": "30", "reason": "等备件"}),
        (Role.DUTY, "false_alarm", "flood", {"cause": "device", "reason": "误触"}),
        (Role.DUTY, "false_alarm", "water", {"cause": "boredom", "reason": "误触"}),
        (Role.DUTY, "crown", "water", {}),
    ],
)
def test_what_is_not_possible_is_refused_and_changes_nothing(
    services: AccountServices, numbers: dict[str, str], who: Role, step: str, of: str, fields: dict[str, object]
) -> None:
    do(services, desk(services, who), "acknowledge", numbers[of])
    done = do(services, desk(services, who), step, numbers[of], **fields)
    assert "is-bad" in done.notice["props"]["className"]
    assert held(services, numbers[of]).handling is Handling.ACKNOWLEDGED


def test_a_case_that_is_not_there_is_refused(services: AccountServices) -> None:
    done = do(services, desk(services), "acknowledge", "GJ-20261124-9999")
    assert "is-bad" in done.notice["props"]["className"]


def test_silence_from_a_case_holds_its_rule_at_its_place(services: AccountServices, numbers: dict[str, str]) -> None:
    fields = {"silence.levels": ["P3"], "silence.minutes": "60", "silence.reason": "检修"}
    do(services, desk(services), "silence", numbers["water"], **fields)
    (made,) = services.store.desk.silences(NOW)
    assert {part.name: part.values for part in made.matchers} == {
        "rule": ("high",),
        "site": ("gauge-441803",),
        "level": ("P3",),
    }
    assert made.end == NOW + HOUR


def test_a_case_says_by_which_silence_it_is_held(services: AccountServices) -> None:
    fields = {"silence.levels": ["P3"], "silence.minutes": "60", "silence.reason": "检修"}
    (made,) = opened(services.store, case(hidden="silence:1"))
    do(services, desk(services), "silence", made.id, **fields)
    drawn = texts(alerts.pane(services, desk(services), f"?case={made.id}"))
    assert "静默 1 号：li.wei 设置，到 2026-11-24 15:34，原因：检修" in drawn


def test_a_hiding_case_outside_the_reach_is_not_named(services: AccountServices) -> None:
    far = case("gauge-441881", district=FAR)
    hidden = case(hidden=f"inhibition:night:{far.fingerprint}")
    other, made = opened(services.store, far, hidden)
    search = f"?case={made.id}"
    assert f"抑制：夜间施工（{other.id}）" in texts(alerts.pane(services, desk(services), search))
    limited = desk(services, reach=Reach(frozenset({"441803"})))
    assert "抑制：夜间施工" in texts(alerts.pane(services, limited, search))


# -- news and wiring


def test_news_of_another_case_leave_the_open_one_alone() -> None:
    news = {"mark": "GJ-20261124-0001:3 GJ-20261124-0002:1"}
    assert alerts.moved("?case=GJ-20261124-0001", news, "GJ-20261124-0001:2")
    assert not alerts.moved("?case=GJ-20261124-0001", news, "GJ-20261124-0001:3")
    assert alerts.moved("?case=GJ-20261124-0009", news, None)  # news came before it was drawn the first time
    assert not alerts.moved("?case=GJ-20261124-0009", news, alerts.marked("?case=GJ-20261124-0009", news))
    assert not alerts.moved("", news, "")
    assert alerts.moved("?case=GJ-20261124-0001", None, None)


def outputs(register: Callable[[Dash, AccountServices], None], services: AccountServices) -> set[str]:
    app = Dash("wired")
    register(app, services)
    return {part.partition("@")[0] for key in app.callback_map for part in key.strip(".").split("...")} | {
        part for one in app._callback_list for part in one["output"].strip(".").split("...")
    }


def test_every_output_has_a_right(services: AccountServices) -> None:
    found = {name for name in outputs(alerts.register, services) if name.startswith("alerts-")}
    assert found == set(alerts.ACCESS)


def test_a_limited_officer_silences_within_his_reach_only(services: AccountServices, numbers: dict[str, str]) -> None:
    limited = replace(desk(services), viewer=officer(reach=Reach(frozenset({"441803"}), frozenset({"water"}))))
    fields = {"silence.levels": ["P3", "P0", 7], "silence.minutes": "60", "silence.reason": "检修"}
    do(services, limited, "silence", numbers["water"], **fields)
    (made,) = services.store.desk.silences(NOW)
    found = {part.name: part.values for part in made.matchers}
    assert (found["level"], found["district"], found["topic"]) == (("P3",), ("441803",), ("water",))
