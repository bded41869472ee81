"""The shifts' clock against a real store."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from access.rights import RIGHTS
from alerts.delivery import Writer
from alerts.notify import WebhookReceiver
from alerts.sheet_delivery import sheet_message
from domain.account import Role, Viewer
from domain.handover import Handover
from domain.instruction import Instruction
from domain.notice import NoticeKind
from domain.stage import StageOrder
from duty import instructions, stage
from duty.handover_notices import stands
from duty.shifts import current
from jobs.shifts import keeper, turned
from store import open_store
from tests.duty.rosters import ROSTER, local
from tests.layouts.accounts.people import city as plain_city

HOUR = timedelta(hours=1)


async def test_shifts_begin_and_sheets_appear_by_the_clock(tmp_path: Path) -> None:
    city = replace(plain_city(), roster=ROSTER)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        await keeper(city, store)(local(25, 9))
        assert current(store) is not None
        assert not turned(city, store, local(25, 9, 1))
        assert turned(city, store, local(25, 16, 30))
        assert len(store.duty.dossiers(Handover)) == 1


def test_a_late_handover_is_told_to_whoever_stands_for_the_shift_leader(tmp_path: Path) -> None:
    chiefs = WebhookReceiver(key="chiefs", url="https://chiefs.example/", posts=("shift_leader",))
    others = WebhookReceiver(key="others", url="https://others.example/")
    city = replace(plain_city(), roster=ROSTER, receivers={"chiefs": chiefs, "others": others})
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        for at in (local(25, 9), local(25, 16, 30), local(25, 17, 1)):
            turned(city, store, at)
        assert store.desk.notices(local(25, 9)) == []
        late = local(25, 18)
        for _ in range(2):
            turned(city, store, late)
        (one,) = store.desk.notices(local(25, 9))
        (sheet,) = store.duty.dossiers(Handover)
        assert (one.kind, one.receiver, one.cases) == (NoticeKind.HANDOVER_LATE, "chiefs", (sheet.id,))
        said = sheet_message(Writer(city, "https://cockpit.example"), one, late)
        assert f"交接单 {sheet.id}" in said.text
        assert said.link == f"https://cockpit.example/handover?id={sheet.id}"
        assert (stands(sheet), stands(sheet.become(state="done"))) == (True, False)


async def test_without_a_roster_the_clock_does_nothing(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        await keeper(plain_city(), store)(local(25, 9))
        assert current(store) is None


def test_time_ends_an_ordered_stage_and_marks_an_instruction(tmp_path: Path) -> None:
    now = local(25, 9)
    leader = Viewer("chen.jun", "陈军", Role.LEADER, RIGHTS[Role.LEADER])
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        wish = instructions.Wish("加密巡查", "", "市水利局", now + HOUR)
        store.duty.decide(instructions.issue(wish, leader, now), None, now)
        store.duty.decide(stage.order(stage.Wish(4, HOUR, "台风", 1), leader, now), None, now)
        assert not turned(plain_city(), store, now)
        assert turned(plain_city(), store, now + HOUR)
        assert store.duty.dossiers(Instruction)[0].late
        assert store.duty.dossiers(StageOrder)[0].state == "expired"
        assert not turned(plain_city(), store, now + HOUR)
