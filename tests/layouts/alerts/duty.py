"""Rules, cases and officers for tests of the pages of alerts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from access.rights import RIGHTS
from domain.account import WHOLE, Reach, Role, Viewer
from domain.alert import AlertLevel, Condition
from domain.case import Case, CaseStep
from domain.city import City
from domain.noise import Inhibition, Noise, Window
from domain.rule import Rule
from layouts.accounts.desk import Desk
from store import Store
from store.desk import Planned
from tests.layouts.accounts.people import city as plain_city
from tests.store.values import NOW

HOUR = timedelta(hours=1)
PHONE = "13800138000"
TESTS = [{"at": "0m", "value": 1, "expect": "normal"}, {"at": "10m", "value": 12, "expect": "firing P3"}]


def rule(key: str = "high", **given: Any) -> Rule:
    """A rule on the water level: P3 from 11 m, P2 from 13 m."""
    base: dict[str, Any] = {
        "key": key,
        "when": {"metric": "hydro.level", "above": {"P3": 11, "P2": 13}, "clear": 0.5},
        "keep": "30m",
        "say": "{site}水位 {value} {unit}",
        "department": "市水利局",
        "because": "警戒水位",
        "tests": TESTS,
    }
    return Rule.model_validate({**base, **given})


def city(**more: Any) -> City:
    """The fake city with a rule on the water, one on the air, and one that needs forecasts."""
    air = rule("dusty", when={"metric": "air.pm10", "above": {"P4": 100}}, say="{site}扬尘", tests=TESTS[:1])
    soon = rule(
        "soon", when={"metric": "hydro.level", "forecast": {"within": "6h"}, "above": {"P1": 11}}, tests=TESTS[:1]
    )
    night = Window.model_validate({"begin": "22:00", "minutes": 60})
    noise = Noise(inhibit={"night": Inhibition(say="夜间施工", window=night, same="city")})
    rules = {one.key: one for one in (rule(), air, soon)}
    return replace(plain_city(), **{"rules": rules, "noise": noise, **more})


def officer(role: Role = Role.DUTY, login: str = "li.wei", reach: Reach = WHOLE) -> Viewer:
    return Viewer(login, "李伟", role, RIGHTS[role], reach, "", "here", "10.0.0.7")


def desk(role: Role = Role.DUTY, login: str = "li.wei", reach: Reach = WHOLE, lang: str = "zh") -> Desk:
    return Desk(city(), officer(role, login, reach), lang, NOW)


def case(site: str = "gauge-441803", **given: Any) -> Case:
    """A firing P3 case of the rule on the water."""
    base = Case(
        id="",
        fingerprint=f"{given.get('rule', 'high')}|{site}",
        rule="high",
        metric="hydro.level",
        site=site,
        district="441803",
        topic="water",
        level=AlertLevel.P3,
        say=f"{site} 超警戒，联系 {PHONE}",
        condition=Condition.FIRING,
        opened=NOW - HOUR,
        updated=NOW - HOUR,
    )
    return replace(base, **given)


def opened(store: Store, *cases: Case) -> list[Case]:
    """Cases as they stand in the store."""
    steps = [CaseStep(one, "open", one.opened) for one in cases]
    return list(store.desk.save((), (), Planned(steps), NOW).cases)
