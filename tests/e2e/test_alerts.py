"""The page of alerts in a real browser: an officer signs for a case without a mouse, a leader only looks on."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from domain.account import Role
from domain.alert import AlertLevel, Condition
from domain.case import Case, CaseStep
from jobs.clock import utc_now
from store import open_store
from store.desk import Planned
from tests.e2e.conftest import Cockpit, Come

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

expect.set_options(timeout=45_000)
SAY = "高道站水位 12.4 m，达到或超过 11 m"


@pytest.fixture
def number(cockpit: Cockpit) -> str:
    """A case nobody has signed for, as the rules leave one."""
    at = utc_now() - timedelta(minutes=5)
    case = Case(
        id="",
        fingerprint="gauge_level|e2e",
        rule="gauge_level",
        metric="hydro.level",
        site="e2e",
        district="441803",
        topic="water",
        level=AlertLevel.P2,
        say=SAY,
        condition=Condition.FIRING,
        opened=at,
        updated=at,
    )
    with open_store(cockpit.database) as store:
        (made,) = store.desk.save((), (), Planned([CaseStep(case, "open", at)]), at).cases
    return made.id


def test_an_officer_signs_by_keyboard_and_a_leader_looks_on(come: Come, cockpit: Cockpit, number: str) -> None:
    visit = come(Role.DUTY)
    page = visit.page
    page.goto(f"{cockpit.url}alerts?level=P2")
    page.locator(f".ag-row[row-id='{number}'] .ag-cell").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pane [data-close]")).to_be_focused()
    expect(page.locator(".case-say")).to_have_text(SAY)

    leader = come(Role.LEADER)
    leader.page.goto(f"{cockpit.url}alerts?case={number}")
    expect(leader.page.locator(".case-say")).to_have_text(SAY)
    expect(leader.page.locator(".pane")).to_contain_text("待签收")
    expect(leader.page.locator(".pane .press")).to_have_count(0)

    page.keyboard.press("a")
    expect(page.locator(".desk-said .notice.is-good")).to_contain_text(f"{number}：已签收")
    expect(page.locator(".pane .facts")).to_contain_text("demo.duty_officer")
    expect(leader.page.locator(".pane .facts")).to_contain_text("demo.duty_officer")  # without a reload
    for one in (visit, leader):
        assert (one.outside, one.failed, one.errors) == ([], [], [])
