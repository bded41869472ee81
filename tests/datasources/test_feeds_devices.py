"""The pages of docs/feeds for devices: the declaration on each is valid, and a report to it is understood."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from datasources.context import SourceContext
from datasources.formats import hj212, jt808
from datasources.hj212_devices import Register, Session, factors_of
from datasources.jt808_terminals import Fleets
from datasources.kinds.hj212 import Hj212Spec
from datasources.kinds.jt808 import Jt808Spec
from datasources.mapping import Mapper
from domain.place import Site
from domain.source import Page
from tests.cities import metric

FEEDS = Path(__file__).parents[2] / "docs" / "feeds"
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def declared(kind: str) -> dict[str, Any]:
    (text,) = re.findall(r"```yaml\n(.*?)```", (FEEDS / f"{kind}.md").read_text(encoding="utf-8"), re.DOTALL)
    ((key, one),) = yaml.safe_load(text).items()
    return {"key": key} | one


def knowing(context: SourceContext, kinds: dict[str, str], *sites: str) -> SourceContext:
    made = {i: Site(id=i, name=i, kind="x", district="441802") for i in sites}
    return replace(context, metrics={key: metric(key, unit=unit) for key, unit in kinds.items()}, sites=made)


def test_the_hj212_page_declares_a_source_that_understands_a_report(context: SourceContext) -> None:
    spec = Hj212Spec.model_validate(declared("hj212"))
    city = knowing(context, {"outfall.cod": "mg/L", "outfall.nh3n": "mg/L"}, "out-01", "out-02", "out-03")
    paths = [value.path for value in spec.value_specs().values()]
    session = Session(Register(spec.registered(), frozenset(spec.take), spec.units, factors_of(paths)), "test")
    said = "DataTime=20261124130000;w01018-Avg=31.5,w01018-Flag=N;w21003-Avg=2.5,w21003-Flag=N"
    frame = hj212.frame(f"QN=20261124140500001;ST=32;CN=2061;PW=1;MN=QY441800OUT01;Flag=5;CP=&&{said}&&".encode())
    (heard,) = session.hear(frame)
    batch = Mapper(spec, city).batch(Page(heard.records, bad=heard.bad), NOW)
    assert batch.rejects == ()
    assert {(o.metric, o.value, o.at) for o in batch.observations} == {
        ("outfall.cod", 31.5, datetime(2026, 11, 24, 6, tzinfo=UTC)), ("outfall.nh3n", 2.5, datetime(2026, 11, 24, 6, tzinfo=UTC)),
    }  # fmt: skip


def test_the_jt808_page_declares_a_source_that_understands_a_position(context: SourceContext) -> None:
    spec = Jt808Spec.model_validate(declared("jt808"))
    fleets = Fleets(spec.terminals, spec.sizes, spec.online_for, lambda: NOW)
    body = bytes.fromhex("0000000400000003016960f806bd08e8001e0258005a261124143000")
    assert jt808.position(body).alarms == ("fatigue",)
    fleets.put("14403000001", body)
    names = dict.fromkeys(("fleet.online", "fleet.total", "fleet.high_risk_open"), "辆")
    batch = Mapper(spec, knowing(context, names, "fleet-02", "fleet-03")).batch(
        Page(fleets.records(NOW + timedelta(minutes=1))), NOW + timedelta(minutes=1)
    )
    assert batch.rejects == ()
    told = {(o.metric, o.site): o.value for o in batch.observations}
    assert told["fleet.online", "fleet-03"] == 1
    assert told["fleet.total", "fleet-03"] == 310
    assert told["fleet.total", "fleet-02"] == 1
    assert told["fleet.high_risk_open", "fleet-03"] == 1
