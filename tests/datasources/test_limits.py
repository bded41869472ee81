"""How large an answer may be: each kind that asks a service has its limit, and exceeding it is a sentence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from datasources.context import SourceContext
from datasources.guard import Guard
from datasources.kinds import KINDS
from datasources.kinds.http_json import HttpJsonSource
from domain.errors import SourceError
from domain.source import Ask, SourceSpec

Make = Callable[..., SourceSpec]
MOST = 1000
ASKING: dict[str, dict[str, Any]] = {
    "http_json": {}, "cap": {}, "gtfs_rt": {}, "prometheus": {"queries": {"a": "up"}}, "sensorthings": {}, "ngsi_ld": {}, "openaq": {"locations": [7]},
    "open_meteo": {}, "usgs_quakes": {"centre": [113.0, 23.7]},
}  # fmt: skip


@pytest.mark.parametrize("kind", ASKING)
async def test_an_answer_beyond_the_limit_of_its_kind_is_refused_in_words(
    spec: Make, context: SourceContext, now: datetime, kind: str
) -> None:
    declared = spec(kind=kind, max_bytes=MOST, **ASKING[kind])
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b" " * (MOST + 1)))
    make: Any = HttpJsonSource if kind == "http_json" else KINDS[kind][1]
    source = make(declared, replace(context, guard=Guard(loopback=True)), transport)
    with pytest.raises(SourceError, match=r"1,000 bytes"):
        async for _ in source.fetch(Ask(now)):
            pass
    await source.close()
