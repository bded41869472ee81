"""The reference part of docs/city-folder.md, written from the models: `python -m config.docs`.

What stands above the marker is written by hand and stays.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path as FilePath
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.fields import keys
from config.kinds import PANELS, RECEIVERS
from domain.city import CitySpec
from domain.demonstration import Demonstration
from domain.duration import format_duration
from domain.health import MEASURED
from domain.metric import Metric
from domain.noise import Noise
from domain.place import Site
from domain.plan import Plans
from domain.receiver import Receiver
from domain.roster import Roster
from domain.rule import Rule
from domain.screen import PanelSpec, Screen
from domain.topic import TopicPage
from domain.wall import WallScene
from indicators import derive

TARGET = FilePath(__file__).parent.parent / "docs" / "city-folder.md"
MARKER = "<!-- Below: written by `python -m config.docs` from the models. Do not edit. -->"
_BY_NAME = "The name before the colon is `key`."
_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    timedelta: "duration",
    Any: "anything",
    time: "time",
    date: "day",
}
_FILES: tuple[tuple[str, str, type[BaseModel], frozenset[str]], ...] = (
    ("city.yaml", "", CitySpec, frozenset()),
    ("metrics.yaml", f"Metrics by name. {_BY_NAME}", Metric, frozenset({"key"})),
    ("sites.yaml, sites/*.yaml", "Sites by id, or a list of sites with `id`.", Site, frozenset()),
    ("rules.yaml", f"Alert rules by name. {_BY_NAME}", Rule, frozenset({"key"})),
    (
        "noise.yaml",
        "How alert noise is kept down; the file may be missing. See [rules.md](rules.md).",
        Noise,
        frozenset(),
    ),
    (
        "plans.yaml",
        "What is done about incidents; the file may be missing. See [plans.md](plans.md). The name before the colon is a plan's `key`.",
        Plans,
        frozenset(),
    ),
    ("roster.yaml", "Who is on duty when; the file may be missing. See [shifts.md](shifts.md).", Roster, frozenset()),
    (
        "demo.yaml",
        "How the demonstration departments imagine a city with `demo: true`; the file may be missing.",
        Demonstration,
        frozenset(),
    ),
    ("screens/*.yaml", "One screen a file; the file's name is its key.", Screen, frozenset({"key"})),
    (
        "screens/topics/*.yaml",
        "One topic a file, shown at /topic/<file name>; `district.yaml` is what every /district/<adcode> shows. See [topics.md](topics.md).",
        TopicPage,
        frozenset({"key"}),
    ),
    ("screens/wall/*.yaml", "One scene of the wall a file. See [wall.md](wall.md).", WallScene, frozenset({"key"})),
)


def page(head: str) -> str:
    """The whole document: the part written by hand, then the reference."""
    return head.split(MARKER)[0].rstrip() + f"\n\n{MARKER}\n\n" + "\n".join(_reference()).rstrip() + "\n"


def _reference() -> Iterator[str]:
    yield f"# Reference\n\n`derive` knows: {', '.join(f'`{name}`' for name in sorted(derive.NAMES | {'health', 'status'}))}.\n"
    yield f"The cockpit measures of itself: {', '.join(f'`{name}`' for name in sorted(MEASURED))}; those of a source at the site `source:<key>`, those of a wall at `wall:<name>`.\n"
    told: set[type[BaseModel]] = set()
    for title, words, model, given in _FILES:
        yield f"## {title}\n\n{f'{words} {_prose(model)}'.strip()}\n\n{_table(model, given)}"
        yield from _inner_sections(model, told)
    yield "## sources.yaml\n\nSources by name; every key of every kind is in [sources.md](sources.md).\n"
    yield f"## receivers.yaml\n\nReceivers of notices by name; see [notifications.md](notifications.md). {_BY_NAME}\n\n{_table(Receiver, frozenset({'key'}))}"
    for kind, receiver in RECEIVERS.items():
        own = _table(receiver, frozenset(keys(Receiver)))
        yield f"### receiver kind: {kind}\n\n{_prose(receiver)}\n\n{own}"
    common = frozenset(keys(PanelSpec))
    for kind, spec in PANELS.items():
        own = _table(spec, common) if set(keys(spec)) - common else "No keys of its own.\n"
        yield f"### panel kind: {kind}\n\n{_prose(spec)}\n\n{own}"
        yield from _inner_sections(spec, told)


def _inner_sections(model: type[BaseModel], told: set[type[BaseModel]]) -> Iterator[str]:
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            if inner not in told:
                told.add(inner)
                yield f"### {inner.__name__}\n\n{_prose(inner)}\n\n{_table(inner, frozenset())}"
                yield from _inner_sections(inner, told)


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models(part)


def _prose(model: type[BaseModel]) -> str:
    """The first paragraph: what the keys mean stands in the table."""
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


def _table(model: type[BaseModel], leave: frozenset[str]) -> str:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for name, field in keys(model).items():
        if name not in leave:
            cells = (f"`{name}`", _type(field.annotation), _default(field), field.description or "")
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, timedelta):
        return f"`{format_duration(value)}`"
    if value is None or isinstance(value, BaseModel) or value in ("", (), {}):
        return ""
    if isinstance(value, tuple):
        return "" if set(value) == {None} else f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin in {Annotated, UnionType, Union}:
        parts = inner[:1] if origin is Annotated else inner
        return " or ".join(dict.fromkeys(_type(part) for part in parts if part is not type(None)))
    if origin in {tuple, dict}:
        return _collection(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return _WORDS.get(kind, str(kind))


def _collection(kind: Any) -> str:
    inner = get_args(kind)
    if get_origin(kind) is dict:
        return f"{_type(inner[0])} -> {_type(inner[1])}"
    if inner[1:] == (Ellipsis,):
        return f"list of {_type(inner[0])}"
    return "[" + ", ".join(_type(part) for part in inner) + "]"


if __name__ == "__main__":
    TARGET.write_text(page(TARGET.read_text(encoding="utf-8")), encoding="utf-8")
