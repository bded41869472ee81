"""Who may come in at all, made ready at the start."""

import os
from collections import Counter
from datetime import datetime

from access.accounts import DEMO_PREFIX, is_demo
from access.opening import Access, open_access
from access.secret import read_key
from domain.account import Account, Reach, Role
from domain.city import City
from jobs.settings import Settings
from store import Store


def access_to(city: City, store: Store, settings: Settings, now: datetime) -> Access:
    """Accounts, sessions and tokens of a city's store; in a demonstration with its one-click accounts."""
    departments = {key: source.department for key, source in city.sources.items()}
    key = read_key(os.environ, settings.var)
    access = open_access(store, key, departments=departments, demo=city.spec.demo)
    if city.spec.demo:
        access.people.demo_accounts(*_clerk(city), now, _colleagues(city))
    return access


def first_words(access: Access, now: datetime) -> str:
    """The first administrator, made when nobody could sign in, in words that are shown once; "" when there was no need."""
    first = access.people.first_administrator(now)
    if first is None:
        return ""
    login, password = first
    return (
        f"The first administrator: {login}, one-time password {password} (shown only now, changed at the first sign-in)"
    )


def _colleagues(city: City) -> list[Account]:
    """Those of the demonstration's roster who are not among its one-click accounts."""
    known = {f"{DEMO_PREFIX}{role.value}" for role in Role}
    seats = [
        (login, role, f"{word}（{team.name}）")
        for team in (city.roster.teams.values() if city.roster else ())
        for role, word, logins in (
            (Role.DUTY, "演示值班员", team.officers),
            (Role.SHIFT, "演示值班长", (team.shift_leader,)),
            (Role.LEADER, "演示领导", (team.leader,)),
        )
        for login in logins
    ]
    made = {login: Account(login, name, role) for login, role, name in reversed(seats) if is_demo(login)}
    return [made[login] for login in sorted(made.keys() - known)]


def _clerk(city: City) -> tuple[str, Reach]:
    """The demonstration's clerk: of the first department with two topics, who sees them in the first district."""
    topics: dict[str, Counter[str]] = {source.department: Counter() for source in city.sources.values()}
    for metric in city.metrics.values():
        topics.setdefault(metric.department, Counter())[metric.topic] += 1
    two = [name for name, count in topics.items() if len(count) == 2]
    department = next(iter(two or topics), "")
    chosen = frozenset(topic for topic, _ in topics.get(department, Counter()).most_common(2))
    return department, Reach(frozenset(list(city.districts)[:1]), chosen)
