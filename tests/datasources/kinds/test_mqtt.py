"""Messages of a real broker: nothing is acknowledged before it is durable, nothing is lost."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds.mqtt import MqttSource, MqttSpec
from datasources.mapping import map_page
from datasources.messages import records_in
from domain.errors import SourceError
from domain.source import Ask, Page, SourceSpec
from tests.mosquitto import Mosquitto

Make = Callable[..., SourceSpec]
NOON = "2026-11-24 14:00"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path, keep=True)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def feed(spec: Make, context: SourceContext, broker: Mosquitto) -> Callable[..., MqttSource]:
    def make(**keys: Any) -> MqttSource:
        made = spec(kind="mqtt", **{"url": f"mqtt://127.0.0.1:{broker.port}", "topics": ["air/+/pm"]} | keys)
        assert isinstance(made, MqttSpec)
        return MqttSource(made, replace(context, guard=Guard(loopback=True)))

    return make


async def taken(source: MqttSource, now: datetime, *, acknowledge: bool = True) -> list[Page]:
    pages = []
    async for page in source.fetch(Ask(now)):
        pages.append(page)
        if acknowledge:
            await source.acknowledge(page)
    return pages


def values(pages: list[Page]) -> list[object]:
    return [record.fields.get("pm", record.fields.get("value")) for page in pages for record in page.records]


@pytest.mark.parametrize("version", ["5", "3.1.1"])
async def test_a_message_that_was_not_durable_comes_again(
    feed: Callable[..., MqttSource], broker: Mosquitto, now: datetime, version: str
) -> None:
    first = feed(version=version)
    assert await taken(first, now) == []  # the session begins
    broker.publish("air/A1/pm", json.dumps({"pm": 12}))
    broker.publish("air/A2/pm", json.dumps({"pm": 13}))
    assert values(await taken(first, now, acknowledge=False)) == [12, 13]
    await first.close()
    second = feed(version=version)
    assert values(await taken(second, now)) == [12, 13]
    await second.close()
    third = feed(version=version)
    assert await taken(third, now) == []
    await third.close()


async def test_what_is_told_while_we_are_away_waits_at_the_broker_also_over_its_restart(
    feed: Callable[..., MqttSource], broker: Mosquitto, now: datetime
) -> None:
    before = feed()
    await taken(before, now)
    await before.close()
    broker.publish("air/A1/pm", "12.5")
    broker.stop()
    broker.start()
    after = feed()
    assert values(await taken(after, now)) == [12.5]
    await after.close()


@pytest.mark.parametrize("version", ["5", "3.1.1"])
async def test_more_messages_than_the_broker_hands_out_at_once_come_in_one_run_and_in_order(
    feed: Callable[..., MqttSource], broker: Mosquitto, now: datetime, version: str
) -> None:
    source = feed(version=version, waiting=50, chunk=30)
    await taken(source, now)
    for number in range(150):
        broker.publish("air/A1/pm", str(number))
    pages = await taken(source, now)
    assert values(pages) == list(range(150))
    assert all(len(page.records) <= 30 for page in pages)
    await source.close()


async def test_a_broken_connection_is_an_outage_and_the_next_run_connects_anew(
    feed: Callable[..., MqttSource], broker: Mosquitto, now: datetime
) -> None:
    source = feed()
    await taken(source, now)
    broker.stop()
    with pytest.raises(SourceError, match=r"broke|cannot be reached"):
        await taken(source, now)
    broker.start()
    broker.publish("air/A1/pm", "7")
    assert values(await taken(source, now)) == [7]
    await source.close()


async def test_topic_levels_tell_the_site_and_shared_fields_are_carried(
    feed: Callable[..., MqttSource], broker: Mosquitto, context: SourceContext, now: datetime
) -> None:
    source = feed(site={"path": "_levels[1]"}, rows="data", carry={"time": "t"})
    await taken(source, now)
    broker.publish("air/A2/pm", json.dumps({"t": NOON, "data": [{"pm": 12}]}))
    (page,) = await taken(source, now)
    batch = map_page(source.spec, page, context, now)
    assert [(o.site, o.value) for o in batch.observations] == [("A2", 12.0)]
    await source.close()


async def test_a_message_that_is_too_large_is_refused_and_does_not_come_again(
    feed: Callable[..., MqttSource], broker: Mosquitto, now: datetime
) -> None:
    source = feed(max_bytes=100)
    await taken(source, now)
    broker.publish("air/A1/pm", "x" * 101)
    (page,) = await taken(source, now)
    assert page.records == ()
    assert "larger than 100 bytes" in page.bad[0][2]
    assert await taken(source, now) == []
    await source.close()


def test_a_topic_filter_that_is_none_and_an_address_with_a_password_are_refused(spec: Make) -> None:
    for wrong in ("a/#/b", "a+/b", ""):
        with pytest.raises(ValueError, match="no topic filter"):
            spec(kind="mqtt", url="mqtt://h", topics=[wrong])
    with pytest.raises(ValueError, match="do not belong"):
        spec(kind="mqtt", url="mqtt://u:p@h", topics=["a"])


@given(payload=st.binary(max_size=300) | st.text(max_size=100).map(str.encode), topic=st.text(max_size=50))
def test_no_payload_raises(payload: bytes, topic: str) -> None:
    records, bad = records_in(payload, topic, "@", {"shared": "a.b"}, "message 1")
    assert all(record.fields["_topic"] == topic or "_topic" in record.fields for record in records)
    assert all(reason for _, _, reason in bad)


@given(
    document=st.recursive(st.none() | st.floats() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s))
)
def test_no_document_raises(document: object) -> None:
    records_in(json.dumps(document).encode(), "t", "data[]", {}, "message 1")
