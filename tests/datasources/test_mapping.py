"""Raw records into batches."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.context import SourceContext
from datasources.mapping import Mapper, map_page
from datasources.shift import Shift
from domain.batch import Batch
from domain.observation import Observation, Quality
from domain.source import Page, Record, SourceSpec

Make = Callable[..., SourceSpec]
Pages = Callable[..., Page]
T = "2026-11-24 14:00"
AT = datetime(2026, 11, 24, 6, tzinfo=UTC)
INCIDENT = {"id": "id", "title": "title", "kind": "kind", "status": "st", "statuses": {"处置中": "handling"},
            "grade": "g", "grades": {"四级": 4}, "updated": "upd", "detail": {"路段": "road"}}  # fmt: skip


@pytest.fixture
def mapped(context: SourceContext, now: datetime, page: Pages) -> Callable[..., Batch]:
    def run(spec: SourceSpec, *records: dict[str, Any], **more: Any) -> Batch:
        return map_page(spec, page(*records, **more), context, now)

    return run


Mapped = Callable[..., Batch]


def balanced(batch: Batch, accepted: int) -> bool:
    return batch.read == accepted + batch.duplicates + len(batch.rejects)


def test_a_record_becomes_one_observation_for_each_metric(mapped: Mapped, spec: Make, now: datetime) -> None:
    feed = spec(metrics={"air.pm25": "pm", "air.co": {"path": "co", "unit": "µg/m³"}})
    batch = mapped(feed, {"time": T, "site": "A1", "pm": "12", "co": 700}, cursor="7")
    assert batch.observations == (
        Observation("air.pm25", "A1", "feed", AT, 12.0, now),
        Observation("air.co", "A1", "feed", AT, 0.7, now),
    )
    assert (batch.source, batch.read, batch.cursor, batch.rejects) == ("feed", 1, "7", ())


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"site": "A1", "pm": 1}, "row 1: no time"),
        ({"time": "soon", "site": "A1", "pm": 1}, "none of the declared formats"),
        ({"time": "2026-11-24 14:41", "site": "A1", "pm": 1}, "in the future"),
        ({"time": T, "site": "Z9", "pm": 1}, "site 'Z9' is not declared"),
        ({"time": T, "pm": 1}, "names no site"),
        ({"time": T, "site": "A1", "pm": "much"}, "air.pm25 at A1: 'much' is not a number"),
        ({"time": T, "site": "A1", "pm": float("nan")}, "not a finite number"),
        ({"time": T, "site": "A1", "pm": float("inf")}, "not a finite number"),
        ({"time": T, "site": "A1", "pm": 1001}, "1001 µg/m³ is outside the valid range 0 to 1000"),
        ({"time": T, "site": "A1", "PM": 1}, "none of the declared fields"),
    ],
)
def test_a_record_that_cannot_be_understood_is_kept_with_its_reason(
    mapped: Mapped, spec: Make, record: dict[str, Any], reason: str
) -> None:
    good = {"time": T, "site": "A2", "pm": 5}
    batch = mapped(spec(), record, good)
    assert [o.site for o in batch.observations] == ["A2"]
    assert len(batch.rejects) == 1
    assert reason in batch.rejects[0].reason
    assert batch.rejects[0].where == "row 1"
    assert balanced(batch, accepted=1)


def test_a_clock_ten_minutes_ahead_is_believed(mapped: Mapped, spec: Make) -> None:
    assert len(mapped(spec(), {"time": "2026-11-24 14:40", "site": "A1", "pm": 1}).observations) == 1


def test_one_bad_value_does_not_lose_the_rest_of_its_record(mapped: Mapped, spec: Make) -> None:
    feed = spec(metrics={"air.pm25": "pm", "air.o3": "o3"})
    batch = mapped(feed, {"time": T, "site": "A1", "pm": 5000, "o3": 80})
    assert [o.metric for o in batch.observations] == ["air.o3"]
    assert "air.pm25 at A1" in batch.rejects[0].reason
    assert balanced(batch, accepted=0)


def test_a_missing_mark_is_kept_as_missing(mapped: Mapped, spec: Make) -> None:
    batch = mapped(spec(), {"time": T, "site": "A1", "pm": "--"}, {"time": T, "site": "A2", "pm": None})
    assert [(o.value, o.quality) for o in batch.observations] == [(None, Quality.MISSING)] * 2
    assert balanced(batch, accepted=2)


def test_an_exact_duplicate_counts_once(mapped: Mapped, spec: Make) -> None:
    row = {"time": T, "site": "A1", "pm": 5}
    batch = mapped(spec(), row, dict(row), {"time": "2026-11-24T14:00:00", "site": "A1", "pm": "5.0"})
    assert len(batch.observations) == 1
    assert batch.duplicates == 2
    assert balanced(batch, accepted=1)


def test_of_two_values_for_one_moment_the_last_word_wins(mapped: Mapped, spec: Make) -> None:
    rows = [{"time": T, "site": "A1", "pm": pm} for pm in (5, 6, 5)]
    batch = mapped(spec(), *rows)
    assert [o.value for o in batch.observations] == [5.0]
    assert balanced(batch, accepted=2)


def test_a_duplicate_is_found_on_another_page_of_the_same_run(
    context: SourceContext, spec: Make, page: Pages, now: datetime
) -> None:
    mapper, seen = Mapper(spec(), context), set[Any]()
    row = {"time": T, "site": "A1", "pm": 5}
    assert mapper.batch(page(row), now, seen).duplicates == 0
    assert mapper.batch(page(row), now, seen).duplicates == 1
    assert mapper.batch(page(row), now).duplicates == 0


def test_where_leaves_out_records_that_are_not_ours(mapped: Mapped, spec: Make) -> None:
    rows = [{"time": T, "site": "A1", "pm": 5, "type": t} for t in ("air", "noise")]
    batch = mapped(spec(where="type == 'air'"), *rows)
    assert batch.read == 1


def test_pieces_that_are_no_records_count_as_read_and_rejected(mapped: Mapped, spec: Make) -> None:
    batch = mapped(spec(), {"time": T, "site": "A1", "pm": 5}, bad=(("a.csv:3", "x,y", "2 cells where 3"),))
    assert batch.rejects[0].reason == "a.csv:3: 2 cells where 3"
    assert balanced(batch, accepted=1)


def test_the_raw_text_is_cut_to_two_thousand_characters_and_can_be_stored(mapped: Mapped, spec: Make) -> None:
    batch = mapped(spec(), {"time": "x", "site": "\x00\ud800", "pm": "长" * 5000})
    raw = batch.rejects[0].raw
    assert len(raw) <= 2000
    assert "\x00" not in raw
    raw.encode()


@pytest.mark.parametrize(
    ("site", "code", "expected"),
    [
        ({"path": "site", "id": {"31": "A3"}}, 31, "A3"),
        ({"path": "site", "prefix": "air-"}, 7.0, "air-7"),
        ({"fixed": "441800"}, None, "441800"),
        ({"path": "site"}, "441802", "441802"),
        ({"path": "site"}, " A1 ", "A1"),
    ],
)
def test_a_site_is_found_by_code_prefix_or_area(
    mapped: Mapped, spec: Make, site: dict[str, Any], code: object, expected: str
) -> None:
    batch = mapped(spec(site=site), {"time": T, "site": code, "pm": 5})
    assert [o.site for o in batch.observations] == [expected]


def test_an_unknown_site_is_learnt_where_the_source_says_so(mapped: Mapped, spec: Make) -> None:
    site = {"path": "site", "lon": "x", "lat": "y", "learn": {"kind": "air", "name": "nm", "facts": {"town": "tw"}}}
    row = {"time": T, "site": "new", "pm": 5, "x": 113.1, "y": "23.7", "nm": "新站", "tw": "源潭"}
    batch = mapped(spec(site=site), row, row | {"time": "2026-11-24 13:00"})
    (learnt,) = batch.sites
    assert (learnt.id, learnt.name, learnt.district, learnt.lon, learnt.lat) == ("new", "新站", "441802", 113.1, 23.7)
    assert learnt.facts == {"town": "源潭"}
    assert len(batch.observations) == 2


def test_a_site_that_cannot_be_placed_is_not_learnt(mapped: Mapped, spec: Make) -> None:
    site = {"path": "site", "lon": "x", "lat": "y", "district": "d", "learn": {"kind": "air"}}
    row = {"time": T, "site": "new", "pm": 5}
    batch = mapped(spec(site=site), row, row | {"x": 1, "y": 2}, row | {"d": "zzz"})
    assert batch.sites == ()
    assert [r.reason.split(": ", 1)[1][:30] for r in batch.rejects] == [
        "site 'new' cannot be learnt: t", "coordinates 1.00000, 2.00000 a", "site 'new' cannot be learnt: S",
    ]  # fmt: skip


def test_an_incident_is_read_with_place_status_and_grade(mapped: Mapped, spec: Make, now: datetime) -> None:
    feed = spec(incident=INCIDENT, site={"lon": "x", "lat": "y", "crs": "gcj02"}, department="应急")
    row = {"id": 7, "title": "山体滑坡", "kind": "landslide", "st": "处置中", "g": "四级", "time": T, "upd": "2026-11-24 14:20",
           "x": "113.005", "y": 23.6975, "road": "G107"}  # fmt: skip
    (incident,) = mapped(feed, row).incidents
    assert (incident.id, incident.kind, incident.status, incident.grade) == ("7", "landslide", "handling", 4)
    assert (incident.at, incident.updated) == (AT, AT + timedelta(minutes=20))
    assert (incident.district, incident.department, incident.detail) == ("441802", "应急", {"路段": "G107"})
    assert incident.lon == pytest.approx(113.0)
    assert incident.lat == pytest.approx(23.7)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x": 0, "y": 0}, "no place on Earth"),
        ({"x": 23.7, "y": 113.0}, "no place on Earth"),
        ({"x": "east", "y": 1}, "are not numbers"),
        ({"x": 116.4, "y": 39.9}, "outside the city"),
        ({"st": "?"}, "status '?' is not declared"),
        ({"g": "九级"}, "grade '九级' is not declared"),
        ({"site": "Z9"}, "site 'Z9' is not declared"),
        ({"upd": "then"}, "none of the declared formats"),
    ],
)
def test_a_lesser_fault_does_not_lose_the_incident(
    mapped: Mapped, spec: Make, change: dict[str, Any], reason: str
) -> None:
    feed = spec(incident=INCIDENT, site={"path": "site", "lon": "x", "lat": "y"})
    row = {"id": "7", "title": "火情", "time": T, "x": 113.0, "y": 23.7}
    batch = mapped(feed, row | change)
    assert len(batch.incidents) == 1
    assert reason in batch.rejects[0].reason
    if "x" in change:
        assert (batch.incidents[0].lon, batch.incidents[0].district) == (None, "")


def test_an_incident_without_id_or_name_is_refused(mapped: Mapped, spec: Make) -> None:
    feed = spec(incident=INCIDENT, site={})
    batch = mapped(feed, {"title": "火情", "time": T}, {"id": "1", "time": T})
    assert batch.incidents == ()
    assert [r.reason for r in batch.rejects] == [
        "row 1: the incident has no id", "row 2: the incident has neither title nor kind",
    ]  # fmt: skip


def test_the_newest_telling_of_an_incident_wins(mapped: Mapped, spec: Make) -> None:
    feed = spec(incident=INCIDENT, site={})
    row = {"id": "7", "title": "火情", "time": T}
    batch = mapped(
        feed, row | {"upd": "2026-11-24 14:20", "st": "closed"}, row | {"upd": "2026-11-24 14:10", "st": "open"}
    )
    assert [i.status for i in batch.incidents] == ["closed"]
    assert balanced(batch, accepted=2)


def test_a_replayed_page_shifts_every_time(mapped: Mapped, spec: Make, now: datetime) -> None:
    shift = Shift(datetime(2018, 2, 19, 16, tzinfo=UTC), now, speed=2.0)
    batch = mapped(spec(), {"time": "2018-02-19T23:00", "site": "A1", "pm": 5}, info=shift.to_info())
    assert batch.observations[0].at == now - timedelta(minutes=30)


_text = st.text(max_size=12) | st.sampled_from([T, "A1", "A2", "5", "--", "处置中", "113.0"])
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=4,
)
_names = ("time", "site", "pm", "x", "y", "id", "title", "kind", "st", "g", "upd", "road")
_records = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(_names, _json)), max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(records=_records, learn=st.booleans())
def test_no_record_raises_and_the_balance_holds(
    context: SourceContext, spec: Make, now: datetime, records: list[dict[str, Any]], learn: bool
) -> None:
    site = {"path": "site", "lon": "x", "lat": "y"} | ({"learn": {"kind": "k", "name": "title"}} if learn else {})
    both = spec(incident=INCIDENT, site=site, metrics={"air.pm25": "pm"})
    for feed in (spec(site=site), spec(incident=INCIDENT, site=site), both):
        result = map_page(feed, Page(tuple(Record(r, "w") for r in records)), context, now)
        assert result.read == len(records)
        assert result.read >= result.duplicates + len(result.rejects)
        for seen in result.observations:
            assert seen.at <= now + timedelta(minutes=10)
            assert seen.at.tzinfo is UTC
        replace(result)
        repr(result.incidents).encode()


def test_a_district_can_be_named_by_the_departments_word_with_a_rest(mapped: Mapped, spec: Make) -> None:
    site = {
        "path": "site",
        "district": "area",
        "districts": {"清城": "441802", "*": "441800"},
        "learn": {"kind": "air"},
    }
    rows = [{"time": T, "site": f"n{i}", "pm": 5, "area": area} for i, area in enumerate(("清城", "别处"))]
    assert [s.district for s in mapped(spec(site=site), *rows).sites] == ["441802", "441800"]


@pytest.mark.parametrize(
    ("clock", "at", "reason"),
    [
        ({}, "2026-11-24T14:39:00", ""),
        ({}, "2026-11-24T14:41:00", "more than the 10m that its clock may be ahead"),
        ({"ahead": "2m"}, "2026-11-24T14:33:00", "more than the 2m that its clock may be ahead"),
        ({"ahead": "0s"}, "2026-11-24T14:30:00", ""),
        ({"late": "7d"}, "2026-11-17T14:30:00", ""),
        ({"late": "7d"}, "2026-11-17T14:29:00", "more than the 7d that a value may be late"),
        ({}, "2019-01-01T00:00:00", ""),
    ],
)
def test_a_time_farther_from_its_arrival_than_declared_is_kept_apart_with_both_times(
    spec: Callable[..., SourceSpec], context: SourceContext, clock: dict[str, str], at: str, reason: str
) -> None:
    received = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    declared = spec(clock=clock, at={"path": "t"}, metrics={"air.pm25": "v"}, site={"fixed": "A1"})
    batch = Mapper(declared, context).batch(Page((Record({"t": at, "v": 1}, "row 1"),)), received)
    assert len(batch.observations) == (not reason)
    assert [reason in one.reason for one in batch.rejects] == ([True] if reason else [])
    assert all("2026-11-24T06:30:00+00:00" in one.reason and at in one.raw for one in batch.rejects)
