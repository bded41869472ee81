"""Declared sources made ready to run, replays wrapped: what app.py hands to the collector."""

from collections.abc import Mapping

from datasources.context import SourceContext
from datasources.kinds import KINDS
from datasources.replay import Replay
from domain.source import Source, SourceSpec


def open_sources(specs: Mapping[str, SourceSpec], context: SourceContext) -> dict[str, Source]:
    """One source for each declaration; nothing is connected yet. KeyError for a kind that is not in KINDS."""
    sources: dict[str, Source] = {}
    for key, spec in specs.items():
        source = KINDS[spec.kind][1](spec, context)
        sources[key] = Replay(source, spec.replay) if spec.replay else source
    return sources
