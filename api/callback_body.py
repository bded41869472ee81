"""What a page sends for a callback, believed only where it has the form that the page's own script gives it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

# What these properties hold in a browser; a callback may rely on it.
_HOLD: dict[str, tuple[type, ...]] = {
    "search": (str,),
    "pathname": (str,),
    "href": (str,),
    "hash": (str,),
    "n_clicks": (int,),
}


class Part(BaseModel):
    """One property of one component, with its value where it is an input."""

    model_config = ConfigDict(extra="allow", strict=True)
    id: str | dict[str, Any]
    property: str = Field(min_length=1)
    value: Any = None

    @model_validator(mode="after")
    def _holds(self) -> "Part":
        wanted = _HOLD.get(self.property)
        if wanted and self.value is not None and not isinstance(self.value, wanted):
            raise ValueError("a value of another type")
        return self


Declared = Callable[[str], Mapping[str, Any] | None]  # what Dash knows of a callback, by its output
Parts = list[Part | list[Part]]


class CallbackBody(BaseModel):
    """The whole body; what else Dash's script sends beside it is Dash's business."""

    model_config = ConfigDict(extra="allow", strict=True)
    output: str
    outputs: Part | Parts
    inputs: Parts
    state: Parts = []
    changedPropIds: list[str] = []  # noqa: N815  Dash's name


def read(body: bytes) -> CallbackBody | None:
    """The body, read as Dash reads it (of two equal keys the last counts); None when no page's script would send it."""
    try:
        return CallbackBody.model_validate(json.loads(body))
    except (ValueError, RecursionError, ValidationError):
        return None


def fits(asked: CallbackBody, declared: Mapping[str, Any]) -> bool:
    """Whether a body brings the inputs and states that Dash knows of this callback: the same ones in the same order."""
    return _alike(asked.inputs, declared["inputs"]) and _alike(asked.state, declared["state"])


def _alike(given: Parts, wanted: Sequence[Mapping[str, Any]]) -> bool:
    if len(given) != len(wanted):
        return False
    return all(_same(part, one) for part, one in zip(given, wanted, strict=True))


def _same(given: Part | list[Part], wanted: Mapping[str, Any]) -> bool:
    """A pattern's id stands for a list of components, another one for itself."""
    ident = wanted["id"]
    known = json.loads(ident) if ident.startswith("{") else ident
    if isinstance(known, dict) and any(isinstance(value, list) for value in known.values()):
        return isinstance(given, list) and all(_matches(part, known, wanted["property"]) for part in given)
    return isinstance(given, Part) and given.id == known and given.property == wanted["property"]


def _matches(given: Part, pattern: Mapping[str, Any], name: str) -> bool:
    ident = given.id
    return (
        given.property == name
        and isinstance(ident, dict)
        and ident.keys() == pattern.keys()
        and all(isinstance(value, list) or ident[key] == value for key, value in pattern.items())
    )
