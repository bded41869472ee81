"""The week's review and the receivers of notices, as views of the rules page; and a receiver's test."""

import os
from collections import Counter
from datetime import timedelta

from access.ask import deed
from access.verbs import Verb
from callbacks.accounts_press import Done, Press
from callbacks.accounts_services import AccountServices
from domain.account import Right
from domain.alert import AlertLevel
from domain.notice import Notice, NoticeKind, NoticeState
from layouts.accounts import frame
from layouts.accounts.desk import Desk
from layouts.alerts import receivers
from store.desk import CaseQuery

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOST = 500  # notices of a receiver that are looked at
AGAIN = timedelta(seconds=10)  # between two tests of one receiver
OPEN = (NoticeState.WAITING, NoticeState.SENDING)


def levels(services: AccountServices, desk: Desk, since: timedelta, most: int) -> dict[str, int]:
    """Cases by level that were opened since then, inside the viewer's reach; StoreError."""
    reach = desk.viewer.reach
    asked = CaseQuery(topics=reach.topics, districts=reach.districts, since=desk.now - since)
    return dict(Counter(case.level.name for case in services.store.desk.cases(asked, most)))


def went(services: AccountServices, desk: Desk) -> dict[str, receivers.Went]:
    """How every receiver's notices of the last day went; StoreError."""
    return {key: _went(services, desk, key) for key in desk.city.receivers}


def _went(services: AccountServices, desk: Desk, key: str) -> receivers.Went:
    kept = services.store.desk
    found = [one for one in kept.notices(desk.now - DAY, key, MOST) if one.state is not NoticeState.CANCELLED]
    return receivers.Went(
        newest=found[: receivers.SHOWN],
        hour=kept.count_sent(key, desk.now - HOUR),
        waiting=sum(one.state in OPEN for one in found),
        failed=sum(one.state is NoticeState.FAILED for one in found),
    )


def trial(services: AccountServices, desk: Desk, pressed: Press) -> Done:
    """A test notice through the outbox, like every other; its receipt shows in the list."""
    if not desk.may(Right.ACT):
        return Done(frame.notice(desk, "bad", desk.t("当前角色不能发送测试，请由值班员或值班长操作")), changed=False)
    if pressed.of not in desk.city.receivers:
        return Done(frame.notice(desk, "bad", desk.t("没有这个接收方")), changed=False)
    kept = services.store.desk
    lately = kept.notices(desk.now - AGAIN, pressed.of, MOST)
    if any(one.kind is NoticeKind.TEST for one in lately):
        return Done(frame.notice(desk, "bad", desk.t("刚刚发过测试，请等待回执")), changed=False)
    kept.put_notice(_test(desk, pressed.of), deed(desk.viewer, Verb.NOTICE_TEST, f"receiver:{pressed.of}", desk.now))
    return Done(frame.notice(desk, "good", desk.t("测试通知已放入发件箱，回执稍后显示")))


def _test(desk: Desk, receiver: str) -> Notice:
    return Notice(
        id=f"test-{os.urandom(12).hex()}",
        kind=NoticeKind.TEST,
        receiver=receiver,
        level=AlertLevel.P4,
        group="test",
        cases=(),
        made=desk.now,
        due=desk.now,
    )
