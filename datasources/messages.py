"""One message of a topic into records: JSON by the source's `rows`, a bare number or text as `value`."""

import json
from collections.abc import Mapping

from datasources.paths import compiled
from datasources.rows import Bad
from datasources.text import dump
from domain.source import Record

_NO_OBJECT = "the record is not an object with fields"


def records_in(
    payload: bytes, topic: str, rows: str, carry: Mapping[str, str], where: str
) -> tuple[list[Record], list[Bad]]:
    """The records of a payload, with `_topic` and `_levels` in each; what is none comes back with its reason. Never raises."""
    about = {"_topic": topic, "_levels": topic.split("/")}
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [(where, payload[:200].hex(), "the payload is neither JSON nor text")]
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip()[:1] in {"{", "["}:
            return [], [(where, text, "the payload is not a JSON document")]
        document = text
    if not isinstance(document, dict | list):
        return [Record({**about, "value": document}, where)], []
    found = compiled(rows)(document)
    if found is None:
        return [], [(where, text, f"nothing at rows path {rows!r}")]
    shared = about | {name: compiled(path)(document) for name, path in carry.items()}
    records: list[Record] = []
    bad: list[Bad] = []
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict):
            records.append(Record({**shared, **item}, where))
        else:
            bad.append((where, dump(item), _NO_OBJECT))
    return records, bad
