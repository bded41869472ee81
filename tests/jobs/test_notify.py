"""The outbox on a real store: who is told what, when something on the way fails, and when there are several workers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from access.rights import RIGHTS
from alerts.notify import Means, WebhookReceiver
from domain.account import Role, Viewer
from domain.alert import AlertLevel, Condition
from domain.case import Case, CaseStep, Handling
from domain.city import City
from domain.deed import Deed
from domain.dossier import DossierStep
from domain.notice import Notice, NoticeKind, NoticeState
from domain.order import Order
from domain.receiver import Receiver
from duty import orders
from duty.order_notices import telling
from jobs.notify import Outbox, trial
from jobs.waking import Waking
from store import Store, open_store
from store.desk import Planned
from store.duty import Outcome
from tests.alerts.desk import MINUTE, NOW, case
from tests.cities import tiny_city
from tests.notify.here import OPEN, Server, listening

SECOND = timedelta(seconds=1)
Maker = Callable[..., Outbox]


@pytest.fixture
def server() -> Iterator[Server]:
    with listening() as one:
        yield one


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}", synchronous="OFF") as opened:
        yield opened


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def city_with(**urls: str | Receiver) -> City:
    made = {key: url if isinstance(url, Receiver) else WebhookReceiver(key=key, url=url) for key, url in urls.items()}
    return replace(tiny_city(), receivers=made)


@pytest.fixture
async def make(store: Store, clock: Clock) -> AsyncIterator[Maker]:
    made: list[Outbox] = []

    def outbox(city: City, means: Means = OPEN) -> Outbox:
        made.append(Outbox(city, store, means, clock))
        return made[-1]

    yield outbox
    for one in made:
        await one.close(0.1)


def opened(
    store: Store, *cases: Case, receivers: tuple[str, ...] = ("duty",), kind: NoticeKind = NoticeKind.FIRED
) -> list[str]:
    """Cases kept with a notice about all of them to each receiver; the cases' numbers."""
    about = [
        (
            range(len(cases)),
            Notice("", kind, key, min(c.level for c in cases), f"g|{cases[0].site}", (), NOW, NOW),
        )
        for key in receivers
    ]
    steps = [CaseStep(replace(one, id=""), "open", NOW) for one in cases]
    return [one.id for one in store.desk.save((), (), Planned(steps=steps, about=about), NOW).cases]


def notices(store: Store, key: str) -> list[Notice]:
    return store.desk.history(key)[1]


def only(store: Store, key: str) -> Notice:
    (one,) = [one for one in notices(store, key) if one.kind is not NoticeKind.REPEAT]
    return one


async def test_a_notice_is_sent_and_its_receipt_kept(store: Store, server: Server, make: Maker) -> None:
    (key,) = opened(store, case(say="河口闸 超保证水位", level=AlertLevel.P1))
    await make(city_with(duty=server.url)).drain()
    one = only(store, key)
    assert (one.state, one.attempts, one.sent) == (NoticeState.SENT, 1, NOW)
    assert one.receipt.startswith("200")
    ((_, headers, body),) = server.got
    assert headers["idempotency-key"] == one.id
    assert json.loads(body)["cockpit"]["cases"] == [key]
    assert "河口闸 超保证水位" in json.loads(body)["cockpit"]["text"]


async def test_what_was_signed_for_meanwhile_is_not_told(store: Store, server: Server, make: Maker) -> None:
    first, second = opened(store, case("g1"), case("g2"))
    signed = Deed(NOW, "li.wei", "case.acknowledge", f"case:{first}", "")
    store.desk.act(first, "acknowledge", lambda c: replace(c, handling=Handling.ACKNOWLEDGED, acknowledged=NOW), signed)
    await make(city_with(duty=server.url)).drain()
    assert [json.loads(body)["cockpit"]["cases"] for _, _, body in server.got] == [[second]]


async def test_a_notice_with_nothing_left_to_tell_is_not_sent(store: Store, server: Server, make: Maker) -> None:
    (key,) = opened(store, case("g1", hidden="silence:1"))
    store.desk.put_notice(Notice("late", NoticeKind.FIRED, "duty", AlertLevel.P3, "g", (key,), NOW, NOW))
    await make(city_with(duty=server.url)).drain()
    assert server.got == []
    assert {one.state for one in notices(store, key)} == {NoticeState.CANCELLED}


async def test_the_next_telling_is_planned_when_it_was_sent(store: Store, server: Server, make: Maker) -> None:
    (key,) = opened(store, case(level=AlertLevel.P1))
    await make(city_with(duty=server.url)).drain()
    (again,) = [one for one in notices(store, key) if one.kind is NoticeKind.REPEAT]
    assert again.due == NOW + 10 * MINUTE


async def test_a_failure_waits_longer_each_time_and_then_arrives_under_the_same_id(
    store: Store, server: Server, make: Maker, clock: Clock
) -> None:
    (key,) = opened(store, case())
    server.statuses = [503, 500, 200]
    outbox = make(city_with(duty=server.url))
    waits = []
    for _ in range(2):
        await outbox.drain()
        one = only(store, key)
        assert one.state is NoticeState.WAITING
        assert one.error
        waits.append(one.due - clock.at)
        clock.at = one.due
    await outbox.drain()
    assert waits[0] < waits[1]
    assert only(store, key).state is NoticeState.SENT
    assert len({headers["idempotency-key"] for _, headers, _ in server.got}) == 1
    assert len(server.got) == 3


async def test_what_is_refused_for_good_is_not_tried_again(store: Store, server: Server, make: Maker) -> None:
    (key,) = opened(store, case())
    server.statuses = [404]
    await make(city_with(duty=server.url)).drain()
    assert only(store, key).state is NoticeState.FAILED
    assert "404" in only(store, key).error
    assert len(server.got) == 1


async def test_after_a_day_nobody_tries_any_more(store: Store, server: Server, make: Maker, clock: Clock) -> None:
    (key,) = opened(store, case())
    server.statuses = [503]
    clock.at = NOW + timedelta(days=1)
    await make(city_with(duty=server.url)).drain()
    assert only(store, key).state is NoticeState.FAILED


async def test_two_workers_on_one_store_send_each_notice_once(store: Store, server: Server, make: Maker) -> None:
    keys = [opened(store, case(f"g{n}"))[0] for n in range(40)]
    city = city_with(duty=server.url)
    await asyncio.gather(*(make(city).drain() for _ in range(3)))
    ids = [headers["idempotency-key"] for _, headers, _ in server.got]
    assert len(ids) == len(set(ids)) == 40
    assert {only(store, key).state for key in keys} == {NoticeState.SENT}


async def test_a_worker_that_dies_on_the_way_loses_nothing_and_the_id_stays(
    store: Store, server: Server, make: Maker, clock: Clock
) -> None:
    (key,) = opened(store, case())
    server.hold.clear()
    dying = make(city_with(duty=server.url))
    running = asyncio.create_task(dying.drain())
    async with asyncio.timeout(10):
        while not server.got:
            await asyncio.sleep(0.01)
    await dying.close(0)
    running.cancel()
    server.hold.set()
    other = make(city_with(duty=server.url))
    await other.drain()
    assert len(server.got) == 1, "another worker waits for the lease"
    clock.at = NOW + 61 * SECOND
    await other.drain()
    assert only(store, key).state is NoticeState.SENT
    assert [headers["idempotency-key"] for _, headers, _ in server.got] == [only(store, key).id] * 2


async def test_a_receiver_that_hangs_holds_up_nobody_else(store: Store, server: Server, make: Maker) -> None:
    (key,) = opened(store, case(), receivers=("duty", "slow"))
    with listening() as slow:
        slow.hold.clear()
        outbox = make(city_with(duty=server.url, slow=slow.url))
        running = asyncio.create_task(outbox.drain())
        async with asyncio.timeout(10):
            while not server.got:
                await asyncio.sleep(0.01)
        slow.hold.set()
        await running
    assert {one.state for one in notices(store, key) if one.kind is NoticeKind.FIRED} == {NoticeState.SENT}


async def test_more_than_an_hours_number_waits_and_p1_does_not(
    store: Store, server: Server, make: Maker, clock: Clock
) -> None:
    minor = [opened(store, case(f"g{n}", level=AlertLevel.P4))[0] for n in range(5)]
    city = city_with(duty=WebhookReceiver(key="duty", url=server.url, per_hour=3))
    await asyncio.gather(make(city).drain(), make(city).drain())
    assert len(server.got) == 3
    opened(store, case("urgent", level=AlertLevel.P1))
    outbox = make(city)
    await outbox.drain()
    assert len(server.got) == 4
    clock.at = NOW + timedelta(hours=1, seconds=1)
    await outbox.drain()
    told = {number for _, _, body in server.got for number in json.loads(body)["cockpit"]["cases"]}
    assert told >= set(minor), "later, not never"


async def test_a_receiver_that_is_gone_is_said(store: Store, make: Maker) -> None:
    (key,) = opened(store, case())
    await make(city_with()).drain()
    assert only(store, key).state is NoticeState.FAILED
    assert "no such receiver" in only(store, key).error


async def test_that_it_is_over_is_told_as_resolved(store: Store, server: Server, make: Maker) -> None:
    outbox = make(city_with(duty=server.url))
    (key,) = opened(store, case())
    await outbox.drain()
    held = store.desk.case(key)
    assert held is not None
    over = replace(held, condition=Condition.CLEARED, recovered=NOW + MINUTE)
    cleared = Notice("", NoticeKind.CLEARED, "duty", held.level, "g|g1", (), NOW + MINUTE, NOW)
    store.desk.save((), (), Planned([CaseStep(over, "clear", NOW + MINUTE)], about=[((0,), cleared)]), NOW + MINUTE)
    await outbox.drain()
    assert [json.loads(body)["status"] for _, _, body in server.got] == ["firing", "resolved"]


async def test_a_test_goes_the_same_way(store: Store, server: Server, make: Maker) -> None:
    asked = trial("duty", NOW)
    store.desk.put_notice(asked)
    await make(city_with(duty=server.url)).drain()
    one = store.desk.notice(asked.id)
    assert one is not None
    assert one.state is NoticeState.SENT
    ((_, _, body),) = server.got
    assert "测试" in json.loads(body)["cockpit"]["title"]


async def test_a_commit_sends_at_once(store: Store, server: Server, make: Maker) -> None:
    outbox, waking = make(city_with(duty=server.url)), Waking(store)
    tasks = [asyncio.create_task(waking.watch()), asyncio.create_task(outbox.run(waking))]
    await asyncio.sleep(0.2)
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(opened, store, case())
    began = loop.time()
    async with asyncio.timeout(10):
        while not server.got:
            await asyncio.sleep(0.005)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    waking.close()
    assert loop.time() - began < 5, "long before the next look of its own"


async def test_personal_details_do_not_leave_the_house(store: Store, server: Server, make: Maker) -> None:
    opened(store, case(say="群众 13812345678 反映积水"))
    await make(city_with(duty=server.url)).drain()
    assert "13812345678" not in server.got[0][2].decode()


async def test_a_secret_that_is_not_set_waits_for_the_operator(
    store: Store, server: Server, make: Maker, clock: Clock
) -> None:
    (key,) = opened(store, case())
    city = city_with(duty=WebhookReceiver(key="duty", url_env="HOOK"))
    await make(city).drain()
    assert only(store, key).state is NoticeState.WAITING
    clock.at = NOW + 10 * MINUTE
    await make(city, Means(OPEN.guard, {"HOOK": server.url})).drain()
    assert only(store, key).state is NoticeState.SENT


def ordered(store: Store, content: str = "到现场排水") -> str:
    """An order sent out to a unit that the receiver answers for; its number."""
    water = WebhookReceiver(key="duty", url="http://unit.example/", departments=("市水利局",), news=False)
    viewer = Viewer("li.wei", "李伟", Role.DUTY, RIGHTS[Role.DUTY])
    wish = orders.Wish("市水利局", content, title="水位 5.2 m", level=1)
    decision = telling(orders.dispatch(wish, viewer, NOW, tiny_city().zone), [water], NOW)
    return store.duty.decide(decision, None, NOW).dossiers[0].dossier.id


async def test_a_units_notice_says_number_task_unit_and_end(store: Store, server: Server, make: Maker) -> None:
    key = ordered(store, "联系 13812345678 后排水")
    await make(city_with(duty=server.url)).drain()
    ((_, headers, body),) = server.got
    said = json.loads(body)
    assert said["groupKey"] == f"order:{key}"
    assert said["alerts"][0]["labels"] == {"alertname": "ordered", "severity": "P1", "unit": "市水利局", "order": key}
    told = said["cockpit"]
    assert (told["kind"], told["cases"], told["id"]) == ("ordered", [], headers["idempotency-key"])
    assert (told["order"]["number"], told["order"]["unit"], told["order"]["what"]) == (key, "市水利局", "签收")
    assert told["title"] == "【P1 特急 · 新工单】水位 5.2 m"
    assert told["text"].splitlines()[1:3] == [f"工单 {key}，市水利局", "签收时限：2026-11-25 12:05"]
    assert "13812345678" not in body.decode()
    (one,) = store.desk.notices(NOW)
    assert (one.state, one.attempts) == (NoticeState.SENT, 1)


async def test_of_an_order_signed_while_its_notice_waited_to_be_tried_again_nothing_is_told(
    store: Store, server: Server, make: Maker, clock: Clock
) -> None:
    key = ordered(store)
    server.statuses = [503]
    outbox = make(city_with(duty=server.url))
    await outbox.drain()
    held = store.duty.dossier(Order, key)
    assert held is not None
    step = DossierStep(held.become(state="accepted", signed=NOW), "accept", NOW, "chen")
    store.duty.decide(lambda _: Outcome([step]), None, NOW)  # as a worker sees it that held the notice meanwhile
    clock.at = NOW + MINUTE
    await outbox.drain()
    assert len(server.got) == 1
    assert [one.state for one in store.desk.notices(NOW)] == [NoticeState.CANCELLED]
