"""Trying a source's connection: the first page is fetched and understood, and nothing of it is kept or acknowledged."""

import asyncio
from contextlib import aclosing
from datetime import datetime
from time import monotonic

from datasources.context import SourceContext
from datasources.mapping import Mapper
from domain.duration import format_duration
from domain.errors import SourceError
from domain.source import Ask, Listener, Page, Source


async def tried(source: Source, context: SourceContext, now: datetime) -> str:
    """What came of it in one sentence; SourceError when nothing can be had. Another run may be under way beside it."""
    if not source.spec.polled and not isinstance(source, Listener):
        raise SourceError("its data come by themselves: there is no connection to try", permanent=True)
    if isinstance(source, Listener):
        trouble = source.trouble()
        if trouble:
            raise SourceError(trouble)
        return "it listens, and nothing is in its way"
    began = monotonic()
    try:
        async with asyncio.timeout(source.spec.timeout.total_seconds()):
            page = await _first(source, now)
    except TimeoutError:
        raise SourceError(f"no answer within {format_duration(source.spec.timeout)}") from None
    took = monotonic() - began
    return f"answered in {took:.2f} s: {_found(source, context, page, now)}"


async def _first(source: Source, now: datetime) -> Page | None:
    async with aclosing(source.fetch(Ask(now))) as pages:
        return await anext(pages, None)


def _found(source: Source, context: SourceContext, page: Page | None, now: datetime) -> str:
    if page is None:
        return "there is nothing to read"
    batch = context.discreet(Mapper(source.spec, context).batch(page, now))
    told = f"{batch.read} records, {len(batch.observations)} values, {len(batch.incidents)} incidents"
    reason = f", {len(batch.rejects)} rejected (first: {batch.rejects[0].reason})" if batch.rejects else ""
    return told + reason
