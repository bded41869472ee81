"""Domain models over YAML values: every pydantic error becomes a sentence with its line and the nearest right name."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.document import Document
from config.fields import aliases, names_at
from config.problem import Path, Problem, choices, nearest

M = TypeVar("M", bound=BaseModel)

_PATTERNS = {
    r"^\d{6}$": "write the six digits of the division code in quotes",
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$": "write area.quantity in lower-case letters, digits and _ (air.pm25)",
}
_WRITE = {
    "string_type": "write text here",
    "float_type": "write a number here",
    "float_parsing": "write a number here",
    "int_type": "write a whole number here",
    "int_parsing": "write a whole number here",
    "int_from_float": "write a whole number here",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "dict_type": "write a mapping here (name: value, one a line)",
    "model_type": "write a mapping here (key: value, one a line)",
    "list_type": "write a list here ([a, b] or one - item a line)",
    "tuple_type": "write a list here ([a, b] or one - item a line)",
    "datetime_parsing": "write a date and time such as 2026-11-24T08:00:00+08:00",
    "datetime_from_date_parsing": "write a date and time such as 2026-11-24T08:00:00+08:00",
}


def validate(model: type[M], document: Document, path: Path, extra: Mapping[str, object] | None = None) -> M | None:
    """The model made of the document's value at `path` (with `extra` keys added), or None and problems in the document."""
    value = value_at(document.data, path)
    if not isinstance(value, dict):
        document.problems.append(document.problem(path, _WRITE["model_type"]))
        return None
    for name, alias in aliases(model).items():
        if name in value:  # pydantic would take it, editors and readers would not
            document.problems.append(document.problem((*path, name), f"unknown key; did you mean {alias}?"))
    data: dict[str, object] = {**value, **(extra or {})}
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for place, sentence in _sentences(model, data, error):
            inside = () if place and place[0] in (extra or {}) and place[0] not in value else place
            document.problems.append(_problem(document, (*path, *inside), sentence))
        return None


def _problem(document: Document, path: Path, sentence: str) -> Problem:
    return document.problem(path, document.discreet(sentence))


def has(data: object, part: str | int) -> bool:
    """Whether a mapping has the key, or a list the index."""
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def child(data: object, part: str | int) -> object:
    """What a mapping holds under a key, or a list at an index; None where there is nothing."""
    if isinstance(data, dict):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None


def value_at(data: object, path: Path) -> object:
    """The value at a path of parsed YAML, None where there is none."""
    for part in path:
        data = child(data, part)
    return data


def _sentences(model: type[BaseModel], data: object, error: ValidationError) -> Iterator[tuple[Path, str]]:
    """Errors by place; where a value may be one of several shapes, only what concerns the shape that was meant."""
    by_place: dict[Path, list[tuple[Path, ErrorDetails]]] = {}
    for detail in error.errors(include_url=False):
        place, branch_at = _place(data, detail)
        by_place.setdefault(branch_at if branch_at is not None else place, []).append((place, detail))
    for group_place, found in by_place.items():
        deeper = [(p, d) for p, d in found if p != group_place or not _is_shape(d)]
        for place, detail in deeper:
            yield place, _sentence(_Fault(model, place, detail))
        if not deeper:
            texts = dict.fromkeys(_sentence(_Fault(model, p, d)) for p, d in found)
            yield group_place, _either(list(texts))


def _either(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else " or ".join((texts[0], *(t.removeprefix("write ") for t in texts[1:])))


def _is_shape(detail: ErrorDetails) -> bool:
    return detail["type"] in _WRITE


def _place(data: object, detail: ErrorDetails) -> tuple[Path, Path | None]:
    """An error's path in the file, and where a choice between shapes began (pydantic puts branch names into `loc`)."""
    path: Path = ()
    branch_at: Path | None = None
    loc = detail["loc"]
    for index, part in enumerate(loc):
        if has(data, part):
            path, data = (*path, part), child(data, part)
        elif detail["type"] == "missing" and index == len(loc) - 1:
            path = (*path, part)
        elif part != "[key]":
            branch_at = path if branch_at is None else branch_at
    return path, branch_at


@dataclass(frozen=True, slots=True)
class _Fault:
    """One pydantic error, with the model it is about and its place in the file."""

    model: type[BaseModel]
    place: Path
    detail: ErrorDetails

    def context(self, name: str, default: object = "") -> str:
        """What pydantic says beside the error, as text."""
        return str(self.detail.get("ctx", {}).get(name, default))


def _sentence(fault: _Fault) -> str:
    kind, given = fault.detail["type"], fault.detail["input"]
    if kind in _TELLERS:
        return _TELLERS[kind](fault)
    if kind == "string_type" and isinstance(given, int | float):
        return f'this must be text; write it in quotes: "{given}"'
    if kind in _WRITE:
        return _WRITE[kind] + (", or leave the key out" if given is None else "")
    return _reworded(fault)


def _reworded(fault: _Fault) -> str:
    text = re.sub(r"^Input should be ", "must be ", fault.detail["msg"])
    text = re.sub(r"^(Value error|Assertion failed), ", "", text)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _missing(fault: _Fault) -> str:
    return f"is missing; add {fault.place[-1]}: here"


def _unknown(fault: _Fault) -> str:
    known = names_at(fault.model, fault.place[:-1])
    near = nearest(str(fault.place[-1]), known)
    return f"unknown key{near}" if near else f"unknown key; the keys here are {choices(sorted(known), 40)}"


def _literal(fault: _Fault) -> str:
    names = [a or b for a, b in re.findall(r"'([^']*)'|(?<![\w'])(\d+)", fault.context("expected"))]
    given = str(fault.detail["input"])
    return f"{given!r} is none of {choices(names, 40)}{nearest(given, names)}"


def _pattern(fault: _Fault) -> str:
    pattern = fault.context("pattern")
    return f"{fault.detail['input']!r} is not accepted; {_PATTERNS.get(pattern, f'write text that matches {pattern}')}"


def _short(fault: _Fault) -> str:
    return f"give at least {fault.context('min_length', 1)}"


_TELLERS: dict[str, Callable[[_Fault], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "literal_error": _literal,
    "enum": _literal,
    "string_pattern_mismatch": _pattern,
    "too_short": _short,
}
