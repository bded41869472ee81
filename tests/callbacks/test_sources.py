"""The page of sources against a real store: what is shown to whom, what is asked of the collector, and the quarantine put in again."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from access.opening import Access
from access.verbs import Verb
from callbacks import sources
from callbacks.accounts_press import Done, Press, perform
from callbacks.accounts_services import AccountServices
from domain.account import WHOLE, Reach, Role
from domain.batch import Batch, Reject
from domain.operation import CommandState, CommandVerb
from domain.run import SourceRun
from domain.source import AtSpec, SiteSpec
from layouts.accounts.desk import Desk
from snapshot.shared import Shared
from snapshot.sources import lately
from store import Store
from store.audit import AuditQuery
from store.feeds import KeptQuery
from tests.access.conftest import access, address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.cities import observed, tiny_city
from tests.layouts.accounts.people import find
from tests.layouts.alerts.duty import officer
from tests.layouts.test_screen import texts
from tests.store.values import NOW

PHONE = "13800138000"
AT = "2026-11-24T12:00:00+08:00"


def raw(value: float, site: str = "air-1", at: str = AT, **more: object) -> str:
    return json.dumps({"t": at, "s": site, "v": value, **more})


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    plain = tiny_city()
    air = plain.sources["air"].model_copy(
        update={"at": AtSpec(path="t"), "site": SiteSpec(path="s"), "metrics": {"air.pm25": "v"}}
    )
    city = replace(plain, sources=plain.sources | {"air": air})
    for n in range(2):
        error = "https://x.test gave no answer within 25 s"
        started = NOW - timedelta(minutes=10 - n)
        sqlite_store.record_run(SourceRun("air", started, started, ok=False, error=error))
    return AccountServices(city, sqlite_store, access, lambda: NOW)


def quarantined(services: AccountServices, *texts_: str) -> None:
    rejects = tuple(Reject(f"row {n}: 9 is not a number", text, f"row {n}") for n, text in enumerate(texts_))
    services.store.write(Batch("air", NOW - timedelta(hours=1), rejects=rejects, read=len(rejects)))


def desk(services: AccountServices, role: Role = Role.SHIFT, reach: Reach = WHOLE) -> Desk:
    return services.desk(officer(role, reach=reach), "")


def drawn(services: AccountServices, search: str = "", role: Role = Role.SHIFT, reach: Reach = WHOLE) -> str:
    page = sources.paper(Shared(lambda now: lately(services.city, services.store, now)))
    viewer = desk(services, role, reach)
    body = page.body(services, viewer, search)
    rows = [row for node in find(body, "rows-grid") for row in node["props"]["rowData"]]
    return " ".join(
        [*texts([*body, *page.pane(services, viewer, search)]), *(str(v) for row in rows for v in row.values())]
    )


def do(services: AccountServices, viewer: Desk, name: str, /, **fields: object) -> Done:
    return perform(sources.ACTS, services, viewer, Press(name, "air", fields))


def is_bad(done: Done) -> bool:
    return "is-bad" in done.notice["props"]["className"]


# -- shown


def test_a_broken_source_says_what_to_do(services: AccountServices) -> None:
    said = drawn(services)
    assert "中断" in said
    assert "没有响应" in said
    assert "gave no answer" in said
    assert "测试连接" in said


def test_somebody_of_another_topic_sees_none_of_it(services: AccountServices) -> None:
    assert "gave no answer" not in drawn(services, reach=Reach(topics=frozenset({"service"})))
    assert "暂停理由" not in drawn(services, "?source=air", reach=Reach(topics=frozenset({"service"})))


def test_a_district_sees_the_state_and_not_the_error(services: AccountServices) -> None:
    said = drawn(services, "?source=air", reach=Reach(districts=frozenset({"441802"})))
    assert "中断" in said
    assert "gave no answer" not in said


def test_records_are_masked_without_the_right(services: AccountServices) -> None:
    quarantined(services, raw(1, phone=PHONE))
    assert PHONE in drawn(services, "?source=air", Role.SHIFT)
    assert PHONE not in drawn(services, "?source=air", Role.LEADER)


# -- asked


@pytest.mark.parametrize(("name", "verb"), [("run", CommandVerb.RUN), ("test", CommandVerb.TEST)])
def test_a_command_is_handed_over_and_audited(services: AccountServices, name: str, verb: CommandVerb) -> None:
    assert not is_bad(do(services, desk(services), name))
    (command,) = services.store.control.commands("air")
    assert (command.verb, command.state, command.actor) == (verb, CommandState.WAITING, "li.wei")
    assert services.store.audit.search(AuditQuery(verb=Verb.SOURCE.value), 1)
    assert "待执行" in drawn(services, "?source=air")


def test_a_window_is_read_in_the_citys_zone_and_must_be_past(services: AccountServices) -> None:
    assert not is_bad(do(services, desk(services), "reread", start="2026-11-24 08:00", end="2026-11-24 09:00"))
    window = services.store.control.commands("air")[0].window
    assert window is not None
    assert window.end - window.start == timedelta(hours=1)
    assert window.start.isoformat() == "2026-11-24T00:00:00+00:00"
    for start, end in (("", ""), ("2026-11-24 09:00", "2026-11-24 08:00"), ("2026-11-24 08:00", "2036-01-01 00:00")):
        assert is_bad(do(services, desk(services), "reread", start=start, end=end))


def test_a_pause_wants_a_reason_and_is_taken_back(services: AccountServices) -> None:
    assert is_bad(do(services, desk(services), "pause"))
    assert not is_bad(do(services, desk(services), "pause", reason="检修"))
    assert "已暂停" in drawn(services)
    assert not is_bad(do(services, desk(services), "resume"))
    assert services.store.control.paused() == frozenset()


@pytest.mark.parametrize("name", list(sources.ACTS))
@pytest.mark.parametrize("role", [Role.LEADER, Role.CLERK, Role.DUTY])
def test_who_does_not_run_the_system_changes_nothing(services: AccountServices, name: str, role: Role) -> None:
    quarantined(services, raw(1))
    window = {"reason": "x", "start": "2026-11-24 08:00", "end": "2026-11-24 09:00"}
    assert is_bad(do(services, desk(services, role), name, **window))
    assert services.store.control.commands("air") == []
    assert services.store.feeds.kept_count(KeptQuery()) == {"air": 1}


# -- put in again


def test_what_is_understood_now_is_stored_once_and_let_go(services: AccountServices) -> None:
    quarantined(services, raw(12.5), raw(3, site="nowhere"), "half of a rec", '["no record"]')
    done = do(services, desk(services), "again")
    said = " ".join(texts([done.notice]))
    assert "已入库 1" in said
    assert "仍不能识别 1" in said
    assert "原文不完整" in said
    (newest,) = services.store.latest(["air.pm25"])
    assert newest.value == 12.5
    assert services.store.feeds.kept_count(KeptQuery()) == {"air": 3}
    do(services, desk(services), "again")
    assert services.store.feeds.kept_count(KeptQuery()) == {"air": 3}


def test_a_word_that_came_later_stands(services: AccountServices) -> None:
    quarantined(services, raw(12.5))
    at = NOW.replace(hour=4, minute=0, second=0, microsecond=0)
    services.store.write(Batch("air", NOW, (replace(observed("air.pm25", "air-1", 7.0, at, "air"), received=NOW),)))
    do(services, desk(services), "again")
    assert [one.value for one in services.store.latest(["air.pm25"])] == [7.0]


def test_a_source_that_nobody_declared_is_refused(services: AccountServices) -> None:
    for name in sources.ACTS:
        done: Any = perform(sources.ACTS, services, desk(services), Press(name, "nothing", {"reason": "x"}))
        assert is_bad(done)
