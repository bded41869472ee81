"""A roster of two teams that change twice a day, and a store whose shifts follow it."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from domain.roster import Change, Roster, Team

ZONE = ZoneInfo("Asia/Shanghai")
A = Team(
    name="甲班",
    name_en="Team A",
    officers=("li.wei", "zhao.min"),
    shift_leader="wang.qiang",
    leader="chen.jun",
    reserve=("sun.li",),
)
B = Team(name="乙班", name_en="Team B", officers=("zhou.fang",), shift_leader="wu.gang", leader="chen.jun")
ROSTER = Roster(
    begins=date(2026, 11, 1),
    changes=(Change(at=time(8, 30), name="白班", name_en="Day"), Change(at=time(17), name="夜班", name_en="Night")),
    teams={"A": A, "B": B},
    rotation=("A", "B"),
    swaps={"2026-11-26 08:30": "B"},
)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai, as UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)
