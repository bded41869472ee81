"""What changed between two renderings of a screen, as few bytes as possible.

A rendering is `{id-json: {prop: value}}` of plain JSON values. A change is either a whole property ("set") or one value
at a path inside a property the client already holds ("put").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

Json = object  # plain JSON values: None, bool, int, float, str, list, tuple, dict[str, Json]
Props = dict[str, dict[str, Json]]
Path = tuple[str | int, ...]

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
_PUT_OVERHEAD = 8  # brackets, commas and quotes of one put beside its id, property, path and value


@dataclass(frozen=True, slots=True)
class Put:
    """Replace the value at `path` inside one property."""

    id: str
    prop: str
    path: Path
    value: Json


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that leads from one rendering to the next; falsy when nothing changed."""

    sets: dict[str, dict[str, Json]] = field(default_factory=dict)
    puts: tuple[Put, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sets or self.puts)


def diff(old: Mapping[str, Mapping[str, Json]], new: Mapping[str, Mapping[str, Json]]) -> Changes:
    """The changes from `old` to `new`. What vanished from `new` stays on the client as it is."""
    sets: dict[str, dict[str, Json]] = {}
    puts: list[Put] = []
    for key, props in new.items():
        before = old.get(key)
        if before is props:
            continue
        for prop, value in props.items():
            if before is None or prop not in before:
                sets.setdefault(key, {})[prop] = value
                continue
            found = _property(key, prop, before[prop], value)
            if found is None:
                sets.setdefault(key, {})[prop] = value
            else:
                puts.extend(found)
    return Changes(sets, tuple(puts))


def _property(key: str, prop: str, old: Json, new: Json) -> list[Put] | None:
    """The puts inside one property, or None when sending it whole is shorter."""
    paths: list[tuple[Path, Json]] = []
    _walk(old, new, (), paths)
    if not paths:
        return []
    if paths[0][0] == ():
        return None
    budget = size(new)
    for path, value in paths:
        budget -= len(key) + len(prop) + _PUT_OVERHEAD + size(path) + size(value)
        if budget <= 0:
            return None
    return [Put(key, prop, path, value) for path, value in paths]


def _walk(old: Json, new: Json, path: Path, out: list[tuple[Path, Json]]) -> None:
    """Collect the smallest replaced values; a container that lost a key or changed its length is replaced whole."""
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() <= new.keys():
        for name, value in new.items():
            if name in old:
                _walk(old[name], value, (*path, name), out)
            else:
                out.append(((*path, name), value))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            _walk(before, after, (*path, index), out)
    elif not _same(old, new):
        out.append((path, new))


def _same(old: Json, new: Json) -> bool:
    """Whether two leaves read the same in JSON: true is not 1, and NaN (null on the wire) equals itself."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, dict | list | tuple) or isinstance(new, dict | list | tuple):
        return False
    return bool(old == new) or (old != old and new != new)  # NaN is the one value unlike itself


def size(value: Json) -> int:
    """Bytes of a value on the wire before compression."""
    return len(orjson.dumps(value, option=_OPTIONS))


def apply(changes: Changes, props: Props) -> Props:
    """What a client holds after the changes: the same walk as `assets/live.js`, never touching what it was given."""
    after = {key: dict(values) for key, values in props.items()}
    for key, values in changes.sets.items():
        after.setdefault(key, {}).update(values)
    for put in changes.puts:
        after[put.id][put.prop] = _put(after[put.id][put.prop], put.path, put.value)
    return after


def _put(target: Json, path: Path, value: Json) -> Json:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(target, dict):
        return {**target, step: _put(target.get(step), rest, value)}
    if isinstance(target, list | tuple) and isinstance(step, int):
        copy = list(target)
        copy[step] = _put(copy[step], rest, value)
        return copy
    raise TypeError(f"no path {step!r} inside {type(target).__name__}")
