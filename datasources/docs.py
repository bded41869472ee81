"""docs/sources.md, written from the Specs: `python -m datasources.docs`."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from datasources.kinds import KINDS
from domain.duration import format_duration
from domain.source import SourceSpec

TARGET = Path(__file__).parent.parent / "docs" / "sources.md"
_HEAD = """# Sources

A source is a department's feed, declared in a city's `sources.yaml` under its key. This page is written from the code by
`python -m datasources.docs`.

Paths are [JMESPath](https://jmespath.org); a name with other characters than letters, digits and `_` is quoted:
`'"溶解氧(mg/L)"'`. Besides JMESPath's own functions there are `split(text, separator)` and `trim(text, characters)`.

A record that cannot be understood (no time, a time more than 10 minutes in the future, unknown site, not a number, outside
the metric's valid range, unknown unit) goes to quarantine with its reason and its raw text (2,000 characters); what is
readable of it goes in. Every record read is accepted, rejected or a duplicate of one in the same run, so
read = accepted + rejected + duplicates. A text or number listed in `missing`, and a null, is kept as a missing value; a
field that a record does not have says nothing of its metric.
"""


def page() -> str:
    """The whole document."""
    parts = [_HEAD, *_section("Keys of every source", SourceSpec, frozenset())]
    shared = frozenset(SourceSpec.model_fields)
    for kind, (spec, _) in KINDS.items():
        parts += _section(f"kind: {kind}", spec, shared)
    return "\n".join(parts)


def models(spec: type[BaseModel], leave: frozenset[str] = frozenset()) -> list[type[BaseModel]]:
    """A model and the models its fields hold, each once, in the order of mention."""
    found = [spec]
    for name, field in spec.model_fields.items():
        for inner in _inner(field.annotation) if name not in leave else ():
            found += [model for model in models(inner) if model not in found]
    return found


def _section(title: str, spec: type[BaseModel], leave: frozenset[str]) -> Iterator[str]:
    first, *others = models(spec, leave)
    yield f"## {title}\n\n{_prose(first)}\n\n{_table(first, leave)}"
    for model in others:
        yield f"### {model.__name__}\n\n{_prose(model)}\n\n{_table(model, frozenset())}"


def _prose(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _table(model: type[BaseModel], leave: frozenset[str]) -> str:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        if name not in leave:
            cells = (f"`{name}`", _type(field.annotation), _default(field), field.description or "")
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, timedelta):
        return f"`{format_duration(value)}`" if value else ""
    if value is PydanticUndefined or value is None or isinstance(value, BaseModel) or value in ("", (), {}):
        return ""
    if isinstance(value, tuple):
        return " ".join(f'`"{item}"`' for item in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(str, inner))
    if origin in {Annotated, UnionType, Union}:
        parts = inner[:1] if origin is Annotated else inner
        return " or ".join(dict.fromkeys(_type(one) for one in parts if one is not type(None)))
    if origin in {tuple, dict}:
        return f"list of {_type(inner[0])}" if origin is tuple else f"{_type(inner[0])} -> {_type(inner[1])}"
    names = {str: "text", int: "whole number", float: "number", bool: "yes/no", timedelta: "duration"}
    return names.get(kind, getattr(kind, "__name__", str(kind)))


def _inner(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _inner(part)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
    sys.exit(0)
