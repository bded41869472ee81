"""No sequence of data, time, restarts, actions and deliveries reaches an illegal state or loses or repeats a notice."""

import asyncio
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.alert import AlertLevel, Condition
from domain.case import Handling
from domain.deed import Deed
from domain.errors import TransitionRefused
from domain.notice import CALLING, NoticeKind, NoticeState
from domain.silence import Matcher
from store import open_store
from tests.alerts.desk import HOUR, MINUTE, receiver
from tests.jobs.desk_world import SITES, World, copied, small_city
from tests.jobs.desk_world import rule as alert_rule

LEGAL = {
    None: {Handling.NEW},
    Handling.NEW: {Handling.NEW, Handling.ACKNOWLEDGED, Handling.SELF_CLOSED},
    Handling.ACKNOWLEDGED: {Handling.ACKNOWLEDGED, Handling.SHELVED, Handling.FALSE_ALARM, Handling.DONE},
    Handling.SHELVED: {Handling.SHELVED, Handling.ACKNOWLEDGED},
    Handling.FALSE_ALARM: {Handling.NEW, Handling.ACKNOWLEDGED},
    Handling.DONE: {Handling.NEW, Handling.ACKNOWLEDGED},
    Handling.SELF_CLOSED: {Handling.NEW, Handling.ACKNOWLEDGED},
}
TELLING = CALLING | {NoticeKind.FLAPPING}
OWED = {NoticeState.WAITING, NoticeState.SENDING, NoticeState.SENT, NoticeState.FAILED}
RECEIVERS = (receiver("duty"), receiver("grave", levels=["P1", "P2"]))
FILLS: dict[str, dict[str, Any]] = {
    "acknowledge": {},
    "shelve": {"reason": "等备件"},
    "false_alarm": {"cause": "device"},
    "finish": {"reason": "仍有积水，已派人"},
    "reopen": {"reason": "又来了"},
}

values = st.sampled_from([1.0, 6.0, 9.0, 12.0, 22.0, 31.0])


class Desk(RuleBasedStateMachine):
    """One collector, two workers, officers, and a power switch."""

    template: Path | None = None

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        if Desk.template is None:
            Desk.template = Path(tempfile.mkdtemp()) / "t.sqlite"
            open_store(f"sqlite:///{Desk.template}").close()
        self.store = copied(Desk.template, Path(self.folder.name) / "x.sqlite")
        low = alert_rule("low", when={"metric": "hydro.level", "above": {"P4": 5}, "clear": 1}, keep="2m")
        self.world = World(small_city(RECEIVERS, [alert_rule(), low]), self.store)
        self.crashed: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    # -- what happens

    @rule(told=st.dictionaries(st.sampled_from(SITES), values, min_size=1))
    def data(self, told: dict[str, float]) -> None:
        asyncio.run(self.world.say(**told))

    @rule(span=st.sampled_from([MINUTE / 4, MINUTE, 6 * MINUTE, 11 * MINUTE, 35 * MINUTE, 3 * HOUR]))
    def time(self, span: timedelta) -> None:
        asyncio.run(self.world.wait(span))

    @rule()
    def kill(self) -> None:
        self.world.restart()

    @rule(verb=st.sampled_from(sorted(FILLS)), which=st.integers(0, 5))
    def act(self, verb: str, which: int) -> None:
        cases = self.store.desk.cases()
        if cases:
            case = cases[which % len(cases)]
            until = {"until": self.world.now + HOUR} if verb == "shelve" else {}
            try:
                self.world.act(case.id, verb, **FILLS[verb], **until)
            except TransitionRefused:
                assert self.store.desk.case(case.id) == case

    @rule(site=st.sampled_from(SITES), minutes=st.sampled_from([2, 40]))
    def silence(self, site: str, minutes: int) -> None:
        self.world.silence(Matcher("site", (site,)), minutes=minutes)

    @rule(which=st.integers(0, 2))
    def end_silence(self, which: int) -> None:
        held = self.store.desk.silences(self.world.now)
        if held:
            self.store.desk.end_silence(held[which % len(held)].id, Deed(self.world.now, "li.wei", "silence.end"))

    @rule(worker=st.sampled_from("ab"), limit=st.sampled_from([1, 50]))
    def deliver(self, worker: str, limit: int) -> None:
        self.world.deliver(worker, limit)

    @rule()
    def worker_dies(self) -> None:
        self.crashed |= {one.id for one in self.store.desk.claim("dead", self.world.now, 1)}

    @rule()
    def refused(self) -> None:
        for one in self.store.desk.claim("w", self.world.now, 1):
            self.store.desk.put_off(one.id, "w", self.world.now + MINUTE, "busy")

    # -- what must hold

    @invariant()
    def everything_holds(self) -> None:
        if not hasattr(self, "world"):
            return
        self.cases = self.store.desk.cases()
        self.past = {case.id: self.store.desk.history(case.id) for case in self.cases}
        for check in (
            self._one_open_case_a_fingerprint,
            self._a_case_says_what_its_alert_says,
            self._people_alone_close_what_is_grave,
            self._every_step_is_legal,
            self._who_must_know_is_told_or_will_be,
            self._what_is_over_waits_no_more,
            self._nothing_arrives_twice_but_after_a_kill,
            self._that_it_is_over_is_told_only_to_whom_it_was_told,
            self._numbers_have_no_gaps,
        ):
            check()

    def _one_open_case_a_fingerprint(self) -> None:
        marks = [case.fingerprint for case in self.cases if not case.over]
        assert len(marks) == len(set(marks))

    def _a_case_says_what_its_alert_says(self) -> None:
        held = {case.fingerprint: case for case in self.cases if not case.over}
        for alert in self.store.open_alerts():
            case = held.get(alert.fingerprint)
            assert (
                case is None
                or alert.condition is Condition.PENDING
                or ((case.condition, case.level) == (alert.condition, alert.level))
            )

    def _people_alone_close_what_is_grave(self) -> None:
        assert not [c for c in self.cases if c.handling is Handling.SELF_CLOSED and c.level <= AlertLevel.P2]

    def _every_step_is_legal(self) -> None:
        for case in self.cases:
            steps = self.past[case.id][0]
            assert all(step.new in LEGAL[step.old] for step in steps)
            assert [step.old for step in steps] == [None, *(step.new for step in steps[:-1])]
            assert (steps[-1].new, len(steps)) == (case.handling, case.version)

    def _who_must_know_is_told_or_will_be(self) -> None:
        for case in self.cases:
            if case.handling is not Handling.NEW or case.hidden or case.condition is Condition.CLEARED:
                continue
            concerned = [one.key for one in RECEIVERS if not one.levels or case.level.name in one.levels]
            told = {n.receiver for n in self.past[case.id][1] if n.kind in TELLING and n.state in OWED}
            assert told >= set(concerned)

    def _what_is_over_waits_no_more(self) -> None:
        over = [notice for case in self.cases if case.over for notice in self.past[case.id][1]]
        assert not [one for one in over if one.state is NoticeState.WAITING and one.kind in CALLING]

    def _nothing_arrives_twice_but_after_a_kill(self) -> None:
        arrived = Counter(one.id for one, _ in self.world.arrived)
        assert {key for key, times in arrived.items() if times > 1} <= self.crashed

    def _that_it_is_over_is_told_only_to_whom_it_was_told(self) -> None:
        notices = [(key, one) for key, (_, found) in self.past.items() for one in found]
        tried = {(one.receiver, key) for key, one in notices if one.attempts and one.kind in TELLING}
        for one, keys in self.world.arrived:
            assert one.kind is not NoticeKind.CLEARED or {(one.receiver, key) for key in keys} <= tried

    def _numbers_have_no_gaps(self) -> None:
        days: dict[str, list[str]] = {}
        for case in self.cases:
            days.setdefault(case.id[:11], []).append(case.id)
        for day, own in days.items():
            assert sorted(own) == [f"{day}-{i:04d}" for i in range(1, len(own) + 1)]


Desk.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a sequence of thirty steps on a store is slow to shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestDesk = pytest.mark.timeout(600)(Desk.TestCase)  # many small transactions, on a disk that others use too
