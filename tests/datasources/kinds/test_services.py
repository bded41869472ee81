"""Kinds that ask a service for one document: exporters, buses, sensors, models, earthquakes, alerts of a monitoring system."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.transit import gtfs_realtime_pb2 as pb
from hypothesis import given
from hypothesis import strategies as st

from datasources.context import SourceContext
from datasources.delivery import JSON, entries
from datasources.formats.exposition import read_exposition, read_matrix
from datasources.formats.gtfs import read_feed
from datasources.kinds import KINDS
from datasources.kinds.ngsi_ld import flat
from datasources.mapping import Mapper, map_page
from datasources.pushed import PushedSpec
from domain.batch import Batch
from domain.errors import SourceError
from domain.metric import Metric
from domain.place import Site
from domain.source import Ask, Source

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
EPOCH = NOW.timestamp()
NODES = Path("/work/shared/data/it")
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def city(context: SourceContext) -> SourceContext:
    """The small city with one metric for everything a test wants to see, and some places."""
    metrics = dict(context.metrics)
    for key in ("dc.load", "dc.rx", "bus.vehicles", "bus.on_time", "bus.delay"):
        fields = {
            "key": key,
            "name": key,
            "unit": "",
            "topic": "system",
            "definition": "test",
            "department": "t",
            "every": "1m",
        }
        metrics[key] = Metric.model_validate(fields)
    sites = {
        **context.sites,
        **{i: Site(id=i, name=i, kind="x", district="441802") for i in ("n1:9100", "n2:9100", "7")},
    }
    return SourceContext(metrics, sites, context.places, {}, context.root, context.areas)


class Feed:
    """One source whose service answers by a function."""

    def __init__(self, city: SourceContext, answer: Answer, kind: str, **keys: Any) -> None:
        base = {"key": "feed", "kind": kind, "department": "d", "every": "1m", "url": "http://dept.test/x"}
        spec = KINDS[kind][0].model_validate(base | keys)
        make: Any = KINDS[kind][1]
        self.asked: list[httpx.Request] = []
        self.cursor: str | None = None
        self._city = city
        self._answer = answer
        self.source: Source = make(spec, city, httpx.MockTransport(self._told))

    def _told(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._answer(request)

    async def poll(self, now: datetime = NOW, *, acknowledge: bool = True) -> list[Batch]:
        batches = []
        async for page in self.source.fetch(Ask(now, self.cursor)):
            batches.append(map_page(self.source.spec, page, self._city, now))
            self.cursor = page.cursor or self.cursor
            if acknowledge:
                await self.source.acknowledge(page)
        return batches

    async def values(self, now: datetime = NOW, *, acknowledge: bool = True) -> dict[tuple[str, str], float | None]:
        batches = await self.poll(now, acknowledge=acknowledge)
        assert [r.reason for batch in batches for r in batch.rejects] == []
        return {(o.metric, o.site): o.value for batch in batches for o in batch.observations}


def text(body: str | bytes) -> Answer:
    return lambda _: httpx.Response(200, content=body)


def document(body: object) -> Answer:
    return lambda _: httpx.Response(200, json=body)


# Prometheus

PICKS = {
    "load": {"name": "node_load1"},
    "rx": {"name": "rx_bytes_total", "labels": {"device": "eth.*"}, "rate": True},
}
SCRAPE = {"picks": PICKS, "by": "instance", "site": {"path": "instance"}, "metrics": {"dc.load": "load", "dc.rx": "rx"}}


def scrape(load: float, rx: float) -> str:
    return f"""# TYPE node_load1 gauge
node_load1{{instance="n1:9100"}} {load}
node_load1{{instance="n2:9100"}} NaN
# TYPE rx_bytes_total counter
rx_bytes_total{{instance="n1:9100",device="eth0"}} {rx}
rx_bytes_total{{instance="n1:9100",device="eth1"}} {rx}
rx_bytes_total{{instance="n1:9100",device="lo"}} 5
"""


async def test_an_exporters_gauges_are_values_and_its_counters_rates_also_over_a_restart_of_it(
    city: SourceContext,
) -> None:
    feed = Feed(city, text(scrape(0.5, 1000)), "prometheus", **SCRAPE)
    assert await feed.values() == {("dc.load", "n1:9100"): 0.5}
    feed._answer = text(scrape(0.6, 1600))
    assert (await feed.values(NOW + timedelta(seconds=60)))["dc.rx", "n1:9100"] == 20.0
    feed._answer = text(scrape(0.6, 300))  # it began anew
    assert (await feed.values(NOW + timedelta(seconds=120)))["dc.rx", "n1:9100"] == 10.0


async def test_a_rate_starts_from_the_last_durable_reading(city: SourceContext) -> None:
    feed = Feed(city, text(scrape(0.5, 1000)), "prometheus", **SCRAPE)
    await feed.values()
    feed._answer = text(scrape(0.5, 1600))
    await feed.values(NOW + timedelta(seconds=60), acknowledge=False)
    feed._answer = text(scrape(0.5, 2200))
    assert (await feed.values(NOW + timedelta(seconds=120)))["dc.rx", "n1:9100"] == 20.0


async def test_a_prometheus_server_is_asked_from_the_newest_durable_point_on(city: SourceContext) -> None:
    start = EPOCH - 120
    series = [
        {"metric": {"instance": "n1:9100"}, "values": [[start + n * 60, str(n)] for n in range(3)] + [[EPOCH, "NaN"]]}
    ]
    answer = {"status": "success", "data": {"resultType": "matrix", "result": series}}
    keys = {
        "queries": {"load": "node_load1"},
        "by": "instance",
        "site": {"path": "instance"},
        "metrics": {"dc.load": "load"},
    }
    feed = Feed(city, document(answer), "prometheus", back="2m", **keys)
    (batch,) = await feed.poll()
    assert [(o.at.timestamp() - start, o.value) for o in batch.observations] == [(0, 0.0), (60, 1.0), (120, 2.0)]
    asked = feed.asked[0].url
    assert (asked.path, asked.params["start"], asked.params["end"]) == (
        "/x/api/v1/query_range",
        f"{start:.3f}",
        f"{EPOCH:.3f}",
    )
    await feed.poll(NOW + timedelta(seconds=30))
    assert len(feed.asked) == 1  # no whole step is over
    await feed.poll(NOW + timedelta(seconds=60))
    assert feed.asked[1].url.params["start"] == f"{EPOCH + 60:.3f}"


async def test_a_refused_query_is_an_outage_with_the_servers_sentence(city: SourceContext) -> None:
    keys = {"queries": {"load": "node_load1["}, "site": {"fixed": "7"}, "metrics": {"dc.load": "load"}}
    feed = Feed(city, document({"status": "error", "error": "parse error: unclosed"}), "prometheus", **keys)
    with pytest.raises(SourceError, match="unclosed"):
        await feed.poll()


@pytest.mark.replay
@pytest.mark.skipif(not NODES.exists(), reason="recorded data are not here")
async def test_a_real_exporter_gives_real_rates(city: SourceContext) -> None:
    picks = {"load": {"name": "node_load1"}, "rx": {"name": "node_cpu_seconds_total", "rate": True}}
    first, second = (
        (NODES / name).read_bytes() for name in ("node_exporter_scrape_1.prom", "node_exporter_scrape_2_15s_later.prom")
    )
    feed = Feed(city, text(first), "prometheus", picks=picks, site={"fixed": "7"}, metrics=SCRAPE["metrics"])
    await feed.values()
    feed._answer = text(second)
    found = await feed.values(NOW + timedelta(seconds=15))
    cores = {sample.labels["cpu"] for sample in read_exposition(first, "x") if sample.name == "node_cpu_seconds_total"}
    assert found["dc.rx", "7"] == pytest.approx(len(cores), rel=0.2)  # every core spends a second a second on something


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    for read in (read_exposition, lambda b, w: list(read_matrix(b, w)), lambda b, w: read_feed(b, w, ("zh",))):
        with suppress(SourceError):
            read(body, "x")


@given(at=st.integers(0, 330), new=st.text(max_size=10), cut=st.integers(0, 10))
def test_no_damaged_page_of_metrics_raises_anything_but_a_source_error(at: int, new: str, cut: int) -> None:
    whole = scrape(1, 2)
    with suppress(SourceError):
        read_exposition((whole[:at] + new + whole[at + cut :]).encode(), "x")


# GTFS Realtime


def gtfs(at: float = EPOCH, late: int = 30) -> bytes:
    feed = pb.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.timestamp = int(at)
    for number, (route, delay) in enumerate((("7", late), ("7", 900), ("9", 0))):
        trip = feed.entity.add(id=f"t{number}").trip_update
        trip.trip.route_id, trip.trip.trip_id, trip.timestamp = route, f"trip{number}", int(at)
        stop = trip.stop_time_update.add(stop_id="s")
        stop.arrival.delay, stop.arrival.time = delay, int(at) + 60
        bus = feed.entity.add(id=f"v{number}").vehicle
        bus.trip.route_id, bus.vehicle.id, bus.timestamp = route, f"bus{number}", int(at) - (3600 if number == 2 else 0)
    return feed.SerializeToString()


async def test_vehicles_in_service_and_punctuality_by_route(city: SourceContext) -> None:
    keys = {"say": "routes", "site": {"path": "route"}, "where": "route == '7'"}
    metrics = {"bus.vehicles": "vehicles", "bus.on_time": "on_time", "bus.delay": "delay_s"}
    feed = Feed(city, text(gtfs()), "gtfs_rt", **keys, metrics=metrics)
    assert await feed.values() == {("bus.vehicles", "7"): 2.0, ("bus.on_time", "7"): 1.0, ("bus.delay", "7"): 465.0}
    assert await feed.values() == {}  # the same message again


async def test_a_vehicle_silent_for_an_hour_is_not_in_service(city: SourceContext) -> None:
    feed = Feed(city, text(gtfs()), "gtfs_rt", site={"fixed": "441800"}, metrics={"bus.vehicles": "vehicles"})
    assert await feed.values() == {("bus.vehicles", "441800"): 2.0}


async def test_a_service_alert_is_an_incident_and_closes_when_the_feed_drops_it(city: SourceContext) -> None:
    message = pb.FeedMessage()
    message.header.gtfs_realtime_version, message.header.timestamp = "2.0", int(EPOCH)
    alert = message.entity.add(id="a1").alert
    alert.header_text.translation.add(text="7 路改道", language="zh")
    alert.informed_entity.add(route_id="7")
    incident = {"id": "id", "title": "title", "kind": "'transit'", "status": "status", "updated": "updated"}
    keys = {"say": "alerts", "incident": incident, "site": {"fixed": "441800"}}
    feed = Feed(city, text(message.SerializeToString()), "gtfs_rt", **keys)
    (batch,) = await feed.poll()
    assert [(i.id, i.title, i.status) for i in batch.incidents] == [("a1", "7 路改道", "open")]
    del message.entity[:]
    message.header.timestamp = int(EPOCH) + 60
    feed._answer = text(message.SerializeToString())
    (batch,) = await feed.poll(NOW + timedelta(minutes=1))
    assert [(i.id, i.status) for i in batch.incidents] == [("a1", "closed")]


@given(at=st.integers(0, 400), new=st.binary(max_size=8), cut=st.integers(0, 8))
def test_no_damaged_feed_raises_anything_but_a_source_error(at: int, new: bytes, cut: int) -> None:
    whole = gtfs()
    with suppress(SourceError):
        read_feed(whole[:at] + new + whole[at + cut :], "x", ("zh",))


# Alertmanager


def test_a_firing_alert_opens_an_incident_and_its_resolution_closes_it(city: SourceContext) -> None:
    spec = KINDS["alertmanager"][0].model_validate(
        {"key": "am", "kind": "alertmanager", "department": "d", "every": "1h", "site": {"fixed": "441800"}}
    )
    assert isinstance(spec, PushedSpec)
    firing = {
        "status": "firing", "fingerprint": "f1", "startsAt": "2026-11-24T06:00:00.123456789Z", "endsAt": "0001-01-01T00:00:00Z",
        "labels": {"alertname": "DiskFull", "severity": "critical"}, "annotations": {"summary": "磁盘将满"},
    }  # fmt: skip
    over = {**firing, "status": "resolved", "endsAt": "2026-11-24T06:20:00Z"}
    told = []
    for alert in (firing, over):
        body = json.dumps({"version": "4", "status": alert["status"], "alerts": [alert]}).encode()
        batch, outcomes = Mapper(spec, city).judged(entries(spec, JSON, body), NOW)
        assert [one.fate for one in outcomes] == ["accepted"]
        told += batch.incidents
    assert [(i.kind, i.title, i.status) for i in told] == [
        ("external_alert", "磁盘将满", "open"), ("external_alert", "磁盘将满", "closed"),
    ]  # fmt: skip
    assert told[0].id == told[1].id
    assert told[1].updated > told[0].updated


# SensorThings, NGSI-LD, OpenAQ, Open-Meteo, USGS


async def test_observations_are_followed_over_pages_and_an_interval_counts_at_its_end(city: SourceContext) -> None:
    pages = {
        "/x": {"value": [{"site": "A1", "result": "5", "phenomenonTime": "2026-11-24T05:00:00Z/2026-11-24T06:00:00Z"}], "@iot.nextLink": "/next"},
        "/next": {"value": [{"site": "A2", "result": 6, "phenomenonTime": "2026-11-24T06:10:00Z"}]},
    }  # fmt: skip
    keys = {"site": {"path": "site"}, "metrics": {"air.pm25": "result"}}
    feed = Feed(city, lambda r: httpx.Response(200, json=pages[r.url.path]), "sensorthings", **keys)
    batches = await feed.poll()
    assert [(o.site, o.value, o.at.hour, o.at.minute) for b in batches for o in b.observations] == [
        ("A1", 5.0, 6, 0), ("A2", 6.0, 6, 10),
    ]  # fmt: skip
    await feed.poll()
    assert feed.asked[2].url.params["$filter"] == "phenomenonTime gt 2026-11-24T05:10:00Z"


async def test_a_next_link_to_another_host_is_not_followed(city: SourceContext) -> None:
    keys = {"site": {"path": "site"}, "metrics": {"air.pm25": "result"}}
    feed = Feed(city, document({"value": [], "@iot.nextLink": "http://evil.test/"}), "sensorthings", **keys)
    with pytest.raises(SourceError, match="another host"):
        await feed.poll()


async def test_entities_are_read_with_their_units_over_all_pages(city: SourceContext) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        entity = {
            "id": f"A{offset + 1}", "type": "AirQualityObserved", "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [113, 24]}},
            "co": {"type": "Property", "value": 500, "unitCode": "GQ", "observedAt": "2026-11-24T06:00:00Z"},
        }  # fmt: skip
        return httpx.Response(200, json=[entity] if offset < 2 else [])

    metrics = {"air.co": {"path": "co.value", "unit_path": "co.unit"}}
    feed = Feed(
        city, answer, "ngsi_ld", site={"path": "id"}, metrics=metrics, size=1, params={"type": "AirQualityObserved"}
    )
    assert await feed.values() == {("air.co", "A1"): 0.5, ("air.co", "A2"): 0.5}


@given(st.dictionaries(st.text(max_size=8) | st.sampled_from(["location", "id"]), st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda s: st.lists(s, max_size=3) | st.dictionaries(st.sampled_from(["value", "unitCode", "observedAt", "type", "coordinates"]), s))))  # fmt: skip
def test_no_entity_raises(entity: dict[str, object]) -> None:
    flat(entity)


async def test_openaq_sensors_are_named_once_and_ppm_becomes_mass(city: SourceContext) -> None:
    sensors = [
        {"id": 1, "parameter": {"name": "o3", "units": "ppm"}},
        {"id": 2, "parameter": {"name": "pm25", "units": "µg/m³"}},
    ]
    latest = [{"datetime": {"utc": "2026-11-24T06:00:00Z"}, "value": v, "sensorsId": n, "coordinates": {"latitude": 24, "longitude": 113}} for n, v in ((1, 0.05), (2, 12))]  # fmt: skip
    pages = {"/v3/locations/7": {"results": [{"sensors": sensors}]}, "/v3/locations/7/latest": {"results": latest}}
    metrics = {"air.o3": {"path": "o3.value", "unit_path": "o3.unit", "molar_mass": 48.0}, "air.pm25": "pm25.value"}
    keys = {"url": "http://dept.test/v3", "locations": [7], "site": {"path": "location"}, "metrics": metrics}
    feed = Feed(city, lambda r: httpx.Response(200, json=pages[r.url.path]), "openaq", **keys)
    found = await feed.values()
    assert found["air.pm25", "7"] == 12.0
    assert 95 < (found["air.o3", "7"] or 0) < 108
    await feed.values()
    assert [r.url.path for r in feed.asked] == ["/v3/locations/7/latest", "/v3/locations/7", "/v3/locations/7/latest"]


async def test_a_models_figures_are_marked_and_hours_to_come_are_left_out(city: SourceContext) -> None:
    hours = {"time": ["2026-11-24T13:00", "2026-11-24T14:00", "2026-11-24T15:00"], "temperature_2m": [60.8, None, 61.0]}
    answer = {
        "utc_offset_seconds": 28800,
        "hourly": hours,
        "current": {"time": "2026-11-24T14:15", "interval": 900, "temperature_2m": 59.0},
    }
    keys = {"site": {"fixed": "441802"}, "metrics": {"weather.temp": {"path": "temperature_2m", "unit": "℉"}}}
    feed = Feed(city, document(answer), "open_meteo", **keys)
    (batch,) = await feed.poll()
    assert [(o.at.hour, o.at.minute, round(o.value or 0, 6), o.quality.name) for o in batch.observations] == [
        (5, 0, 16.0, "SUSPECT"), (6, 15, 15.0, "SUSPECT"),
    ]  # fmt: skip


async def test_quakes_that_are_near_and_strong_enough_are_incidents_and_a_revision_is_an_update(
    city: SourceContext,
) -> None:
    def quake(key: str, mag: float | None, lon: float, updated: int = 0, **more: str) -> dict[str, object]:
        told = {
            "mag": mag,
            "type": "earthquake",
            "place": "p",
            "time": EPOCH * 1000 - 60_000,
            "updated": EPOCH * 1000 + updated,
            "title": f"M {mag}",
        }
        return {"id": key, "properties": told | more, "geometry": {"type": "Point", "coordinates": [lon, 24.0, 10.0]}}

    quakes = [quake("near", 4.5, 113.5), quake("weak", 1.0, 113.5), quake("far", 7.0, -100), quake("none", None, 113.5), quake("blast", 4, 113.5, type="quarry blast")]  # fmt: skip
    feed = Feed(city, document({"features": quakes}), "usgs_quakes", centre=[113.0, 23.7], site={"fixed": "441800"})
    (batch,) = await feed.poll()
    (told,) = batch.incidents
    assert (told.id, told.kind, told.title, told.grade) == ("near", "earthquake", "M 4.5", None)
    assert batch.rejects == ()
    feed._answer = document({"features": [quake("near", 4.7, 113.5, 1000)]})
    (batch,) = await feed.poll()
    assert batch.incidents[0].title == "M 4.7"
    assert batch.incidents[0].updated > told.updated


JSON_KINDS: dict[str, dict[str, Any]] = {
    "sensorthings": {"site": {"path": "site"}, "metrics": {"air.pm25": "result"}},
    "ngsi_ld": {"site": {"path": "id"}, "metrics": {"air.pm25": "pm.value"}},
    "open_meteo": {"site": {"fixed": "441802"}, "metrics": {"weather.temp": "t"}},
    "usgs_quakes": {"site": {"fixed": "441800"}, "centre": [113, 24]},
    "openaq": {"locations": [7], "site": {"path": "location"}, "metrics": {"air.pm25": "pm25.value"}},
    "prometheus": {"queries": {"v": "up"}, "site": {"fixed": "7"}, "metrics": {"dc.load": "v"}},
}
NAMES = st.sampled_from(
    ["value", "results", "features", "properties", "geometry", "coordinates", "hourly", "current", "time", "t", "data", "result",
     "values", "metric", "status", "id", "sensors", "parameter", "utc_offset_seconds", "phenomenonTime", "@iot.nextLink", "mag", "title"]
)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.just("success")
    | st.just("2026-11-24T06:00Z")
)
TREES = st.recursive(LEAVES, lambda s: st.lists(s, max_size=3) | st.dictionaries(NAMES, s, max_size=5), max_leaves=12)


@pytest.mark.parametrize("kind", sorted(JSON_KINDS))
async def test_no_document_raises_anything_but_a_source_error(city: SourceContext, kind: str) -> None:
    feed = Feed(city, text(b""), kind, **JSON_KINDS[kind])

    @given(TREES)
    def tried(tree: object) -> None:
        feed._answer = text(json.dumps(tree).encode())
        feed.cursor = None
        run(feed)

    def run(one: Feed) -> None:
        coroutine = one.poll()
        with suppress(SourceError):
            try:
                coroutine.send(None)  # nothing in it really waits: the transport answers at once
            except StopIteration:
                return
            finally:
                coroutine.close()
            raise AssertionError("it waited, so nothing was read")

    tried()
