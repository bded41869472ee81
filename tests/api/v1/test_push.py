import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from api.v1 import intake
from api.v1.fates import PushAnswer
from datasources.kinds.push import PushSpec
from domain.account import Role
from domain.city import City
from domain.errors import StoreError
from domain.health import Freshness
from store import Store
from tests.api.v1.conftest import Desk, viewer
from tests.cities import EAST, NOW

SPEC: dict[str, Any] = {
    "key": "radar", "kind": "push", "department": "测试局", "every": "1m", "at": {"path": "time"}, "site": {"path": "site"},
    "metrics": {"air.pm25": {"path": "pm", "unit": "mg/m³"}}, "where": "skip != `true`",
}  # fmt: skip
EVENTS: dict[str, Any] = {
    "key": "events", "kind": "push", "department": "测试局", "every": "1h", "at": {"path": "time"},
    "site": {"lon": "lon", "lat": "lat"},
    "incident": {"id": "id", "title": "title", "kind": "kind", "status": "status", "updated": "updated"},
}  # fmt: skip
T = "2026-11-24T14:30:00+08:00"
TOKEN = viewer(Role.CLERK, sources=frozenset({"radar"}))
NDJSON, CSV = "application/x-ndjson", "text/csv"


@pytest.fixture
def city(city: City) -> City:
    for fields in (SPEC, EVENTS, SPEC | {"key": "other"}):
        spec = PushSpec.model_validate(fields)
        city.sources[spec.key] = spec
    return city


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.who = TOKEN
    return desk


def row(**change: Any) -> dict[str, Any]:
    return {"time": T, "site": "air-1", "pm": 0.012} | change


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in rows)


async def push(
    desk: Desk, body: Any, media: str = "application/json", path: str = "/observations", **headers: str
) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await desk.ask("POST", path, content=content, headers={"Content-Type": media, **headers})


async def taken(
    desk: Desk, body: Any, media: str = "application/json", path: str = "/observations", **headers: str
) -> dict[str, Any]:
    answer = await push(desk, body, media, path, **headers)
    assert answer.status_code == 200, answer.text
    PushAnswer.model_validate(answer.json())
    return dict(answer.json())


def stored(desk: Desk) -> dict[str, float | None]:
    return {one.key.site: one.value for one in desk.services.store.latest()}


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_records_go_in_by_the_rules_of_their_source(desk: Desk) -> None:
    answer = await taken(desk, [row(), row(site="air-2", pm="0.0075")])
    assert (answer["source"], answer["read"], answer["accepted"], answer["written"]) == ("radar", 2, 2, 2)
    assert answer["results"] == [{"first": 1, "last": 2, "status": "accepted"}]
    assert stored(desk) == {"air-1": 12.0, "air-2": 7.5}  # mg/m³ -> µg/m³
    (first, _) = desk.services.store.latest()
    assert (first.at, first.received, first.key.source) == (NOW - timedelta(minutes=2), NOW, "radar")


BODIES: list[tuple[str, bytes]] = [
    ("application/json", json.dumps([row(), row(site="air-2")]).encode()),
    ("application/json; charset=utf-8", b"\xef\xbb\xbf [ " + json.dumps(row()).encode() + b" ,\n" + json.dumps(row(site="air-2")).encode() + b"]\n"),
    (NDJSON, lines(row(), row(site="air-2"))),
    ("application/ndjson", b"\r\n" + json.dumps(row()).encode() + b"\r\n\r\n  " + json.dumps(row(site="air-2")).encode()),
    (CSV, f"time,site,pm\r\n{T},air-1,0.012\r\n{T},air-2,0.012\r\n".encode()),
]  # fmt: skip


@pytest.mark.parametrize(("media", "body"), BODIES)
@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_every_format_says_the_same(desk: Desk, media: str, body: bytes, encoding: str) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = await taken(desk, gzip.compress(body) if encoding else body, media, **headers)
    assert answer["accepted"] == 2
    assert stored(desk) == {"air-1": 12.0, "air-2": 12.0}


async def test_one_record_may_come_alone(desk: Desk) -> None:
    assert (await taken(desk, row()))["accepted"] == 1
    assert (await taken(desk, []))["read"] == 0
    assert (await taken(desk, b"", NDJSON))["read"] == 0


async def test_each_record_is_told_how_it_fared(desk: Desk) -> None:
    answer = await taken(
        desk, [row(), row(), row(pm="much"), row(site="nowhere"), row(pm="much"), {"skip": True}, 7, row(site="air-2")]
    )
    assert [(r["first"], r["last"], r["status"]) for r in answer["results"]] == [
        (1, 1, "accepted"), (2, 2, "duplicate"), (3, 3, "rejected"), (4, 4, "rejected"), (5, 5, "rejected"), (6, 6, "ignored"),
        (7, 7, "rejected"), (8, 8, "accepted"),
    ]  # fmt: skip
    assert answer["results"][2]["reason"] == "air.pm25 at air-1: 'much' is not a number"
    assert answer["read"] == answer["accepted"] + answer["duplicates"] + answer["rejected"] == 7
    assert answer["ignored"] == 1
    assert {one.where for one in desk.services.store.quarantine(9)} == {"record 3", "record 4", "record 5", "record 7"}


async def test_a_bad_line_costs_only_itself(desk: Desk) -> None:
    body = lines(row()) + b'{"half":\n[1]\n' + lines(row(site="air-2")) + b"{} {}\n"
    answer = await taken(desk, body, NDJSON)
    assert [r["status"] for r in answer["results"]] == ["accepted", "rejected", "rejected", "accepted", "rejected"]
    table = f"time,site,pm\n{T},air-1,0.012,surplus\n{T},air-2,0.5\n".encode()
    assert [r["status"] for r in (await taken(desk, table, CSV))["results"]] == ["rejected", "accepted"]


async def test_what_is_stored_already_is_a_duplicate_and_a_new_value_a_correction(desk: Desk) -> None:
    await taken(desk, [row(), row(site="air-2")])
    desk.clock[0] += timedelta(minutes=1)
    answer = await taken(desk, [row(), row(site="air-2", pm=0.5), row(site="air-3")])
    assert [r["status"] for r in answer["results"]] == ["duplicate", "accepted"]
    assert (answer["duplicates"], answer["written"]) == (1, 2)
    assert stored(desk) == {"air-1": 12.0, "air-2": 500.0, "air-3": 12.0}


async def test_a_record_with_one_unreadable_value_keeps_the_other(desk: Desk) -> None:
    spec = desk.services.city.sources["radar"]
    both = {**spec.metrics, "hydro.level": "level"}
    desk.services.city.sources["radar"] = spec.model_copy(update={"metrics": both})
    (result,) = (await taken(desk, [row(level="deep")]))["results"]
    assert (result["status"], result["kept"]) == ("rejected", 1)
    assert stored(desk) == {"air-1": 12.0}


async def test_a_repeated_request_gets_the_same_answer(desk: Desk) -> None:
    key = {"Idempotency-Key": "2026-11-24/17"}
    first = await push(desk, [row()], **key)
    desk.clock[0] += timedelta(days=6)
    again = await push(desk, gzip.compress(json.dumps([row()]).encode()), **key, **{"Content-Encoding": "gzip"})
    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = await push(desk, [row(pm=9)], **key)
    assert error(other) == (409, "key_reused")
    assert stored(desk) == {"air-1": 12.0}


async def test_a_key_is_forgotten_after_seven_days(desk: Desk) -> None:
    await push(desk, [row()], **{"Idempotency-Key": "k"})
    desk.clock[0] += timedelta(days=7)
    assert (await push(desk, [row(pm=9)], **{"Idempotency-Key": "k"})).status_code == 200


async def test_a_key_must_be_one(desk: Desk) -> None:
    for key in ("", "two words", "k" * 201):
        assert error(await push(desk, [row()], **{"Idempotency-Key": key})) == (422, "invalid_request")


MALFORMED: list[tuple[str, bytes]] = [
    ("application/json", b""),
    ("application/json", b'[{"time": '),
    ("application/json", b"[{}"),
    ("application/json", b"[{},]"),
    ("application/json", b"[{} {}]"),
    ("application/json", b"[] []"),
    ("application/json", b"{}{}"),
    ("application/json", b"\xff\xfe["),
    ("application/json", b"[" * 100_000),
    ("application/json", b"[" + b"9" * 5000 + b"]"),
    (NDJSON, b"\xff\n"),
    (CSV, b""),
    (CSV, b"a,a\n1,2\n"),
    (CSV, b'time,site,pm\n"open,1,2\n' + b"x" * 1_100_000),
]


@pytest.mark.parametrize(("media", "body"), MALFORMED, ids=range(len(MALFORMED)))
async def test_a_body_that_cannot_be_read_changes_nothing_and_shows_in_source_health(
    desk: Desk, media: str, body: bytes
) -> None:
    assert error(await push(desk, body, media)) == (400, "malformed")
    assert stored(desk) == {}
    (run,) = desk.services.store.runs()
    assert (run.source, run.ok) == ("radar", False)
    assert run.error


async def test_a_good_push_is_a_good_run(desk: Desk) -> None:
    await taken(desk, [row(), row(pm="much")])
    health = desk.services.store.health(desk.clock[0], desk.services.city.sources, NOW - timedelta(hours=6))["radar"]
    assert (health.state, health.rows, health.rejected) == (Freshness.LIVE, 1, 1)


async def test_more_records_than_a_request_may_bring_are_refused(desk: Desk) -> None:
    spec = desk.services.city.sources["radar"]
    desk.services.city.sources["radar"] = spec.model_copy(update={"most": 3})
    for media, body in (
        ("application/json", json.dumps([row()] * 4).encode()),
        (NDJSON, lines(*[row()] * 4)),
        (CSV, b"time\n" + b"1\n" * 4),
    ):
        assert error(await push(desk, body, media)) == (413, "too_many_records")
    assert (await taken(desk, [row()] * 3))["read"] == 3


async def test_a_hundred_thousand_records_are_one_request(desk: Desk) -> None:
    rows = [row(time=(NOW - timedelta(seconds=i)).isoformat()) for i in range(100_000)]
    answer = await taken(desk, gzip.compress(lines(*rows), 1), NDJSON, **{"Content-Encoding": "gzip"})
    assert (answer["accepted"], answer["written"]) == (100_000, 100_000)
    assert len(answer["results"]) == 1
    assert error(await push(desk, lines(*rows, row()), NDJSON)) == (413, "too_many_records")


async def test_large_bodies_and_bombs_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_BYTES", 10_000)
    assert error(await push(desk, b" " * 10_001)) == (413, "too_large")
    bomb = gzip.compress(b" " * 5_000_000)
    assert len(bomb) < 10_000
    assert error(await push(desk, bomb, **{"Content-Encoding": "gzip"})) == (413, "too_large")


@pytest.mark.parametrize(
    "spoil",
    [lambda b: b[:-3], lambda b: b[:5], lambda b: b + b"x", lambda b: b"\x00" + b, lambda b: b[:20] + b"\xff" + b[21:]],
)
async def test_broken_gzip_is_refused(desk: Desk, spoil: Callable[[bytes], bytes]) -> None:
    body = gzip.compress(json.dumps([row()]).encode())
    assert error(await push(desk, spoil(body), **{"Content-Encoding": "gzip"})) == (400, "malformed")


async def test_gzip_may_come_in_members(desk: Desk) -> None:
    body = gzip.compress(lines(row())) + gzip.compress(lines(row(site="air-2")))
    assert (await taken(desk, body, NDJSON, **{"Content-Encoding": "x-gzip"}))["accepted"] == 2


async def test_unknown_types_and_encodings_are_refused(desk: Desk) -> None:
    assert error(await push(desk, b"[]", "text/plain")) == (415, "unsupported_media_type")
    assert error(await push(desk, b"[]", "")) == (415, "unsupported_media_type")
    packed = zlib.compress(b"[]")
    assert error(await push(desk, packed, **{"Content-Encoding": "deflate"})) == (415, "unsupported_encoding")


async def test_a_token_feeds_only_the_sources_it_names(desk: Desk) -> None:
    assert error(await push(desk, [row()], path="/observations?source=other")) == (403, "forbidden")
    assert error(await push(desk, [row()], path="/observations?source=hall")) == (403, "forbidden")
    desk.who = viewer(Role.CLERK, sources=frozenset({"radar", "other", "hall", "gone", "events"}))
    assert error(await push(desk, [row()])) == (422, "source_missing")
    assert (await push(desk, [row()], path="/observations?source=other")).json()["source"] == "other"
    for source in ("hall", "gone", "events"):
        assert error(await push(desk, [row()], path=f"/observations?source={source}")) == (404, "unknown_source")
    assert error(await push(desk, [row()], path="/incidents?source=radar")) == (404, "unknown_source")
    assert error(await push(desk, [row()], path="/observations?sources=radar")) == (422, "invalid_request")


async def test_a_person_s_session_pushes_nothing(desk: Desk) -> None:
    desk.who = viewer(Role.CLERK)
    assert error(await push(desk, [row()], path="/observations?source=radar")) == (403, "forbidden")
    desk.who = viewer(Role.DUTY)
    assert error(await push(desk, [row()])) == (403, "forbidden")
    desk.who = None
    assert error(await push(desk, [row()])) == (401, "signed_out")


async def test_incidents_are_taken_and_updated(desk: Desk) -> None:
    desk.who = viewer(Role.CLERK, sources=frozenset({"events"}))
    told = {"id": "7", "time": T, "title": "积水", "kind": "flood", "lon": 112.5, "lat": 23.5, "updated": T}
    answer = await taken(desk, [told, told | {"id": ""}, told | {"id": "8", "lat": 70.0}], path="/incidents")
    assert [(r["status"], r.get("kept")) for r in answer["results"]] == [
        ("accepted", None),
        ("rejected", 0),
        ("rejected", 1),
    ]
    closed = told | {"status": "closed", "updated": "2026-11-24T14:31:00+08:00"}
    answer = await taken(desk, [told, closed], path="/incidents")
    assert answer["written"] == 1
    found = {one.id: one for one in desk.services.store.incidents(NOW, NOW - timedelta(hours=1))}
    assert (found["7"].status, found["7"].district, found["7"].source) == ("closed", EAST, "events")
    assert [r["status"] for r in (await taken(desk, [closed], path="/incidents"))["results"]] == ["duplicate"]


async def test_nothing_is_answered_well_while_the_store_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreError("The store is busy.")

    monkeypatch.setattr(desk.services.store.inbox, "take", away)
    answer = await push(desk, [row()])
    assert error(answer) == (503, "unavailable")
    assert answer.headers["retry-after"]


async def test_several_pushes_at_once_each_get_their_own_answer(desk: Desk) -> None:
    times = [(NOW - timedelta(minutes=i)).isoformat() for i in range(8)]
    answers = await asyncio.gather(*(taken(desk, [row(time=t)]) for t in times))
    assert [answer["accepted"] for answer in answers] == [1] * 8
    store: Store = desk.services.store
    assert len(store.window(NOW - timedelta(hours=1), NOW + timedelta(minutes=1))) == 8
