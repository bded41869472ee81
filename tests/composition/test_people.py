import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import config
from composition.people import access_to, first_words
from domain.account import Role
from domain.city import City
from domain.session import Visit
from jobs.settings import Settings
from store import Store, open_store
from tests.store.values import NOW

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/cockpit.sqlite") as opened:
        yield opened


def settings(folder: Path) -> Settings:
    return Settings(folder, "127.0.0.1", 8050, "", folder)


@pytest.fixture(scope="module")
def city() -> City:
    found, _ = config.load(ROOT / "cities/441800", {})
    assert found is not None
    return found


def test_the_password_of_the_first_administrator_is_told_once(city: City, store: Store, tmp_path: Path) -> None:
    access = access_to(city, store, settings(tmp_path), NOW)
    told = first_words(access, NOW)
    found = re.search(r"administrator: (\S+), one-time password (\S+) ", told)
    assert found is not None
    assert getattr(access.people.sign_in(found[1], found[2], Visit(NOW)), "viewer").role is Role.ADMIN  # noqa: B009
    assert first_words(access_to(city, store, settings(tmp_path), NOW), NOW) == ""


def test_the_demonstrations_clerk_sees_two_topics_of_a_department_in_one_district(
    city: City, store: Store, tmp_path: Path
) -> None:
    access_to(city, store, settings(tmp_path), NOW)
    accounts = {one.role: one for one in store.people.accounts()}
    assert set(accounts) == set(Role)
    clerk = accounts[Role.CLERK]
    assert clerk.reach.districts == {next(iter(city.districts))}
    assert clerk.reach.topics is not None
    assert len(clerk.reach.topics) == 2
    assert clerk.reach.topics == {m.topic for m in city.metrics.values() if m.department == clerk.department}
    assert clerk.department in {source.department for source in city.sources.values()}
    assert all(one.reach.whole for role, one in accounts.items() if role is not Role.CLERK)


def test_a_city_in_earnest_has_no_one_click_accounts(city: City, store: Store, tmp_path: Path) -> None:
    earnest = replace(city, spec=city.spec.model_copy(update={"demo": False}))
    access = access_to(earnest, store, settings(tmp_path), NOW)
    assert store.people.accounts() == []
    assert first_words(access, NOW)
    assert [one.login for one in store.people.accounts()] == ["admin"]


def test_a_demonstration_without_sources_has_its_roles_all_the_same(city: City, store: Store, tmp_path: Path) -> None:
    access_to(replace(city, sources={}, metrics={}, roster=None), store, settings(tmp_path), NOW)
    assert len(store.people.accounts()) == len(Role)


def test_those_of_the_demonstrations_roster_have_accounts(city: City, store: Store, tmp_path: Path) -> None:
    assert city.roster is not None
    access_to(city, store, settings(tmp_path), NOW)
    seats = {login for team in city.roster.teams.values() for login in team.logins}
    accounts = {one.login: one for one in store.people.accounts()}
    assert seats <= accounts.keys()
    assert accounts["demo.shift_leader_b"].role is Role.SHIFT
    assert accounts["demo.duty_officer_b"].name == "演示值班员（乙班）"
