"""What a citizen told the city leaves the server for those who work on the case, and for nobody else."""

import pytest

from access.rights import RIGHTS
from domain.account import Right, Role
from domain.session import Scope
from tests.security.conftest import House
from tests.security.test_secrets import found, said

PERSONAL = {"name": "王小明", "telephone": "13800138000", "plate": "粤R12345"}
ADDRESSES = ("?incident=X-1", "?sources=hotline", "?sources=all", "?metric=service.cases")
BLIND = sorted(role for role in Role if Right.PERSONAL not in RIGHTS[role])


def test_leaders_walls_and_administrators_are_among_those_who_see_nothing_personal() -> None:
    assert {Role.LEADER, Role.WALL, Role.ADMIN} == set(BLIND)


@pytest.mark.parametrize("role", BLIND)
def test_nothing_personal_leaves_for_them(role: Role, house: House) -> None:
    browser = house.browser(role)
    told = said(house, role)
    for search in ADDRESSES:
        told[f"page {search}"] = house.drawer(browser, search)
    assert "积水" in told[f"page {ADDRESSES[0]}"], "the drawer shows the incident"
    status, told["stream"] = house.streamed(browser, "screen=overview")
    assert status == 200
    assert "X-1" in told["stream"] or "积水" in told["stream"], "the incident itself is on the screen"
    assert found(told, PERSONAL) == []


@pytest.mark.parametrize("role", [role for role in BLIND if role is not Role.WALL])  # a wall has no tokens
def test_no_token_of_theirs_reads_it_either(role: Role, house: House) -> None:
    program = house.program(Scope.READ, role=role)
    told = {form: program.get("/api/v1/incidents", headers={"Accept": form}).text
            for form in ("application/json", "text/csv", "application/geo+json")}  # fmt: skip
    assert all("积水" in text for form, text in told.items() if form != "application/geo+json")
    assert found(told, PERSONAL) == []


def test_who_works_on_the_case_reads_it(house: House) -> None:
    """A control: there is something to hide."""
    browser = house.browser(Role.DUTY)
    assert len(found({"api": browser.get("/api/v1/incidents").text}, PERSONAL)) == len(PERSONAL)
    assert found({"drawer": house.drawer(browser, ADDRESSES[0])}, PERSONAL)


def test_the_stream_that_all_share_holds_nothing_personal_even_for_them(house: House) -> None:
    status, told = house.streamed(house.browser(Role.DUTY), "screen=overview")
    assert status == 200
    assert found({"stream": told}, PERSONAL) == []
