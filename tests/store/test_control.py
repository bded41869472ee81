"""Commands and pauses handed from one process to another, and what collectors tell."""

from datetime import timedelta

from domain.deed import Deed
from domain.operation import Breaker, CommandState, CommandVerb, Told, Window
from domain.run import SourceRun
from store import Store
from tests.store.values import NOW

DEED = Deed(NOW, "li.wei", "source.run", "source:air")
SOON = NOW + timedelta(seconds=2)


def test_a_command_is_taken_once_and_its_result_is_kept(store: Store) -> None:
    window = Window(NOW - timedelta(days=1), NOW)
    number = store.control.ask("air", CommandVerb.REREAD, DEED, window)
    other = store.control.ask("rain", CommandVerb.RUN, DEED)
    taken = store.control.take("a", {"air"}, SOON)
    assert [(one.id, one.window, one.actor, one.state) for one in taken] == [
        (number, window, "li.wei", CommandState.RUNNING)
    ]
    assert store.control.take("b", {"air"}, SOON) == []
    store.control.finish(number, ok=True, result="12 records", now=SOON)
    done = store.control.command(number)
    assert done is not None
    assert (done.state, done.result, done.holder, done.ended) == (CommandState.DONE, "12 records", "a", SOON)
    assert [one.id for one in store.control.commands()] == [other, number]
    assert [one.id for one in store.control.commands("rain")] == [other]
    assert store.audit.head().id == 2


def test_what_a_dead_collector_never_did_is_said_to_have_failed(store: Store) -> None:
    number = store.control.ask("air", CommandVerb.RUN, DEED)
    store.control.take("a", {"air"}, NOW)
    store.control.abandon({"rain"}, "gone", SOON)
    assert store.control.commands()[0].state is CommandState.RUNNING
    store.control.abandon({"air"}, "gone", SOON)
    done = store.control.command(number)
    assert done is not None
    assert (done.state, done.result) == (CommandState.FAILED, "gone")


def test_asking_and_pausing_wake_the_other_processes(store: Store) -> None:
    before = store.version()
    store.control.ask("air", CommandVerb.RUN, DEED)
    assert store.wait(before, 5) > before
    before = store.version()
    store.control.pause("air", Deed(NOW, "li.wei", "source.pause", "source:air", reason="校准"))
    assert store.wait(before, 5) > before
    assert store.control.paused() == {"air"}
    pause = store.control.works()["air"].pause
    assert pause is not None
    assert (pause.since, pause.by, pause.why) == (NOW, "li.wei", "校准")
    store.control.resume("air", DEED)
    assert store.control.paused() == frozenset()
    assert store.control.works()["air"].pause is None


def test_a_run_takes_the_breaker_with_it_and_leaves_the_pause_alone(store: Store) -> None:
    store.control.pause("air", DEED)
    told = Told(Breaker.OPEN, 3, NOW, SOON, SOON)
    store.record_run(SourceRun("air", NOW, SOON, ok=False, error="away"), told)
    work = store.control.works()["air"]
    assert (work.told, work.at) == (told, SOON)
    assert work.pause is not None
