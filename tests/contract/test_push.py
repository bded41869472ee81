"""What test_sources.py asks of every kind, asked of the one that is not polled: what comes is split and mapped in one go."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.kinds import SOURCES
from datasources.context import SourceContext
from datasources.delivery import CSV, JSON, NDJSON, entries
from datasources.docs import models, page
from datasources.kinds import KINDS
from datasources.kinds.push import PushSource, PushSpec
from datasources.mapping import Mapper, Outcome
from domain.batch import Batch
from domain.errors import SourceError
from domain.metric import Metric
from domain.place import Site
from domain.source import Ask, Record, SourceSpec

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
T = "2026-11-24 14:00"
Row = dict[str, object]


class _Places:
    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        return x, y

    def district_at(self, lon: float, lat: float) -> str | None:
        return "441802"


@pytest.fixture
def context(tmp_path: Path) -> SourceContext:
    metric = Metric.model_validate(
        {"key": "air.pm25", "name": "PM2.5", "unit": "µg/m³", "topic": "environment", "definition": "test",
         "department": "d", "every": "1h", "valid": [0, 1000]}
    )  # fmt: skip
    sites = {i: Site(id=i, name=i, kind="air", district="441802") for i in ("A1", "A2")}
    return SourceContext({"air.pm25": metric}, sites, _Places(), {}, tmp_path, frozenset({"441800"}))


def declared(**keys: Any) -> PushSpec:
    base: dict[str, Any] = {"key": "feed", "kind": "push", "department": "环保", "every": "5m"}
    base |= {"at": {"path": "time"}, "site": {"path": "site"}, "metrics": {"air.pm25": "pm"}}
    return PushSpec.model_validate(base | keys)


def row(**change: object) -> Row:
    return {"time": T, "site": "A1", "pm": 12} | change


def wire(media: str, rows: list[Row]) -> bytes:
    if media == JSON:
        return json.dumps(rows).encode()
    if media == NDJSON:
        return "\n".join(map(json.dumps, rows)).encode()
    names = list(rows[0])
    return "\n".join([",".join(names), *(",".join(str(one[name]) for name in names) for one in rows)]).encode()


def sent(context: SourceContext, media: str, *rows: Row, **keys: Any) -> tuple[Batch, list[Outcome]]:
    spec = declared(**keys)
    return Mapper(spec, context).judged(entries(spec, media, wire(media, list(rows))), NOW)


@pytest.fixture(params=[JSON, NDJSON, CSV])
def media(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_good_rows_go_in(context: SourceContext, media: str) -> None:
    batch, outcomes = sent(context, media, row(), row(site="A2", pm="7.5"))
    assert [(o.site, o.value) for o in batch.observations] == [("A1", 12.0), ("A2", 7.5)]
    assert [one.fate for one in outcomes] == ["accepted", "accepted"]


def test_a_malformed_payload_is_a_failure_or_a_reject_and_nothing_is_taken(context: SourceContext, media: str) -> None:
    spec = declared()
    if media == JSON:
        with pytest.raises(SourceError, match="not a JSON document"):
            list(entries(spec, media, b'{"half":'))
        return
    found = entries(spec, media, b'{"half":')
    batch, outcomes = Mapper(spec, context).judged(found, NOW)
    assert batch.observations == ()
    assert {one.fate for one in outcomes} <= {"rejected"}


def test_one_bad_record_does_not_stop_the_others(context: SourceContext, media: str) -> None:
    batch, outcomes = sent(context, media, row(pm="much"), row(site="Z9"), row(time=""), row(pm=9999), row(site="A2"))
    assert [one.fate for one in outcomes] == ["rejected"] * 4 + ["accepted"]
    assert [(o.site, o.value) for o in batch.observations] == [("A2", 12.0)]
    assert all(r.reason and r.raw and r.where for r in batch.rejects)
    assert batch.read == 5


def test_a_duplicate_counts_once(context: SourceContext, media: str) -> None:
    batch, outcomes = sent(context, media, row(), row(), row(site="A2"))
    assert [one.fate for one in outcomes] == ["accepted", "duplicate", "accepted"]
    assert (batch.read, batch.duplicates, len(batch.observations)) == (3, 1, 2)


def test_late_data_keep_both_their_times(context: SourceContext, media: str) -> None:
    batch, _ = sent(context, media, row(time="2026-11-20 01:00"))
    (seen,) = batch.observations
    assert seen.at.isoformat() == "2026-11-19T17:00:00+00:00"
    assert seen.received - seen.at > timedelta(days=4)


def test_a_naive_time_is_in_the_declared_zone_and_an_offset_wins(context: SourceContext, media: str) -> None:
    rows = (row(time="2026-11-23T20:00"), row(site="A2", time="2026-11-24T13:00+08:00"))
    batch, _ = sent(context, media, *rows, at={"path": "time", "zone": "America/Los_Angeles"})
    assert [o.at.isoformat() for o in batch.observations] == ["2026-11-24T04:00:00+00:00", "2026-11-24T05:00:00+00:00"]


def test_a_document_is_led_through_by_rows_and_carry(context: SourceContext) -> None:
    spec = declared(rows="data.list", carry={"time": "head.time"})
    body = {
        "head": {"time": T},
        "data": {"list": [{"site": "A1", "pm": 3}, 7, {"site": "A2", "pm": 4, "time": "2026-11-24 13:00"}]},
    }
    batch, outcomes = Mapper(spec, context).judged(entries(spec, JSON, json.dumps(body).encode()), NOW)
    assert [o.at.hour for o in batch.observations] == [6, 5]
    assert [one.fate for one in outcomes] == ["accepted", "rejected", "accepted"]
    with pytest.raises(SourceError, match="nothing at rows path"):
        list(entries(spec, JSON, b'{"data": {}}'))


def test_a_line_may_hold_any_character_that_json_allows(context: SourceContext) -> None:
    spec = declared()
    body = json.dumps(row(note="a\u2028b\x85c"), ensure_ascii=False).encode()
    assert len(list(entries(spec, NDJSON, body + b"\n" + body))) == 2


def test_what_makes_no_sense_for_a_push_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="give every:"):
        declared(every=None, cron="5 * * * *")
    with pytest.raises(ValueError, match="cannot be replayed"):
        declared(replay={"start": "2026-11-24T00:00:00+08:00"})


async def test_it_has_nothing_when_it_is_polled(context: SourceContext) -> None:
    source = KINDS["push"][1](declared(), context)
    assert isinstance(source, PushSource)
    assert [page async for page in source.fetch(Ask(NOW))] == []
    await source.close()


def test_every_key_is_documented_on_the_page() -> None:
    text = page().split("## kind: push\n", 1)[1].split("\n## ", 1)[0]
    for name in set(SOURCES["push"].model_fields) - set(SourceSpec.model_fields):
        assert f"| `{name}` |" in text
    assert all(model.__doc__ for model in models(SOURCES["push"]))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
RECORDS = st.fixed_dictionaries(
    {}, optional={"time": JSON_VALUES | st.just(T), "site": JSON_VALUES | st.just("A1"), "pm": JSON_VALUES}
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary() | st.text().map(str.encode), media=st.sampled_from([JSON, NDJSON, CSV]))
def test_no_bytes_break_it(context: SourceContext, body: bytes, media: str) -> None:
    spec = declared()
    try:
        batch, outcomes = Mapper(spec, context).judged(entries(spec, media, body), NOW)
    except SourceError:
        return
    assert batch.read == len(outcomes)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(RECORDS | JSON_VALUES), space=st.sampled_from([None, 1, "\t"]))
def test_every_record_of_a_list_gets_its_fate(context: SourceContext, rows: list[Any], space: Any) -> None:
    spec = declared()
    sent = list(entries(spec, JSON, json.dumps(rows, indent=space).encode()))
    assert len(sent) == len(rows)
    for entry, one in zip(sent, rows, strict=True):
        assert isinstance(entry, Record) == isinstance(one, dict)
    batch, outcomes = Mapper(spec, context).judged(sent, NOW)
    fates = [one.fate for one in outcomes]
    assert fates.count("rejected") == len(batch.rejects)
    assert fates.count("duplicate") == batch.duplicates
    assert len(fates) == batch.read
    assert all(one.reason for one in outcomes if one.fate == "rejected")


@pytest.mark.parametrize("depth", range(880, 1000, 3))
def test_a_record_nested_deep_is_refused_or_read(context: SourceContext, depth: int) -> None:
    body = ('{"a":' * depth + "1" + "}" * depth + "\n" + json.dumps(row())).encode()
    _, outcomes = sent_lines(context, body)
    assert [one.fate for one in outcomes] == ["rejected", "accepted"]


def sent_lines(context: SourceContext, body: bytes) -> tuple[Batch, list[Outcome]]:
    spec = declared()
    return Mapper(spec, context).judged(entries(spec, NDJSON, body), NOW)
