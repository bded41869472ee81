"""The pages of docs/feeds: each one's declaration is valid, and reads the example that stands below it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from google.protobuf import text_format
from google.transit import gtfs_realtime_pb2 as pb

from datasources.context import SourceContext
from datasources.delivery import JSON, entries
from datasources.kinds import KINDS
from datasources.mapping import Mapper
from datasources.messages import records_in
from datasources.pushed import PushedSpec
from domain.batch import Batch
from domain.metric import Metric
from domain.place import Places, Site
from domain.source import Ask, Page, SourceSpec

FEEDS = Path(__file__).parents[2] / "docs" / "feeds"
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
OWN_TESTS = {"hj212", "jt808", "form"}  # frames on a connection; a table by hand: duty/test_filing_tables.py
ON_SOURCES_PAGE = {"http_json", "sql", "file", "push"}
PAGES = sorted(path.stem for path in FEEDS.glob("*.md") if path.stem in KINDS and path.stem not in OWN_TESTS)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def answer_of(kind: str, text: str) -> Callable[[httpx.Request], httpx.Response]:
    """The service that gives the page's example."""
    if kind == "gtfs_rt":
        body = text_format.Parse(text, pb.FeedMessage()).SerializeToString()
        return lambda _: httpx.Response(200, content=body)
    if kind == "openaq":
        pages = json.loads(text)
        return lambda request: httpx.Response(200, json=pages[request.url.path])
    return lambda _: httpx.Response(200, content=text.encode())


async def read(kind: str, spec: SourceSpec, text: str, context: SourceContext) -> Batch:
    """What the example gives."""
    mapper = Mapper(spec, context)
    if isinstance(spec, PushedSpec):
        return mapper.judged(entries(spec, JSON, text.encode()), NOW)[0]
    if kind == "mqtt":
        topic = str(json.loads(text)["topic"])
        records, bad = records_in(text.encode(), topic, spec.rows, {}, "message 1")
        return mapper.batch(Page(tuple(records), bad=tuple(bad)), NOW)
    make: Any = KINDS[kind][1]
    source = make(spec, context, httpx.MockTransport(answer_of(kind, text)))
    (page,) = [page async for page in source.fetch(Ask(NOW))]
    return mapper.batch(page, NOW)


def test_every_kind_has_its_page() -> None:
    assert sorted(set(KINDS) - ON_SOURCES_PAGE - OWN_TESTS) == PAGES


@pytest.mark.parametrize("kind", PAGES)
async def test_the_declaration_on_the_page_reads_the_example_below_it(
    kind: str, context: SourceContext, tmp_path: Path
) -> None:
    (_, declared), (_, example) = _BLOCK.findall((FEEDS / f"{kind}.md").read_text(encoding="utf-8"))
    folder = yaml.safe_load(declared)
    metrics = {key: Metric.model_validate({"key": key} | one) for key, one in folder.get("metrics", {}).items()}
    sites = {one: Site(id=one, name=one, kind="x", district="441802") for one in folder.get("sites", ())}
    places: Places = context.places
    env = {"OPENAQ_KEY": "k" * 8, "NOISE_USER": "noise", "NOISE_PASSWORD": "p" * 8}
    city = SourceContext(metrics, sites, places, env, tmp_path, frozenset({"441800", "441802"}))
    ((key, one),) = folder["sources"].items()
    assert one["kind"] == kind
    batch = await read(kind, KINDS[kind][0].model_validate({"key": key} | one), example, city)
    assert [reject.reason for reject in batch.rejects] == []
    assert batch.observations or batch.incidents
