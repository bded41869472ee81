"""A department for each kind of source: it can answer well, answer nonsense, be away, be slow, and hold a secret."""

import asyncio
import json
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from datasources.collector import Collector
from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds import KINDS
from datasources.kinds.file import FileSource, FileSpec
from datasources.kinds.http_json import HttpJsonSource, HttpJsonSpec
from datasources.kinds.mqtt import MqttSource, MqttSpec
from datasources.kinds.ngsi_ld import NgsiLdSpec, ngsi_ld_source
from datasources.kinds.sensorthings import SensorThingsSpec, sensorthings_source
from datasources.kinds.sql import SqlSource, SqlSpec
from domain.batch import Batch, Written
from domain.metric import Metric
from domain.place import Site
from domain.run import SourceRun
from domain.source import Source, SourceSpec
from tests.mosquitto import Mosquitto

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
SECRET = "hunter2-c0ckp1t"
Row = Mapping[str, object]


class Department(Protocol):
    """What the contract asks of a kind's test double."""

    def source(self, context: SourceContext, keys: dict[str, Any]) -> Source: ...
    def answers(self, *rows: Row) -> None: ...
    def answers_nonsense(self) -> None: ...
    def goes_away(self) -> None: ...
    def comes_back(self) -> None: ...
    def falls_asleep(self) -> None: ...


def declared(kind: str, keys: dict[str, Any]) -> SourceSpec:
    base: dict[str, Any] = {"key": "feed", "kind": kind, "department": "环保", "every": "5m", "retries": 0}
    base |= {"at": {"path": "time"}, "site": {"path": "site"}, "metrics": {"air.pm25": "pm"}}
    return KINDS[kind][0].model_validate(base | keys)


class HttpDepartment:
    def __init__(self, root: Path) -> None:
        self._rows: list[Row] = []
        self._mode = "well"
        self.status: tuple[int, dict[str, str]] | None = None

    def source(self, context: SourceContext, keys: dict[str, Any]) -> Source:
        auth = {"type": "header", "header": "X-Key", "env": "SECRET"}
        spec = declared(
            "http_json", {"url": "http://dept.test/air", "rows": "data", "auth": auth, "request_timeout": "5s"} | keys
        )
        assert isinstance(spec, HttpJsonSpec)
        return HttpJsonSource(spec, context, httpx.MockTransport(self._answer))

    def answers(self, *rows: Row) -> None:
        self._mode, self._rows = "well", list(rows)

    def answers_nonsense(self) -> None:
        self._mode = "nonsense"

    def goes_away(self) -> None:
        self._mode = "away"

    def comes_back(self) -> None:
        self._mode = "well"

    def falls_asleep(self) -> None:
        self._mode = "asleep"

    def _body(self) -> object:
        return {"data": self._rows}

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.status:
            return httpx.Response(self.status[0], headers=self.status[1])
        if self._mode == "away":
            raise httpx.ConnectError(f"refused {request.headers['x-key']}")
        if self._mode == "asleep":
            await asyncio.sleep(60)
        return httpx.Response(200, content=b"<html>" if self._mode == "nonsense" else json.dumps(self._body()).encode())


_AUTH = {"type": "header", "header": "X-Key", "env": "SECRET"}


class SensorThingsDepartment(HttpDepartment):
    def source(self, context: SourceContext, keys: dict[str, Any]) -> Source:
        url = "http://dept.test/v1.1/Observations"
        spec = declared("sensorthings", {"url": url, "auth": _AUTH, "request_timeout": "5s"} | keys)
        assert isinstance(spec, SensorThingsSpec)
        return sensorthings_source(spec, context, httpx.MockTransport(self._answer))

    def _body(self) -> object:
        return {"value": [{**row, "phenomenonTime": row["time"]} for row in self._rows]}


class NgsiLdDepartment(HttpDepartment):
    def source(self, context: SourceContext, keys: dict[str, Any]) -> Source:
        url = "http://dept.test/ngsi-ld/v1/entities"
        mapping = {"site": {"path": "id"}, "metrics": {"air.pm25": "pm.value"}}
        spec = declared("ngsi_ld", {"url": url, "auth": _AUTH, "request_timeout": "5s"} | mapping | keys)
        assert isinstance(spec, NgsiLdSpec)
        return ngsi_ld_source(spec, context, httpx.MockTransport(self._answer))

    def _body(self) -> object:
        return [
            {"id": row["site"], "type": "Air", "pm": {"type": "Property", "value": row["pm"]},
             "dateObserved": {"type": "Property", "value": {"@type": "DateTime", "@value": row["time"]}}}
            for row in self._rows
        ]  # fmt: skip


class MqttDepartment:
    """A real broker. The cockpit's session is there before its first run, so that what is told meanwhile waits in it."""

    def __init__(self, root: Path) -> None:
        self._broker = Mosquitto(root)
        self._sleeper: socket.socket | None = None
        self._begin()

    def source(self, context: SourceContext, keys: dict[str, Any]) -> Source:
        url = f"mqtt://127.0.0.1:{self._broker.port}"
        spec = declared(
            "mqtt", {"url": url, "topics": ["air/#"], "user_env": "SECRET", "password_env": "SECRET"} | keys
        )
        assert isinstance(spec, MqttSpec)
        return MqttSource(spec, replace(context, guard=Guard(loopback=True)))

    def answers(self, *rows: Row) -> None:
        self._broker.publish("air/rows", json.dumps(rows))

    def answers_nonsense(self) -> None:
        self._broker.publish("air/rows", '{"half":')

    def goes_away(self) -> None:
        self._broker.stop()

    def comes_back(self) -> None:
        self._begin()

    def falls_asleep(self) -> None:
        self._broker.stop()
        self._sleeper = socket.create_server(("127.0.0.1", self._broker.port))

    def close(self) -> None:
        self._broker.stop()
        if self._sleeper is not None:
            self._sleeper.close()

    def _begin(self) -> None:
        self._broker.start()
        self._broker.session("cockpit-feed", "air/#")


class SqlDepartment:
    def __init__(self, root: Path) -> None:
        self._path = root / "dept.db"
        self._hidden = root / "away.db"
        self.answers()

    def source(self, context: SourceContext, keys: dict[str, Any]) -> Source:
        spec = declared(
            "sql", {"url": "sqlite:///dept.db", "password_env": "SECRET", "query": "select * from air"} | keys
        )
        assert isinstance(spec, SqlSpec)
        return SqlSource(spec, context)

    def answers(self, *rows: Row) -> None:
        self._path.unlink(missing_ok=True)
        self._do("create table air (time, site, pm)")
        with sqlite3.connect(self._path) as connection:
            connection.executemany("insert into air values (:time, :site, :pm)", [dict(row) for row in rows])
        connection.close()

    def answers_nonsense(self) -> None:
        self._path.write_bytes(b"this is no database" * 100)

    def goes_away(self) -> None:
        shutil.move(self._path, self._hidden)

    def comes_back(self) -> None:
        shutil.move(self._hidden, self._path)

    def falls_asleep(self) -> None:
        endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select 'x' time, i site, i pm from n where i < 0"
        self._do("drop table air", f"create view air as {endless}")

    def _do(self, *statements: str) -> None:
        connection = sqlite3.connect(self._path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()


class FileDepartment:
    def __init__(self, root: Path) -> None:
        self._folder = root / "drop"
        self._folder.mkdir()
        self._count = 0
        self._settle = "0s"

    def source(self, context: SourceContext, keys: dict[str, Any]) -> Source:
        spec = declared("file", {"folder": "drop", "settle": self._settle} | keys)
        assert isinstance(spec, FileSpec)
        return FileSource(spec, context)

    def answers(self, *rows: Row) -> None:
        self._drop(json.dumps(rows))

    def answers_nonsense(self) -> None:
        self._drop('{"half":')

    def goes_away(self) -> None:
        self._folder.rename(self._folder.with_name("away"))

    def comes_back(self) -> None:
        self._folder.with_name("away").rename(self._folder)

    def falls_asleep(self) -> None:
        self._settle = "60s"
        self._drop("[]")

    def _drop(self, text: str) -> None:
        self._count += 1
        (self._folder / f"{self._count}.json").write_text(text)


DEPARTMENTS: dict[str, Callable[[Path], Department]] = {
    "http_json": HttpDepartment, "sql": SqlDepartment, "file": FileDepartment, "mqtt": MqttDepartment,
    "sensorthings": SensorThingsDepartment, "ngsi_ld": NgsiLdDepartment,
}  # fmt: skip


class _Places:
    def to_wgs84(self, crs: str, x: float, y: float) -> tuple[float, float]:
        return x, y

    def district_at(self, lon: float, lat: float) -> str | None:
        return "441802"


@dataclass
class Stage:
    """One department, one collector, and a store that remembers."""

    department: Department
    context: SourceContext
    keys: dict[str, Any] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    runs: list[SourceRun] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    collector: Collector | None = None

    async def poll(self, now: datetime = NOW) -> SourceRun:
        if self.collector is None:
            sources = {"feed": self.department.source(self.context, self.keys)}
            self.collector = Collector(sources, self._write, self.cursors.get, self._record, context=self.context)
        return await self.collector.poll("feed", now)

    @property
    def stored(self) -> list[tuple[str, float | None]]:
        return [(o.site, o.value) for batch in self.batches for o in batch.observations]

    async def _write(self, batch: Batch) -> Written:
        self.batches.append(batch)
        if batch.cursor is not None:
            self.cursors[batch.source] = batch.cursor
        return Written(len(self.batches), inserted=len(batch.observations))

    async def _record(self, run: SourceRun) -> None:
        self.runs.append(run)


POLLED = sorted(kind for kind, (spec, _) in KINDS.items() if spec.polled)  # the others: test_push.py
DOCUMENTS = {
    "cap",
    "gtfs_rt",
    "open_meteo",
    "openaq",
    "prometheus",
    "usgs_quakes",
}  # no free rows in them: test_documents.py


@pytest.fixture(params=sorted(set(POLLED) - DOCUMENTS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def documents(tmp_path: Path) -> SourceContext:
    """A city with one metric and two sites, and one secret."""
    metric = Metric.model_validate(
        {"key": "air.pm25", "name": "PM2.5", "unit": "µg/m³", "topic": "environment", "definition": "test",
         "department": "d", "every": "1h", "valid": [0, 1000]}
    )  # fmt: skip
    sites = {i: Site(id=i, name=i, kind="air", district="441802") for i in ("A1", "A2")}
    env = {"SECRET": SECRET}
    return SourceContext({"air.pm25": metric}, sites, _Places(), env, tmp_path, frozenset({"441800"}))


@pytest.fixture
def stage(kind: str, tmp_path: Path, documents: SourceContext) -> Iterator[Stage]:
    assert kind in DEPARTMENTS, f"write a Department for the new kind {kind!r}: the contract holds for every kind"
    department = DEPARTMENTS[kind](tmp_path)
    yield Stage(department, documents)
    if isinstance(department, MqttDepartment):
        department.close()
