"""The desk's clock: what is told, held back, told again, and what outlives a kill; played through on a real store."""

import time as clock
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import Handling
from domain.deed import Deed
from domain.dossier import DossierStep
from domain.notice import Notice, NoticeKind, NoticeState
from domain.shift import Shift
from domain.silence import Matcher
from store import Store, open_store
from store.duty import Outcome
from tests.alerts.desk import HOUR, MINUTE, receiver
from tests.jobs.desk_world import World, rule, small_city

SITE = Matcher("site", ("g1",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'x.sqlite'}") as opened:
        yield opened


@pytest.fixture
def world(store: Store) -> World:
    return World(small_city(), store)


async def test_what_fires_together_is_told_together(world: World) -> None:
    await world.say(g1=12.0, g3=12.0)
    await world.wait(20 * MINUTE / 60)
    await world.say(g1=12.0, g2=5.0)
    assert world.deliver() == []
    await world.wait(MINUTE)
    assert [(one.kind, len(keys)) for one, keys in _round(world)] == [(NoticeKind.FIRED, 2)]


async def test_the_most_urgent_is_told_at_once(world: World) -> None:
    await world.say(g1=31.0)
    assert [one.kind for one in world.deliver()] == [NoticeKind.FIRED]


async def test_a_group_told_lately_waits_five_minutes(world: World) -> None:
    await world.say(g1=12.0)
    await world.wait(MINUTE)
    world.deliver()
    await world.say(g3=12.0)
    await world.wait(4 * MINUTE)
    assert world.deliver() == []
    await world.wait(MINUTE)
    assert len(world.deliver()) == 1


async def test_what_is_over_before_anybody_was_told_is_not_told(world: World) -> None:
    await world.say(g1=12.0)
    await world.wait(MINUTE / 6)
    await world.say(g1=1.0)
    await world.wait(HOUR)
    assert world.deliver() == []
    assert world.kinds("cancelled") == [NoticeKind.FIRED]


async def test_a_grave_one_is_told_even_when_it_is_over_already(world: World) -> None:
    await world.say(g1=22.0)
    await world.wait(MINUTE / 6)
    await world.say(g1=1.0)
    await world.wait(HOUR)
    assert [one.kind for one in world.deliver()] == [NoticeKind.FIRED]
    assert world.store.desk.open_cases()[0].handling is Handling.NEW  # never without a person


async def test_who_was_told_is_told_that_it_is_over(world: World) -> None:
    await world.say(g1=12.0)
    await world.wait(MINUTE)
    world.deliver()
    await world.say(g1=1.0)
    await world.wait(6 * MINUTE)
    assert [one.kind for one in world.deliver()] == [NoticeKind.CLEARED]


async def test_it_is_told_again_until_somebody_signs(world: World) -> None:
    await world.say(g1=31.0)
    world.deliver()
    for _ in range(2):
        await world.wait(9 * MINUTE)
        assert world.deliver() == []
        await world.wait(MINUTE)
        assert [one.kind for one in world.deliver()] == [NoticeKind.REPEAT]
    (case,) = world.store.desk.open_cases()
    world.act(case.id, "acknowledge")
    await world.wait(HOUR)
    assert world.deliver() == []
    assert world.kinds("waiting") == []


async def test_who_signs_between_sending_and_receipt_is_not_told_again(world: World) -> None:
    await world.say(g1=31.0)
    (one,) = world.store.desk.claim("w", world.now)
    (case,) = world.store.desk.open_cases()
    again = replace(one, id=f"{one.id}~1", kind=NoticeKind.REPEAT, state=NoticeState.WAITING, due=world.now)
    world.act(case.id, "acknowledge")
    assert world.store.desk.sent(one.id, "w", world.now, "200", again)
    assert world.kinds() == [NoticeKind.FIRED]


async def test_a_silence_holds_back_and_its_end_tells_afresh(world: World) -> None:
    number = world.silence(SITE, minutes=30)
    await world.wait(MINUTE)
    await world.say(g1=12.0)
    await world.wait(10 * MINUTE)
    assert world.deliver() == []
    (case,) = world.store.desk.open_cases()
    assert case.hidden == f"silence:{number}"
    await world.wait(20 * MINUTE)
    await world.wait(MINUTE)
    assert [one.kind for one in world.deliver()] == [NoticeKind.SILENCE_ENDED]
    assert world.store.desk.open_cases()[0].hidden == ""


async def test_a_silence_made_now_takes_back_what_still_waits(world: World) -> None:
    await world.say(g1=12.0)
    number = world.silence(SITE)
    await world.wait(MINUTE)
    assert world.deliver() == []
    world.store.desk.end_silence(number, Deed(world.now, "li.wei", "silence.end"))
    await world.wait(MINUTE)
    assert [one.kind for one in world.deliver()] == [NoticeKind.SILENCE_ENDED]
    assert [step.verb for step in world.store.desk.history(world.store.desk.open_cases()[0].id)[0]] == [
        "open", "hide", "show",
    ]  # fmt: skip


async def test_the_higher_of_two_at_a_place_hides_the_lower_until_it_is_over(store: Store) -> None:
    low = rule("low", when={"metric": "hydro.level", "above": {"P4": 5}, "clear": 1})
    world = World(small_city(rules=[rule(), low]), store)
    await world.say(g1=12.0)
    await world.wait(MINUTE)
    assert [(one.level.name, one.kind) for one in world.deliver()] == [("P3", NoticeKind.FIRED)]
    assert {case.rule: case.hidden for case in store.desk.open_cases()} == {
        "high": "",
        "low": "inhibition:higher_level:high|g1",
    }
    await world.say(g1=6.0)
    await world.wait(10 * MINUTE)
    assert {one.kind for one in world.deliver()} == {NoticeKind.CLEARED, NoticeKind.FIRED}


async def test_what_comes_and_goes_is_told_once_and_stays_open(world: World) -> None:
    for turn in range(12):
        await world.say(g1=12.0 if turn % 2 == 0 else 1.0)
        await world.wait(10 * MINUTE)
        world.deliver()
    (case,) = world.store.desk.open_cases()
    kinds = [one.kind for one, _ in world.arrived]
    assert case.flapping >= 30
    assert kinds.count(NoticeKind.FLAPPING) == 1
    assert kinds[-1] is NoticeKind.FLAPPING
    world.restart()
    await world.wait(3 * HOUR)
    await world.wait(MINUTE)
    settled = world.store.desk.case(case.id)
    assert settled is not None
    assert (settled.flapping, settled.handling) == (0.0, Handling.NEW)


async def test_a_storm_tells_the_lesser_together(store: Store) -> None:
    sites = [f"g{i}" for i in range(30)]
    world = World(small_city(sites=sites, rules=[rule(f"r{i}") for i in range(2)]), store)
    await world.say(**{site: 12.0 if i % 3 else 22.0 for i, site in enumerate(sites)})
    await world.wait(MINUTE)
    arrived = _round(world)
    storms = [keys for one, keys in arrived if one.kind is NoticeKind.STORM]
    assert [len(keys) for keys in storms] == [40]
    assert sum(len(keys) for _, keys in arrived) == 60


async def test_nothing_is_lost_or_told_twice_by_a_kill(world: World) -> None:
    await world.say(g1=12.0, g2=31.0)
    world.restart()
    await world.wait(MINUTE)
    world.restart()
    first = {one.id for one in world.deliver()}
    world.restart()
    await world.wait(MINUTE)
    assert (len(first), world.deliver()) == (2, [])


async def test_a_worker_killed_while_sending_is_followed_by_one_with_the_same_notice(world: World) -> None:
    await world.say(g1=31.0)
    (dead,) = world.store.desk.claim("dead", world.now)
    await world.wait(2 * MINUTE)
    assert [one.id for one in world.deliver()] == [dead.id]


async def test_ten_thousand_alerts_in_a_minute_without_a_drop(store: Store) -> None:
    sites = [f"s{i:05d}" for i in range(10_000)]
    world = World(small_city([receiver("duty"), receiver("web")], sites=sites), store)
    began = clock.process_time()
    for start in range(0, len(sites), 2_000):
        await world.say(**dict.fromkeys(sites[start : start + 2_000], 12.0))
        world.now += timedelta(seconds=10)
    assert clock.process_time() - began < 40
    await world.wait(MINUTE)
    told: dict[str, set[str]] = {}
    for one, keys in _round(world):
        told.setdefault(one.receiver, set()).update(keys)
    numbers = {case.id for case in store.desk.open_cases()}
    assert len(numbers) == 10_000
    assert told == {"duty": numbers, "web": numbers}
    assert len(world.arrived) <= 8


def _round(world: World) -> list[tuple[Notice, tuple[str, ...]]]:
    before = len(world.arrived)
    world.deliver()
    return list(world.arrived[before:])


def _chained(store: Store) -> World:
    chain = [
        receiver("desk"),
        receiver("chief", posts=["leader"], news=False),
        receiver("deputy", posts=["deputy"], news=False),
        receiver("far", posts=["leader"], news=False, topics=["traffic"]),
    ]
    return World(small_city(chain), store)


async def test_what_nobody_signs_for_goes_up_the_chain_in_time(store: Store) -> None:
    world = _chained(store)
    await world.say(g1=31.0)
    assert [one.receiver for one in world.deliver()] == ["desk"]
    await world.wait(2 * MINUTE)
    assert [(one.receiver, one.kind) for one in world.deliver()] == [("chief", NoticeKind.ESCALATED)]
    await world.wait(3 * MINUTE)
    assert [one.receiver for one in world.deliver()] == ["deputy"]
    (case,) = store.desk.open_cases()
    steps = [event.verb for event in store.desk.history(case.id)[0]]
    assert steps == ["open", "escalate", "escalate"]


async def test_signing_ends_the_chain_with_what_it_has_not_sent_yet(store: Store) -> None:
    world = _chained(store)
    await world.say(g1=31.0)
    world.deliver()
    await world.wait(2 * MINUTE)
    (case,) = store.desk.open_cases()
    assert world.act(case.id, "acknowledge").escalates is None
    assert world.deliver() == []
    await world.wait(HOUR)
    assert NoticeKind.ESCALATED not in world.kinds("waiting")
    assert world.kinds().count(NoticeKind.ESCALATED) == 1


async def test_a_kill_neither_loses_nor_repeats_a_rung(store: Store) -> None:
    world = _chained(store)
    await world.say(g1=31.0)
    world.deliver()
    world.restart()
    await world.wait(2 * MINUTE)
    world.restart()
    await world.wait(MINUTE)
    assert [one.receiver for one in world.deliver()] == ["chief"]
    assert store.desk.next_due() == store.desk.open_cases()[0].escalates


async def test_news_for_a_shift_go_to_who_is_on_it(store: Store) -> None:
    told = [
        receiver("mine", logins=["li.wei"], on_shift=True),
        receiver("leaders", roles=["shift_leader"], on_shift=True),
        receiver("other", logins=["zhao.min"], on_shift=True),
    ]
    world = World(small_city(told), store)
    await world.say(g1=31.0)
    assert {one.receiver for one in world.deliver()} == {"mine", "leaders", "other"}, "no shift is open: all are told"
    shift = Shift(
        state="on", title="甲班", opened=world.now, updated=world.now, begin=world.now, end=world.now + 8 * HOUR,
        team="a", officers=("li.wei",), shift_leader="wang.fang",
    )  # fmt: skip
    begun = Deed(world.now, "system", "shift.begin")
    store.duty.decide(lambda _: Outcome([DossierStep(shift, "begin", world.now)]), begun, world.now)
    await world.say(g2=31.0)
    assert {one.receiver for one in world.deliver()} == {"mine", "leaders"}
