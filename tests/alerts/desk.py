"""Cases, receivers and moments for tests of the desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from access.rights import RIGHTS
from domain.account import Reach, Role, Viewer
from domain.alert import AlertLevel, Condition
from domain.case import Case
from domain.receiver import Receiver

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)  # Wednesday noon in Shanghai
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ZONE = ZoneInfo("Asia/Shanghai")


def case(site: str = "g1", **given: Any) -> Case:
    """A firing P3 case of rule r at a site."""
    base = Case(
        id=f"GJ-20261125-{site}",
        fingerprint=f"{given.get('rule', 'r')}|{site}",
        rule="r",
        metric="hydro.level",
        site=site,
        district="441802",
        topic="water",
        level=AlertLevel.P3,
        say=f"{site} 超警戒",
        condition=Condition.FIRING,
        opened=NOW,
        updated=NOW,
        group="water|r|441802",
    )
    return replace(base, **given)


def receiver(key: str = "duty", **given: Any) -> Receiver:
    """A receiver that is told of everything."""
    return Receiver.model_validate({"key": key, "kind": "screen", **given})


def viewer(role: Role = Role.DUTY, reach: Reach | None = None) -> Viewer:
    """An officer who sees everything, or as far as given."""
    return Viewer("li.wei", "李伟", role, RIGHTS[role], reach or Reach())
