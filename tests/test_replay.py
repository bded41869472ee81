"""The replay city on recorded data: real input through the real collectors, indicators and store.

Skipped when the recordings (REPLAY_DATA, default ../shared/data) are absent. Every source is asked with everything due at
once, at a moment equal to its `replay.start`, so that the shift in time is zero and values stand at their recorded times.
"""

import csv
import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

import config
from alerts.engine import Engine
from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds import KINDS
from domain.city import City
from domain.observation import Quality
from domain.place import Site
from domain.run import SourceRun
from domain.source import ReplaySpec
from geo.places import CityPlaces
from indicators import aqi
from jobs.ingest import Ingest
from store import Store, open_store

ROOT = Path(__file__).parent.parent
RECORDINGS = (ROOT / os.environ.get("REPLAY_DATA", "../shared/data")).resolve()
BEIJING = ZoneInfo("Asia/Shanghai")
pytestmark = [
    pytest.mark.replay,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings at {RECORDINGS}"),
]

# The moment at which each recording is over.
OVER = {
    "air_national": datetime(2018, 2, 20, 7, tzinfo=BEIJING),
    "air_hebei": datetime(2017, 7, 7, 16, tzinfo=BEIJING),
    "water_guangdong": datetime(2021, 4, 6, 0, tzinfo=BEIJING),
    "la_speed": datetime(2012, 3, 1, 3, tzinfo=ZoneInfo("America/Los_Angeles")),
    "baltimore_311": datetime(2019, 6, 1, tzinfo=UTC),
    "sf_fire": datetime(2002, 6, 1, tzinfo=UTC),
}
CLASSES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
POLLUTANTS = {
    "细颗粒物(PM2.5)": "PM2.5", "颗粒物(PM10)": "PM10", "臭氧1小时": "O3", "二氧化硫": "SO2", "一氧化碳": "CO", "二氧化氮": "NO2",
}  # fmt: skip
Values = dict[tuple[str, str, datetime], tuple[float | None, Quality, str]]


@dataclass
class Desk:
    """The replay city with its collector and a store in a file."""

    city: City
    store: Store
    collector: Collector

    async def play(self, key: str, now: datetime | None = None) -> SourceRun:
        return await self.collector.poll(key, (now or OVER[key]).astimezone(UTC))

    def stored(self, source: str) -> Values:
        """(metric, site, at) -> value, quality and standard of everything a source brought, derived values included."""
        keys = {number: key for number, key in self.store.series().items() if key.source == source}
        rows = self.store.window(datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), list(keys))
        found: Values = {}
        for i, number in enumerate(rows.series.tolist()):
            key, value, quality = keys[number], float(rows.value[i]), Quality(int(rows.quality[i]))
            at = datetime.fromtimestamp(int(rows.at[i]) / 1000, UTC)
            found[key.metric, key.site, at] = (None if value != value else value, quality, key.standard)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    city, problems = config.load(ROOT / "cities" / "replay", {"REPLAY_DATA": str(RECORDINGS)})
    assert problems == []
    assert city is not None
    sources = {
        key: spec.model_copy(update={"replay": ReplaySpec(start=OVER[key], speed=1.0)})
        for key, spec in city.sources.items()
    }
    city = replace(city, sources=sources)
    with open_store(f"sqlite:///{tmp_path}/replay.sqlite") as store:
        ingest = Ingest(city, store, Engine.of(city, []))
        context = SourceContext(
            city.metrics,
            city.sites,
            CityPlaces.of_city(city),
            {},
            tmp_path,
            frozenset({city.adcode, *city.districts}),
            Guard(roots=(RECORDINGS,)),
        )

        def learn(sites: Iterable[Site]) -> None:
            city.sites.update({site.id: site for site in sites})

        async def record(run: SourceRun) -> None:
            store.record_run(run)

        opened = {key: KINDS[spec.kind][1](spec, context) for key, spec in city.sources.items()}
        yield Desk(city, store, Collector(opened, ingest.write, store.cursor, record, context=context, learn=learn))


def quarantined(desk: Desk, source: str) -> list[str]:
    return [entry.reason for entry in desk.store.quarantine(10_000, source)]


def balanced(desk: Desk, run: SourceRun, rows: int) -> bool:
    """Accepted + quarantined + duplicate = rows of the file, and quarantine holds each refused row with its reason."""
    reasons = quarantined(desk, run.source)
    accepted = run.read - run.duplicates - run.rejected
    return run.ok and run.read == rows and accepted >= 0 and len(reasons) == run.rejected and all(reasons)


def national() -> list[dict[str, str]]:
    with gzip.open(RECORDINGS / "environment" / "cnemc_air_20180220T07_national.geojson.gz") as file:
        return [feature["properties"] for feature in json.load(file)["features"]]


def hebei() -> list[dict[str, str]]:
    with gzip.open(RECORDINGS / "environment" / "cnemc_air_20170707T16_hebei.xml.gz") as file:
        text = file.read().decode().replace("&mdash;", "—")  # the recording is not quite XML
    stations = ElementTree.fromstring(text).findall(".//{*}AQIDataPublishLive")
    return [{child.tag.rpartition("}")[2].lower(): child.text or "" for child in station} for station in stations]


@pytest.mark.parametrize(
    ("source", "prefix", "recorded", "stations", "published"),
    [("air_national", "cn-", national, 1495, 1475), ("air_hebei", "hb-", hebei, 53, 53)],
)
async def test_aqi_and_primary_pollutant_equal_the_published_ones_at_every_station(
    desk: Desk, source: str, prefix: str, recorded: Callable[[], list[dict[str, str]]], stations: int, published: int
) -> None:
    run = await desk.play(source)
    assert balanced(desk, run, stations)
    assert run.rejected == 0
    stored, at = desk.stored(source), OVER[source].astimezone(UTC)
    wrong, compared = [], 0
    for row in recorded():
        station = prefix + row["stationcode"]
        if not row["aqi"].isdigit():
            continue
        compared += 1
        index, _, standard = stored["air.aqi", station, at]
        primary = aqi.pollutants(int(stored["air.primary", station, at][0] or 0))
        words = [POLLUTANTS[word] for word in row["primarypollutant"].split(",") if word in POLLUTANTS]
        if (index, sorted(primary), standard) != (float(row["aqi"]), sorted(words), "HJ 633-2012"):
            wrong.append((station, index, primary, row["aqi"], row["primarypollutant"]))
    assert wrong == []
    assert compared == published


async def test_stations_are_learnt_with_name_place_and_district(desk: Desk) -> None:
    await desk.play("air_hebei")
    await desk.play("air_national")
    learnt = {site.id: site for site in desk.store.sites()}
    assert len(learnt) == 53 + 1495
    assert Counter(site.district for site in learnt.values() if site.id.startswith("hb-"))["130300"] == 5
    assert {site.district for site in learnt.values()} <= set(desk.city.districts)
    assert all(site.lon is not None and site.name for site in learnt.values())


def sections() -> list[dict[str, str]]:
    with gzip.open(
        RECORDINGS / "environment" / "gjz_water_guangdong_20210401_05.csv.gz", "rt", encoding="utf-8"
    ) as file:
        return list(csv.DictReader(file))


def section_time(row: dict[str, str]) -> datetime | None:
    try:
        return datetime.strptime(f"2021-{row['监测时间']}", "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError:
        return None


async def test_water_classes_equal_the_published_ones(desk: Desk) -> None:
    await desk.play("water_guangdong")
    stored = desk.stored("water_guangdong")
    published = [(row, section_time(row)) for row in sections() if row["水质类别"] in CLASSES]
    timed = [(row, at) for row, at in published if at is not None]  # the others are in quarantine: no time
    equal = sum(
        stored["water.class", f"gd-{row['断面名称']}", at][0] == CLASSES.index(row["水质类别"]) + 1 for row, at in timed
    )
    assert (len(published), len(timed)) == (2545, 2434)
    assert equal / len(timed) >= 0.985
    assert {site.name for site in desk.store.sites() if site.facts["body"] == "lake"} == {"新丰江水库", "良德水库"}


async def test_water_rows_are_stored_once_refused_with_a_reason_or_repeated(desk: Desk) -> None:
    rows = sections()
    run = await desk.play("water_guangdong")
    timeless = [row for row in rows if section_time(row) is None]
    exact = sum(count - 1 for count in Counter(tuple(row.values()) for row in rows if section_time(row)).values())
    assert balanced(desk, run, len(rows))
    assert run.rejected == len(timeless) == 254
    assert run.duplicates >= exact > 0
    assert all("time" in reason for reason in quarantined(desk, "water_guangdong"))
    moments = {(f"gd-{row['断面名称']}", section_time(row)) for row in rows if section_time(row)}
    kept = [(site, at) for metric, site, at in desk.stored("water_guangdong") if metric == "water.ph"]
    assert sorted(kept) == sorted(moments)


async def test_a_section_under_maintenance_is_suspect(desk: Desk) -> None:
    await desk.play("water_guangdong")
    stored = desk.stored("water_guangdong")
    rows = [row for row in sections() if section_time(row) and row["站点情况"] == "维护" and row["pH(无量纲)"] != "--"]
    assert rows
    assert {stored["water.ph", f"gd-{row['断面名称']}", section_time(row)][1] for row in rows} == {Quality.SUSPECT}  # type: ignore[index]


async def test_detectors_play_on_as_if_live(desk: Desk) -> None:
    with gzip.open(RECORDINGS / "traffic" / "metr_la_speed_20120301_04.csv.gz", "rt", encoding="utf-8") as file:
        table = list(csv.reader(file))
    run = await desk.play("la_speed")
    steps = 3 * 12 + 1  # midnight to 03:00
    assert balanced(desk, run, steps * 207)
    assert (run.duplicates, run.rejected) == (0, 0)
    later = await desk.play("la_speed", OVER["la_speed"] + timedelta(minutes=5))
    assert later.read == 207
    stored = desk.stored("la_speed")
    first = OVER["la_speed"].replace(hour=0).astimezone(UTC)
    for column, sensor in enumerate(table[0][1:], 1):
        exact = float(table[1][column]) * 1.609344
        assert stored["traffic.speed", f"la-{sensor}", first][0] == pytest.approx(exact, rel=1e-12)
        ratio = stored["traffic.delay_ratio", f"la-{sensor}", first][0]
        assert ratio == pytest.approx(max(1.0, 105 / exact), abs=1e-3)


async def test_requests_and_fire_calls_become_incidents(desk: Desk) -> None:
    with gzip.open(RECORDINGS / "service" / "baltimore311_2014_2016_2018Q4.csv.gz", "rt", encoding="utf-8") as file:
        requests = list(csv.DictReader(file))
    run = await desk.play("baltimore_311")
    assert balanced(desk, run, len(requests))
    with (RECORDINGS / "emergency" / "sf_fire_calls_a.csv").open(encoding="utf-8") as file:
        calls = list(csv.DictReader(file))
    run = await desk.play("sf_fire")
    assert balanced(desk, run, len(calls))
    timeless = sum(row["AvailableDtTm"] == "null" for row in calls)
    assert run.rejected == timeless
    known = desk.store.incidents(datetime(2030, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC))
    by_source = Counter(incident.source for incident in known)
    assert by_source["baltimore_311"] == len({row["SRRecordID"] for row in requests})
    assert by_source["sf_fire"] == len({row["IncidentNumber"] for row in calls if row["AvailableDtTm"] != "null"})
    open_now = sum(row["SRStatus"].startswith(("New", "Open", "Pending")) for row in requests)
    assert sum(i.status != "closed" for i in known if i.source == "baltimore_311") == open_now
    assert all(-123 < i.lon < -122 for i in known if i.source == "sf_fire" and i.lon is not None)
