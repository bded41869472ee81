"""What keys a model accepts at a place inside it: for the nearest right name, the schema hints and the reference."""

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.problem import Path


def names_at(model: type[BaseModel], path: Path) -> set[str]:
    """The keys accepted at a path below a model; empty where anything goes."""
    shapes: list[Any] = [model]
    for part in path:
        shapes = [inner for shape in shapes for inner in _inside(shape, part)]
    return {name for shape in shapes if _is_model(shape) for name in keys(shape)}


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """A model's fields by the name written in YAML (the alias where there is one)."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


@cache
def aliases(model: type[BaseModel]) -> dict[str, str]:
    """Python names that differ from the name written in YAML."""
    return {name: field.alias for name, field in model.model_fields.items() if field.alias and field.alias != name}


def _inside(shape: Any, part: str | int) -> Iterator[Any]:
    if _is_model(shape):
        field = keys(shape).get(str(part))
        yield from _unwrap(field.annotation) if field else ()
        return
    origin, args = get_origin(shape), get_args(shape)
    if origin is dict:
        yield from _unwrap(args[1])
    elif origin in (tuple, list) and args:
        index = part if isinstance(part, int) and args[-1] is not Ellipsis and part < len(args) else 0
        yield from _unwrap(args[index])


def _unwrap(annotation: Any) -> Iterator[Any]:
    """An annotation's alternatives without Annotated and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _unwrap(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for arg in get_args(annotation):
            yield from _unwrap(arg)
    else:
        yield annotation


def _is_model(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, BaseModel)
