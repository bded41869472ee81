"""The duty desk in a real browser, by keyboard only: sign, draft, dispatch; and two officers on one case."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from domain.account import Role
from domain.alert import AlertLevel, Condition
from domain.case import Case, CaseStep
from domain.order import Order
from jobs.clock import utc_now
from store import open_store
from store.desk import Planned
from tests.e2e.conftest import Cockpit, Come

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=45_000)
Open = Callable[[str], str]


@pytest.fixture
def crossing(cockpit: Cockpit) -> Open:
    """Opens a case that nobody has signed for, as the rules leave one; gives its number."""

    def opened(say: str) -> str:
        at = utc_now() - timedelta(minutes=2)
        case = Case(
            id="",
            fingerprint=f"gauge_level|{say}",
            rule="gauge_level",
            metric="hydro.level",
            site=f"e2e {say}",  # a place of its own: a graver case at the same one would hide it
            district="441881",
            topic="water",
            level=AlertLevel.P3,
            say=say,
            condition=Condition.FIRING,
            opened=at,
            updated=at,
        )
        with open_store(cockpit.database) as store:
            (made,) = store.desk.save((), (), Planned([CaseStep(case, "open", at)]), at).cases
        return made.id

    return opened


def find(page: Page, text: str, number: str) -> None:
    """Search by keyboard and open what is found."""
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator(".case-row")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".case-facts")).to_contain_text(number)


def test_an_officer_signs_drafts_and_dispatches_by_keyboard(come: Come, cockpit: Cockpit, crossing: Open) -> None:
    say = "连江高道站水位 12.31 m 超警戒"
    number = crossing(say)
    visit = come(Role.DUTY)
    page = visit.page
    page.goto(f"{cockpit.url}duty")
    expect(page.locator(f"#row-{number}")).to_be_visible()
    find(page, "连江高道", number)
    page.keyboard.press("a")
    expect(page.locator(".case-state")).to_have_text("已签收")
    page.keyboard.press("d")
    expect(page.locator("#duty-field-reason")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-field=reason] .field-wrong")).to_have_text("请填写")
    page.keyboard.type("巡堤查险")
    page.reload()
    expect(page.locator(".case-facts")).to_contain_text(number)
    page.keyboard.press("d")
    expect(page.locator("#duty-field-reason")).to_have_value("巡堤查险")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".case-state")).to_have_text("处置中")
    expect(page.locator("section.is-orders")).to_contain_text("市水利局")
    with open_store(cockpit.database) as store:
        found = [one for one in store.duty.dossiers(Order) if one.about == number]
    assert [one.content for one in found] == ["巡堤查险"]
    assert (visit.outside, visit.failed, visit.errors) == ([], [], [])


def test_of_two_officers_the_second_sees_what_the_first_did(come: Come, cockpit: Cockpit, crossing: Open) -> None:
    number = crossing("清远站 PM10 168 超过 150")
    visits = [come(Role.DUTY), come(Role.SHIFT)]
    for visit in visits:
        visit.page.goto(f"{cockpit.url}duty?case={number}")
        expect(visit.page.locator(".case-facts")).to_contain_text(number)
    first, second = (visit.page for visit in visits)
    first.keyboard.press("a")
    expect(second.locator(".case-state")).to_have_text("已签收")  # without a reload
    expect(second.locator(".timeline")).to_contain_text("签收")
    for visit in visits:
        assert (visit.outside, visit.failed, visit.errors) == ([], [], [])


def test_the_desk_is_where_an_officer_begins_and_help_is_a_key_away(come: Come, cockpit: Cockpit) -> None:
    page = come(None).page
    page.goto(f"{cockpit.url}sign-in")
    page.locator(f"button[value={Role.DUTY}]").click()
    page.wait_for_url("**/duty*")
    expect(page.locator("#duty-queue")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#duty-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#duty-keys")).to_be_hidden()
