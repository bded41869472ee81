"""JSON schemas of the city folder's files for editors, generated from the models: `python -m config.schema`."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel, TypeAdapter

from config.fields import keys
from config.kinds import PANELS, RECEIVERS, SOURCES
from domain.city import CitySpec
from domain.demonstration import Demonstration
from domain.duration import format_duration
from domain.metric import Metric
from domain.noise import Noise
from domain.place import Site
from domain.plan import Plans
from domain.roster import Roster
from domain.rule import Rule
from domain.screen import Screen
from domain.topic import TopicPage
from domain.wall import WallScene

Schema = dict[str, Any]  # JSON Schema is open by nature
DIALECT = "http://json-schema.org/draft-07/schema#"  # what the YAML language server reads
SCHEMA_FOLDER = "schema"
_SPAN = TypeAdapter(timedelta)
_VARIABLE = r"\$\{"
_PLAIN = frozenset({"number", "integer", "boolean"})
_DURATION = {
    "type": "string",
    "pattern": r"^(\d+(\.\d+)?[smhdw])+$|" + _VARIABLE,
    "examples": ["90s", "5m", "2h", "30d", "1h30m"],
}


def schemas() -> dict[str, Schema]:
    """Every schema by file name; the same models always give the same text."""
    files = {
        "city": _of(CitySpec),
        "metrics": _named(_of(Metric, "key"), "Metric by its name, area.quantity"),
        "sites": _either_named_or_listed(Site, "id"),
        "sources": _named(_one_of(SOURCES, ("key",)), "Source by its name"),
        "rules": _named(_of(Rule, "key"), "Alert rule by its name"),
        "noise": _of(Noise),
        "plans": _plans(),
        "roster": _of(Roster),
        "demo": _of(Demonstration),
        "receivers": _named(_one_of(RECEIVERS, ("key",)), "Receiver of notices by its name"),
        "screen": _screen(),
        "scene": _screen(WallScene),
        "topic": _of(TopicPage, "key"),
    }
    return {f"{name}.schema.json": _finished(schema) for name, schema in files.items()}


def write(folder: FilePath) -> None:
    """Write every schema into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")


def texts() -> dict[str, str]:
    """Every schema as the text of its file."""
    return {name: json.dumps(schema, ensure_ascii=False, indent=1) + "\n" for name, schema in schemas().items()}


def _of(model: type[BaseModel], *given: str) -> Schema:
    """A model's schema without the keys that the file gives otherwise (the name before the colon)."""
    schema = TypeAdapter(model).json_schema(by_alias=True)
    for name in given:
        schema["properties"].pop(name)
    schema["required"] = [name for name in schema.get("required", ()) if name not in given]
    readable: Schema = _readable(schema)
    return readable


def _named(schema: Schema, description: str) -> Schema:
    """A mapping of names to declarations. An empty file is allowed: nothing is declared yet."""
    definitions = schema.pop("$defs", {})
    return {
        "type": ["object", "null"],
        "description": description,
        "additionalProperties": schema,
        "$defs": definitions,
    }


def _either_named_or_listed(model: type[BaseModel], name: str) -> Schema:
    named = _named(_of(model, name), "Site by its id, or a list of sites with id:")
    listed = _of(model)
    return {
        "description": named["description"],
        "if": {"type": "array"},
        "then": {"type": "array", "items": listed},
        "else": {"type": ["object", "null"], "additionalProperties": named["additionalProperties"]},
    }


def _one_of(kinds: Mapping[str, type[BaseModel]], given: tuple[str, ...]) -> Schema:
    """One declaration of any kind: `kind` decides which keys may stand beside it."""
    definitions: Schema = {}
    rules: list[Schema] = []
    for kind, model in kinds.items():
        schema = _of(model, *given)
        definitions |= schema.pop("$defs", {})
        definitions[model.__name__] = schema
        when = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
        rules.append({"if": when, "then": {"$ref": f"#/$defs/{model.__name__}"}})
    kind_key = {"enum": list(kinds), "description": "What it is; decides which keys may stand beside it."}
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": kind_key},
        "allOf": rules,
        "$defs": definitions,
    }


def _plans() -> Schema:
    """plans.yaml; the name before the colon is a plan's key."""
    schema = _of(Plans)
    plan = schema["$defs"]["Plan"]
    plan["properties"].pop("key")
    plan["required"] = [name for name in plan["required"] if name != "key"]
    return schema


def _screen(model: type[Screen] = Screen) -> Schema:
    """A screen, or a scene of the wall, its panels as a list with key: or as a mapping of names."""
    schema = _of(model, "key")
    listed, named = _one_of(PANELS, ()), _one_of(PANELS, ("key",))
    definitions = {**schema.pop("$defs", {}), **listed.pop("$defs")}
    definitions |= {f"Named{name}" if name.endswith("Spec") else name: d for name, d in named.pop("$defs").items()}
    for rule in named["allOf"]:
        rule["then"] = {"$ref": rule["then"]["$ref"].replace("#/$defs/", "#/$defs/Named")}
    schema["properties"]["panels"] = {
        "description": keys(Screen)["panels"].description,
        "if": {"type": "array"},
        "then": {"type": "array", "minItems": 1, "items": listed},
        "else": {"type": "object", "minProperties": 1, "additionalProperties": named},
    }
    return {**schema, "$defs": {name: definitions[name] for name in sorted(_used(schema, definitions))}}


def _used(schema: Schema, definitions: Schema) -> set[str]:
    """The definitions that a schema leads to."""
    found: set[str] = set()
    left = list(_references(schema))
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _references(definitions[name])
    return found


def _references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].removeprefix("#/$defs/")
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from _references(item)


def _readable(part: Any) -> Any:
    """Durations as people write them, closed pairs as draft 7 says it, titles (the key once more) left out."""
    if isinstance(part, list):
        return [_readable(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.get("format") == "duration":
        kept: Schema = {name: value for name, value in part.items() if name == "description"}
        if isinstance(part.get("default"), str):
            kept["default"] = format_duration(_SPAN.validate_python(part["default"]))
        return {**kept, **_DURATION}
    out = {name: _readable(value) for name, value in part.items() if not (name == "title" and isinstance(value, str))}
    if "prefixItems" in out:
        out["items"] = out.pop("prefixItems")
    kind = out.get("type")
    if isinstance(kind, str) and kind in _PLAIN and not {"const", "enum"} & set(out):  # it may come from ${NAME}
        out |= {"type": [kind, "string"], "pattern": _VARIABLE}
    return out


def _finished(schema: Schema) -> Schema:
    definitions = schema.pop("$defs", None)
    return {"$schema": DIALECT, **schema, **({"$defs": definitions} if definitions else {})}


if __name__ == "__main__":
    write(FilePath(sys.argv[1] if len(sys.argv) > 1 else SCHEMA_FOLDER))
